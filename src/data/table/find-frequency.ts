/** The frequency of times: the step that all of their distances are multiples of, and most of them are. */
import { LstmOnnxError } from '../../errors.js';
import { mustHave } from '../../must-get.js';
import { DAY } from './date-format.js';
import { type Frequency, type FrequencyUnit, monthOf, timeOfDay, weekday } from './frequency.js';

/** Times of one series, ascending, each once. */
type Times = Float64Array;

/** Units and how many smaller ones they have, the largest first. */
type Units = readonly (readonly [unit: FrequencyUnit, length: number])[];
const OF_MONTHS: Units = [
  ['year', 12],
  ['quarter', 3],
  ['month', 1],
];
const OF_DAYS: Units = [
  ['week', 7],
  ['day', 1],
];
const OF_SECONDS: Units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

const [HOUR, OF_A_DAY] = [3600, 86_400];

/**
 * @param series the times of each
 * @param placeOf names a time of a series, for messages
 * @throws E_INVALID_FILE for times that keep to no step
 */
export function findFrequency(
  series: readonly Times[],
  placeOf: (series: number, index: number) => string,
): Frequency {
  const shortest = series.reduce(
    (least, times) => Math.min(least, shortestStep(times)),
    Number.POSITIVE_INFINITY,
  );
  if (!Number.isFinite(shortest)) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      "Each series has a single time, which tells no frequency. Give it, as in frequency: 'day'.",
      { hints: [{ option: 'frequency' }] },
    );
  }
  const common = (count: (time: number) => number, unit: string) => commonStep(series, count, placeOf, unit);
  if (!areAlike(series, timeOfDay))
    return inLargest(
      common((time) => time / 1000, 'second'),
      OF_SECONDS,
    );
  if (shortest >= 28 * DAY && !areWeeks(series)) return inLargest(common(monthOf, 'month'), OF_MONTHS);
  // Each day counts as its Friday at most, so that a weekend is no gap.
  if (shortest === DAY && areWorkdays(series)) return { unit: 'business day', count: 1 };
  return inLargest(
    common((time) => Math.round(time / DAY), 'day'),
    OF_DAYS,
  );
}

/** Steps in the largest unit that they are whole numbers of. */
function inLargest(step: number, units: Units): Frequency {
  const [unit, length] = mustHave(
    units.find(([, length]) => step % length === 0),
    'A unit of the times',
  );
  return { unit, count: step / length };
}

/** Whether all times have the same of something. */
function areAlike(series: readonly Times[], of: (time: number) => number): boolean {
  const first = of(series.find((times) => times.length > 0)?.[0] ?? 0);
  return series.every((times) => times.every((time) => of(time) === first));
}

/** Days that are whole weeks apart; those of one day of the month are months that happen to be. */
function areWeeks(series: readonly Times[]): boolean {
  return areAlike(series, weekday) && !areAlike(series, (time) => new Date(time).getUTCDate());
}

/** Monday to Friday, which says nothing of weekends where there are only a few days. */
function areWorkdays(series: readonly Times[]): boolean {
  return series.every((times) => times.every((time) => weekday(time) < 5)) && series.some(spansWeekends);
}

function shortestStep(times: Times): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 1; i < times.length; i++) shortest = Math.min(shortest, (times[i] ?? 0) - (times[i - 1] ?? 0));
  return shortest;
}

function spansWeekends(times: Times): boolean {
  return (times.at(-1) ?? 0) - (times[0] ?? 0) >= 7 * DAY;
}

/**
 * The most frequent distance, which all others are multiples of.
 *
 * @param count a time in whole units
 */
function commonStep(
  series: readonly Times[],
  count: (time: number) => number,
  placeOf: (series: number, index: number) => string,
  unit: string,
): number {
  const counts = new Map<number, number>();
  const eachStep = (visit: (step: number, series: number, index: number) => void) => {
    for (const [which, times] of series.entries()) {
      for (let i = 1; i < times.length; i++) visit(count(times[i] ?? 0) - count(times[i - 1] ?? 0), which, i);
    }
  };
  eachStep((step) => {
    counts.set(step, (counts.get(step) ?? 0) + 1);
  });
  const all = [...counts].toSorted(([a, n], [b, m]) => m - n || a - b);
  const [most = 1, times = 0] = all[0] ?? [];
  const total = all.reduce((sum, [, n]) => sum + n, 0);
  let odd: string | undefined;
  let isByClocks = false;
  eachStep((step, which, index) => {
    if (odd === undefined && (step === 0 || step % most !== 0)) {
      odd = `the step to ${placeOf(which, index)} is ${inUnits(step, unit)}`;
      isByClocks = unit === 'second' && most > HOUR && [step - HOUR, step + HOUR].some((x) => x % most === 0);
    }
  });
  if (odd !== undefined && isByClocks) {
    const longer = most % OF_A_DAY === 0;
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The times seem to keep to local clocks, which were put forward or back: most often the next is ${inUnits(most / HOUR, 'hour')} later, but ${odd}. ${longer ? 'Write days without an hour, such as 2023-03-27' : 'Write them in UTC at even steps, or as if the clocks stayed as they were'}.`,
    );
  }
  if (odd !== undefined || !Number.isInteger(most)) {
    const share = Math.floor((100 * times) / total);
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The times are irregular: most often (${share} %) the next is ${inUnits(most, unit)} later, but ${odd ?? 'they are no whole seconds apart'}. Give the frequency that is meant, which says all times beside it, or bring the rows to one step before (one row for each hour, say).`,
      { hints: [{ option: 'frequency' }] },
    );
  }
  return most;
}

function inUnits(step: number, unit: string): string {
  return `${Number(step.toFixed(3))} ${unit}${step === 1 ? '' : 's'}`;
}
