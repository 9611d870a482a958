/** Series of a table: for each key its rows in the order of time, one at every step of a frequency. */
import { isObject, wrongArgument } from '../../arguments.js';
import { checkFrequency, type Frequency } from './frequency.js';
import { type DataNote, noColumn } from './table.js';

/** What the columns of all series hold. */
export type SeriesColumn =
  | { readonly kind: 'number' }
  | { readonly kind: 'text'; readonly categories: readonly string[] };

/** Values of one series: numbers without NaN, or codes of categories from 0. */
export type SeriesValues = Float64Array | Int32Array;

/** One series. Its times are one step apart, without a gap. */
export interface Series {
  /**
   * The texts of the key columns, joined by ` / `, those in quotes that have it themselves; empty without a key. Pieces that
   * gaps cut apart have the same.
   */
  readonly name: string;
  /** The texts of the key columns by the names of these. */
  readonly key: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, ascending. */
  readonly times: Float64Array;
  /** The row of the table that each step has its values from, from 0; -1 where they are filled in. */
  readonly rows: Int32Array;
  readonly values: ReadonlyMap<string, SeriesValues>;
  /** So many steps at the start are there as input alone: no window has a target in them. */
  readonly context: number;
  /**
   * How many steps later the value is that each step is drawn to by `fill: 'linear'`: 0 for what was known at its time. Absent
   * where no lines are drawn.
   */
  readonly lookahead?: Int32Array;
}

/** All series of a table. */
export interface SeriesSet {
  readonly series: readonly Series[];
  /** The name of the column of times. */
  readonly time: string;
  /** The names of the key columns; none where the table is one series. */
  readonly key: readonly string[];
  readonly columns: ReadonlyMap<string, SeriesColumn>;
  readonly frequency: Frequency;
  /** How many steps the season has that the frequency suggests; 1 for none. */
  readonly season: number;
  readonly notes: readonly DataNote[];
}

/** Steps `start` to `end - 1` of a series, without copying. */
export function sliceSeries(series: Series, start: number, end: number, context = 0): Series {
  const values = new Map([...series.values].map(([name, each]) => [name, each.subarray(start, end)]));
  return {
    name: series.name,
    key: series.key,
    times: series.times.subarray(start, end),
    rows: series.rows.subarray(start, end),
    values,
    context,
    ...(series.lookahead && { lookahead: series.lookahead.subarray(start, end) }),
  };
}

/** Whether what a step holds was known at its time: no line goes through it to a later value. */
export function isKnownAt({ lookahead }: Series, step: number): boolean {
  return (lookahead?.[step] ?? 0) === 0;
}

/** Of the steps before `end` those at the start that hold nothing of `border` and the steps behind it. */
export function knownBefore({ lookahead }: Series, end: number, border: number): number {
  let known = end;
  while (known > 0 && known - 1 + (lookahead?.[known - 1] ?? 0) >= border) known--;
  return known;
}

// A call takes no more than some 100,000 arguments, and gaps may cut a table into more pieces: so no Math.max(...).
/** The first and the last time of all series; infinite, the last before the first, where there are no rows. */
export function spanOf(series: readonly Series[]): { readonly first: number; readonly last: number } {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { times } of series) {
    first = Math.min(first, times[0] ?? first);
    last = Math.max(last, times.at(-1) ?? last);
  }
  return { first, last };
}

/** The steps of the longest series. */
export function longestOf(series: readonly Series[]): number {
  return series.reduce((most, { times }) => Math.max(most, times.length), 0);
}

/** The first place whose time is not before one. */
export function firstFrom(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A series' name in quotes, for messages; nothing for the only one of a table without a key. */
export function ofSeries({ name }: Series): string {
  return name === '' ? '' : ` of series '${name}'`;
}

/** @throws E_INVALID_OPTION unless it is what seriesOf gives */
export function checkSeriesSet(where: string, set: unknown): asserts set is SeriesSet {
  const { series, columns, frequency, time, key: keys } = isObject(set) ? set : {};
  const isOne = (each: unknown) => {
    const { times, rows, values, key, name } = isObject(each) ? each : {};
    return (
      times instanceof Float64Array &&
      rows instanceof Int32Array &&
      values instanceof Map &&
      isObject(key) &&
      typeof name === 'string'
    );
  };
  const isColumn = (each: unknown) => isObject(each) && (each.kind === 'number' || each.kind === 'text');
  const hasNames =
    typeof time === 'string' && Array.isArray(keys) && keys.every((name) => typeof name === 'string');
  const areColumns = columns instanceof Map && [...columns.values()].every(isColumn);
  if (!Array.isArray(series) || !series.every(isOne) || !areColumns || !hasNames) {
    throw wrongArgument(where, set, 'series, as seriesOf gives');
  }
  checkFrequency(where, frequency);
}

/**
 * What a column holds.
 *
 * @throws E_UNKNOWN_NAME that lists the columns that there are
 */
export function seriesColumn(where: string, set: SeriesSet, name: string): SeriesColumn {
  const column = set.columns.get(name);
  if (column === undefined) throw noColumn(where, name, set.columns.keys());
  return column;
}

/** The values of a column of each series. */
export function valuesOf(series: Series, name: string): SeriesValues {
  const values = series.values.get(name);
  if (values === undefined || values.length !== series.times.length) {
    throw wrongArgument(`Series '${series.name}', column '${name}'`, values, 'a value for each of its times');
  }
  return values;
}
