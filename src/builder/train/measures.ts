/** What the loss and the metrics measure over the batches of a data set. */
import type { Scalar, Tensor as TfTensor } from '@tensorflow/tfjs';
import { type Dataset, gatherRows } from '../../data/dataset.js';
import { LstmOnnxError } from '../../errors.js';
import { mustGet } from '../../must-get.js';
import { sizeOf } from '../../nd-array.js';
import type { Backend } from '../backends/backend.js';
import type { Tf } from '../backends/tf.js';
import { valueId } from '../graph-builder.js';
import type { Network } from '../network.js';
import { parameterName } from '../ops/op.js';
import type { Evaluation } from './logs.js';
import type { LossContext } from './loss.js';
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

/** Where the predictions come from: an output of a network with these parameters. */
export interface LossSource {
  readonly network: Network;
  readonly output: string;
  readonly parameters: ReadonlyMap<string, TfTensor>;
}

function contextOf({ network, output, parameters }: LossSource, places: Int32Array | undefined): LossContext {
  const from = network.outputs[output]?.from;
  const node = network.nodes.find(({ name, outputs }) =>
    Object.keys(outputs).some((port) => valueId(name, port) === from),
  );
  return {
    places,
    node,
    parameter: (own) => mustGet(parameters, node ? parameterName(node, own) : own, 'parameter'),
  };
}

/** Computes what is measured of a batch. The loss comes first, since it checks the targets. */
export function measureBatch(
  tf: Tf,
  { loss, metrics }: Objective,
  outputs: TfTensor,
  targets: TfTensor,
  { places }: CountedTargets,
  source?: LossSource,
): MeasuredTensors {
  const context = source && contextOf(source, places);
  const lossOf = (prediction: TfTensor, target: TfTensor) =>
    scalarOf(loss, loss.compute(tf, prediction, target, context)) as Scalar; // of rank 0
  const ofSequences = loss.decode && lossOf(outputs, targets);
  const compared = loss.decode && metrics.length > 0 ? loss.decode(tf, outputs, context) : outputs;
  const [prediction, target] =
    ofSequences && metrics.length === 0 ? [outputs, targets] : rowsThatCount(tf, compared, targets, places);
  const lossValue = ofSequences ?? lossOf(prediction, target);
  const means: TfTensor[] = [];
  for (const metric of metrics) {
    if (!isWhole(metric)) means.push(scalarOf(metric, metric.compute(tf, prediction, target)));
  }
  return { loss: lossValue, means, prediction: metrics.some(isWhole) ? prediction : undefined };
}

/** The numbers of a batch. */
export interface MeasuredBatch {
  readonly count: number;
  readonly weight: number;
  /** The loss, then the metrics that are means. */
  readonly means: ArrayLike<number>;
  /** For the metrics of whole data sets. */
  readonly samples?: Parameters<Measurement['add']> | undefined;
}

/** Reads what was measured of a batch. */
export async function readBatch(
  backend: Backend,
  { data, order, start, end }: BatchPlace,
  { places, count, weight }: CountedTargets,
  means: TfTensor,
  prediction: TfTensor | undefined,
): Promise<MeasuredBatch> {
  const values = Float32Array.from(await backend.numbersOf(means));
  if (!prediction) return { count, weight, means: values };
  const read = Float32Array.from(await backend.numbersOf(prediction));
  const targets = gatherRows(data.targets, order, start, end);
  const predictions = { dtype: 'float32', shape: prediction.shape, data: read } as const;
  const samples = [predictions, targetsThatCount(targets, places), samplesAt(targets.shape, places)] as const;
  return { count, weight, means: values, samples: [...samples] };
}

/** The sample that each target at the places belongs to. */
function samplesAt(shape: readonly number[], places: Int32Array | undefined): Int32Array {
  const size = sizeOf(shape.slice(1));
  return (places ?? Int32Array.from({ length: sizeOf(shape) }, (_, i) => i)).map((place) => place / size);
}

/** Sums over batches. */
export class Measures {
  readonly #objective: Objective;
  readonly #sums: Float64Array;
  readonly #whole: Measurement[];
  #weight = 0;
  #count = 0;

  constructor(objective: Objective) {
    this.#objective = objective;
    const whole = objective.metrics.filter(isWhole);
    this.#whole = whole.map((metric) => metric.start());
    this.#sums = new Float64Array(1 + objective.metrics.length - whole.length);
  }

  add({ count, weight, means, samples }: MeasuredBatch): void {
    this.#weight += weight;
    this.#count += count;
    for (let i = 0; i < this.#sums.length; i++) {
      const share = i === 0 ? weight : count;
      // The loss of a batch without weight is 0 / 0.
      if (share > 0) this.#sums[i] = (this.#sums[i] ?? 0) + (means[i] ?? Number.NaN) * share;
    }
    if (samples) for (const one of this.#whole) one.add(...samples);
  }

  /** What all batches give together; NaN where no target counts. */
  get evaluation(): Evaluation {
    const [loss = Number.NaN, ...sums] = this.#sums;
    const whole = this.#whole.map((one) => (this.#count === 0 ? Number.NaN : one.value()));
    const metrics = this.#objective.metrics.map((metric) => {
      if (isWhole(metric)) return [metric.name, whole.shift() ?? Number.NaN] as const;
      const mean = (sums.shift() ?? Number.NaN) / this.#count;
      return [metric.name, metric.finish?.(mean) ?? mean] as const;
    });
    return { loss: loss / this.#weight, metrics: Object.fromEntries(metrics) };
  }

  /** @throws E_INVALID_OPTION where the loss leaves all targets out, or gives none a weight */
  expectTargets(what: string): void {
    if (this.#weight > 0) return;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `No target of the ${what} data counts: all are NaN, past the lengths, of the ignored index or of classes with the weight 0. ` +
        'Give data with targets, or another loss: one without masked(), ignoreIndex or such weights.',
    );
  }
}
