/** The activations: entry by entry, and softmax and logSoftmax along an axis. */
import type { Activation } from '../activations.js';
import { normalizeAxis, type Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import { entryByEntry, expectInput, mixedAlong, type OpDefinition } from './op.js';
import { onlyX } from './op-inputs.js';

export const elementwiseOp: OpDefinition<'activation' | 'relu' | 'sigmoid' | 'tanh'> = {
  inputs: onlyX,
  infer: ({ x }, _options, name) => ({ output: expectInput(x, name, { dtype: 'float32' }) }),
  along: entryByEntry,
};

export const alongAxisOp: OpDefinition<'softmax' | 'logSoftmax'> = {
  inputs: onlyX,
  infer({ x }, { axis }, name) {
    expectInput(x, name, { dtype: 'float32', minRank: 1 });
    normalizeAxis(axis, x.shape, name);
    return { output: x };
  },
  along: (axis, x, options) => mixedAlong(options.axis, axis, x),
};

/**
 * An activation by its name: `activation(x, { name: 'elu', alpha: 1 })`. `alpha` and `beta` default to ONNX's.
 *
 * @throws E_INVALID_OPTION for an unknown name
 */
export function activation<S extends Shape>(
  x: Value<'float32', S>,
  options: Activation,
): SymbolicTensor<'float32', S> {
  return graphOf('activation', x).addOne('activation', undefined, { x }, { ...options }) as SymbolicTensor<
    'float32',
    S
  >; // same type as x
}

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
