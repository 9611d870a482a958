/** The extremes of more numbers than a call takes as arguments. */
import { expect, it } from 'vitest';
import { largestOf, smallestOf } from '../src/extremes.js';

it('finds the largest and the smallest of a million numbers, and of none', () => {
  const numbers = Float64Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i));
  numbers[700_000] = 2;
  numbers[600_000] = -2;
  expect([largestOf(numbers), smallestOf(numbers)]).toEqual([2, -2]);
  expect([largestOf([]), smallestOf([])]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
});
