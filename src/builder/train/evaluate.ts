/** Loss and metrics of a network over a data set, without training. */

import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { counted } from '../../counted.js';
import type { SampleInputs, Samples } from '../../data/dataset.js';
import type { SampleLoader } from '../../data/sample-loader.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { type Backend, type BackendName, startBackend } from '../backends/backend.js';
import { checkNetwork } from '../check-network.js';
import { type ForwardOptions, forward } from '../forward.js';
import type { Network } from '../network.js';
import { checkParameters, type StateDict } from '../parameters.js';
import { type TfParameters, tensorsOf } from '../tf-parameters.js';
import { batchAt, checkSamplesFirst, type SamplesFor } from './batches.js';
import { type CarriedStates, carriedStates } from './carried-states.js';
import { checkCounts } from './check-options.js';
import type { Evaluation } from './logs.js';
import type { Loss } from './loss.js';
import { countedTargets } from './masked.js';
import { type MeasuredTensors, Measures, measureBatch, readBatch } from './measures.js';
import type { Metric } from './metric.js';
import { failureOf, type Objective, objectiveOf } from './objective.js';
import { optionsOfStreams, streamsOf } from './streams.js';
import { checkedData, evaluationOrder, placeIn, type TrainingData } from './training-data.js';
import { yieldToEventLoop } from './yield-to-event-loop.js';

/** `Output` is one of the network's output names. */
export interface EvaluateOptions<Output extends string = string> {
  readonly loss: Loss;
  readonly metrics?: readonly Metric[];
  /** The output that is compared with the targets. @default the network's only output */
  readonly output?: Output;
  /** @default 64; for `streams` how many there are, and no other */
  readonly batchSize?: number;
  readonly backend?: BackendName;
}

const optionNames = {
  loss: true,
  metrics: true,
  output: true,
  batchSize: true,
  backend: true,
} satisfies OptionNames<EvaluateOptions>;

/**
 * Runs the network over every sample, dropout off.
 *
 * @returns means over all targets that count
 * @param data what `dataset` or `raggedDataset` gives, `{ inputs, targets }`, or a loader that reads its batches; where it has
 *   `streams`, as that of `textStream`, states go on from batch to batch
 * @throws E_SHAPE_MISMATCH for parameters or data that do not fit the network; E_NOT_FINITE for data with NaN or infinite
 *   numbers; E_LOSS_NOT_FINITE when the loss is NaN or infinite
 */
export async function evaluate<N extends Network, I extends SampleInputs>(
  network: N,
  parameters: StateDict,
  data: (Samples<I> & SamplesFor<N, I>) | SampleLoader<I>,
  options: EvaluateOptions<keyof N['outputs'] & string>,
): Promise<Evaluation> {
  checkNetwork('evaluate', network);
  checkOptionNames('evaluate', options, optionNames, { outputs: 'output' });
  const objective = objectiveOf(network, options);
  const { batchSize = 64 } = optionsOfStreams(options, streamsOf(data, 'evaluation'));
  checkCounts({ batchSize });
  checkSamplesFirst(network);
  checkParameters(network, parameters);
  const samples = checkedData(network, data, batchSize, 'evaluation', objective.loss);
  const backend = await startBackend(options.backend);
  backend.select();
  const tensors = tensorsOf(backend.tf, parameters);
  try {
    return await evaluateWith(backend, network, tensors, samples, objective, batchSize);
  } finally {
    for (const tensor of tensors.values()) tensor.dispose();
  }
}

/** {@link evaluate} with the parameters as tensors. */
export async function evaluateWith(
  backend: Backend,
  network: Network,
  parameters: TfParameters,
  data: TrainingData,
  objective: Objective,
  batchSize: number,
): Promise<Evaluation> {
  const carried = carriedStates(backend, network, data);
  const size = carried?.streams ?? batchSize;
  try {
    return await evaluateBatches(backend, network, parameters, data, objective, size, carried);
  } finally {
    carried?.dispose();
  }
}

async function evaluateBatches(
  backend: Backend,
  network: Network,
  parameters: TfParameters,
  data: TrainingData,
  objective: Objective,
  batchSize: number,
  carried: CarriedStates | undefined,
): Promise<Evaluation> {
  const { tf } = backend;
  const { loss, metrics, output } = objective;
  const order = evaluationOrder(data);
  const measures = new Measures(objective);
  for (let start = 0; start < data.length; start += batchSize) {
    const place = await placeIn(data, order, start, Math.min(start + batchSize, data.length));
    const taken = countedTargets(loss, place.data, place.order, place.start, place.end);
    if (taken.count === 0) {
      carried?.pass(backend, parameters, place, {});
      continue;
    }
    backend.select();
    const measure = (): Pick<MeasuredTensors, 'prediction'> & { readonly means: TfTensor } => {
      const batch = batchAt(backend, place.data, place.order, place.start, place.end);
      const passing: ForwardOptions = { gradients: false };
      const outputs =
        carried?.forward(parameters, batch.inputs, passing) ??
        forward(tf, network, parameters, batch.inputs, passing);
      const predicted = outputs[output] ?? tf.scalar(Number.NaN);
      const measured = measureBatch(tf, objective, predicted, batch.target, taken, {
        network,
        output,
        parameters,
      });
      return { means: tf.stack([measured.loss, ...measured.means]), prediction: measured.prediction };
    };
    let measured: ReturnType<typeof measure>;
    try {
      measured = tf.tidy(measure);
    } catch (error) {
      throw failureOf('An evaluation', error, [loss, ...metrics]);
    }
    carried?.advance();
    const { means, prediction } = measured;
    measures.add(await readBatch(backend, place, taken, means, prediction));
    means.dispose();
    prediction?.dispose();
    await yieldToEventLoop();
  }
  measures.expectTargets('evaluation');
  const { evaluation } = measures;
  if (!Number.isFinite(evaluation.loss)) {
    throw new LstmOnnxError(
      'E_LOSS_NOT_FINITE',
      `The ${loss.name} loss over ${counted(data.length, 'sample')} is ${evaluation.loss}: the network gives numbers that are not finite. ` +
        'Lower the learning rate or clip the gradients in training.',
    );
  }
  return evaluation;
}
