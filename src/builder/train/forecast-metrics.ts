/** Metrics of forecasts that are one number for each target. All are exact over a data set, in double precision. */
import { LstmOnnxError, textOf } from '../../errors.js';
import { formatShape, sameShape } from '../shape.js';
import { meanChange, symmetricError } from './forecast-errors.js';
import type { Measurement, WholeMetric } from './metric.js';
import { checkedOptions, rules } from './number-options.js';

/** A metric that goes through predictions and targets of one shape, number by number. */
function pointwise(
  name: string,
  mode: 'min' | 'max',
  begin: () => { take(prediction: number, target: number): void; value(): number },
): WholeMetric {
  const start = (): Measurement => {
    const sums = begin();
    return {
      add(prediction, target) {
        if (!sameShape(prediction.shape, target.shape)) {
          throw new LstmOnnxError(
            'E_SHAPE_MISMATCH',
            `${name}: the targets have shape ${formatShape(target.shape)}, the predictions ${formatShape(prediction.shape)}; ` +
              `expected the same shape of both. Of quantiles and distributions one entry is the forecast: ofEntry(${name}, 0).`,
          );
        }
        target.data.forEach((value, i) => void sums.take(prediction.data[i] ?? Number.NaN, value));
      },
      value: sums.value,
    };
  };
  return { name, mode, start };
}

/** The mean of something over the targets, and what is made of it. */
function meanOf(
  name: string,
  term: (prediction: number, target: number) => number,
  finish: (mean: number) => number = (mean) => mean,
): WholeMetric {
  return pointwise(name, 'min', () => {
    let [sum, count] = [0, 0];
    return {
      take(prediction, target) {
        sum += term(prediction, target);
        count++;
      },
      value: () => finish(sum / count),
    };
  });
}

/** The root of the mean squared error; predictions and targets of one shape. */
export const rmse: WholeMetric = /* @__PURE__ */ meanOf('rmse', (x, y) => (x - y) ** 2, Math.sqrt);

/**
 * The symmetric mean absolute percentage error, 0 to 200, as the M4 competition has it (Makridakis et al. 2020): the mean of
 * `200 * |y - x| / (|y| + |x|)`; 0 where both are 0. Predictions and targets of one shape.
 */
export const smape: WholeMetric = /* @__PURE__ */ meanOf('smape', symmetricError);

/**
 * The coefficient of determination: `1 - sum((y - x)^2) / sum((y - mean(y))^2)`, as scikit-learn's `r2_score` of all targets
 * together; NaN where the targets are all the same. Predictions and targets of one shape.
 */
export const r2: WholeMetric = /* @__PURE__ */ pointwise('r2', 'max', () => {
  let [count, mean, spread, missed] = [0, 0, 0, 0];
  return {
    take(prediction, target) {
      missed += (target - prediction) ** 2;
      // Welford's sums: no difference of large numbers.
      const before = target - mean;
      mean += before / ++count;
      spread += before * (target - mean);
    },
    value: () => (spread === 0 ? Number.NaN : 1 - missed / spread),
  };
});

export interface MaseOptions {
  /** The mean absolute error of the seasonal naive forecast on the training series. */
  readonly scale?: number;
  /** The training series that the scale is computed from, in the units of the targets, instead of `scale`. */
  readonly series?: ArrayLike<number>;
  /** Steps in a season of the series; 1 is the forecast that repeats the last value. @default 1 */
  readonly season?: number;
}

/**
 * The mean absolute scaled error (Hyndman & Koehler 2006): the mean absolute error divided by that of the seasonal naive
 * forecast on the training series. Below 1 is better than that. Predictions and targets of one shape.
 *
 * @throws E_INVALID_OPTION for neither or both of scale and series, and for a series that {@link seasonalScale} refuses
 */
export function mase(options: MaseOptions): WholeMetric {
  const known = { scale: rules.positive, series: () => undefined, season: rules.count };
  const optional = ['scale', 'series', 'season'] as const;
  const { scale, series, season } = checkedOptions('mase', options, known, {}, {}, optional);
  if ((scale === undefined) === (series === undefined)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'mase takes either scale, or series with its season; give one of them.',
    );
  }
  const unit = scale ?? seasonalScale(series ?? [], season);
  return meanOf(
    'mase',
    (x, y) => Math.abs(x - y),
    (mean) => mean / unit,
  );
}

/**
 * The mean absolute error of the seasonal naive forecast on a series: the mean of `|y[t] - y[t - season]|`.
 *
 * @param series its values in order, in units of the targets
 * @param season steps in a season, 1 by default
 * @throws E_INVALID_OPTION for a series of no more than a season, with numbers that are not finite, or that repeats itself
 *   exactly, for which the error would be divided by 0
 */
export function seasonalScale(series: ArrayLike<number>, season = 1): number {
  const wrong = rules.count(season);
  if (wrong !== undefined) throw new LstmOnnxError('E_INVALID_OPTION', `seasonalScale: season is ${wrong}.`);
  const values = Array.isArray(series) || ArrayBuffer.isView(series) ? Array.from(series) : [];
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad !== -1) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `seasonalScale: the series holds ${textOf(values[bad])} at ${bad}; give finite numbers.`,
    );
  }
  if (values.length <= season) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `seasonalScale: the series has ${values.length} values; expected a list of more than a season, ${season}.`,
    );
  }
  const scale = meanChange(values, season);
  if (scale > 0) return scale;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `seasonalScale: the series repeats itself every ${season} steps exactly, so that its naive forecast has no error to divide by.`,
  );
}
