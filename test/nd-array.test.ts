import { describe, expect, it } from 'vitest';
import { mustGet } from '../src/must-get.js';
import { dim } from '../src/nd-array.js';
import { failureOf } from './data/failure.js';

describe('dim', () => {
  it('gives the size of an axis, counted from the end when negative', () => {
    expect(dim([2, 'batch', 0], 1)).toBe('batch');
    expect(dim([2, 3, 0], -1)).toBe(0);
  });

  it.each([[2], [-3]])('throws for axis %i of two', (axis) => {
    const error = failureOf(() => dim([2, 3], axis));
    expect(error.code).toBe('E_INTERNAL');
    expect(error.message).toContain(`Axis ${axis} of 2 axes`);
  });
});

describe('mustGet', () => {
  it('gives what is under a name, also where that is 0 or empty', () => {
    expect(mustGet(new Map([['a', 0]]), 'a', 'count')).toBe(0);
    expect(mustGet(new Map([['a', '']]), 'a', 'text')).toBe('');
  });

  it('throws where there is nothing, and says what was looked for', () => {
    const error = failureOf(() => mustGet(new Map(), 'lstm.weight', 'parameter'));
    expect(error.code).toBe('E_MISSING_NAME');
    expect(error.message).toBe("The parameter 'lstm.weight' is missing.");
  });
});
