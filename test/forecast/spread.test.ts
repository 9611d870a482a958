/** How wide ranges have to be, by what was held back; and what forecasts start from. */
import { describe, expect, it } from 'vitest';
import { anchorsFor, anchorValues } from '../../src/forecast/anchor.js';
import { spreadOf } from '../../src/forecast/spread.js';

describe('the spread of ranges', () => {
  /** A range from 9 to 11 around 10, of as many steps as there are numbers. */
  const spread = (actual: readonly number[], quantiles = [0.1, 0.5, 0.9], range = [9, 10, 11]) =>
    spreadOf(
      actual.flatMap(() => range),
      actual,
      quantiles,
    );

  it('is the least that has as many inside as the outer quantiles say, of one step more', () => {
    const errors = [0, 0.1, -0.2, 0.3, -0.4, 0.5, -1.5, 2, -3];
    // 80 % of 9 + 1 steps: all but the farthest.
    expect(spread(errors.map((error) => 10 + error))).toBe(2);
  });

  it('is 1 where enough lies inside, and where there is no range', () => {
    expect(spread([10, 10.5, 9.5, 10, 10, 10, 10, 10, 10, 30])).toBe(1);
    expect(spread([10, 20, 30], [0.5], [10])).toBe(1);
    expect(spread([])).toBe(1);
  });

  it('is counted from the median where it lies between two quantiles', () => {
    // From 10, half of the way from 9 to 11.
    expect(spread([14, 14, 14, 14], [0.1, 0.9], [9, 11])).toBe(4);
    expect(spread([7, 7, 7, 7], [0.1, 0.9], [9, 11])).toBe(3);
    expect(spread([14, 14, 14, 14], [0.2, 0.4, 0.6, 0.8], [8, 9.5, 10.5, 12])).toBe(2);
  });

  it('takes what lies on the side without a range for outside', () => {
    // 10 % of 9 + 1 steps: the nearest of those above.
    expect(spread([7, 7, 7, 7, 7, 7, 13, 14, 15], [0.8, 0.9], [9, 10])).toBe(4);
    expect(spread([17, 17, 17, 17, 17, 17, 6, 5, 4], [0.1, 0.2], [9, 10])).toBe(4);
  });

  it('counts each side in its own distance', () => {
    expect(spread([8, 8, 8, 8], [0.1, 0.5, 0.9], [9, 10, 10.5])).toBe(2);
    expect(spread([12, 12, 12, 12], [0.1, 0.5, 0.9], [9, 10, 10.5])).toBe(4);
  });
});

describe('what a forecast starts from', () => {
  const past = Float64Array.of(1, 2, 4, 3, 4, 6);

  it.each([
    ['naive', [6, 6, 6, 6]],
    ['drift', [7, 8, 9, 10]],
    ['seasonalNaive', [3, 4, 6, 3]],
    ['seasonalDrift', [5, 6, 8, 7]],
  ] as const)('%s', (anchor, expected) => {
    const sizes = { window: 6, horizon: 4, season: 3 };
    expect(anchorsFor(sizes)).toContain(anchor);
    expect([...anchorValues(past, anchor, sizes)]).toEqual(expected);
  });

  it('is what the window shows enough for', () => {
    expect(anchorsFor({ window: 1, horizon: 2, season: 1 })).toEqual(['naive']);
    expect(anchorsFor({ window: 3, horizon: 2, season: 3 })).toEqual(['naive', 'drift', 'seasonalNaive']);
    expect(anchorsFor({ window: 3, horizon: 2000, season: 2 })).toEqual(['naive', 'seasonalNaive']);
  });
});
