/** How good forecasts were, over all their steps. */

import { meanChange, quantileError, symmetricError } from '../builder/train/forecast-errors.js';

/** One forecast beside what came. */
export interface ScoredForecast {
  readonly actual: Float64Array;
  /** Of each step. */
  readonly point: Float64Array;
  /** By level, in the order of the plan; none for a baseline. */
  readonly quantiles?: readonly Float64Array[];
  /** The mean error of the seasonal naive forecast one step ahead in what was trained on. */
  readonly unit: number;
}

export interface ForecastScores {
  /** Mean absolute error. */
  readonly mae: number;
  /** Root of the mean squared error. */
  readonly rmse: number;
  /** Mean of `200 |y - f| / (|y| + |f|)`, from 0 to 200, as the metric `smape`; a step where both are 0 counts 0. */
  readonly smape: number;
  /** Mean absolute scaled error (Hyndman & Koehler 2006): absolute errors divided by the series' `unit`. */
  readonly mase: number;
  /** Part of the steps that lie between the outer quantiles; absent where there is one quantile alone. */
  readonly coverage?: number;
  /** Mean distance of the outer quantiles; absent likewise. */
  readonly width?: number;
  /** Continuous ranked probability score by the quantiles: twice their mean pinball loss. */
  readonly crps?: number;
}

/** @param levels of the quantiles */
export function scoresOf(forecasts: readonly ScoredForecast[], levels: readonly number[]): ForecastScores {
  const sums = {
    count: 0,
    absolute: 0,
    squared: 0,
    symmetric: 0,
    scaled: 0,
    inside: 0,
    width: 0,
    pinball: 0,
  };
  const hasQuantiles = forecasts.every(({ quantiles }) => quantiles !== undefined);
  for (const { actual, point, quantiles = [], unit } of forecasts) {
    for (const [i, truth] of actual.entries()) {
      const said = point[i] ?? Number.NaN;
      const error = truth - said;
      sums.count++;
      sums.absolute += Math.abs(error);
      sums.squared += error ** 2;
      sums.symmetric += symmetricError(said, truth);
      sums.scaled += Math.abs(error) / unit;
      const [low = Number.NaN, high = Number.NaN] = [quantiles[0]?.[i], quantiles.at(-1)?.[i]];
      sums.inside += truth >= low && truth <= high ? 1 : 0;
      sums.width += high - low;
      for (const [q, level] of levels.entries()) {
        sums.pinball += quantileError(quantiles[q]?.[i] ?? Number.NaN, truth, level);
      }
    }
  }
  const { count } = sums;
  return {
    mae: sums.absolute / count,
    rmse: Math.sqrt(sums.squared / count),
    smape: sums.symmetric / count,
    mase: sums.scaled / count,
    ...(hasQuantiles && levels.length > 1 && { coverage: sums.inside / count, width: sums.width / count }),
    ...(hasQuantiles && { crps: (2 * sums.pinball) / (count * levels.length) }),
  };
}

/** The mean absolute change over a season: what MASE counts in. A series that never changes has none, and counts in 1. */
export function seasonalUnit(values: Float64Array, season: number): number {
  const unit = meanChange(values, Math.min(season, Math.max(values.length - 1, 1)));
  return unit > 0 ? unit : 1;
}
