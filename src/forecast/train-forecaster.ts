/** From series to a trained forecast, with defaults that are good without a knob. */

import { wrongArgument } from '../arguments.js';
import type { BackendName } from '../builder/backends/backend.js';
import type { Network } from '../builder/network.js';
import { type StateDict, specsOfNetwork } from '../builder/parameters.js';
import { predict } from '../builder/predict.js';
import type { OnStep } from '../builder/train/epoch.js';
import { type EpochEnd, type FitResult, fit } from '../builder/train/fit.js';
import type { EpochLog } from '../builder/train/logs.js';
import { adam } from '../builder/train/optimizers.js';
import { cosine } from '../builder/train/schedules.js';
import { checkSeriesSet, type SeriesSet } from '../data/table/series.js';
import type { DataNote } from '../data/table/table.js';
import { exportOnnx } from '../export/export.js';
import { mustHave } from '../must-get.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import type { Distribution } from './distribution-quantiles.js';
import type { DecoderKind } from './forecast-decoder.js';
import {
  CENTRAL,
  centralRange,
  type DistributionKind,
  lossOf,
  trainedDistribution,
} from './forecast-head.js';
import { forecastMetadata } from './forecast-metadata.js';
import { forecastNetwork } from './forecast-network.js';
import { expectCount, type ForecastOptions } from './forecast-options.js';
import type { ForecastPlan } from './forecast-plan.js';
import { type ForecastSamples, forecastSamples } from './forecast-samples.js';
import { Forecaster } from './forecaster.js';
import { onlineNetwork } from './online-network.js';
import { spreadOf } from './spread.js';
import type { TargetScaling } from './target-scaling.js';
import { batchSizeFor } from './training-windows.js';

/** How a forecast is trained. */
export interface ForecastTraining {
  /**
   * What is said of each step: quantiles, each learned for itself, or a distribution whose location and scale are learned, from which
   * `sample` draws. A Student t has degrees of freedom, too, one number for all steps. @default 'quantiles'
   */
  readonly distribution?: DistributionKind;
  /** All steps ahead at once, or one after the other, each from the point of the step before. @default 'direct' */
  readonly decoder?: DecoderKind;
  /**
   * What the target is scaled by: the last value and the deviation of each window, or constants of what is trained on, as
   * `fitScaler` has them. @default 'window'
   */
  readonly scaling?: TargetScaling;
  /** @default 'lstm' */
  readonly cell?: 'lstm' | 'gru';
  /** @default 32 */
  readonly hiddenSize?: number;
  /** @default 1 */
  readonly numLayers?: number;
  /** @default 0.1 */
  readonly dropout?: number;
  /** The most epochs; training ends before where the last part of the data is forecast no better. @default 60 */
  readonly epochs?: number;
  /** @default 64; from 12,800 windows on more, up to 512, so that an epoch has not more than some hundred steps */
  readonly batchSize?: number;
  /**
   * How far the next window that is trained on is from the one before. It changes nothing else.
   * @default 1; of more than 50,000 windows, or 8,000,000 steps in all of them, the least that leaves about so many and by which they
   * begin at all places of a season
   */
  readonly stride?: number;
  /** The learning rate of the first epoch, which falls to 0 along a cosine. @default 0.01 */
  readonly lr?: number;
  /** Epochs without a better forecast of the last part before training ends. @default 12 */
  readonly patience?: number;
  /**
   * The last part of the data, a fraction of its steps, by which the best epoch and the width of ranges are told; no window of it is
   * trained on. @default 0.15
   */
  readonly validation?: number;
  /** @default 0 */
  readonly seed?: number;
  readonly backend?: BackendName;
  /** As of `fit`. */
  readonly onStep?: OnStep;
  readonly onEpoch?: (end: EpochEnd) => void | Promise<void>;
  /** Told of each of the notes before training begins. */
  readonly onNote?: (note: DataNote) => void;
  readonly signal?: AbortSignal;
}

/**
 * Trains a forecast of several steps ahead, by quantiles or by a distribution of each.
 *
 * The last part of the data tells the best epoch, whose parameters are kept, and how wide ranges have to be. Scaling is fitted on what is
 * before it.
 *
 * @param set series as `seriesOf` gives, up to now
 * @throws E_INVALID_OPTION for options that do not fit and series that are too short; E_UNKNOWN_NAME for columns that there are not
 */
export async function trainForecaster(
  set: SeriesSet,
  options: ForecastOptions & ForecastTraining,
): Promise<TrainedForecaster> {
  checkSeriesSet('trainForecaster', set);
  checkOptionNames('trainForecaster', options ?? null, trainingOptionNames, meantTrainingOptions);
  checkTraining(options);
  const samples = forecastSamples(set, options);
  const { plan, architecture, training, validation, notes } = samples;
  for (const note of notes) options.onNote?.(note);
  const {
    epochs = 60,
    batchSize = batchSizeFor(training.length),
    lr = 0.01,
    patience = 12,
    seed = 0,
  } = options;
  const { parameters, history, backend } = await fit(forecastNetwork(architecture), training, {
    loss: lossOf(architecture.distribution, plan.quantiles),
    output: 'scaled',
    optimizer: adam({ lr: cosine({ from: lr, over: epochs }) }),
    validation,
    earlyStopping: { patience },
    clipNorm: 1,
    epochs,
    batchSize,
    seed,
    ...(options.backend && { backend: options.backend }),
    ...(options.onStep && { onStep: options.onStep }),
    ...(options.onEpoch && { onEpoch: options.onEpoch }),
    ...(options.signal && { signal: options.signal }),
  });
  const distribution = trainedDistribution(architecture.distribution, parameters);
  const spread = await spreadFor(samples, parameters, distribution, backend.name);
  const df = distribution?.kind === 'studentT' ? { df: distribution.df } : {};
  const whole = forecastNetwork({ ...architecture, ...df, spread });
  const { scaled: _, ...outputs } = whole.outputs;
  const ownNames = new Set(specsOfNetwork(whole).map(({ name }) => name));
  return new TrainedForecaster(distribution ? { ...plan, distribution } : plan, {
    network: { ...whole, outputs },
    // The degrees of freedom are constants now.
    parameters: new Map([...parameters].filter(([name]) => ownNames.has(name))),
    history,
    backend,
    notes: [...notes, ...widened(spread)],
  });
}

/** How much wider ranges have to be for what was held back to lie in them. */
async function spreadFor(
  { plan, architecture, validation }: ForecastSamples,
  parameters: StateDict,
  distribution: Distribution | undefined,
  backend: BackendName,
): Promise<number> {
  const network = forecastNetwork(architecture);
  const { scaled } = await predict(network, parameters, validation.inputs, { backend });
  const learned = mustHave(scaled, 'The scaled forecast').data as Float32Array;
  const came = validation.targets.data as Float32Array;
  if (!distribution) return spreadOf(learned, came, plan.quantiles);
  return spreadOf(centralRange(learned, distribution), came, CENTRAL);
}

function widened(spread: number): DataNote[] {
  if (spread < 1.005) return [];
  const text = `The ranges are ${spread.toFixed(2)} times as wide as they were trained: the last part of the data lay outside of them more often than they say.`;
  return [{ text, count: 1 }];
}

export interface ForecastFileOptions {
  /**
   * A file that takes one new row of a series that grows: `row` `[batch, 1, columns]` in place of the window of rows, which is a
   * state, `window` `[batch, window, columns]`, that `Model.stream` or any host of onnxruntime carries on. @default false
   */
  readonly online?: boolean;
}

/** A forecast that a network computes. */
export class TrainedForecaster extends Forecaster {
  readonly network: Network;
  readonly parameters: StateDict;
  readonly history: readonly EpochLog[];
  /** The tfjs backend that computed, and why it was not the preferred one. */
  readonly backend: FitResult['backend'];
  /** What was found rather than said, and what was left out. */
  readonly notes: readonly DataNote[];

  /** @internal Made by {@link trainForecaster}. */
  constructor(
    plan: ForecastPlan,
    parts: Pick<TrainedForecaster, 'network' | 'parameters' | 'history' | 'backend' | 'notes'>,
  ) {
    const { network, parameters } = parts;
    super(plan, (inputs) => predict(network, parameters, inputs));
    this.network = network;
    this.parameters = parameters;
    this.history = parts.history;
    this.backend = parts.backend;
    this.notes = parts.notes;
  }

  /**
   * The model file: raw numbers in, the output `forecast` out, of a distribution also `location` and `scale`. Its metadata says what it
   * is fed, which `forecasterOf` reads, and of a file that is `online` `onlineForecasterOf`.
   *
   * @throws E_INVALID_OPTION for options that there are not
   */
  toOnnx(options: ForecastFileOptions = {}): Uint8Array {
    checkOptionNames('toOnnx', options, { online: true } satisfies OptionNames<ForecastFileOptions>);
    const { online = false } = options;
    if (typeof online !== 'boolean') throw wrongArgument('toOnnx: online', online, 'true or false');
    const metadata = forecastMetadata(this.plan);
    if (!online) return exportOnnx(this.network, this.parameters, { metadata });
    const { network, metadata: states } = onlineNetwork(this.network);
    return exportOnnx(network, this.parameters, { metadata: { ...metadata, ...states } });
  }
}

/** @internal */
export const trainingOptionNames = {
  target: true,
  unit: true,
  features: true,
  known: true,
  static: true,
  calendar: true,
  timeZone: true,
  horizon: true,
  window: true,
  season: true,
  quantiles: true,
  distribution: true,
  decoder: true,
  scaling: true,
  cell: true,
  hiddenSize: true,
  numLayers: true,
  dropout: true,
  epochs: true,
  batchSize: true,
  stride: true,
  lr: true,
  patience: true,
  validation: true,
  seed: true,
  backend: true,
  onStep: true,
  onEpoch: true,
  onNote: true,
  signal: true,
} satisfies OptionNames<ForecastOptions & ForecastTraining>;

/** @internal Names that people bring from elsewhere. */
export const meantTrainingOptions = {
  input: 'window',
  lookback: 'window',
  steps: 'horizon',
  levels: 'quantiles',
  learningRate: 'lr',
  covariates: 'features, or known where they are known ahead',
  earlyStopping: 'patience',
  likelihood: 'distribution',
  scaler: 'scaling',
};

/** What neither the network nor `fit` would tell by these names. */
function checkTraining(options: ForecastTraining): void {
  const { validation, hiddenSize, numLayers, dropout, stride } = options;
  for (const [name, choices] of Object.entries(CHOICES))
    expectChoice(name, options[name as keyof typeof CHOICES], choices);
  if (validation !== undefined && !(typeof validation === 'number' && validation > 0 && validation < 1)) {
    throw wrongArgument('trainForecaster: validation', validation, 'a fraction between 0 and 1');
  }
  if (dropout !== undefined && !(typeof dropout === 'number' && dropout >= 0 && dropout < 1)) {
    throw wrongArgument('trainForecaster: dropout', dropout, 'a probability from 0, below 1');
  }
  if (hiddenSize !== undefined) expectCount('hiddenSize', hiddenSize);
  if (numLayers !== undefined) expectCount('numLayers', numLayers);
  if (stride !== undefined) expectCount('stride', stride);
  if (options.onNote !== undefined && typeof options.onNote !== 'function') {
    throw wrongArgument('trainForecaster: onNote', options.onNote, 'a function');
  }
}

const CHOICES = {
  cell: ['lstm', 'gru'],
  distribution: ['quantiles', 'gaussian', 'studentT'],
  decoder: ['direct', 'autoregressive'],
  scaling: ['window', 'standard', 'robust', 'minMax'],
} as const satisfies { readonly [K in keyof ForecastTraining]: readonly ForecastTraining[K][] };

function expectChoice(option: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.some((choice) => choice === value)) return;
  throw wrongArgument(
    `trainForecaster: ${option}`,
    value,
    choices.map((choice) => `'${choice}'`).join(' or '),
  );
}
