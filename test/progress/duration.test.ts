import { expect, it } from 'vitest';
import { formatDuration } from '../../src/progress/duration.js';

it('a duration has no 60 seconds', () => {
  expect([0, 1234, 59_940, 59_960, 60_000, 119_600, 200_400].map(formatDuration)).toEqual([
    '0.0 s',
    '1.2 s',
    '59.9 s',
    '1 min 0 s',
    '1 min 0 s',
    '2 min 0 s',
    '3 min 20 s',
  ]);
});
