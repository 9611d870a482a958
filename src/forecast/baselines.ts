/** Forecasts that take no training: what a model has to be better than. */

/** A forecast of so many steps from what was seen of a series. */
export type Baseline = (past: Float64Array, horizon: number, season: number) => Float64Array;

/** By the names that reports show. */
export const baselines = {
  /** The last value again. */
  naive: (past, horizon) => new Float64Array(horizon).fill(past.at(-1) ?? Number.NaN),
  /** A straight line through the first and the last value. */
  drift: (past, horizon) => {
    const last = past.at(-1) ?? Number.NaN;
    const slope = past.length > 1 ? (last - (past[0] ?? 0)) / (past.length - 1) : 0;
    return Float64Array.from({ length: horizon }, (_, i) => last + slope * (i + 1));
  },
  /** The value of a season before; the last one again where nothing of a season is known. */
  seasonalNaive: (past, horizon, season) => {
    const step = Math.min(season, past.length);
    return Float64Array.from(
      { length: horizon },
      (_, i) => past[past.length - step + (i % step)] ?? Number.NaN,
    );
  },
} as const satisfies Readonly<Record<string, Baseline>>;

export type BaselineName = keyof typeof baselines;

/** @internal All of them at once. */
export function baselinesOf(
  past: Float64Array,
  { horizon, season }: { readonly horizon: number; readonly season: number },
): Readonly<Record<BaselineName, Float64Array>> {
  return {
    naive: baselines.naive(past, horizon),
    drift: baselines.drift(past, horizon),
    seasonalNaive: baselines.seasonalNaive(past, horizon, season),
  };
}
