/** Which windows of long series are learned from: neighbours show nearly the same, so that a part of them does. */
import type { DataNote } from '../data/table/table.js';
import type { Windows } from '../data/table/windows.js';

/** About how many windows there are, and steps in all of them: what an epoch takes. */
interface Most {
  readonly windows: number;
  readonly steps: number;
}

/** To train on. */
export const MOST_TRAINING: Most = { windows: 50_000, steps: 8_000_000 };
/** To tell the best epoch and the width of ranges by. */
export const MOST_VALIDATION: Most = { windows: 5_000, steps: 800_000 };

const WEEK = 7;

/**
 * The least stride that leaves about so many windows, and by which they begin at all places of a season, and of a week of
 * seasons.
 *
 * @param season in steps
 */
export function strideFor(all: Windows, season: number, { windows, steps }: Most): number {
  const most = Math.max(1, Math.min(windows, Math.floor(steps / (all.input + all.horizon))));
  let stride = Math.ceil(all.length / most);
  while (stride > 1 && commonDivisor(stride, WEEK * season) > 1) stride++;
  return stride;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/**
 * About so many of all windows, and a note where some are left out.
 *
 * @param what is done by them
 */
export function thinned(
  all: Windows,
  season: number,
  most: Most,
  what: string,
): { readonly windows: Windows; readonly notes: readonly DataNote[] } {
  const stride = strideFor(all, season, most);
  const windows = all.every(stride);
  if (stride === 1) return { windows, notes: [] };
  const [part, whole] = [windows.length.toLocaleString('en'), all.length.toLocaleString('en')];
  const text = `${what} one window of every ${stride}: ${part} of ${whole}.`;
  return { windows, notes: [{ text, count: all.length - windows.length }] };
}

/** Larger for more windows, so that an epoch is not more than some hundred steps. */
export function batchSizeFor(windows: number): number {
  let size = 64;
  while (size < 512 && windows >= 200 * size) size *= 2;
  return size;
}
