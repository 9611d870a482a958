/** What the loss and the metrics measure over the batches of a data set. */
import type { Scalar, Tensor as TfTensor } from '@tensorflow/tfjs';
import { type Dataset, gatherRows, type SampleArray } from '../../data/dataset.js';
import { LstmOnnxError } from '../../errors.js';
import type { NdArray } from '../../nd-array.js';
import type { Backend } from '../backends/backend.js';
import type { Tf } from '../backends/tf.js';
import type { Evaluation } from './logs.js';
import { type CountedTargets, rowsThatCount, targetsThatCount } from './masked.js';
import { isWhole, type Measurement } from './metric.js';
import { type Objective, scalarOf } from './objective.js';

/** Which samples a batch is: `order[start]` to `order[end - 1]` of the data. */
export interface BatchPlace {
  readonly data: Dataset;
  readonly order: Int32Array;
  readonly start: number;
  readonly end: number;
}

/** The loss, the metrics that are means, and the predictions where a metric of the whole data set takes them. */
export interface MeasuredTensors {
  readonly loss: Scalar;
  readonly means: readonly TfTensor[];
  readonly prediction: TfTensor | undefined;
}

/** Computes what is measured of a batch. The loss comes first, since it checks the targets. */
export function measureBatch(
  tf: Tf,
  { loss, metrics }: Objective,
  outputs: TfTensor,
  targets: TfTensor,
  { places }: CountedTargets,
): MeasuredTensors {
  const [prediction, target] = rowsThatCount(tf, outputs, targets, places);
  const lossValue = scalarOf(loss, loss.compute(tf, prediction, target)) as Scalar; // of rank 0
  const means: TfTensor[] = [];
  for (const metric of metrics) {
    if (!isWhole(metric)) means.push(scalarOf(metric, metric.compute(tf, prediction, target)));
  }
  return { loss: lossValue, means, prediction: metrics.some(isWhole) ? prediction : undefined };
}

/** The numbers of a batch. */
export interface MeasuredBatch {
  readonly weight: number;
  /** The loss, then the metrics that are means. */
  readonly means: ArrayLike<number>;
  /** For the metrics of whole data sets. */
  readonly samples?: { readonly prediction: NdArray<'float32'>; readonly target: SampleArray } | undefined;
}

/** Reads what was measured of a batch. */
export async function readBatch(
  backend: Backend,
  { data, order, start, end }: BatchPlace,
  { places, weight }: CountedTargets,
  means: TfTensor,
  prediction: TfTensor | undefined,
): Promise<MeasuredBatch> {
  const values = Float32Array.from(await backend.numbersOf(means));
  if (!prediction) return { weight, means: values };
  const read = Float32Array.from(await backend.numbersOf(prediction));
  const target = targetsThatCount(gatherRows(data.targets, order, start, end), places);
  return {
    weight,
    means: values,
    samples: { prediction: { dtype: 'float32', shape: prediction.shape, data: read }, target },
  };
}

/** Sums over batches. */
export class Measures {
  readonly #objective: Objective;
  readonly #sums: Float64Array;
  readonly #whole: Measurement[];
  #weight = 0;

  constructor(objective: Objective) {
    this.#objective = objective;
    const whole = objective.metrics.filter(isWhole);
    this.#whole = whole.map((metric) => metric.start());
    this.#sums = new Float64Array(1 + objective.metrics.length - whole.length);
  }

  add({ weight, means, samples }: MeasuredBatch): void {
    this.#weight += weight;
    for (let i = 0; i < this.#sums.length; i++) {
      this.#sums[i] = (this.#sums[i] ?? 0) + (means[i] ?? Number.NaN) * weight;
    }
    if (samples) for (const one of this.#whole) one.add(samples.prediction, samples.target);
  }

  /** What all batches give together; NaN where no target counts. */
  get evaluation(): Evaluation {
    const [loss = Number.NaN, ...means] = this.#sums.map((sum) => sum / this.#weight);
    const whole = this.#whole.map((one) => (this.#weight === 0 ? Number.NaN : one.value()));
    const metrics = this.#objective.metrics.map((metric) => {
      const value = (isWhole(metric) ? whole : means).shift();
      return [metric.name, value ?? Number.NaN] as const;
    });
    return { loss, metrics: Object.fromEntries(metrics) };
  }

  /** @throws E_INVALID_OPTION where the loss leaves all targets out */
  expectTargets(what: string): void {
    if (this.#weight > 0) return;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `No target of the ${what} data counts: all are NaN or past the lengths. Give data with targets, or a loss without masked().`,
    );
  }
}
