/** Activations on tfjs: entry by entry, and softmax along an axis. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { type Activation, type ActivationName, constantsOf } from '../activations.js';
import type { Tf } from '../backends/tf.js';
import { normalizeAxis } from '../shape.js';
import type { Forward } from './forward-op.js';
import { stepMask } from './reduce.js';

type Compute = (tf: Tf, x: TfTensor, alpha: number, beta: number) => TfTensor;

const computes: Readonly<Record<ActivationName, Compute>> = {
  sigmoid: (tf, x) => tf.sigmoid(x),
  tanh: (tf, x) => tf.tanh(x),
  relu: (tf, x) => tf.relu(x),
  linear: (tf, x, alpha, beta) => tf.add(tf.mul(x, alpha), beta),
  leakyRelu: (tf, x, alpha) => tf.leakyRelu(x, alpha),
  // A product, since tfjs cannot differentiate through a comparison, even one that does not affect the gradient.
  // Below the threshold it is the threshold that is taken times 0, which of minus infinity would be NaN.
  thresholdedRelu: (tf, x, alpha) => tf.mul(tf.maximum(x, alpha), tf.step(tf.sub(x, alpha))),
  scaledTanh: (tf, x, alpha, beta) => tf.mul(tf.tanh(tf.mul(x, beta)), alpha),
  hardSigmoid: (tf, x, alpha, beta) => between(tf, tf.add(tf.mul(x, alpha), beta), 0, 1),
  elu,
  softsign: (tf, x) => tf.div(x, tf.add(tf.abs(x), 1)),
  softplus: (tf, x) => tf.softplus(x),
  gelu: (tf, x) => tf.mul(tf.div(x, 2), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  geluTanh: (tf, x) => {
    const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
    return tf.mul(tf.div(x, 2), tf.add(tf.tanh(inner), 1));
  },
  silu: (tf, x, alpha) => tf.mul(x, tf.sigmoid(tf.mul(x, alpha))),
  celu: (tf, x, alpha) =>
    tf.add(tf.relu(x), tf.mul(tf.sub(tf.exp(tf.div(tf.minimum(x, 0), alpha)), 1), alpha)),
  clip: (tf, x, least, most) => tf.clipByValue(x, least, most),
  hardtanh: between,
  logSigmoid: (tf, x) => tf.neg(tf.softplus(tf.neg(x))),
  tanhshrink: (tf, x) => tf.sub(x, tf.tanh(x)),
  exp: (tf, x) => tf.exp(x),
  log: (tf, x) => tf.log(x),
  sqrt: (tf, x) => tf.sqrt(x),
  // Of tfjs' own abs the gradient at 0 is -1; PyTorch's is 0.
  abs: (tf, x) => tf.add(tf.relu(x), tf.relu(tf.neg(x))),
  neg: (tf, x) => tf.neg(x),
  reciprocal: (tf, x) => tf.reciprocal(x),
  erf: (tf, x) => tf.erf(x),
  pow: (tf, x, alpha) => tf.pow(x, alpha),
  hardSwish: (tf, x) => tf.mul(x, between(tf, tf.add(tf.div(x, 6), 0.5), 0, 1)),
  mish: (tf, x) => tf.mul(x, tf.tanh(tf.softplus(x))),
  selu: (tf, x, alpha, beta) => tf.mul(elu(tf, x, alpha), beta),
};

/** x above 0, else alpha (e^x - 1). */
function elu(tf: Tf, x: TfTensor, alpha: number): TfTensor {
  return tf.add(tf.relu(x), tf.mul(tf.sub(tf.exp(tf.minimum(x, 0)), 1), alpha));
}

/** x within bounds. Its gradient at a bound is 0, as PyTorch has it in these functions; that of tfjs' clip is 1. */
function between(tf: Tf, x: TfTensor, least: number, most: number): TfTensor {
  const [isAbove, isBelow] = [tf.step(tf.sub(x, least)), tf.step(tf.sub(most, x))];
  const within = tf.mul(tf.clipByValue(x, least, most), tf.mul(isAbove, isBelow));
  const bounds = tf.add(tf.mul(tf.sub(1, isAbove), least), tf.mul(tf.sub(1, isBelow), most));
  return tf.add(within, bounds);
}

export function activate(tf: Tf, x: TfTensor, activation: Activation): TfTensor {
  const { alpha = 0, beta = 0 } = constantsOf(activation);
  return computes[activation.name](tf, x, alpha, beta);
}

export const activation: Forward<'activation'> = ({ x }, options, { tf }) => ({
  output: activate(tf, x, options),
});

/** An activation without constants, which has an op of its own. */
export function plain(name: 'relu' | 'sigmoid' | 'tanh'): Forward<'relu' | 'sigmoid' | 'tanh'> {
  return ({ x }, _options, { tf }) => ({ output: activate(tf, x, { name }) });
}

/** tfjs normalizes along the last axis only, so the axis is moved there and back. */
function alongAxis(tf: Tf, x: TfTensor, axis: number, compute: (x: TfTensor) => TfTensor): TfTensor {
  const end = x.shape.length - 1;
  if (axis === end) return compute(x);
  const swap = x.shape.map((_, i) => (i === axis ? end : i === end ? axis : i));
  return tf.transpose(compute(tf.transpose(x, swap)), swap);
}

export const softmax: Forward<'softmax'> = ({ x, lengths }, options, { tf }) => {
  const axis = normalizeAxis(options.axis, x.shape, 'softmax');
  const normalized = (scores: TfTensor) => alongAxis(tf, scores, axis, (rows) => tf.softmax(rows));
  if (!lengths) return { output: normalized(x) };
  const mask = stepMask(tf, x, tf.maximum(lengths, tf.scalar(1, 'int32')), axis);
  const kept = tf.where(mask, x, tf.fill(x.shape, Number.NEGATIVE_INFINITY));
  return { output: tf.where(mask, normalized(kept), tf.zerosLike(x)) };
};

export const logSoftmax: Forward<'logSoftmax'> = ({ x }, options, { tf }) => {
  const axis = normalizeAxis(options.axis, x.shape, 'logSoftmax');
  return { output: alongAxis(tf, x, axis, (rows) => tf.logSoftmax(rows)) };
};
