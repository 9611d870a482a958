/** Axes of a plot: where a value lies, and at which values there are ticks. */

export interface Axis {
  readonly ticks: readonly number[];
  /** Where a value lies, from 0 to 1. */
  at(value: number): number;
  readonly isLog: boolean;
}

/** Steps between ticks, in powers of ten. */
const STEPS = [1, 2, 5, 10];
/** Of values whose largest is so many times the smallest, and a third of that the one in the middle, a linear axis shows few. */
const LOG_FROM = 30;

/** Smaller numbers are 0 on a plot. */
const TINY = 1e-300;

/** An axis of values, in logarithms where they are all above 0 and most of them far below the largest. */
export function valueAxis(values: readonly number[], most: number): Axis {
  const sorted = [...values].sort((a, b) => a - b);
  const [low = 0, middle = 0, high = 0] = [0, Math.floor(sorted.length / 2), -1].map((i) => sorted.at(i));
  const isLog = low > 0 && high > LOG_FROM * low && high >= (LOG_FROM / 3) * middle * (1 - 1e-9);
  return isLog ? logAxis(low, high, most) : linearAxis(low, high, most);
}

/** An axis of whole numbers from the first to the last. */
export function countAxis(first: number, last: number, most: number): Axis {
  const step = Math.max(1, niceStep(last - first, most));
  const start = Math.ceil(first / step) * step;
  const rest = ticksFrom(start, last, step);
  // The first has a tick of its own where it is not too near to the next.
  const ticks = start - first > step / 2 ? [first, ...rest] : rest;
  const span = last - first;
  return { ticks, isLog: false, at: (value) => (span === 0 ? 0.5 : (value - first) / span) };
}

function linearAxis(low: number, high: number, most: number): Axis {
  const size = Math.max(Math.abs(low), Math.abs(high));
  // Of values that are one, but for their last digits, there is a range around them.
  const around = high - low > Math.max(1e-9 * size, TINY) ? 0 : size > TINY ? size : 1;
  const step = niceStep(high - low + around, most);
  const from = Math.floor((low - around / 2) / step) * step;
  const to = Math.ceil((high + around / 2) / step) * step;
  return { ticks: ticksFrom(from, to, step), isLog: false, at: (value) => (value - from) / (to - from) };
}

function logAxis(low: number, high: number, most: number): Axis {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const margin = (to - from) * 0.03;
  const [start, end] = [from - margin, to + margin];
  const decades = Array.from(
    { length: Math.ceil(end) - Math.floor(start) + 1 },
    (_, i) => Math.floor(start) + i,
  );
  const inside = (steps: readonly number[]) =>
    decades
      .flatMap((decade) => steps.map((step) => Number(`${step}e${decade}`)))
      .filter((tick) => Math.log10(tick) >= start && Math.log10(tick) <= end);
  const fine = inside([1, 2, 5]);
  const powers = inside([1]);
  const every = Math.ceil(powers.length / most);
  const ticks = fine.length <= most ? fine : powers.filter((_, i) => i % every === 0);
  return { ticks, isLog: true, at: (value) => (Math.log10(value) - start) / (end - start) };
}

/** The smallest step of 1, 2 or 5 times a power of ten that gives no more ticks. */
function niceStep(span: number, most: number): number {
  const least = span / Math.max(1, most - 1);
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = STEPS.find((step) => step * power >= least) ?? 10;
  return span > 0 ? factor * power : 1;
}

function ticksFrom(from: number, to: number, step: number): number[] {
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  return Array.from({ length: count }, (_, i) => Number((from + i * step).toPrecision(12)));
}
