/** How far quantiles have to be from the median, so that as much of what was held back lies between the outer ones as they say. */

/**
 * What the distances of the quantiles are multiplied by: split conformal prediction (Vovk et al. 2005; Romano et al. 2019), by one number
 * for all steps and both sides. At least 1: the best epoch was chosen by the same steps, which so tell too little of how far off it is.
 *
 * @param scaled quantiles of steps, `[steps, quantiles]`
 * @param actual what came
 */
export function spreadOf(
  scaled: ArrayLike<number>,
  actual: ArrayLike<number>,
  quantiles: readonly number[],
): number {
  const count = quantiles.length;
  const { below, above, part } = medianOf(quantiles);
  const needed = Array.from(actual, (value, i) => {
    const quantile = (q: number) => scaled[i * count + q] ?? Number.NaN;
    const median = quantile(below) + part * (quantile(above) - quantile(below));
    const error = value - median;
    const distance = quantile(error < 0 ? 0 : count - 1) - median;
    // Where there is no distance on its side, no factor is large enough.
    return error === 0 ? 0 : Math.abs(error / distance);
  }).sort((a, b) => a - b);
  const inside = (quantiles.at(-1) ?? 0) - (quantiles[0] ?? 0);
  const place = Math.min(Math.ceil((needed.length + 1) * inside), needed.length);
  const spread = needed[place - 1] ?? 1;
  return Number.isFinite(spread) ? Math.max(spread, 1) : 1;
}

/**
 * Where the median lies: at the quantile `below`, and so far (`part`, 0 to 1) on the line to the next one, `above`. They are the same where
 * 0.5 is among the quantiles, and where all are on one side of it: then it is the nearest.
 */
export interface MedianPlace {
  readonly below: number;
  readonly above: number;
  readonly part: number;
}

/** @param quantiles their levels, ascending */
export function medianOf(quantiles: readonly number[]): MedianPlace {
  const above = quantiles.findIndex((level) => level >= 0.5);
  const [upper = Number.NaN, lower] = [quantiles[above], quantiles[above - 1]];
  if (upper === 0.5 || lower === undefined) {
    const nearest = above < 0 ? quantiles.length - 1 : above;
    return { below: nearest, above: nearest, part: 0 };
  }
  return { below: above - 1, above, part: (0.5 - lower) / (upper - lower) };
}
