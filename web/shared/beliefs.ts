/** What a network believes, as numbers and in words: shares of 1 for each of the ten digits, after each row. */
import { imageSide } from './digit-image.js';

export const classes = 10;

/** `98 %`, with a space that does not break; what is neither nothing nor all does not round to it. */
export function percentOf(share: number): string {
  const percent = share * 100;
  if (percent < 0.5) return '<\u00a01\u00a0%';
  return percent >= 99.5 ? '>\u00a099\u00a0%' : `${Math.round(percent)}\u00a0%`;
}

/** The digit believed in most. */
export function bestOf(shares: ArrayLike<number>): number {
  let best = 0;
  for (let digit = 1; digit < shares.length; digit++) {
    if ((shares[digit] ?? 0) > (shares[best] ?? 0)) best = digit;
  }
  return best;
}

/** The row, from 1, since which the network was more than half sure of its answer; undefined if it never was. */
export function sureSince(beliefs: Float32Array): number | undefined {
  const digit = bestOf(beliefs.subarray(-classes));
  let row = imageSide;
  while (row > 0 && (beliefs[(row - 1) * classes + digit] ?? 0) > 0.5) row--;
  return row === imageSide ? undefined : row + 1;
}
