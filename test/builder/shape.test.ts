import { describe, expect, it } from 'vitest';
import { factorsOf, productOf, shifted } from '../../src/builder/dim-names.js';
import { addDims, type Dim, formatShape, normalizeAxis, sameShape } from '../../src/builder/shape.js';
import { failureOf } from '../data/failure.js';

describe('shapes', () => {
  it('are written with names, numbers and ? for what is not known', () => {
    expect(formatShape(['batch', 3, null])).toBe('[batch, 3, ?]');
    expect(formatShape([])).toBe('[]');
  });

  it('are the same when every dimension is', () => {
    expect(sameShape(['batch', 3], ['batch', 3])).toBe(true);
    expect(sameShape(['batch', 3], ['time', 3])).toBe(false);
    expect(sameShape(['batch', 3], ['batch', 3, 1])).toBe(false);
    expect(sameShape(['3'], [3])).toBe(false);
  });

  it('add up as numbers, or as a name that says the sum', () => {
    expect(addDims(64, 36)).toBe(100);
    expect(addDims('time', 3)).toBe('time+3');
    expect(addDims(1, 'time')).toBe('1+time');
  });

  it('count axes from the front, or from the end when negative', () => {
    expect([0, 2, -1, -3].map((axis) => normalizeAxis(axis, ['batch', 'time', 3], 'x'))).toEqual([
      0, 2, 2, 0,
    ]);
  });

  it.each([3, -4, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('have no axis %d of three', (axis) => {
    expect(failureOf(() => normalizeAxis(axis, ['batch', 'time', 3], 'softmax'))).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: `softmax: axis ${axis} is not an axis of [batch, time, 3]; give an integer from -3 to 2.`,
    });
  });
});

describe('names of dimensions that ops make', () => {
  it.each<[Dim, number, string[]]>([
    ['batch*time*4', 4, ['batch', 'time']],
    ['batch*(time-1)', 1, ['batch', 'time-1']],
    ['time-1', 1, ['time-1']],
    ['batch*time+3', 1, ['batch*time+3']],
    ['ceil((batch*time)/2)*3', 3, ['ceil((batch*time)/2)']],
    ['(time-2)/2+1', 1, ['(time-2)/2+1']],
    [12, 12, []],
  ])('%s has its factors, and comes back from them', (dim, factor, names) => {
    expect(factorsOf(dim)).toEqual({ factor, names });
    expect(productOf({ factor, names })).toBe(dim);
  });

  it('shift by a number, which stays one', () => {
    expect(shifted('time', -1)).toBe('time-1');
    expect(shifted('time-1', -2)).toBe('time-3');
    expect(shifted('time-1', 1)).toBe('time');
    expect(shifted('a+b', 2)).toBe('a+b+2');
    expect(shifted(3, -5)).toBe(0);
  });
});
