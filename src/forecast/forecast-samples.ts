/** What a forecast is trained on, and what tells its best epoch: windows of series, as samples of the network. */
import { counted } from '../counted.js';
import { type Dataset, dataset } from '../data/dataset.js';
import { type CalendarPart, calendarFeatures } from '../data/table/calendar.js';
import { fitScaler, type Scaling, scalingOf } from '../data/table/scaler.js';
import { longestOf, type SeriesSet } from '../data/table/series.js';
import { splitByTime } from '../data/table/split-by-time.js';
import type { DataNote } from '../data/table/table.js';
import type { WindowArrays } from '../data/table/window-arrays.js';
import type { Windows } from '../data/table/windows.js';
import { LstmOnnxError } from '../errors.js';
import { mustGet } from '../must-get.js';
import { type Anchor, anchorsFor, anchorValues } from './anchor.js';
import type { ForecastColumns, ScaledColumn } from './forecast-columns.js';
import type { ForecastArchitecture } from './forecast-network.js';
import { type ForecastOptions, forecastOptionsIn, planForecast } from './forecast-options.js';
import { type ForecastPlan, windowsOf } from './forecast-plan.js';
import type { ForecastTraining } from './forecast-training.js';
import { scalingOfWindow, type TargetScaling } from './target-scaling.js';
import { MOST_TRAINING, MOST_VALIDATION, thinned } from './training-windows.js';

/** The last part of the data that tells the best epoch, by default. */
export const VALIDATION = 0.15;

export interface ForecastSamples {
  readonly plan: ForecastPlan;
  readonly architecture: ForecastArchitecture;
  /** Their targets are those of the output `scaled`. */
  readonly training: Dataset<WindowArrays['inputs']>;
  readonly validation: Dataset<WindowArrays['inputs']>;
  /** What was found rather than said, and what was left out. */
  readonly notes: readonly DataNote[];
}

/** The last part of the data is for validation; scaling is fitted on what is before it. */
export function forecastSamples(
  set: SeriesSet,
  options: ForecastOptions & ForecastTraining,
): ForecastSamples {
  const { plan, notes } = planForecast(set, forecastOptionsIn(options));
  const { cell = 'lstm', hiddenSize = 32, numLayers = 1, dropout = 0.1, validation = VALIDATION } = options;
  const { distribution = 'quantiles', decoder = 'direct', scaling = 'window' } = options;
  const longest = longestOf(set.series);
  const steps = Math.max(Math.round(validation * longest), plan.horizon);
  const parts = splitByTime(set, { validation: steps, context: plan.window });
  const held = parts.validation;
  expectWindow(parts.train, plan, `what is before the last ${counted(steps, 'step')}, to be learned from`);
  expectWindow(
    held,
    plan,
    `the last ${counted(steps, 'step')}, which tell the best epoch, and the window before`,
  );
  const all = windowsOf(parts.train, plan);
  const training =
    options.stride === undefined
      ? thinned(all, plan.season, MOST_TRAINING, 'Trains on')
      : { windows: all.every(options.stride), notes: [] };
  const judge = 'Tells the best epoch and the width of ranges by';
  const judged = thinned(windowsOf(held, plan), plan.season, MOST_VALIDATION, judge);
  const { columns, notes: constants } = columnsOf(parts.train, plan, all, scaling);
  const { window, horizon, season, quantiles } = plan;
  const [target] = columns.past;
  checkScale(target, scaling === 'window' ? SQUARED : SINGLE);
  const others = [...columns.past.slice(1), ...columns.known, ...columns.static];
  for (const column of others) checkScale(column, SINGLE);
  // What is known ahead is among the past, too.
  const scaled = new Map([target, ...others].map((column) => [column.name, column])).values();
  const learned = training.windows.dataset();
  const ofWindow = (seen: Float64Array) => scalingOfWindow(seen, target, scaling);
  const { anchor, note } = closestAnchor(learned, ofWindow, plan);
  return {
    plan,
    architecture: {
      ...{ columns, window, horizon, season, scaling, anchor, decoder, distribution, quantiles },
      ...{ cell, hiddenSize, numLayers, dropout },
    },
    training: scaledSamples(learned, ofWindow),
    validation: scaledSamples(judged.windows.dataset(), ofWindow),
    notes: [
      ...[...notes, ...parts.notes, ...all.notes, ...training.notes, ...judged.notes, note],
      ...[...constants, ...[...scaled].flatMap(lostDigits)],
    ],
  };
}

/** @throws E_INVALID_OPTION where no series has the rows of a window and a horizon, as when gaps cut them short */
function expectWindow({ series }: SeriesSet, { window, horizon }: ForecastPlan, part: string): void {
  const longest = longestOf(series);
  if (longest >= window + horizon) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `trainForecaster: a window of ${window} and a horizon of ${horizon} take ${window + horizon} rows without a gap; ${part}, have ${longest} at most. Give another validation, or a smaller window or horizon.`,
    { hints: [{ option: 'window' }, { option: 'horizon' }] },
  );
}

type Range = readonly [smallest: number, largest: number];
/** Smaller and larger numbers leave float32. */
const SINGLE: Range = [1e-30, 1e30];
/** Squares of smaller and of larger numbers do. */
const SQUARED: Range = [1e-15, 1e15];

function checkScale({ name, center, scale }: ScaledColumn, [smallest, largest]: Range): void {
  if (scale >= smallest && scale <= largest && Math.abs(center) <= largest) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `trainForecaster: column '${name}' is about ${center.toPrecision(3)} and moves by ${scale.toPrecision(3)}; the network computes in float32, which takes ${smallest} to ${largest}. Give the column in another unit.`,
  );
}

/** A note where float32 rounds away more than a hundredth of how far a column moves. */
function lostDigits({ name, center, scale }: ScaledColumn): DataNote[] {
  const step = Math.abs(center) * 2 ** -23;
  if (step < scale / 100) return [];
  const text = `Column '${name}' is about ${center.toPrecision(3)} and moves by ${scale.toPrecision(3)}: float32 rounds it to steps of about ${step.toPrecision(1)}. Subtract a number from the column before.`;
  return [{ text, count: 1, column: name }];
}

/** The columns of windows, and by what their numbers are scaled: that of the training part alone. */
function columnsOf(
  train: SeriesSet,
  plan: ForecastPlan,
  { columns }: Windows,
  scaling: TargetScaling,
): { columns: ForecastColumns; notes: readonly DataNote[] } {
  const [target = plan.target, ...features] = columns.past;
  const numbers = [...new Set([...features, ...columns.known, ...columns.static])];
  const scaler = fitScaler(train, { columns: numbers });
  const kind = scaling === 'window' ? 'standard' : scaling;
  const ofTarget = fitScaler(train, { columns: [target], kind });
  const scaled = (names: readonly string[]) => names.map((name) => ({ name, ...scalingOf(scaler, name) }));
  const coded = (names: readonly string[]) =>
    names.map((name) => ({ name, size: plan.categories[name]?.length ?? calendarSize(name) }));
  const all: ForecastColumns = {
    past: [{ name: target, ...scalingOf(ofTarget, target) }, ...scaled(features)],
    pastCategories: coded(columns.pastCategories),
    known: scaled(columns.known),
    knownCategories: coded(columns.knownCategories),
    static: scaled(columns.static),
    staticCategories: coded(columns.staticCategories),
  };
  return { columns: all, notes: [...ofTarget.notes, ...scaler.notes] };
}

function calendarSize(part: string): number {
  const { column } = mustGet(
    calendarFeatures(new Float64Array(), { parts: [part as CalendarPart], as: 'codes' }),
    part,
    'part of the calendar',
  );
  return column.kind === 'text' ? column.categories.length : 0;
}

type Samples = Dataset<WindowArrays['inputs']>;

/** Of each sample the target as its window has it, then what comes. The arrays are the next one's, too. */
function* targetsOf({ inputs, targets }: Samples): Generator<{ seen: Float64Array; next: Float32Array }> {
  const [count = 0, window = 0, columns = 0] = inputs.past.shape;
  const [, horizon = 0] = targets.shape;
  const seen = new Float64Array(window);
  for (let sample = 0; sample < count; sample++) {
    for (let step = 0; step < window; step++) {
      seen[step] = inputs.past.data[(sample * window + step) * columns] ?? Number.NaN;
    }
    yield { seen, next: targets.data.subarray(sample * horizon, (sample + 1) * horizon) as Float32Array };
  }
}

/** What the values of a window are scaled by. */
type ScalingOf = (seen: Float64Array) => Scaling;

/** Samples whose targets are scaled as the network scales what it sees. */
function scaledSamples(samples: Samples, ofWindow: ScalingOf): Samples {
  const data = new Float32Array(samples.targets.data.length);
  let place = 0;
  for (const { seen, next } of targetsOf(samples)) {
    const { center, scale } = ofWindow(seen);
    for (const value of next) data[place++] = (value - center) / scale;
  }
  return dataset({
    inputs: samples.inputs,
    targets: { dtype: 'float32', shape: samples.targets.shape, data },
  });
}

/** The anchor with the least mean error, scaled as what is trained on. */
function closestAnchor(
  samples: Samples,
  ofWindow: ScalingOf,
  plan: ForecastPlan,
): { anchor: Anchor; note: DataNote } {
  const candidates = anchorsFor(plan).map((anchor) => ({ anchor, error: 0 }));
  for (const { seen, next } of targetsOf(samples)) {
    const { scale } = ofWindow(seen);
    for (const each of candidates) {
      const forecast = anchorValues(seen, each.anchor, plan);
      for (const [i, value] of next.entries()) each.error += Math.abs(value - (forecast[i] ?? 0)) / scale;
    }
  }
  const { anchor } = candidates.reduce((best, each) => (each.error < best.error ? each : best));
  return {
    anchor,
    note: { text: `It starts from ${anchorWords[anchor]}, which comes closest in the data.`, count: 1 },
  };
}

const anchorWords: Readonly<Record<Anchor, string>> = {
  naive: 'the last value',
  drift: 'the line from the first value of the window through the last',
  seasonalNaive: 'the last season',
  seasonalDrift: 'the last season and what it changed',
};
