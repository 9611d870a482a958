/** What a loss is. */
import type { Scalar, Tensor as TfTensor } from '@tensorflow/tfjs';
import type { SampleArray } from '../../data/dataset.js';
import type { Tf } from '../backends/tf.js';
import type { NetworkNode } from '../graph-builder.js';

/** What a loss may read besides predictions and targets. */
export interface LossContext {
  /** The places of the targets that count, in row-major order; undefined where all do. */
  readonly places: Int32Array | undefined;
  /** The node whose output the predictions are; undefined where they are an input of the network. */
  readonly node: NetworkNode | undefined;
  /** A parameter of that node by its own name, such as `weight`. */
  parameter(name: string): TfTensor;
}

export interface Loss {
  readonly name: string;
  /**
   * The mean loss of a batch over its targets, differentiable in `prediction`; over something else, with a `weight`.
   *
   * @param context `fit` and `evaluate` give it
   */
  compute(tf: Tf, prediction: TfTensor, target: TfTensor, context?: LossContext): Scalar;
  /**
   * What the metrics compare with the targets in place of the output, `[..., classes]`, where the loss is of sequences as wholes.
   * `compute` is then given all predictions and targets of the batch, and leaves out itself what does not count.
   */
  decode?(tf: Tf, prediction: TfTensor, context: LossContext | undefined): TfTensor;
  /**
   * The places of the targets of a batch that count, in row-major order; left out where all do, as {@link masked} does not.
   * `compute` and the metrics are given those alone, as rows: targets `[counted]`, predictions `[counted, ...]`.
   *
   * @param input gives an input of the batch by its name
   */
  counted?(target: SampleArray, input: (name: string) => SampleArray): Int32Array;
  /**
   * What `compute` divides by for these targets, where that is not their number: the loss of a data set is the mean over its batches
   * by these. With weights of classes it is their sum; of a mean over sequences, `target.shape[0]`. A batch without weight
   * changes no parameter.
   */
  weight?(target: SampleArray): number;
}
