/** Training: epoch after epoch, with validation, early stopping and a state to resume from. */
import type { Variable } from '@tensorflow/tfjs';
import type { SampleInputs, Samples } from '../../data/dataset.js';
import type { SampleLoader } from '../../data/sample-loader.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { type BackendName, startBackend } from '../backends/backend.js';
import type { Tf } from '../backends/tf.js';
import { checkNetwork } from '../check-network.js';
import type { Network } from '../network.js';
import { checkParameters, initParameters, type StateDict } from '../parameters.js';
import { Generator } from '../random.js';
import { tensorsOf } from '../tf-parameters.js';
import { checkSamplesFirst, type SamplesFor } from './batches.js';
import { checkCallbacks, checkCounts, checkProgress } from './check-options.js';
import { EarlyStopping, type EarlyStoppingOptions } from './early-stopping.js';
import { type EpochOptions, type OnStep, runEpoch, type TrainingContext } from './epoch.js';
import { evaluateWith } from './evaluate.js';
import { frozenParameters } from './frozen.js';
import type { EpochLog } from './logs.js';
import type { Loss } from './loss.js';
import type { Metric } from './metric.js';
import { objectiveOf } from './objective.js';
import { checkOptimizerState, type OptimizerConfig } from './optimizers.js';
import { expectSame, type RunChange, type RunOptions, settleRun } from './run-options.js';
import { checkFollowedLoss, optimizerIn } from './run-schedule.js';
import { optionsOfStreams, streamsOf } from './streams.js';
import { readVariables } from './tf-optimizer.js';
import { checkedData, splitData, type TrainingData } from './training-data.js';
import { checkTrainingState, type TrainingState } from './training-state.js';

/** The state of training after an epoch: all that is needed to continue or to save. */
export interface EpochEnd {
  readonly log: EpochLog;
  /** Reads the parameters. */
  parameters(): StateDict;
  /** Reads what {@link FitOptions.resume} takes. */
  state(): TrainingState;
}

/** `Output` is one of the network's output names. */
export interface FitOptions<Output extends string = string> {
  readonly loss: Loss;
  /** The output that is compared with the targets. @default the network's only output */
  readonly output?: Output;
  /** @default that of the run that is resumed, else adam() */
  readonly optimizer?: OptimizerConfig;
  /** How many times to go through the data, counting the earlier epochs of a resumed run. @default 1 */
  readonly epochs?: number;
  /** @default that of the run that is resumed, else 64; for `streams` how many there are, and no other */
  readonly batchSize?: number;
  /** Whether each epoch has a new random order. @default as in the run that is resumed, else true; for `streams` false, and no other */
  readonly shuffle?: boolean;
  /**
   * Modules that are not trained, or single parameters, by name: `['embedding', 'lstm']`; `'encoder'` is all that begins
   * with `encoder.`. They come back as they were, weight decay or not. As with PyTorch's `requires_grad`, dropout in them stays
   * on, and the running statistics of a batchNorm move.
   * @default that of the run that is resumed, else none besides frozen parameters of the network
   */
  readonly frozen?: readonly string[];
  /** As in `torch.manual_seed(seed)`: determines the initial parameters, the order and dropout. @default 0 */
  readonly seed?: number | bigint;
  /** Parameters to start from. @default PyTorch's initialization from the seed */
  readonly parameters?: StateDict;
  /**
   * Continues an earlier run after an epoch. The state keeps what the numbers depend on: `seed`, `batchSize`, `shuffle`,
   * `clipNorm`, `frozen`, `optimizer` with its learning rate or schedule, and how many samples there are. Leave these options out
   * to keep the run's; another value is refused unless `changes` names it. All other options may change.
   */
  readonly resume?: TrainingState;
  /**
   * The options that differ from the resumed run on purpose. A lower learning rate from here on:
   * `{ resume: state, optimizer: adam({ lr: 1e-4 }), changes: ['optimizer'] }`; a new schedule begins there. The seed cannot be changed: the random
   * numbers continue. @default none
   */
  readonly changes?: readonly RunChange[];
  readonly metrics?: readonly Metric[];
  /** Samples to validate on after each epoch, or the fraction of the data, taken from its end, to use for that: `0.1`, but not of `streams`. */
  readonly validation?: Samples | SampleLoader | number;
  /** Bound on the norm of all gradients together (`clip_grad_norm_`); `Infinity` for none. @default that of the run that is
   * resumed, else none */
  readonly clipNorm?: number;
  /** Stops training early and returns the parameters of the best epoch. */
  readonly earlyStopping?: EarlyStoppingOptions;
  readonly backend?: BackendName;
  /**
   * Prints to stderr how far training is: a bar in a terminal, elsewhere a line for each epoch. In Node alone; elsewhere true is
   * refused, and `onStep` and `onEpoch` are for showing it.
   * @default false
   */
  readonly progress?: boolean;
  /** A promise that it returns is awaited before the next step. */
  readonly onStep?: OnStep;
  /** Awaited before the next epoch. */
  readonly onEpoch?: (end: EpochEnd) => void | Promise<void>;
  /** Stops training after the current step, with the signal's reason thrown. */
  readonly signal?: AbortSignal;
}

export interface FitResult {
  readonly parameters: StateDict;
  /** Every epoch of the run from the first on, those before it was resumed among them. */
  readonly history: readonly EpochLog[];
  readonly state: TrainingState;
  /** The tfjs backend that computed, and why it was not the preferred one. */
  readonly backend: { readonly name: string; readonly notice?: string };
}

const optionNames = {
  loss: true,
  output: true,
  optimizer: true,
  epochs: true,
  batchSize: true,
  shuffle: true,
  frozen: true,
  seed: true,
  parameters: true,
  resume: true,
  changes: true,
  metrics: true,
  validation: true,
  clipNorm: true,
  earlyStopping: true,
  backend: true,
  progress: true,
  onStep: true,
  onEpoch: true,
  signal: true,
} satisfies OptionNames<FitOptions>;

const meantOptions = {
  lr: 'optimizer, as in { optimizer: adam({ lr: 0.01 }) }',
  learningRate: 'optimizer, as in { optimizer: adam({ lr: 0.01 }) }',
  validationData: 'validation',
  callbacks: 'onStep and onEpoch',
  verbose: 'progress',
  patience: 'earlyStopping, as in { earlyStopping: { patience: 3 } }',
  gradientClip: 'clipNorm',
  weights: 'parameters',
  freeze: 'frozen',
  trainable: 'frozen, which names what is not',
};

/**
 * Trains a network. With the same seed and options as a PyTorch script that builds the modules in the same order,
 * parameters, order and losses are PyTorch's, up to float32 rounding.
 *
 * @param data what `dataset` or `raggedDataset` gives, `{ inputs, targets }`, or a loader that reads its batches, such as `textStream`
 *   gives: where it has `streams`, states go on from batch to batch without gradients, truncated backpropagation through time
 * @throws E_LOSS_NOT_FINITE at the step whose loss is not a number; E_NOT_FINITE for data with NaN or infinite numbers
 * @throws E_SHAPE_MISMATCH, E_MISSING_NAME, E_UNKNOWN_NAME, E_DTYPE_MISMATCH, E_DUPLICATE_NAME, E_INVALID_OPTION for data or
 *   options that do not fit the network
 * @throws E_RUN_FAILED when a loss or metric of the caller's own fails
 */
export async function fit<N extends Network, I extends SampleInputs>(
  network: N,
  data: (Samples<I> & SamplesFor<N, I>) | SampleLoader<I>,
  options: FitOptions<keyof N['outputs'] & string>,
): Promise<FitResult> {
  checkNetwork('fit', network);
  checkOptionNames('fit', options, optionNames, meantOptions);
  if (options?.resume !== undefined) checkTrainingState(options.resume);
  const objective = objectiveOf(network, options);
  const { epochs = 1, resume } = options;
  const { metrics } = objective;
  checkCounts({ epochs });
  checkCallbacks(options);
  checkProgress(options.progress);
  const settled = settleRun(optionsOfStreams(options, streamsOf(data, 'training')), resume);
  const { batchSize, optimizer: optimizerConfig } = settled;
  checkSamplesFirst(network);
  const samples = checkedData(network, data, batchSize, 'training', objective.loss);
  const { validation: apart } = options;
  const [train, validation] =
    typeof apart === 'number'
      ? splitData(samples, apart)
      : [
          samples,
          apart === undefined
            ? undefined
            : checkedData(network, apart, batchSize, 'validation', objective.loss),
        ];
  const generator = resume ? Generator.fromState(resume.generator) : new Generator(options.seed ?? 0);
  const start = resume?.parameters ?? options.parameters ?? initParameters(network, generator);
  const monitors = [{ name: 'loss', mode: 'min' as const }, ...metrics];
  const stopping =
    options.earlyStopping === undefined
      ? undefined
      : new EarlyStopping(options.earlyStopping, monitors, resume?.best);
  checkFollowedLoss(optimizerConfig, validation);
  checkParameters(network, start);
  const frozen = frozenParameters(network, settled.frozen);
  if (resume) checkOptimizerState(optimizerConfig, without(start, frozen), resume.optimizer);
  if (resume?.best) checkParameters(network, resume.best.parameters);
  if (resume?.run) expectSame('samples', resume.run.samples, train.length, options.changes);

  const backend = await startBackend(options.backend);
  backend.select();
  const variables = variablesOf(backend.tf, start);
  try {
    const trained = without(variables, frozen);
    const optimizer = backend.createOptimizer(optimizerConfig, trained, resume?.optimizer);
    try {
      const context: TrainingContext = {
        backend,
        network,
        variables,
        trained,
        optimizer,
        generator,
        objective,
      };
      const settings = { ...settled, samples: train.length };
      const run = { train, validation, stopping, epochs, settings, resume };
      return await runEpochs(context, run, options);
    } finally {
      optimizer.dispose();
    }
  } finally {
    for (const variable of variables.values()) variable.dispose();
  }
}

/** What {@link fit} made of its options. */
interface Run {
  readonly train: TrainingData;
  readonly validation: TrainingData | undefined;
  readonly stopping: EarlyStopping | undefined;
  readonly resume: TrainingState | undefined;
  readonly epochs: number;
  readonly settings: RunOptions;
}

async function runEpochs(
  context: TrainingContext,
  { train, validation, stopping, resume, epochs, settings }: Run,
  options: FitOptions,
): Promise<FitResult> {
  const { backend, network, variables, optimizer, generator, objective } = context;
  const history: EpochLog[] = [...(resume?.history ?? [])];
  let done = resume?.epoch ?? 0;
  const parameters = () => readVariables(variables);
  const stateAfter = (epoch: number): TrainingState => ({
    epoch,
    history: [...history],
    parameters: parameters(),
    generator: generator.state,
    optimizer: optimizer.state,
    ...(stopping?.best ? { best: stopping.best } : {}),
    run: settings,
  });
  const { batchSize, shuffle, clipNorm } = settings;
  const { onStep, signal } = options;
  while (done < epochs) {
    const epoch = done + 1;
    const optimizerAt = optimizerIn(epoch, settings, history);
    const epochOptions: EpochOptions = { optimizerAt, batchSize, shuffle, clipNorm, onStep, signal };
    const trained = await runEpoch(context, train, epoch, epochOptions);
    const log: EpochLog = validation
      ? {
          epoch,
          ...trained,
          validation: await evaluateWith(backend, network, variables, validation, objective, batchSize),
        }
      : { epoch, ...trained };
    history.push(log);
    done = epoch;
    const stop = stopping?.observe(log, parameters) ?? false;
    await options.onEpoch?.({ log, parameters, state: () => stateAfter(epoch) });
    if (stop) break;
  }
  const { name, notice } = backend;
  return {
    parameters: stopping?.best?.parameters ?? parameters(),
    history,
    state: stateAfter(done),
    backend: { name, ...(notice === undefined ? {} : { notice }) },
  };
}

/** The entries whose names are not among some. */
function without<T>(entries: ReadonlyMap<string, T>, names: ReadonlySet<string>): Map<string, T> {
  return new Map([...entries].filter(([name]) => !names.has(name)));
}

function variablesOf(tf: Tf, parameters: StateDict): Map<string, Variable> {
  return new Map(
    [...tensorsOf(tf, parameters)].map(([name, tensor]) => {
      const variable = tf.variable(tensor);
      tensor.dispose();
      return [name, variable];
    }),
  );
}
