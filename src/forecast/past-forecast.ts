/** Forecasts of the past beside what came: as a whole, and step by step. */
import type { BaselineName } from './baselines.js';
import type { ForecastPlan } from './forecast-plan.js';
import { type ForecastScores, type ScoredForecast, scoresOf } from './forecast-scores.js';

/** A forecast of one series from one origin, and what came. Every list has a number for each step. */
export interface PastForecast {
  /** As the series has them. */
  readonly name: string;
  readonly key: Readonly<Record<string, string>>;
  /** The last time that was known, in milliseconds since 1970. */
  readonly origin: number;
  /** The times of the steps. */
  readonly times: Float64Array;
  /** What came. */
  readonly actual: Float64Array;
  /** The median, or the quantile that is nearest to it. */
  readonly point: Float64Array;
  /** By quantile, in the order of the plan. */
  readonly quantiles: readonly Float64Array[];
  /** What forecasts said that take no training. */
  readonly baselines: Readonly<Record<BaselineName, Float64Array>>;
  /** What MASE divides the errors of this series by. */
  readonly unit: number;
}

/** Scores over the same steps. */
export interface ComparedScores {
  readonly model: ForecastScores;
  readonly baselines: Readonly<Record<BaselineName, ForecastScores>>;
}

/** @internal @param levels of the quantiles */
export function comparedScores(
  forecasts: readonly PastForecast[],
  levels: readonly number[],
): ComparedScores {
  const scoresOfBaseline = (name: BaselineName) =>
    scoresOf(
      forecasts.map(({ actual, baselines, unit }) => ({ actual, point: baselines[name], unit })),
      levels,
    );
  return {
    model: scoresOf(forecasts satisfies readonly ScoredForecast[], levels),
    baselines: {
      naive: scoresOfBaseline('naive'),
      drift: scoresOfBaseline('drift'),
      seasonalNaive: scoresOfBaseline('seasonalNaive'),
    },
  };
}

/** @internal The scores of each step ahead, over all forecasts. */
export function scoresByStep(
  forecasts: readonly PastForecast[],
  { horizon, quantiles }: Pick<ForecastPlan, 'horizon' | 'quantiles'>,
): ComparedScores[] {
  return Array.from({ length: horizon }, (_, step) =>
    comparedScores(
      forecasts.map((forecast) => stepOf(forecast, step)),
      quantiles,
    ),
  );
}

/** One step of a forecast, without copying. */
function stepOf(forecast: PastForecast, step: number): PastForecast {
  const one = (values: Float64Array) => values.subarray(step, step + 1);
  const { naive, drift, seasonalNaive } = forecast.baselines;
  return {
    ...forecast,
    times: one(forecast.times),
    actual: one(forecast.actual),
    point: one(forecast.point),
    quantiles: forecast.quantiles.map(one),
    baselines: { naive: one(naive), drift: one(drift), seasonalNaive: one(seasonalNaive) },
  };
}
