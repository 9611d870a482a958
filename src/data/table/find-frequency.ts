/** The frequency of times: the step that all of their distances are multiples of, and most of them are. */
import { LstmOnnxError } from '../../errors.js';
import { DAY } from './date-format.js';
import { type Frequency, type FrequencyUnit, monthOf, timeOfDay, weekday } from './frequency.js';

/** Times of one series, ascending, each once. */
type Times = Float64Array;

/**
 * @param series the times of each
 * @param placeOf names a time of a series, for messages
 * @throws E_INVALID_FILE for times that keep to no step
 */
export function findFrequency(
  series: readonly Times[],
  placeOf: (series: number, index: number) => string,
): Frequency {
  const first = series.find((times) => times.length > 0)?.[0] ?? 0;
  const every = (test: (time: number) => boolean) => series.every((times) => times.every(test));
  const isDaily = every((time) => timeOfDay(time) === timeOfDay(first));
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
  const dayOfMonth = new Date(first).getUTCDate();
  const isSameDay = every((time) => new Date(time).getUTCDate() === dayOfMonth);
  const isWeekly = every((time) => (time - first) % (7 * DAY) === 0);
  if (isDaily && shortest >= 28 * DAY && (isSameDay || !isWeekly)) {
    const step = commonStep(series, monthOf, placeOf, 'month');
    if (step % 12 === 0) return { unit: 'year', count: step / 12 };
    if (step % 3 === 0) return { unit: 'quarter', count: step / 3 };
    return { unit: 'month', count: step };
  }
  if (isDaily) {
    // Each day counts as its Friday at most, so that a weekend is no gap.
    if (shortest === DAY && every((time) => weekday(time) < 5) && series.some(spansWeekends)) {
      return { unit: 'business day', count: 1 };
    }
    const step = commonStep(series, (time) => Math.round(time / DAY), placeOf, 'day');
    return step % 7 === 0 ? { unit: 'week', count: step / 7 } : { unit: 'day', count: step };
  }
  const step = commonStep(series, (time) => time / 1000, placeOf, 'second');
  const units: [FrequencyUnit, number][] = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ];
  const [unit, length] = units.find(([, seconds]) => step % seconds === 0) ?? (['second', 1] as const);
  return { unit, count: step / length };
}

function shortestStep(times: Times): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 1; i < times.length; i++) shortest = Math.min(shortest, (times[i] ?? 0) - (times[i - 1] ?? 0));
  return shortest;
}

/** Times from Monday to Friday alone say nothing of weekends where there are only a few. */
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
  eachStep((step, which, index) => {
    if (odd === undefined && (step === 0 || step % most !== 0)) {
      odd = `the step to ${placeOf(which, index)} is ${inUnits(step, unit)}`;
    }
  });
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
