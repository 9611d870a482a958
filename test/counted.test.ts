import { expect, it } from 'vitest';
import { counted } from '../src/counted.js';
import { counted as countedOnPage } from '../web/shared/quantities.js';

it.each([
  [0, '0 gates'],
  [1, '1 gate'],
  [2, '2 gates'],
])('a count of %i is told as %s', (count, said) => {
  expect(counted(count, 'gate')).toBe(said);
  expect(countedOnPage(count, 'gate')).toBe(said);
});

it('takes the plural of a noun that has another one, and numbers that are formatted', () => {
  expect([1, 2].map((count) => counted(count, 'axis', 'axes'))).toEqual(['1 axis', '2 axes']);
  expect([1, 2].map((count) => countedOnPage(count, 'axis', 'axes'))).toEqual(['1 axis', '2 axes']);
  expect(['1', '1,000', 'batch'].map((count) => counted(count, 'number'))).toEqual([
    '1 number',
    '1,000 numbers',
    'batch numbers',
  ]);
  expect(countedOnPage(14_123, 'step')).toBe('14,123 steps');
});
