/** One epoch of training: for every batch the loss, its gradients and a step of the optimizer. */
import type { Tensor as TfTensor, Variable } from '@tensorflow/tfjs';
import { LstmOnnxError, messageOf } from '../../errors.js';
import { mustGet } from '../../must-get.js';
import type { Backend } from '../backends/backend.js';
import type { Tf } from '../backends/tf.js';
import { type ForwardOptions, forward } from '../forward.js';
import type { Network } from '../network.js';
import type { StateDict } from '../parameters.js';
import type { Generator } from '../random.js';
import { batchAt } from './batches.js';
import { type CarriedStates, carriedStates } from './carried-states.js';
import type { Evaluation, StepLog } from './logs.js';
import { countedTargets } from './masked.js';
import { type BatchPlace, type MeasuredBatch, Measures, measureBatch, readBatch } from './measures.js';
import { failureOf, type Objective } from './objective.js';
import type { Optimizer, StepOptions } from './optimizers.js';
import { readVariables } from './tf-optimizer.js';
import { placeIn, type TrainingData, trainingOrder } from './training-data.js';
import { yieldToEventLoop } from './yield-to-event-loop.js';

/** The network with its variables, the optimizer that updates them, and the generator of all random numbers. */
export interface TrainingContext {
  readonly backend: Backend;
  readonly network: Network;
  /** All parameters. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** Those of the variables that gradients move. */
  readonly trained: ReadonlyMap<string, Variable>;
  readonly optimizer: Optimizer;
  readonly generator: Generator;
  readonly objective: Objective;
}

/** The state of training after a step. */
export interface StepEnd extends StepLog {
  /** Reads the parameters. Call it before the promise that `onStep` returned settles; later they have changed or are gone. */
  parameters(): StateDict;
}

/** What is called after each step. */
export type OnStep = ((end: StepEnd) => void) | ((end: StepEnd) => Promise<void>);

export interface EpochOptions {
  /** The optimizer's options at a step, counted from 0 over the whole run. */
  readonly optimizerAt: (step: number) => StepOptions;
  readonly batchSize: number;
  readonly shuffle?: boolean | undefined;
  readonly clipNorm?: number | undefined;
  readonly onStep?: OnStep | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Goes through the data once.
 *
 * @returns means over the targets, each measured before its batch's update
 * @throws E_LOSS_NOT_FINITE
 */
export async function runEpoch(
  context: TrainingContext,
  data: TrainingData,
  epoch: number,
  options: EpochOptions,
): Promise<Evaluation & { readonly lr: number }> {
  const carried = carriedStates(context.backend, context.network, data);
  try {
    return await runSteps(context, data, epoch, options, carried);
  } finally {
    carried?.dispose();
  }
}

async function runSteps(
  context: TrainingContext,
  data: TrainingData,
  epoch: number,
  options: EpochOptions,
  carried: CarriedStates | undefined,
): Promise<Evaluation & { readonly lr: number }> {
  const { batchSize, onStep, signal, shuffle = true } = options;
  const { loss } = context.objective;
  const order = trainingOrder(context.generator, data, batchSize, shuffle);
  const steps = Math.ceil(data.length / batchSize);
  const measures = new Measures(context.objective);
  let lr = 0;
  for (let step = 1; step <= steps; step++) {
    signal?.throwIfAborted();
    const start = (step - 1) * batchSize;
    const end = Math.min(start + batchSize, data.length);
    const stepOptions = options.optimizerAt(context.optimizer.stepCount);
    lr = stepOptions.lr;
    const place = await placeIn(data, order, start, end);
    const measured = await trainStep(context, place, stepOptions, options.clipNorm, carried);
    const lossValue = measured?.means[0];
    if (measured?.weight && lossValue !== undefined && !Number.isFinite(lossValue)) {
      throw new LstmOnnxError(
        'E_LOSS_NOT_FINITE',
        `The ${loss.name} loss is ${lossValue} at epoch ${epoch}, step ${step}; training cannot go on. ` +
          'Lower the learning rate or clip the gradients.',
      );
    }
    if (measured) measures.add(measured);
    if (onStep) {
      const batch = new Measures(context.objective);
      if (measured) batch.add(measured);
      const { loss, metrics } = batch.evaluation;
      await onStep({
        epoch,
        step,
        steps,
        loss,
        metrics,
        lr,
        parameters: () => readVariables(context.variables),
      });
    }
    await yieldToEventLoop();
  }
  measures.expectTargets('training');
  checkFinite(context.variables, epoch);
  const { loss: mean, metrics } = measures.evaluation;
  return { loss: mean, metrics, lr };
}

/** The last update of an epoch has no loss after it, so the parameters themselves are checked. @throws E_LOSS_NOT_FINITE */
function checkFinite(variables: ReadonlyMap<string, Variable>, epoch: number): void {
  for (const [name, variable] of variables) {
    if (variable.dataSync().every(Number.isFinite)) continue;
    throw new LstmOnnxError(
      'E_LOSS_NOT_FINITE',
      `Parameter '${name}' holds numbers that are not finite after the last step of epoch ${epoch}; training cannot ` +
        'go on. Lower the learning rate or clip the gradients.',
    );
  }
}

/**
 * Updates the parameters with one batch.
 *
 * @returns what was measured before the update; undefined for a batch in which no target counts, which changes nothing
 */
async function trainStep(
  { backend, network, variables, trained, optimizer, generator, objective }: TrainingContext,
  place: BatchPlace,
  options: StepOptions,
  clipNorm: number | undefined,
  carried: CarriedStates | undefined,
): Promise<MeasuredBatch | undefined> {
  const { tf } = backend;
  const { data, order, start, end } = place;
  const counted = countedTargets(objective.loss, data, order, start, end);
  if (counted.count === 0) {
    carried?.pass(backend, variables, place, { training: true, generator });
    return undefined;
  }
  /** What outlives the tape of the gradients. */
  const kept: TfTensor[] = [];
  const keep = (tensor: TfTensor) => {
    kept.push(tf.keep(tensor));
    return tensor;
  };
  let prediction: TfTensor | undefined;
  const updates = new Map<string, Float32Array>();
  backend.select();
  const step = () => {
    const batch = batchAt(backend, data, order, start, end);
    const means: TfTensor[] = [];
    const { value, grads } = tf.variableGrads(() => {
      const passing: ForwardOptions = { training: true, generator, updates };
      const outputs =
        carried?.forward(variables, batch.inputs, passing) ??
        forward(tf, network, variables, batch.inputs, passing);
      const output = outputs[objective.output] ?? tf.scalar(Number.NaN);
      const measured = measureBatch(tf, objective, output, batch.target, counted, {
        network,
        output: objective.output,
        parameters: variables,
      });
      for (const mean of measured.means) means.push(keep(mean));
      if (measured.prediction) prediction = keep(tf.clone(measured.prediction));
      return measured.loss;
    }, [...trained.values()]);
    // Without weight the gradient is 0 / 0.
    if (counted.weight > 0) optimizer.step(gradientsByName(trained, grads), options, clipNorm);
    for (const [name, data] of updates) {
      const variable = mustGet(variables, name, 'parameter');
      variable.assign(tf.tensor(data, variable.shape));
    }
    return means.length === 0 ? value : tf.stack([value, ...means]);
  };
  try {
    const means = keep(tidied(tf, step, objective));
    carried?.advance();
    // Read at every step, since a NaN loss must end training at its step.
    return await readBatch(backend, place, counted, means, prediction);
  } finally {
    for (const tensor of kept) tensor.dispose();
  }
}

/** The result of a step, in the words of the step where it fails. */
function tidied(tf: Tf, step: () => TfTensor, objective: Objective): TfTensor {
  try {
    return tf.tidy(step);
  } catch (error) {
    dropTape(tf);
    throw failureOfStep(error, objective);
  }
}

/** {@link failureOf} in a step, where the loss may not depend on any parameter. */
function failureOfStep(error: unknown, { loss, metrics }: Objective): unknown {
  if (!messageOf(error).startsWith('Cannot find a connection'))
    return failureOf('A training step', error, [loss, ...metrics]);
  return new LstmOnnxError(
    'E_INVALID_OPTION',
    `The ${loss.name} loss does not depend on the network's parameters, so nothing can be learned from it; compute it ` +
      'from the prediction by differentiable tfjs operations.',
    { cause: error },
  );
}

/** Disposes of what tfjs saved for a gradient, which tfjs does not do when the differentiated function throws. */
function dropTape(tf: Tf): void {
  const { state } = tf.engine();
  for (const node of state.activeTape ?? []) {
    for (const tensor of node.saved ?? []) tensor.dispose();
  }
  state.activeTape = [];
}

/** tfjs names gradients after its variables; a parameter that the loss does not depend on has none. */
function gradientsByName(
  variables: ReadonlyMap<string, Variable>,
  grads: Readonly<Record<string, TfTensor>>,
): Map<string, TfTensor> {
  return new Map(
    [...variables].flatMap(([name, variable]) => {
      const gradient = grads[variable.name];
      return gradient ? [[name, gradient] as const] : [];
    }),
  );
}
