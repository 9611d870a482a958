/** Columns that the calendar gives for any time, so that they are known ahead. */
import { inWords, wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { DAY } from './date-format.js';
import { timeOfDay, weekday } from './frequency.js';
import { checkSeriesSet, type SeriesColumn, type SeriesSet, type SeriesValues } from './series.js';
import { checkTimeZone, zoneOffsets } from './time-zone.js';

export type CalendarPart = 'hour' | 'weekday' | 'month' | 'quarter' | 'dayOfMonth' | 'dayOfYear';

export interface CalendarOptions {
  /** Which parts, in this order. */
  readonly parts: readonly CalendarPart[];
  /**
   * `'cyclic'` by default: two columns of numbers for each part, `hour_sin` and `hour_cos`, so that the last hour is beside
   * the first. `'codes'`: one column of categories, `hour`, for an embedding.
   */
  readonly as?: 'cyclic' | 'codes';
  /** Whose clocks and calendar are meant, such as `'Europe/Berlin'`; UTC by default. */
  readonly timeZone?: string;
}

const NAMES: OptionNames<CalendarOptions> = { parts: true, as: true, timeZone: true };

interface Part {
  /** How many there are. */
  readonly size: number;
  /** From 0. */
  readonly of: (time: number) => number;
  /** What the first is called; numbers from 1 where it is left out. */
  readonly names?: readonly string[];
}

const startOfYear = (time: number) => {
  const date = new Date(time);
  date.setUTCMonth(0, 1);
  return Math.floor(date.getTime() / DAY);
};

/** A function, so that nothing is made before it is wanted. */
const partsOf = (): Readonly<Record<CalendarPart, Part>> => ({
  // A part of an hour counts in sin and cos.
  hour: {
    size: 24,
    of: (time) => timeOfDay(time) / 3_600_000,
    names: Array.from({ length: 24 }, (_, hour) => `${hour}`),
  },
  weekday: {
    size: 7,
    of: weekday,
    names: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  },
  month: { size: 12, of: (time) => new Date(time).getUTCMonth() },
  quarter: { size: 4, of: (time) => Math.floor(new Date(time).getUTCMonth() / 3) },
  dayOfMonth: { size: 31, of: (time) => new Date(time).getUTCDate() - 1 },
  dayOfYear: { size: 366, of: (time) => Math.floor(time / DAY) - startOfYear(time) },
});

/** The columns that {@link calendarFeatures} gives, by name. */
export type CalendarColumns = ReadonlyMap<
  string,
  { readonly column: SeriesColumn; readonly values: SeriesValues }
>;

/**
 * Columns made of times, in UTC or by the clocks of a zone.
 *
 * `hour` goes from 0 to 23, `weekday` from Monday to Sunday, the others from 1. Codes start at 0, and there are 24, 7, 12,
 * 4, 31 and 366 of them.
 *
 * @param times milliseconds since 1970, as the columns of tables and `nextTimes` have them
 * @throws E_INVALID_OPTION for other parts, and for times that are none
 */
export function calendarFeatures(times: Float64Array, options: CalendarOptions): CalendarColumns {
  if (!(times instanceof Float64Array)) {
    throw wrongArgument('calendarFeatures', times, 'times as a Float64Array of milliseconds since 1970');
  }
  const wrong = times.findIndex((time) => !(Math.abs(time) <= 8.64e15));
  if (wrong >= 0)
    throw wrongArgument(`calendarFeatures: time ${wrong}`, times[wrong], 'milliseconds since 1970');
  checkOptionNames('calendarFeatures', options ?? null, NAMES);
  const { parts, as = 'cyclic', timeZone } = options;
  checkTimeZone(timeZone);
  const offsetAt = timeZone === undefined ? undefined : zoneOffsets(timeZone);
  const shown = offsetAt === undefined ? times : times.map((time) => time + offsetAt(time));
  const known = partsOf();
  if (!Array.isArray(parts))
    throw wrongArgument('calendarFeatures: parts', parts, "a list such as ['hour', 'weekday']");
  if (as !== 'cyclic' && as !== 'codes') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `calendarFeatures: as is ${inWords(as)}; expected 'cyclic' or 'codes'.`,
    );
  }
  const columns = parts.flatMap((name: unknown) => {
    const part =
      typeof name === 'string' && Object.hasOwn(known, name) ? known[name as CalendarPart] : undefined;
    if (part === undefined) {
      throw wrongArgument('calendarFeatures: parts', name, `parts of ${Object.keys(known).join(', ')}`);
    }
    return as === 'codes' ? [codesOf(String(name), part, shown)] : cyclesOf(String(name), part, shown);
  });
  return new Map(columns);
}

type NamedColumn = [name: string, { column: SeriesColumn; values: SeriesValues }];

function codesOf(name: string, { size, of, names }: Part, times: Float64Array): NamedColumn {
  const categories = names ?? Array.from({ length: size }, (_, index) => `${index + 1}`);
  return [
    name,
    { column: { kind: 'text', categories }, values: Int32Array.from(times, (time) => Math.floor(of(time))) },
  ];
}

function cyclesOf(name: string, { size, of }: Part, times: Float64Array): NamedColumn[] {
  const turn = (time: number) => (2 * Math.PI * of(time)) / size;
  return [
    [`${name}_sin`, { column: { kind: 'number' }, values: times.map((time) => Math.sin(turn(time))) }],
    [`${name}_cos`, { column: { kind: 'number' }, values: times.map((time) => Math.cos(turn(time))) }],
  ];
}

/**
 * The series with columns of the calendar beside their own, which `windows` takes as `known` and `features`. Steps of a day or
 * more that are all at 00:00 UTC are days, which no time zone moves.
 *
 * @throws E_DUPLICATE_NAME where a column has such a name already; E_INVALID_OPTION as {@link calendarFeatures}
 */
export function withCalendar(set: SeriesSet, options: CalendarOptions): SeriesSet {
  checkSeriesSet('withCalendar', set);
  const made = calendarFeatures(new Float64Array(), options);
  for (const name of made.keys()) {
    if (!set.columns.has(name)) continue;
    throw new LstmOnnxError('E_DUPLICATE_NAME', `withCalendar: the series have a column '${name}' already.`);
  }
  // A day is the same everywhere: in America, that which begins at 00:00 UTC would be the one before.
  const { timeZone, ...ofDays } = options;
  const shown = areDays(set) ? ofDays : options;
  const series = set.series.map((each) => {
    const added = [...calendarFeatures(each.times, shown)].map(
      ([name, { values }]) => [name, values] as const,
    );
    return { ...each, values: new Map([...each.values, ...added]) };
  });
  const columns = [...made].map(([name, { column }]) => [name, column] as const);
  return { ...set, series, columns: new Map([...set.columns, ...columns]) };
}

function areDays({ series, frequency: { unit } }: SeriesSet): boolean {
  const isShorter = unit === 'second' || unit === 'minute' || unit === 'hour';
  return !isShorter && series.every(({ times }) => times.every((time) => timeOfDay(time) === 0));
}
