/** Metrics of forecasts of quantiles, predictions `[..., quantiles]` with targets `[...]`; and metrics of one of the entries. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { dim, type NdArray } from '../../nd-array.js';
import { formatShape, sameShape } from '../shape.js';
import { quantileError } from './forecast-errors.js';
import { isMetric, isWhole, type Metric, type WholeMetric } from './metric.js';
import { checkedOptions, rules } from './number-options.js';
import { type QuantileOptions, quantileRule } from './quantiles.js';

export interface IntervalOptions extends QuantileOptions {
  /** The share of targets that the interval is to hold: 0.8 is the interval between the quantiles 0.1 and 0.9. */
  readonly level: number;
}

/** How far a level may be from `(1 - level) / 2`, which is not exact. */
const SAME_LEVEL = 1e-9;

/** A mean over the targets of something of their quantiles. */
function meanOverRows(
  name: string,
  mode: 'min' | 'max' | 'none',
  quantiles: readonly number[],
  term: (row: Float32Array, target: number) => number,
): WholeMetric {
  const start = () => {
    let [sum, count] = [0, 0];
    return {
      add(
        prediction: NdArray<'float32'>,
        { shape, data }: Pick<NdArray<'float32'>, 'shape'> & { data: ArrayLike<number> },
      ) {
        const expected = [...shape, quantiles.length];
        if (!sameShape(prediction.shape, expected)) {
          throw new LstmOnnxError(
            'E_SHAPE_MISMATCH',
            `${name}: the predictions have shape ${formatShape(prediction.shape)}, expected ${formatShape(expected)} for targets ` +
              `${formatShape(shape)} and the quantiles ${quantiles.join(', ')}.`,
          );
        }
        for (let i = 0; i < data.length; i++) {
          const row = prediction.data.subarray(i * quantiles.length, (i + 1) * quantiles.length);
          sum += term(row, data[i] ?? Number.NaN);
        }
        count += data.length;
      },
      value: () => sum / count,
    };
  };
  return { name, mode, start };
}

/**
 * The continuous ranked probability score, by quantiles: twice the mean of the quantile losses over targets and levels
 * (Gneiting & Ranjan 2011); the nearer to the integral, the more levels there are, evenly spread.
 *
 * @throws E_INVALID_OPTION
 */
export function crps(options: QuantileOptions): WholeMetric {
  const { quantiles } = checkedOptions('crps', options, { quantiles: quantileRule }, {});
  return meanOverRows('crps', 'min', quantiles, (row, target) => {
    const losses = quantiles.map((level, i) => quantileError(row[i] ?? Number.NaN, target, level));
    return (2 * losses.reduce((sum, loss) => sum + loss, 0)) / quantiles.length;
  });
}

/**
 * The share of targets within an interval, its ends among it. It should be the level, so that neither more nor less is better.
 *
 * @throws E_INVALID_OPTION, also for a level whose ends are not among the quantiles
 */
export function coverage(options: IntervalOptions): WholeMetric {
  const { quantiles, lower, upper } = intervalOf('coverage', options);
  return meanOverRows('coverage', 'none', quantiles, (row, target) =>
    (row[lower] ?? Number.NaN) <= target && target <= (row[upper] ?? Number.NaN) ? 1 : 0,
  );
}

/**
 * The mean width of an interval, in units of the targets.
 *
 * @throws E_INVALID_OPTION, also for a level whose ends are not among the quantiles
 */
export function intervalWidth(options: IntervalOptions): WholeMetric {
  const { quantiles, lower, upper } = intervalOf('intervalWidth', options);
  const width = (row: Float32Array) => (row[upper] ?? Number.NaN) - (row[lower] ?? Number.NaN);
  return meanOverRows('intervalWidth', 'min', quantiles, width);
}

function intervalOf(where: string, options: IntervalOptions) {
  const level = (value: unknown) =>
    rules.positiveShare(value) ?? (value === 1 ? '1; give a number below 1' : undefined);
  const given = checkedOptions(where, options, { quantiles: quantileRule, level }, {}, { interval: 'level' });
  const ends = [(1 - given.level) / 2, (1 + given.level) / 2];
  const [lower = -1, upper = -1] = ends.map((end) =>
    given.quantiles.findIndex((quantile) => Math.abs(quantile - end) < SAME_LEVEL),
  );
  if (lower >= 0 && upper >= 0) return { quantiles: given.quantiles, lower, upper };
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${where}: the level ${given.level} is the interval between the quantiles ${ends.map((end) => Number(end.toFixed(9))).join(' and ')}; ` +
      `there are ${given.quantiles.join(', ')}.`,
  );
}

/**
 * A metric of one entry of the predictions' last axis: of the median among quantiles, or of a distribution's location.
 * `ofEntry(rmse, 1)` takes predictions `[..., entries]` and targets `[...]`.
 *
 * @param entry its number, from 0
 * @throws E_INVALID_OPTION
 */
export function ofEntry<M extends Metric>(metric: M, entry: number): M {
  const wrong = rules.whole(entry);
  if (wrong !== undefined) throw new LstmOnnxError('E_INVALID_OPTION', `ofEntry: entry is ${wrong}.`);
  if (!isMetric(metric)) throw wrongArgument('ofEntry', metric, 'a metric, as in ofEntry(rmse, 1)');
  if (isWhole(metric)) {
    const start: WholeMetric['start'] = () => {
      const inner = metric.start();
      return {
        add: (prediction, ...targets) => inner.add(entryOf(prediction, entry), ...targets),
        value: () => inner.value(),
      };
    };
    return { ...metric, start };
  }
  const compute: typeof metric.compute = (tf, prediction, target) => {
    expectEntry(prediction.shape, entry);
    const [picked] = tf.unstack(prediction, -1).slice(entry) as [TfTensor]; // as checked
    return metric.compute(tf, picked, target);
  };
  return { ...metric, compute };
}

function entryOf(prediction: NdArray<'float32'>, entry: number): NdArray<'float32'> {
  const { shape, data } = prediction;
  expectEntry(shape, entry);
  const entries = dim(shape, -1);
  return { dtype: 'float32', shape: shape.slice(0, -1), data: data.filter((_, i) => i % entries === entry) };
}

function expectEntry(shape: readonly number[], entry: number): void {
  if (entry < (shape.at(-1) ?? 0)) return;
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `ofEntry: the predictions have shape ${formatShape(shape)}, whose last axis has no entry ${entry}; they count from 0.`,
  );
}
