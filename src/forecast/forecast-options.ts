/** What is forecast from what: what the caller says, and what the data tells. */

import { expectText, wrongArgument } from '../arguments.js';
import { quantileRule } from '../builder/train/quantiles.js';
import { counted } from '../counted.js';
import { type CalendarPart, calendarFeatures } from '../data/table/calendar.js';
import { frequencyName } from '../data/table/frequency.js';
import { checkSeriesSet, longestOf, type SeriesSet, seriesColumn } from '../data/table/series.js';
import { type DataNote, namesOf } from '../data/table/table.js';
import { LstmOnnxError } from '../errors.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import type { ForecastPlan } from './forecast-plan.js';

export interface ForecastOptions {
  /** The column to forecast. */
  readonly target: string;
  /** What the target is counted in, such as `'ppm'`: the model file keeps it. @default not said */
  readonly unit?: string;
  /** Further columns of which the past is known. @default none */
  readonly features?: readonly string[];
  /** Columns that are known ahead, such as a price that is planned. @default none */
  readonly known?: readonly string[];
  /** Columns that are the same in all of a series. @default the key columns, where there are several series */
  readonly static?: readonly string[];
  /** Parts of the calendar that the network sees. @default those that the frequency suggests and the data covers at least twice */
  readonly calendar?: readonly CalendarPart[];
  /** Whose clocks the calendar follows, such as `'Europe/Berlin'`. @default UTC */
  readonly timeZone?: string;
  /** How many steps are forecast. @default a season, or 6 steps where there is none */
  readonly horizon?: number;
  /** How many steps are seen. @default two seasons, at least twice the horizon */
  readonly window?: number;
  /** Steps of a season; 1 for none. @default what the frequency suggests */
  readonly season?: number;
  /** Between 0 and 1, ascending. @default [0.1, 0.5, 0.9] */
  readonly quantiles?: readonly number[];
}

/** Where there is no season. */
const SHORT_HORIZON = 6;
const DAY = 86_400_000;
/** How long each part takes to come round. */
const CYCLES: Readonly<Record<CalendarPart, number>> = {
  hour: DAY,
  weekday: 7 * DAY,
  dayOfMonth: 31 * DAY,
  month: 366 * DAY,
  quarter: 366 * DAY,
  dayOfYear: 366 * DAY,
};

/** Parts of the calendar by which series of a frequency differ. */
const SUGGESTED: Readonly<Record<string, readonly CalendarPart[]>> = {
  second: ['hour', 'weekday'],
  minute: ['hour', 'weekday'],
  hour: ['hour', 'weekday', 'month'],
  day: ['weekday', 'month'],
  'business day': ['weekday', 'month'],
  week: ['month'],
  month: ['month'],
  quarter: ['quarter'],
};

const NAMES: OptionNames<ForecastOptions> = {
  target: true,
  unit: true,
  timeZone: true,
  features: true,
  known: true,
  static: true,
  calendar: true,
  horizon: true,
  window: true,
  season: true,
  quantiles: true,
};

/** @internal Those of a training that are options of its plan. */
export function forecastOptionsIn(options: ForecastOptions): ForecastOptions {
  const own = Object.entries(options).filter(([name]) => Object.hasOwn(NAMES, name));
  return Object.fromEntries(own) as unknown as ForecastOptions; // its own properties, by the line above
}

/**
 * What would be forecast from what: a plan, and notes on what was found rather than said.
 *
 * @throws E_INVALID_OPTION for sizes that are none, quantiles that do not ascend, and series that are too short;
 *   E_UNKNOWN_NAME for columns that there are not; E_DUPLICATE_NAME for one that is among `features` and is seen anyway
 */
export function planForecast(
  set: SeriesSet,
  options: ForecastOptions,
): { plan: ForecastPlan; notes: DataNote[] } {
  checkSeriesSet('planForecast', set);
  checkOptionNames('planForecast', options ?? null, NAMES);
  const { target, unit, timeZone, quantiles = [0.1, 0.5, 0.9] } = options;
  expectText('trainForecaster: target', target, 'the name of a column');
  if (unit !== undefined && (typeof unit !== 'string' || unit.trim() === ''))
    throw wrongArgument('trainForecaster: unit', unit, "a text such as 'ppm'");
  const wrong = quantileRule(quantiles);
  if (wrong !== undefined) {
    throw new LstmOnnxError('E_INVALID_OPTION', `trainForecaster: quantiles is ${wrong}.`);
  }
  if (set.series.length === 0) throw wrongArgument('trainForecaster', set.series, 'at least one series');
  const names = (option: string, given: unknown) => namesOf(`trainForecaster: ${option}`, given);
  if (seriesColumn('trainForecaster: target', set, target).kind === 'text') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `trainForecaster: the target '${target}' holds text; expected a column of numbers.`,
    );
  }
  const features = names('features', options.features ?? []);
  const known = names('known', options.known ?? []);
  expectOnce({ features, known }, target);
  const notes: DataNote[] = [];
  const note = (text: string) => notes.push({ text, count: 1 });
  const sizes = sizesOf(set, options, note);
  const calendar = options.calendar ?? suggestedCalendar(set, note);
  const zone = timeZone === undefined ? {} : { timeZone };
  // Tells what is no part of it, and what is no zone.
  calendarFeatures(new Float64Array(), { parts: calendar, ...zone });
  const ofKey = set.series.length > 1 ? set.key.filter((key) => set.columns.has(key)) : [];
  const statics = names('static', options.static ?? ofKey);
  const categories = [...new Set([...features, ...known, ...statics])].flatMap((column) => {
    const own = seriesColumn('trainForecaster', set, column);
    return own.kind === 'text' ? [[column, own.categories] as const] : [];
  });
  const plan = {
    target,
    ...(unit !== undefined && { unit }),
    ...{ time: set.time, key: set.key, ...zone },
    features,
    known,
    calendar,
    static: statics,
    categories: Object.fromEntries(categories),
    frequency: frequencyName(set.frequency),
    ...sizes,
    quantiles,
  };
  return { plan, notes };
}

/** The past of the target and of what is known ahead is seen in any case. @throws E_DUPLICATE_NAME for a column that is named twice */
function expectOnce(
  { features, known }: { readonly features: readonly string[]; readonly known: readonly string[] },
  target: string,
): void {
  const twice = (text: string) => new LstmOnnxError('E_DUPLICATE_NAME', `trainForecaster: ${text}`);
  for (const [i, name] of features.entries()) {
    if (features.indexOf(name) < i) throw twice(`features names '${name}' twice. Name it once.`);
    const seen = name === target ? 'the target' : known.includes(name) ? 'known ahead' : undefined;
    if (seen !== undefined)
      throw twice(`'${name}' is ${seen}, so that its past is seen already. Leave it out of features.`);
  }
  const again = known.find((name, i) => known.indexOf(name) < i);
  if (again !== undefined) throw twice(`known names '${again}' twice. Name it once.`);
}

function sizesOf(
  set: SeriesSet,
  given: ForecastOptions,
  note: (text: string) => void,
): { season: number; horizon: number; window: number } {
  const { season = set.season } = given;
  expectCount('season', season);
  if (given.season === undefined) {
    const name = frequencyName(set.frequency);
    note(
      season > 1
        ? `The season is ${season} steps, as the frequency '${name}' suggests.`
        : `The frequency '${name}' suggests no season.`,
    );
  }
  const { horizon = season > 1 ? season : SHORT_HORIZON } = given;
  expectCount('horizon', horizon);
  if (given.horizon === undefined) note(`The horizon is ${counted(horizon, 'step')}.`);
  const longest = longestOf(set.series);
  // The last steps tell the best epoch; of the others half at most, so that there are windows to learn from.
  const room = Math.max(Math.floor((longest - 2 * horizon) / 2), 1);
  const usual = 2 * Math.max(season, horizon);
  const { window = Math.min(usual, room) } = given;
  expectCount('window', window);
  const why = window < usual ? `, not ${usual}, as there are few rows` : '';
  if (given.window === undefined) note(`The window is ${counted(window, 'step')}${why}.`);
  const needed = window + 2 * horizon;
  if (longest < needed) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `trainForecaster: a window of ${window} and a horizon of ${horizon}, twice for what tells the best epoch, take ${needed} rows; the longest series has ${longest}. Give a smaller window or horizon, or more rows.`,
      { hints: [{ option: 'window' }, { option: 'horizon' }] },
    );
  }
  return { season, horizon, window };
}

/** Parts that come round at least twice in the data: what was seen once tells nothing of the next. */
function suggestedCalendar(
  { series, frequency, columns }: SeriesSet,
  note: (text: string) => void,
): readonly CalendarPart[] {
  const span = series.reduce((most, { times }) => Math.max(most, (times.at(-1) ?? 0) - (times[0] ?? 0)), 0);
  const covered = (SUGGESTED[frequency.unit] ?? []).filter((part) => span >= 2 * CYCLES[part]);
  const parts = covered.filter((part) => !columns.has(part));
  const taken = covered.filter((part) => columns.has(part));
  if (taken.length > 0)
    note(`Of the calendar it does not see ${taken.join(', ')}: the series have a column of that name.`);
  if (parts.length > 0) note(`Of the calendar it sees: ${parts.join(', ')}.`);
  return parts;
}

/** @throws E_INVALID_OPTION unless it is 1, 2, 3, ... */
export function expectCount(option: string, value: unknown): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return;
  throw wrongArgument(`trainForecaster: ${option}`, value, 'a whole number from 1');
}
