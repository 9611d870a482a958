/** The errors of forecasts of one number, which metrics and scores are means of. */

/** `200 * |y - x| / (|y| + |x|)`, from 0 to 200; 0 where both are 0. */
export function symmetricError(x: number, y: number): number {
  return x === y ? 0 : (200 * Math.abs(y - x)) / (Math.abs(y) + Math.abs(x));
}

/** The quantile loss, for the quantile of a level. */
export function quantileError(x: number, y: number, level: number): number {
  const error = y - x;
  return Math.max(level * error, (level - 1) * error);
}

/** The mean of `|y[t] - y[t - season]|`, the error of the seasonal naive forecast; NaN for a series of no more than a season. */
export function meanChange(series: ArrayLike<number>, season: number): number {
  let sum = 0;
  for (let i = season; i < series.length; i++) {
    sum += Math.abs((series[i] ?? Number.NaN) - (series[i - season] ?? Number.NaN));
  }
  return series.length > season ? sum / (series.length - season) : Number.NaN;
}
