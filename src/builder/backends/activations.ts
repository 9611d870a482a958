/** The activations that ONNX knows for an LSTM, on tfjs. https://onnx.ai/onnx/operators/onnx__LSTM.html */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from './tf.js';

/** What each computes, and ONNX's defaults for its `alpha` and `beta`. */
const activations = {
  sigmoid: { compute: (tf, x) => tf.sigmoid(x) },
  tanh: { compute: (tf, x) => tf.tanh(x) },
  relu: { compute: (tf, x) => tf.relu(x) },
  /** ONNX's Affine: alpha x + beta. */
  linear: { alpha: 1, beta: 0, compute: (tf, x, alpha, beta) => tf.add(tf.mul(x, alpha), beta) },
  leakyRelu: { alpha: 0.01, compute: (tf, x, alpha) => tf.leakyRelu(x, alpha) },
  thresholdedRelu: {
    alpha: 1,
    // By a product: tfjs cannot differentiate through a comparison, even where it has no part in the gradient.
    compute: (tf, x, alpha) => tf.mul(x, tf.step(tf.sub(x, alpha))),
  },
  scaledTanh: {
    alpha: 1,
    beta: 1,
    compute: (tf, x, alpha, beta) => tf.mul(tf.tanh(tf.mul(x, beta)), alpha),
  },
  hardSigmoid: {
    alpha: 0.2,
    beta: 0.5,
    compute: (tf, x, alpha, beta) => tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1),
  },
  elu: {
    alpha: 1,
    compute: (tf, x, alpha) => tf.add(tf.relu(x), tf.mul(tf.sub(tf.exp(tf.minimum(x, 0)), 1), alpha)),
  },
  softsign: { compute: (tf, x) => tf.div(x, tf.add(tf.abs(x), 1)) },
  softplus: { compute: (tf, x) => tf.softplus(x) },
} as const satisfies Record<string, Definition>;

interface Definition {
  readonly alpha?: number;
  readonly beta?: number;
  compute(tf: Tf, x: TfTensor, alpha: number, beta: number): TfTensor;
}

export type ActivationName = keyof typeof activations;

export interface Activation {
  readonly name: ActivationName;
  readonly alpha?: number | undefined;
  readonly beta?: number | undefined;
}

export const activationNames = Object.keys(activations) as [ActivationName, ...ActivationName[]];

/** The constants that an activation has, with the defaults for those that are not given. */
export function constantsOf({ name, alpha, beta }: Activation): { alpha?: number; beta?: number } {
  const definition: Definition = activations[name];
  return {
    ...(definition.alpha === undefined ? {} : { alpha: alpha ?? definition.alpha }),
    ...(definition.beta === undefined ? {} : { beta: beta ?? definition.beta }),
  };
}

export function activate(tf: Tf, x: TfTensor, activation: Activation): TfTensor {
  const { alpha = 0, beta = 0 } = constantsOf(activation);
  const definition: Definition = activations[activation.name];
  return definition.compute(tf, x, alpha, beta);
}
