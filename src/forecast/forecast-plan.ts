/** What a forecast is of, and from which columns: plain data, which a model file keeps. */

import { type CalendarPart, withCalendar } from '../data/table/calendar.js';
import {
  checkFrequency,
  type Frequency,
  frequencyName,
  stepAt,
  stepsBehind,
} from '../data/table/frequency.js';
import { timeText } from '../data/table/group-rows.js';
import { type Series, type SeriesSet, seriesColumn, sliceSeries } from '../data/table/series.js';
import { type Windows, windows } from '../data/table/windows.js';
import { LstmOnnxError } from '../errors.js';
import type { Distribution } from './distribution-quantiles.js';

export interface ForecastPlan {
  /** The column that is forecast. */
  readonly target: string;
  /** What the target is counted in, such as `ppm`. */
  readonly unit?: string;
  /** The column of times. */
  readonly time: string;
  /** The columns that tell series apart. */
  readonly key: readonly string[];
  /** Whose clocks the calendar follows, such as `Europe/Berlin`; UTC where it is left out. */
  readonly timeZone?: string;
  /** Columns of which the past is known. */
  readonly features: readonly string[];
  /** Columns that are known ahead. */
  readonly known: readonly string[];
  /** Parts of the calendar, which are known ahead, too. */
  readonly calendar: readonly CalendarPart[];
  /** Columns that are the same in all of a series. */
  readonly static: readonly string[];
  /** The texts of columns of text, in the order of their codes. */
  readonly categories: Readonly<Record<string, readonly string[]>>;
  /** Such as `month` or `15 minutes`. */
  readonly frequency: string;
  /** Steps of a season; 1 for none. It may be longer than the window. */
  readonly season: number;
  /** Steps that are seen. */
  readonly window: number;
  /** Steps that are forecast. */
  readonly horizon: number;
  readonly quantiles: readonly number[];
  /** What the quantiles are of, where they were not learned one by one. */
  readonly distribution?: Distribution;
}

/** The target with its unit, as in `CO2 (ppm)`. */
export function targetName({ target, unit }: Pick<ForecastPlan, 'target' | 'unit'>): string {
  return unit === undefined ? target : `${target} (${unit})`;
}

/** All windows of series, with the columns of a plan. */
export function windowsOf(set: SeriesSet, plan: ForecastPlan, stride = 1): Windows {
  const { target, features, known, calendar, window: input, horizon } = plan;
  const zone = plan.timeZone === undefined ? {} : { timeZone: plan.timeZone };
  const whole = calendar.length > 0 ? withCalendar(set, { parts: calendar, as: 'codes', ...zone }) : set;
  const ahead = [...known, ...calendar];
  return windows(whole, {
    ...{ input, horizon, stride, target, short: 'drop' },
    ...{ features: [...features, ...ahead], known: ahead, static: plan.static },
  });
}

/**
 * @throws E_INVALID_OPTION for series that are not of the plan's frequency, or whose codes are not those of its categories
 */
export function checkFits(set: SeriesSet, plan: ForecastPlan): void {
  const name = frequencyName(set.frequency);
  if (name !== plan.frequency) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The forecast is of steps of one ${plan.frequency}; these series have steps of one ${name}.`,
    );
  }
  for (const [column, texts] of Object.entries(plan.categories)) {
    const own = seriesColumn('forecast', set, column);
    const isSame =
      own.kind === 'text' &&
      own.categories.length === texts.length &&
      texts.every((text, i) => own.categories[i] === text);
    if (isSame) continue;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The texts of column '${column}' are not those that the forecast was trained on, or in another order; read them with seriesOf(table, { ..., categories: forecaster.plan.categories }).`,
    );
  }
}

/**
 * Series of one window each: the last steps of each series, and the steps that are to be forecast.
 * Of a series that gaps cut apart it is the last piece.
 *
 * @param future what is known of those steps, found by series and time; with the target, where it is known what came
 * @param seen times up to the last one, of a series with too few rows to tell on which day of a month they are
 * @throws E_INVALID_OPTION for a series that is shorter than the window; E_MISSING_NAME for columns that are known ahead and are not in
 *   `future`
 */
export function lastWindows(
  set: SeriesSet,
  plan: ForecastPlan,
  future?: SeriesSet,
  seen?: Float64Array,
): SeriesSet {
  const { window, horizon, known } = plan;
  const frequency = checkFrequency('forecast', plan.frequency);
  const series = lastPieces(set, plan, future, seen).map(({ past: each, ahead: next }): Series => {
    const count = each.times.length;
    if (count < window) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `The forecast sees ${window} rows; ${each.name === '' ? 'there are' : `series '${each.name}' has`} ${count}. Give more rows, or train with a smaller window.`,
        { hints: [{ option: 'window' }] },
      );
    }
    const past = sliceSeries(each, count - window, count);
    const behind = stepsBehind(frequency, seen ?? each.times);
    const isWhole = next !== undefined && next.times.length === horizon;
    const times = Float64Array.from({ length: window + horizon }, (_, i) =>
      i < window ? (past.times[i] ?? 0) : behind(i - window + 1),
    );
    const values = [...past.values].map(([name, own]) => {
      const ahead = isWhole ? next.values.get(name) : undefined;
      const isThere = ahead !== undefined;
      if (!isThere && known.includes(name)) throw notKnown(name, each, horizon, times[window]);
      const whole =
        own instanceof Int32Array ? new Int32Array(window + horizon) : new Float64Array(window + horizon);
      whole.set(own);
      if (isThere) whole.set(ahead, window);
      // What is the same in all of a series is it ahead, too.
      else if (plan.static.includes(name)) whole.fill(own.at(-1) ?? 0, window);
      return [name, whole] as const;
    });
    const rows = new Int32Array(window + horizon).fill(-1);
    rows.set(past.rows);
    return { name: each.name, key: each.key, times, rows, values: new Map(values), context: 0 };
  });
  return { ...set, series };
}

/** Where a series ends. */
export interface SeriesEnd {
  /** Its last piece. */
  readonly past: Series;
  /** The steps right behind it, a horizon at most; undefined where not even the next one is known. */
  readonly ahead: Series | undefined;
}

/**
 * The last piece of each series, in the order of the series, and what is known of the steps behind it.
 *
 * @param future where these steps are looked for, by series and time
 * @param seen as of {@link lastWindows}
 */
export function lastPieces(
  set: SeriesSet,
  plan: Pick<ForecastPlan, 'frequency' | 'horizon'>,
  future?: SeriesSet,
  seen?: Float64Array,
): SeriesEnd[] {
  const frequency = checkFrequency('forecast', plan.frequency);
  const aheadOf = future && piecesOf(future);
  const later = (one: Series, other: Series) => ((one.times[0] ?? 0) < (other.times[0] ?? 0) ? other : one);
  return [...piecesOf(set)].map(([key, pieces]) => {
    const past = pieces.reduce(later);
    if (past.times.length === 0) return { past, ahead: undefined };
    const next = stepsBehind(frequency, seen ?? past.times)(1);
    return { past, ahead: stepsFrom(aheadOf?.get(key) ?? [], frequency, next, plan.horizon) };
  });
}

/** The pieces of each series, by its key. */
function piecesOf({ series }: SeriesSet): Map<string, Series[]> {
  const pieces = new Map<string, Series[]>();
  for (const each of series) {
    const key = keyOf(each);
    const known = pieces.get(key);
    if (known) known.push(each);
    else pieces.set(key, [each]);
  }
  return pieces;
}

/** Tells series apart: by the key, and by the name where sets have none. */
export function keyOf({ name, key }: Pick<Series, 'name' | 'key'>): string {
  return JSON.stringify([name, key]);
}

/** The steps of a series from a time on, as many as a piece has, at most so many; undefined where none has any. */
function stepsFrom(
  pieces: readonly Series[],
  frequency: Frequency,
  time: number,
  most: number,
): Series | undefined {
  let found: Series | undefined;
  for (const each of pieces) {
    if (each.times.length === 0) continue;
    const place = stepAt(frequency, time, each.times[0] ?? 0);
    if (!Number.isInteger(place) || place < 0 || place >= each.times.length) continue;
    const own = sliceSeries(each, place, Math.min(place + most, each.times.length));
    if (own.times.length > (found?.times.length ?? 0)) found = own;
  }
  return found;
}

function notKnown(column: string, { name }: Series, horizon: number, from?: number): LstmOnnxError {
  return new LstmOnnxError(
    'E_MISSING_NAME',
    `The column '${column}' is known ahead: give ${horizon} rows of it behind the last one${name === '' ? '' : ` of series '${name}'`}, from ${timeText(from)} on, as the option future.`,
    { hints: [{ option: 'future' }] },
  );
}
