import { describe, expect, it } from 'vitest';
import { baselines } from '../../src/forecast/baselines.js';
import { scoresOf, seasonalUnit } from '../../src/forecast/forecast-scores.js';

const numbers = (...values: number[]) => Float64Array.from(values);

describe('forecasts that take no training', () => {
  it.each([
    ['naive', [1, 3, 2, 5], [5, 5, 5]],
    ['drift', [1, 3, 2, 7], [9, 11, 13]],
    ['drift', [4], [4, 4, 4]],
    ['seasonalNaive', [9, 1, 2], [1, 2, 1]],
    ['seasonalNaive', [4], [4, 4, 4]],
  ] as const)('%s of %j is %j', (name, past, expected) => {
    expect([...baselines[name](numbers(...past), 3, 2)]).toEqual(expected);
  });
});

describe('scores', () => {
  const scores = scoresOf(
    [
      {
        actual: numbers(10, -2),
        point: numbers(8, 2),
        quantiles: [numbers(7, -3), numbers(8, 2), numbers(9, 3)],
        unit: 2,
      },
    ],
    [0.1, 0.5, 0.9],
  );

  it('are means over all steps', () => {
    expect(scores.mae).toBe(3);
    expect(scores.rmse).toBeCloseTo(Math.sqrt(10), 12);
    expect(scores.smape).toBeCloseTo((400 / 18 + 800 / 4) / 2, 12);
    expect(scores.mase).toBe(1.5);
  });

  it('of quantiles count what lies between the outer ones, and how far off each is', () => {
    expect(scores.coverage).toBe(0.5);
    expect(scores.width).toBe(4);
    // (0.1 * 3 + 0.5 * 2 + 0.9 * 1) + (0.1 * 1 + 0.5 * 4 + 0.1 * 5)
    expect(scores.crps).toBeCloseTo((2 * (2.2 + 2.6)) / 6, 12);
  });

  it('have none of quantiles where a forecast has none', () => {
    const { coverage, crps, width } = scoresOf([{ actual: numbers(1), point: numbers(1), unit: 1 }], [0.5]);
    expect([coverage, crps, width]).toEqual([undefined, undefined, undefined]);
  });

  it('count in the change over a season, and in 1 where nothing changes', () => {
    expect(seasonalUnit(numbers(1, 5, 3, 9), 2)).toBe(3);
    expect(seasonalUnit(numbers(1, 2, 4), 12)).toBe(3);
    expect(seasonalUnit(numbers(7, 7, 7), 1)).toBe(1);
    expect(seasonalUnit(numbers(7), 1)).toBe(1);
  });
});
