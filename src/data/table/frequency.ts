/** How often a series has a value: a unit of time and how many of them, as `15 minutes` or `1 month`. */
import { inWords, isObject, wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { DAY } from './date-format.js';

export type FrequencyUnit =
  | 'second'
  | 'minute'
  | 'hour'
  | 'day'
  | 'business day'
  | 'week'
  | 'month'
  | 'quarter'
  | 'year';

/** Plain data: `{ unit: 'minute', count: 15 }`. Business days are Monday to Friday. */
export interface Frequency {
  readonly unit: FrequencyUnit;
  readonly count: number;
}

/** Milliseconds of the units that are always as long; days are those of UTC. */
const LENGTHS: Partial<Readonly<Record<FrequencyUnit, number>>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: DAY,
  week: 7 * DAY,
};
const MONTHS: Partial<Readonly<Record<FrequencyUnit, number>>> = { month: 1, quarter: 3, year: 12 };
const UNITS: readonly FrequencyUnit[] = [
  'second',
  'minute',
  'hour',
  'day',
  'business day',
  'week',
  'month',
  'quarter',
  'year',
];

/** How many steps the next larger cycle has: an hour of day, a day of week, a month of year. */
const SEASONS: Readonly<Record<FrequencyUnit, number>> = {
  second: 60,
  minute: 1440,
  hour: 24,
  day: 7,
  'business day': 5,
  week: 52,
  month: 12,
  quarter: 4,
  year: 1,
};

/** `month`, `15 minutes`: what an option takes. */
export function frequencyName({ unit, count }: Frequency): string {
  return count === 1 ? unit : `${count} ${unit}s`;
}

/**
 * @param given such as `'day'`, `'15 minutes'` or `{ unit: 'minute', count: 15 }`
 * @throws E_INVALID_OPTION for anything else
 */
export function checkFrequency(where: string, given: unknown): Frequency {
  const expected = `a frequency such as 'hour', '15 minutes' or { unit: 'minute', count: 15 }; units are ${UNITS.join(', ')}`;
  const { unit, count } = typeof given === 'string' ? parts(given) : isObject(given) ? given : {};
  const known = UNITS.find((each) => each === unit);
  if (known === undefined || typeof count !== 'number' || !Number.isSafeInteger(count) || count < 1) {
    throw wrongArgument(`${where}: frequency`, given, expected);
  }
  return { unit: known, count };
}

function parts(text: string): { unit: string; count: number } {
  const [, count = '1', unit = ''] = /^(?:(\d{1,9}) )?(.+?)s?$/.exec(text) ?? [];
  return { unit, count: Number(count) };
}

/**
 * The season that a frequency suggests, in steps: 24 for hours (a day), 96 for 15 minutes, 7 for days, 12 for months; 1 for
 * years and whatever has none.
 *
 * @throws E_INVALID_OPTION for what is no frequency
 */
export function seasonOf(frequency: Frequency | string): number {
  const { unit, count } = checkFrequency('seasonOf', frequency);
  const season = SEASONS[unit] / count;
  return Number.isInteger(season) ? season : 1;
}

/**
 * Where a time is on the steps of a frequency, counted from an origin; no whole number where it is between two of them.
 * A month counts as one step on whichever of its days.
 */
export function stepAt({ unit, count }: Frequency, time: number, origin: number): number {
  const length = LENGTHS[unit];
  if (length !== undefined) return (time - origin) / (length * count);
  const months = MONTHS[unit];
  if (months !== undefined) return (monthOf(time) - monthOf(origin)) / (months * count);
  const days = businessDay(time) - businessDay(origin);
  return days / count;
}

/** The time so many steps behind one: of months the same day, or the last one where the time is the last of its month; of weekends that of their Friday. */
export function addSteps({ unit, count }: Frequency, time: number, steps: number): number {
  const length = LENGTHS[unit];
  if (length !== undefined) return time + steps * count * length;
  const months = MONTHS[unit];
  if (months !== undefined) return addMonths(time, steps * count * months);
  const day = Math.floor(businessDay(time)) + steps * count;
  const week = Math.floor(day / 5);
  return (7 * week + day - 5 * week) * DAY + MONDAY + timeOfDay(time);
}

/**
 * Where the steps behind some times are counted from: the last time; of months the last one that is not on the last day of its month,
 * where all behind it are on its day too. Behind the 30th of April, after the 30th of March, comes the 30th of May, not the 31st.
 */
export function countedFrom(frequency: Frequency, times: Float64Array): number {
  const last = times.at(-1) ?? Number.NaN;
  if (MONTHS[frequency.unit] === undefined) return last;
  const place = times.findLastIndex((time) => !isLastDay(time));
  const from = times[place];
  if (from === undefined) return last;
  const isOnDay = (time: number) =>
    addSteps(frequency, from, Math.round(stepAt(frequency, time, from))) === time;
  return times.subarray(place).every(isOnDay) ? from : last;
}

/** So many steps behind the last of some times. */
export function stepsBehind(frequency: Frequency, times: Float64Array): (steps: number) => number {
  const from = countedFrom(frequency, times);
  const done = Math.round(stepAt(frequency, times.at(-1) ?? Number.NaN, from));
  return (steps) => addSteps(frequency, from, done + steps);
}

/** The first time that counts to the step of a time: of months their first day. */
export function startOfStep({ unit }: Frequency, time: number): number {
  return MONTHS[unit] === undefined ? time : firstOf(monthOf(time));
}

/**
 * The times that follow one: what a forecast is of.
 *
 * @param time the last one, in milliseconds since 1970, as a `Date` and the columns of tables count
 * @throws E_INVALID_OPTION for what is no frequency, time or count
 */
export function nextTimes(frequency: Frequency | string, time: number, count: number): Float64Array {
  const checked = checkFrequency('nextTimes', frequency);
  if (!Number.isFinite(time)) throw wrongArgument('nextTimes: time', time, 'milliseconds since 1970');
  if (!Number.isSafeInteger(count) || count < 0 || count > 1e7) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `nextTimes: count got ${inWords(count)}; expected a whole number from 0.`,
    );
  }
  return Float64Array.from({ length: count }, (_, index) => addSteps(checked, time, index + 1));
}

/** Midnight of the first Monday since 1970. */
const MONDAY = 4 * DAY;

/** 0 for Monday to 6 for Sunday. */
export function weekday(time: number): number {
  return modulo(Math.floor((time - MONDAY) / DAY), 7);
}

export function timeOfDay(time: number): number {
  return modulo(time, DAY);
}

export function monthOf(time: number): number {
  const date = new Date(time);
  return 12 * date.getUTCFullYear() + date.getUTCMonth();
}

/** Monday to Friday counted through; half a day for what is on a weekend or at another time than midnight. */
function businessDay(time: number): number {
  const days = Math.floor((time - MONDAY) / DAY);
  const week = Math.floor(days / 7);
  const inWeek = days - 7 * week;
  return 5 * week + (inWeek < 5 ? inWeek : 4.5);
}

function addMonths(time: number, months: number): number {
  const date = new Date(time);
  const month = 12 * date.getUTCFullYear() + date.getUTCMonth();
  const day = isLastDay(time) ? daysIn(month + months) : Math.min(date.getUTCDate(), daysIn(month + months));
  return firstOf(month + months) + (day - 1) * DAY + timeOfDay(time);
}

/** Of its month. */
function isLastDay(time: number): boolean {
  return new Date(time).getUTCDate() === daysIn(monthOf(time));
}

/** Midnight of the first day of a month, which is counted from the year 0. */
function firstOf(month: number): number {
  // Date.UTC takes years below 100 for those of the last century.
  return new Date(0).setUTCFullYear(Math.floor(month / 12), modulo(month, 12), 1);
}

function daysIn(month: number): number {
  return (firstOf(month + 1) - firstOf(month)) / DAY;
}

function modulo(value: number, size: number): number {
  return value - size * Math.floor(value / size);
}
