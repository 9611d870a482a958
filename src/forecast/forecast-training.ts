/** How a forecast is trained: the options, and what is checked of them. */
import { wrongArgument } from '../arguments.js';
import type { BackendName } from '../builder/backends/backend.js';
import type { OnStep } from '../builder/train/epoch.js';
import type { EpochEnd } from '../builder/train/fit.js';
import type { DataNote } from '../data/table/table.js';
import type { OptionNames } from '../option-names.js';
import type { DecoderKind } from './forecast-decoder.js';
import type { DistributionKind } from './forecast-head.js';
import { expectCount, type ForecastOptions } from './forecast-options.js';
import type { TargetScaling } from './target-scaling.js';

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

/** What neither the network nor `fit` would tell by these names. @throws E_INVALID_OPTION for a value that is none */
export function checkTraining(options: ForecastTraining): void {
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
