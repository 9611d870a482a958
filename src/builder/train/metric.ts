/** What a metric is. */
import type { Scalar, Tensor as TfTensor } from '@tensorflow/tfjs';
import { isObject } from '../../arguments.js';
import type { SampleArray } from '../../data/dataset.js';
import type { NdArray } from '../../nd-array.js';
import type { Tf } from '../backends/tf.js';
import type { Loss } from './loss.js';

interface Described {
  readonly name: string;
  /** Whether lower or higher is better, for early stopping; `'none'` where neither is. @default 'max' */
  readonly mode?: 'min' | 'max' | 'none';
  /** Why the metric makes no sense for a network trained with this loss; undefined if it does. */
  refuses?(loss: Loss): string | undefined;
}

/** A metric that is a mean over the targets: of batches with different numbers of targets the mean by these is taken. */
export interface MeanMetric extends Described {
  /** The mean over a batch. */
  compute(tf: Tf, prediction: TfTensor, target: TfTensor): Scalar;
  /** What is made of the mean over a data set, as a root or a power is. @default the mean */
  finish?(mean: number): number;
}

/** A metric of a whole data set, exact whatever the batches. */
export interface WholeMetric extends Described {
  /** Begins to measure a data set. */
  start(): Measurement;
}

/** What is known of a data set so far. */
export interface Measurement {
  /**
   * Takes in a batch.
   *
   * @param sampleOf the sample of the batch that each target belongs to, as its place in it: of sequences, which one
   */
  add(prediction: NdArray<'float32'>, target: SampleArray, sampleOf: Int32Array): void;
  /** The metric of all that was taken in. */
  value(): number;
}

export type Metric = MeanMetric | WholeMetric;

/** Whether a caller's value measures something under a name. */
export function isMetric(value: unknown): value is Metric {
  const { name, start, compute } = isObject(value) ? value : {};
  return typeof name === 'string' && (typeof start === 'function' || typeof compute === 'function');
}

export function isWhole(metric: Metric): metric is WholeMetric {
  return 'start' in metric && typeof metric.start === 'function';
}
