/** How far quantiles have to be from the middle one, so that as much of what was held back lies between the outer ones as they say. */

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
  const middle = middleOf(quantiles);
  const needed = Array.from(actual, (value, i) => {
    const quantile = (q: number) => scaled[i * count + q] ?? Number.NaN;
    const error = value - quantile(middle);
    const distance = quantile(error < 0 ? 0 : count - 1) - quantile(middle);
    return error === 0 ? 0 : error / distance;
  }).sort((a, b) => a - b);
  const inside = (quantiles.at(-1) ?? 0) - (quantiles[0] ?? 0);
  const place = Math.min(Math.ceil((needed.length + 1) * inside), needed.length);
  const spread = needed[place - 1] ?? 1;
  return Number.isFinite(spread) ? Math.max(spread, 1) : 1;
}

/** Which quantile the others are said from. */
export function middleOf(quantiles: readonly number[]): number {
  return Math.floor(quantiles.length / 2);
}
