/** The activations: entry by entry, and softmax and logSoftmax along an axis. */
import { expectNumber, wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames } from '../../option-names.js';
import { type Activation, type ActivationName, constantsOf } from '../activations.js';
import { type Dim, normalizeAxis, type Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import { checkLengthsInput } from './lengths-input.js';
import { entryByEntry, expectInput, mixedAlong, type OpDefinition } from './op.js';
import { onlyX, xAndLengths } from './op-inputs.js';

export const elementwiseOp: OpDefinition<'relu' | 'sigmoid' | 'tanh'> = {
  inputs: onlyX,
  infer: ({ x }, _options, name) => ({ output: expectInput(x, name, { dtype: 'float32' }) }),
  along: entryByEntry,
};

export const activationOp: OpDefinition<'activation'> = {
  inputs: onlyX,
  infer({ x }, options, name) {
    checkBounds(options, name);
    return { output: expectInput(x, name, { dtype: 'float32' }) };
  },
  along: entryByEntry,
};

/** @throws E_INVALID_OPTION for a lower bound above the upper one */
function checkBounds(activation: Activation, name: string): void {
  if (activation.name !== 'clip' && activation.name !== 'hardtanh') return;
  const { alpha = 0, beta = 0 } = constantsOf(activation);
  if (alpha <= beta) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${name} (${activation.name}): the lower bound is ${alpha} and the upper one ${beta}; give a lower one that is not above it.`,
  );
}

export const logSoftmaxOp: OpDefinition<'logSoftmax'> = {
  inputs: onlyX,
  infer({ x }, { axis }, name) {
    expectInput(x, name, { dtype: 'float32', minRank: 1 });
    normalizeAxis(axis, x.shape, name);
    return { output: x };
  },
  along: (axis, x, options) => mixedAlong(options.axis, axis, x),
};

/** With lengths, the steps of each sequence alone are normalized, and those beyond get 0. */
export const softmaxOp: OpDefinition<'softmax'> = {
  inputs: xAndLengths,
  infer({ x, lengths }, options, name) {
    expectInput(x, name, { dtype: 'float32', minRank: 1 });
    const axis = normalizeAxis(options.axis, x.shape, name);
    if (lengths) checkLengthsInput(x, lengths, axis, name);
    return { output: x };
  },
  along: (axis, x, options) =>
    axis === normalizeAxis(options.axis, x.shape, 'softmax')
      ? { kind: 'lengths', axis }
      : { kind: 'each', axis },
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

function named<S extends Shape>(
  x: Value<'float32', S>,
  name: ActivationName,
  constants: Omit<Activation, 'name'> = {},
): SymbolicTensor<'float32', S> {
  const graph = graphOf(name, x);
  return graph.addOne('activation', undefined, { x }, { name, ...constants }) as SymbolicTensor<'float32', S>; // same type as x
}

/** `x` times the probability that a normal number is below it; `approximate: 'tanh'` as PyTorch has it. @default 'none' */
export function gelu<S extends Shape>(
  x: Value<'float32', S>,
  options: { readonly approximate?: 'none' | 'tanh' } = {},
): SymbolicTensor<'float32', S> {
  checkOptionNames('gelu', options, { approximate: true });
  const { approximate = 'none' } = options;
  if (approximate === 'none') return named(x, 'gelu');
  if (approximate === 'tanh') return named(x, 'geluTanh');
  throw wrongArgument('gelu: the option approximate', approximate, "'none' or 'tanh'");
}

/** `x * sigmoid(x)`, also called swish. */
export function silu<S extends Shape>(x: Value<'float32', S>): SymbolicTensor<'float32', S> {
  return named(x, 'silu');
}

/** `x` above 0, else `alpha * (exp(x) - 1)`. @param alpha default 1 */
export function elu<S extends Shape>(x: Value<'float32', S>, alpha = 1): SymbolicTensor<'float32', S> {
  expectNumber('elu: alpha', alpha);
  return named(x, 'elu', { alpha });
}

/** {@link elu} with the two constants that keep mean and variance. */
export function selu<S extends Shape>(x: Value<'float32', S>): SymbolicTensor<'float32', S> {
  return named(x, 'selu');
}

/** `x` above 0, else `slope * x`. @param slope default 0.01 */
export function leakyRelu<S extends Shape>(
  x: Value<'float32', S>,
  slope = 0.01,
): SymbolicTensor<'float32', S> {
  expectNumber('leakyRelu: slope', slope);
  return named(x, 'leakyRelu', { alpha: slope });
}

/** `log(1 + exp(x))`, entry by entry. */
export function softplus<S extends Shape>(x: Value<'float32', S>): SymbolicTensor<'float32', S> {
  return named(x, 'softplus');
}

/** `x` within bounds, -1 and 1 by default. At the bounds the gradient is 0. @throws E_INVALID_OPTION for `min` above `max` */
export function hardtanh<S extends Shape>(
  x: Value<'float32', S>,
  min = -1,
  max = 1,
): SymbolicTensor<'float32', S> {
  expectNumber('hardtanh: min', min);
  expectNumber('hardtanh: max', max);
  return named(x, 'hardtanh', { alpha: min, beta: max });
}

/** `x * max(0, min(1, x / 6 + 1 / 2))`, entry by entry. */
export function hardSwish<S extends Shape>(x: Value<'float32', S>): SymbolicTensor<'float32', S> {
  return named(x, 'hardSwish');
}

/** `x * tanh(softplus(x))`, entry by entry. */
export function mish<S extends Shape>(x: Value<'float32', S>): SymbolicTensor<'float32', S> {
  return named(x, 'mish');
}

/** `e` to the power of `x`, entry by entry. */
export function exp<S extends Shape>(x: Value<'float32', S>): SymbolicTensor<'float32', S> {
  return named(x, 'exp');
}

/** The square root, entry by entry. */
export function sqrt<S extends Shape>(x: Value<'float32', S>): SymbolicTensor<'float32', S> {
  return named(x, 'sqrt');
}

/** The absolute value, entry by entry. */
export function abs<S extends Shape>(x: Value<'float32', S>): SymbolicTensor<'float32', S> {
  return named(x, 'abs');
}

/**
 * `x` within bounds, of which one may be left out, as `torch.clamp`. At the bounds the gradient passes.
 *
 * @throws E_INVALID_OPTION for `min` above `max`
 */
export function clip<S extends Shape>(
  x: Value<'float32', S>,
  bounds: { readonly min?: number; readonly max?: number } = {},
): SymbolicTensor<'float32', S> {
  checkOptionNames('clip', bounds, { min: true, max: true });
  const { min, max } = bounds;
  if (min !== undefined) expectNumber('clip: min', min);
  if (max !== undefined) expectNumber('clip: max', max);
  return named(x, 'clip', { alpha: min, beta: max });
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

/**
 * Probabilities along an axis: `exp(x) / sum(exp(x))`. Along the time of a recurrent layer with lengths the steps of each
 * sequence are normalized alone, and those beyond get 0; a sequence without steps counts as one of one step.
 *
 * @param x `[batch, time, ...]` or time-first, where lengths are given
 * @param axis default the last
 * @param lengths the steps of each sequence, int32 `[batch]`; default those that x has from a recurrent layer, else all
 */
export function softmax<S extends Shape>(
  x: Value<'float32', S>,
  axis = -1,
  lengths?: Value<'int32', readonly [Dim]>,
): SymbolicTensor<'float32', S> {
  const output = graphOf('softmax', x).addOne('softmax', undefined, { x, lengths }, { axis });
  return output as SymbolicTensor<'float32', S>; // same type as x
}

/** The logarithm of {@link softmax}, computed without underflow. */
export function logSoftmax<S extends Shape>(x: Value<'float32', S>, axis = -1): SymbolicTensor<'float32', S> {
  return graphOf('logSoftmax', x).addOne('logSoftmax', undefined, { x }, { axis }) as SymbolicTensor<
    'float32',
    S
  >; // same type as x
}
