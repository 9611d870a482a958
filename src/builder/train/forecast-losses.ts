/** Losses of forecasts that say how sure they are: of quantiles, and of the parameters of a distribution. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { LstmOnnxError } from '../../errors.js';
import type { Tf } from '../backends/tf.js';
import { formatShape } from '../shape.js';
import type { Loss } from './loss.js';
import { expectShape } from './losses.js';
import { checkedOptions } from './number-options.js';
import { type QuantileOptions, quantileRule } from './quantiles.js';

/** PyTorch's `eps` of GaussianNLLLoss: the least variance. */
const LEAST_VARIANCE = 1e-6;
/** The least scale of a Student t. */
const LEAST_SCALE = 1e-6;
/** The least scales of the distributions, as the losses below have them. */
export const leastScales = { gaussian: Math.sqrt(LEAST_VARIANCE), studentT: LEAST_SCALE } as const;
/** With two degrees of freedom or fewer there is no variance. */
const LEAST_FREEDOM = 2;
/** From here on five terms of the series for the gamma functions are right to 1e-8. */
const SERIES_FROM = 3;

/**
 * The quantile loss (Koenker & Bassett 1978): for a level q and `e = target - prediction` it is `max(q * e, (q - 1) * e)`,
 * averaged over targets and levels. Predictions `[..., quantiles]`, targets `[...]`.
 *
 * @throws E_INVALID_OPTION
 */
export function pinball(options: QuantileOptions): Loss {
  const { quantiles } = checkedOptions('pinball', options, { quantiles: quantileRule }, {});
  return {
    name: 'pinball',
    compute(tf, prediction, target) {
      expectEntries(
        'pinball',
        prediction,
        target,
        quantiles.length,
        `for the quantiles ${quantiles.join(', ')}`,
      );
      const levels = tf.tensor1d([...quantiles]);
      const error = tf.sub(tf.expandDims(tf.cast(target, 'float32'), -1), prediction);
      return tf.mean(tf.maximum(tf.mul(levels, error), tf.mul(tf.sub(levels, 1), error)));
    },
  };
}

/**
 * `nn.GaussianNLLLoss` with its defaults: `(log(v) + (target - location)^2 / v) / 2` with `v = max(scale^2, 1e-6)`, averaged.
 * Predictions `[..., 2]`: the location, and the scale (the standard deviation) as `softplus` of the second entry;
 * targets `[...]`.
 */
export const gaussianNll: Loss = {
  name: 'gaussianNll',
  compute(tf, prediction, target) {
    expectEntries('gaussianNll', prediction, target, 2, 'for location and scale');
    const [location, raw] = tf.unstack(prediction, -1) as [TfTensor, TfTensor]; // as many as was checked
    const variance = notBelow(tf, tf.square(tf.softplus(raw)), LEAST_VARIANCE);
    const error = tf.square(tf.sub(location, tf.cast(target, 'float32')));
    return tf.mean(tf.mul(tf.add(tf.log(variance), tf.div(error, variance)), 0.5));
  },
};

/**
 * The negative logarithm of the density of a Student t, averaged: `-torch.distributions.StudentT(df, location, scale)
 * .log_prob(target)`. Predictions `[..., 3]`: the location; the scale as `softplus` of the second entry, 1e-6 at least; the
 * degrees of freedom as 2 + `softplus` of the third. Targets `[...]`.
 */
export const studentTNll: Loss = {
  name: 'studentTNll',
  compute(tf, prediction, target) {
    expectEntries('studentTNll', prediction, target, 3, 'for location, scale and degrees of freedom');
    const [location, rawScale, rawFreedom] = tf.unstack(prediction, -1) as [TfTensor, TfTensor, TfTensor]; // as checked
    const scale = tf.maximum(tf.softplus(rawScale), LEAST_SCALE);
    const freedom = tf.add(tf.softplus(rawFreedom), LEAST_FREEDOM);
    const error = tf.div(tf.sub(tf.cast(target, 'float32'), location), scale);
    const tail = tf.log1p(tf.div(tf.square(error), freedom));
    const normalizer = tf.add(tf.log(scale), tf.mul(tf.log(tf.mul(freedom, Math.PI)), 0.5));
    const density = tf.sub(logGammaRatio(tf, tf.div(freedom, 2)), normalizer);
    return tf.mean(tf.sub(tf.mul(tf.div(tf.add(freedom, 1), 2), tail), density));
  },
};

/** `max(x, least)`, differentiated as if it were x, as GaussianNLLLoss does. */
function notBelow(tf: Tf, x: TfTensor, least: number): TfTensor {
  const clamp = tf.customGrad((...args) => {
    const [value] = args as [TfTensor]; // what customGrad calls it with
    return { value: tf.maximum(value, least), gradFunc: (dy: TfTensor) => dy };
  });
  return clamp(x);
}

/**
 * `log(gamma(z + 1/2) / gamma(z))` for z of at least 1. The ratio is that of `z + 3` times `(z + k) / (z + k + 1/2)` for k of
 * 0, 1, 2; there its series is `log(z) / 2 - 1/(8z) + 1/(192z^3) - 1/(640z^5) + 17/(14336z^7)` (Tricomi & Erdelyi 1951).
 * The logarithms of the gamma functions themselves would cancel in float32.
 */
function logGammaRatio(tf: Tf, z: TfTensor): TfTensor {
  const steps = Array.from({ length: SERIES_FROM }, (_, k) => tf.log1p(tf.div(0.5, tf.add(z, k))));
  const far = tf.add(z, SERIES_FROM);
  const square = tf.square(far);
  const inner = [17 / 14336, -1 / 640, 1 / 192].reduce<TfTensor>(
    (sum, term) => tf.add(tf.div(sum, square), term),
    tf.zerosLike(far),
  );
  const series = tf.div(tf.add(tf.div(inner, square), -1 / 8), far);
  const above = tf.add(tf.mul(tf.log(far), 0.5), series);
  return tf.sub(above, tf.addN(steps));
}

/** @throws E_SHAPE_MISMATCH unless the predictions have the targets' shape and so many entries behind it */
function expectEntries(
  name: string,
  prediction: TfTensor,
  target: TfTensor,
  entries: number,
  why: string,
): void {
  if (prediction.shape.at(-1) !== entries) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${name}: the predictions have shape ${formatShape(prediction.shape)}, expected [..., ${entries}] ${why}.`,
    );
  }
  expectShape(name, target, prediction.shape.slice(0, -1));
}
