/** From series to a trained forecast, with defaults that are good without a knob. */

import { wrongArgument } from '../arguments.js';
import type { BackendName } from '../builder/backends/backend.js';
import type { Network } from '../builder/network.js';
import type { StateDict } from '../builder/parameters.js';
import { predict } from '../builder/predict.js';
import type { OnStep } from '../builder/train/epoch.js';
import { type EpochEnd, type FitResult, fit } from '../builder/train/fit.js';
import { pinball } from '../builder/train/forecast-losses.js';
import type { EpochLog } from '../builder/train/logs.js';
import { adam } from '../builder/train/optimizers.js';
import { cosine } from '../builder/train/schedules.js';
import { counted } from '../counted.js';
import { type Dataset, dataset } from '../data/dataset.js';
import { type CalendarPart, calendarFeatures } from '../data/table/calendar.js';
import { fitScaler, scalingOf } from '../data/table/scaler.js';
import { checkSeriesSet, type SeriesSet } from '../data/table/series.js';
import { splitByTime } from '../data/table/split-by-time.js';
import type { DataNote } from '../data/table/table.js';
import type { WindowArrays } from '../data/table/window-arrays.js';
import type { Windows } from '../data/table/windows.js';
import { LstmOnnxError } from '../errors.js';
import { exportOnnx } from '../export/export.js';
import { mustGet, mustHave } from '../must-get.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { forecastMetadata } from './forecast-metadata.js';
import {
  type ForecastArchitecture,
  type ForecastColumns,
  forecastNetwork,
  type ScaledColumn,
  windowScale,
} from './forecast-network.js';
import { expectCount, type ForecastOptions, planForecast } from './forecast-options.js';
import { type ForecastPlan, windowsOf } from './forecast-plan.js';
import { Forecaster } from './forecaster.js';

/** How a forecast is trained. */
export interface ForecastTraining {
  readonly cell?: 'lstm' | 'gru';
  /** @default 32 */
  readonly hiddenSize?: number;
  /** @default 1 */
  readonly numLayers?: number;
  /** @default 0.1 */
  readonly dropout?: number;
  /** The most epochs; training ends before where the last part of the data is forecast no better. @default 60 */
  readonly epochs?: number;
  /** @default 64 */
  readonly batchSize?: number;
  /** The learning rate of the first epoch, which falls to 0 along a cosine. @default 0.01 */
  readonly lr?: number;
  /** Epochs without a better forecast of the last part before training ends. @default 12 */
  readonly patience?: number;
  /** The last part of the data, a fraction of its steps, by which the best epoch is told; no window of it is trained on. @default 0.15 */
  readonly validation?: number;
  readonly seed?: number;
  readonly backend?: BackendName;
  /** As of `fit`. */
  readonly onStep?: OnStep;
  readonly onEpoch?: (end: EpochEnd) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Trains a forecast of all steps ahead at once, by quantiles.
 *
 * The last part of the data tells the best epoch, whose parameters are kept. Scaling is fitted on what is before it.
 *
 * @param set series as `seriesOf` gives, up to now
 * @throws E_INVALID_OPTION for options that do not fit and series that are too short; E_UNKNOWN_NAME for columns that there are not
 */
export async function trainForecaster(
  set: SeriesSet,
  options: ForecastOptions & ForecastTraining,
): Promise<TrainedForecaster> {
  checkSeriesSet('trainForecaster', set);
  checkOptionNames('trainForecaster', options ?? null, optionNames, meantOptions);
  checkTraining(options);
  const { plan, notes } = planForecast(set, options);
  const { cell = 'lstm', hiddenSize = 32, numLayers = 1, dropout = 0.1 } = options;
  const { epochs = 60, batchSize = 64, lr = 0.01, patience = 12, validation = 0.15, seed = 0 } = options;
  const longest = Math.max(...set.series.map(({ times }) => times.length));
  const steps = Math.max(Math.round(validation * longest), plan.horizon);
  const parts = splitByTime(set, { validation: steps, context: plan.window });
  const held = parts.validation;
  expectWindow(parts.train, plan, `what is before the last ${counted(steps, 'step')}, to be learned from`);
  expectWindow(
    held,
    plan,
    `the last ${counted(steps, 'step')}, which tell the best epoch, and the window before`,
  );
  const training = windowsOf(parts.train, plan);
  const { columns, notes: scaling } = columnsOf(parts.train, plan, training);
  const [target] = columns.past;
  checkScale(target);
  const architecture: ForecastArchitecture = {
    ...{
      columns,
      window: plan.window,
      horizon: plan.horizon,
      // A window that holds no whole season shows nothing of the one before.
      season: plan.season <= plan.window ? plan.season : 1,
      quantiles: plan.quantiles,
    },
    ...{ cell, hiddenSize, numLayers, dropout },
  };
  const network = forecastNetwork(architecture);
  const unit = target.scale;
  const { parameters, history, backend } = await fit(network, samplesOf(training, unit), {
    loss: pinball({ quantiles: plan.quantiles }),
    output: 'scaled',
    optimizer: adam({ lr: cosine({ from: lr, over: epochs }) }),
    validation: samplesOf(windowsOf(held, plan), unit),
    earlyStopping: { patience },
    clipNorm: 1,
    ...{ epochs, batchSize, seed, ...(options.backend && { backend: options.backend }) },
    ...(options.onStep && { onStep: options.onStep }),
    ...(options.onEpoch && { onEpoch: options.onEpoch }),
    ...(options.signal && { signal: options.signal }),
  });
  return new TrainedForecaster(plan, {
    network: { ...network, outputs: { forecast: mustHave(network.outputs.forecast, 'The forecast') } },
    parameters,
    history,
    backend,
    notes: [...notes, ...parts.notes, ...training.notes, ...scaling, ...lostDigits(target)],
  });
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
    super(plan, async (inputs) =>
      mustHave((await predict(network, parameters, inputs)).forecast, 'The forecast'),
    );
    this.network = network;
    this.parameters = parameters;
    this.history = parts.history;
    this.backend = parts.backend;
    this.notes = parts.notes;
  }

  /** The model file: raw numbers in, the output `forecast` out. Its metadata says what it is fed, which `forecasterOf` reads. */
  toOnnx(): Uint8Array {
    return exportOnnx(this.network, this.parameters, { metadata: forecastMetadata(this.plan) });
  }
}

const optionNames = {
  target: true,
  features: true,
  known: true,
  static: true,
  calendar: true,
  horizon: true,
  window: true,
  season: true,
  quantiles: true,
  cell: true,
  hiddenSize: true,
  numLayers: true,
  dropout: true,
  epochs: true,
  batchSize: true,
  lr: true,
  patience: true,
  validation: true,
  seed: true,
  backend: true,
  onStep: true,
  onEpoch: true,
  signal: true,
} satisfies OptionNames<ForecastOptions & ForecastTraining>;

const meantOptions = {
  input: 'window',
  lookback: 'window',
  steps: 'horizon',
  levels: 'quantiles',
  learningRate: 'lr',
  covariates: 'features, or known where they are known ahead',
  earlyStopping: 'patience',
};

/** What neither the network nor `fit` would tell by these names. */
function checkTraining({
  cell = 'lstm',
  validation = 0.15,
  hiddenSize = 32,
  numLayers = 1,
  dropout = 0.1,
}: ForecastTraining): void {
  if (cell !== 'lstm' && cell !== 'gru')
    throw wrongArgument('trainForecaster: cell', cell, "'lstm' or 'gru'");
  if (typeof validation !== 'number' || !(validation > 0 && validation < 1)) {
    throw wrongArgument('trainForecaster: validation', validation, 'a fraction between 0 and 1');
  }
  if (typeof dropout !== 'number' || !(dropout >= 0 && dropout < 1)) {
    throw wrongArgument('trainForecaster: dropout', dropout, 'a probability from 0, below 1');
  }
  expectCount('hiddenSize', hiddenSize);
  expectCount('numLayers', numLayers);
}

/** @throws E_INVALID_OPTION where no series has the rows of a window and a horizon, as when gaps cut them short */
function expectWindow({ series }: SeriesSet, { window, horizon }: ForecastPlan, part: string): void {
  const longest = Math.max(...series.map(({ times }) => times.length));
  if (longest >= window + horizon) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `trainForecaster: a window of ${window} and a horizon of ${horizon} take ${window + horizon} rows without a gap; ${part}, have ${longest} at most. Give another validation, or a smaller window or horizon.`,
  );
}

/** Squares of smaller and of larger numbers leave float32. */
const [SMALLEST, LARGEST] = [1e-15, 1e15];

function checkScale({ name, center, scale }: ScaledColumn): void {
  if (scale >= SMALLEST && scale <= LARGEST && Math.abs(center) <= LARGEST) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `trainForecaster: the target '${name}' is about ${center.toPrecision(3)} and moves by ${scale.toPrecision(3)}; the network computes in float32, which takes ${SMALLEST} to ${LARGEST}. Give the column in another unit.`,
  );
}

/** A note where float32 rounds away more than a hundredth of how far the target moves. */
function lostDigits({ name, center, scale }: ScaledColumn): DataNote[] {
  const step = Math.abs(center) * 2 ** -23;
  if (step < scale / 100) return [];
  const text = `The target '${name}' is about ${center.toPrecision(3)} and moves by ${scale.toPrecision(3)}: float32 rounds it to steps of about ${step.toPrecision(1)}. Subtract a number from the column before.`;
  return [{ text, count: 1, column: name }];
}

/** The columns of windows, and by what their numbers are scaled: that of the training part alone. */
function columnsOf(
  train: SeriesSet,
  plan: ForecastPlan,
  { columns }: Windows,
): { columns: ForecastColumns; notes: readonly DataNote[] } {
  const numbers = [...new Set([...columns.past, ...columns.known, ...columns.static])];
  const scaler = fitScaler(train, { columns: numbers });
  const scaled = (names: readonly string[]) => names.map((name) => ({ name, ...scalingOf(scaler, name) }));
  const coded = (names: readonly string[]) =>
    names.map((name) => ({ name, size: plan.categories[name]?.length ?? calendarSize(name) }));
  const [target, ...features] = scaled(columns.past);
  if (!target) throw new LstmOnnxError('E_INTERNAL', 'Windows without a target.');
  const all: ForecastColumns = {
    past: [target, ...features],
    pastCategories: coded(columns.pastCategories),
    known: scaled(columns.known),
    knownCategories: coded(columns.knownCategories),
    static: scaled(columns.static),
    staticCategories: coded(columns.staticCategories),
  };
  return { columns: all, notes: scaler.notes };
}

function calendarSize(part: string): number {
  const { column } = mustGet(
    calendarFeatures(new Float64Array(), { parts: [part as CalendarPart], as: 'codes' }),
    part,
    'part of the calendar',
  );
  return column.kind === 'text' ? column.categories.length : 0;
}

/** Windows as samples, whose targets are scaled as the network scales what it sees. @param unit the target's own scale */
function samplesOf(all: Windows, unit: number): Dataset<WindowArrays['inputs']> {
  const { inputs, targets } = all.dataset();
  const [count = 0, window = 0, columns = 0] = inputs.past.shape;
  const [, horizon = 0] = targets.shape;
  const data = new Float32Array(targets.data.length);
  const seen = new Float64Array(window);
  for (let sample = 0; sample < count; sample++) {
    for (let step = 0; step < window; step++) {
      seen[step] = inputs.past.data[(sample * window + step) * columns] ?? Number.NaN;
    }
    const { level, scale } = windowScale(seen, unit);
    for (let step = sample * horizon; step < (sample + 1) * horizon; step++) {
      data[step] = ((targets.data[step] ?? Number.NaN) - level) / scale;
    }
  }
  return dataset({ inputs, targets: { dtype: 'float32', shape: targets.shape, data } });
}
