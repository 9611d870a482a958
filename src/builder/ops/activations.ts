/** The activations: elementwise relu, tanh, sigmoid, and softmax and logSoftmax along an axis. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from '../backends/tf.js';
import { normalizeAxis, type Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import { entryByEntry, expectInput, mixedAlong, type OpDefinition } from './op.js';
import { onlyX } from './op-inputs.js';

type Elementwise = 'relu' | 'sigmoid' | 'tanh';

function elementwise(compute: (tf: Tf, x: TfTensor) => TfTensor): OpDefinition<Elementwise> {
  return {
    inputs: onlyX,
    infer: ({ x }, _options, name) => ({ output: expectInput(x, name, { dtype: 'float32' }) }),
    along: entryByEntry,
    forward: ({ x }, _options, { tf }) => ({ output: compute(tf, x) }),
  };
}

/** tfjs normalizes along the last axis only, so the axis is brought there and back. */
function alongAxis(compute: (tf: Tf, x: TfTensor) => TfTensor): OpDefinition<'softmax' | 'logSoftmax'> {
  return {
    inputs: onlyX,
    infer({ x }, { axis }, name) {
      expectInput(x, name, { dtype: 'float32', minRank: 1 });
      normalizeAxis(axis, x.shape, name);
      return { output: x };
    },
    along: (axis, x, options) => mixedAlong(options.axis, axis, x),
    forward({ x }, options, { tf }) {
      const axis = normalizeAxis(options.axis, x.shape, 'softmax');
      const end = x.shape.length - 1;
      if (axis === end) return { output: compute(tf, x) };
      const swap = x.shape.map((_, i) => (i === axis ? end : i === end ? axis : i));
      return { output: tf.transpose(compute(tf, tf.transpose(x, swap)), swap) };
    },
  };
}

export const reluOp = elementwise((tf, x) => tf.relu(x));
export const tanhOp = elementwise((tf, x) => tf.tanh(x));
export const sigmoidOp = elementwise((tf, x) => tf.sigmoid(x));
export const softmaxOp = alongAxis((tf, x) => tf.softmax(x));
export const logSoftmaxOp = alongAxis((tf, x) => tf.logSoftmax(x));

/** `max(x, 0)`, entry by entry. */
export function relu<S extends Shape>(x: Value<'float32', S>): SymbolicTensor<'float32', S> {
  return graphOf('relu', x).addOne('relu', undefined, { x }, {}) as SymbolicTensor<'float32', S>; // same type as x
}

/** The hyperbolic tangent, entry by entry. */
export function tanh<S extends Shape>(x: Value<'float32', S>): SymbolicTensor<'float32', S> {
  return graphOf('tanh', x).addOne('tanh', undefined, { x }, {}) as SymbolicTensor<'float32', S>; // same type as x
}

/** `1 / (1 + exp(-x))`, entry by entry. */
export function sigmoid<S extends Shape>(x: Value<'float32', S>): SymbolicTensor<'float32', S> {
  return graphOf('sigmoid', x).addOne('sigmoid', undefined, { x }, {}) as SymbolicTensor<'float32', S>; // same type as x
}

/** Probabilities along an axis (default the last): `exp(x) / sum(exp(x))`. */
export function softmax<S extends Shape>(x: Value<'float32', S>, axis = -1): SymbolicTensor<'float32', S> {
  return graphOf('softmax', x).addOne('softmax', undefined, { x }, { axis }) as SymbolicTensor<'float32', S>; // same type as x
}

/** The logarithm of {@link softmax}, computed without underflow. */
export function logSoftmax<S extends Shape>(x: Value<'float32', S>, axis = -1): SymbolicTensor<'float32', S> {
  return graphOf('logSoftmax', x).addOne('logSoftmax', undefined, { x }, { axis }) as SymbolicTensor<
    'float32',
    S
  >; // same type as x
}
