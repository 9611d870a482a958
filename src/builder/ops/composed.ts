/** Layers that are other ops put together: `nn.GLU`, `torch.var`, `torch.std`, `nn.GroupNorm`. */

import { expectNumber, expectText, inWords, isObject, wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames } from '../../option-names.js';
import { type Dim, formatShape, normalizeAxis, type RemoveAt, type ReplaceAt, type Shape } from '../shape.js';
import { checkValue, type SymbolicTensor, type Value } from '../tensor.js';
import { sigmoid, sqrt } from './activations.js';
import { add, div, mul, sub } from './arithmetic.js';
import { instanceNorm } from './normalization.js';
import { expectFixedDim, expectInput, optionsOf } from './op.js';
import { parameter } from './parameter.js';
import { mean, sum } from './reduce.js';
import { size } from './size.js';
import { split } from './slice.js';
import { unsqueeze } from './unsqueeze.js';

/**
 * `nn.GLU`: the first half of a dimension times the sigmoid of the second.
 *
 * @param axis an even number, which is halved. Default the last
 * @throws E_SHAPE_MISMATCH for a dimension that is odd or has a name
 */
export function glu<S extends Shape, const A extends number = -1>(
  x: Value<'float32', S>,
  axis?: A,
): SymbolicTensor<'float32', ReplaceAt<S, A, number>>;
export function glu(x: Value<'float32'>, axis = -1): SymbolicTensor {
  checkValue('glu', x);
  const dim = x.shape[normalizeAxis(axis, x.shape, 'glu')];
  if (typeof dim !== 'number' || dim % 2 !== 0) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `glu: axis ${axis} of ${formatShape(x.shape)} is ${dim}; only an even number can be halved.`,
    );
  }
  const [first, second] = split<'float32', Shape, readonly [number, number], number>(
    x,
    [dim / 2, dim / 2],
    axis,
  );
  return mul(first, sigmoid(second));
}

/** What {@link variance} and {@link std} take. */
export interface VarianceOptions<Keep extends boolean = boolean> {
  /** What the sum of squares is divided by: the number of entries less this. @default 1 */
  readonly correction?: number;
  /** Whether the dimension stays, with size 1. @default false */
  readonly keepDim?: Keep;
}

type Reduced<S extends Shape, A extends number, Keep extends boolean> = SymbolicTensor<
  'float32',
  [Keep] extends [true] ? ReplaceAt<S, A, 1> : RemoveAt<S, A>
>;

/**
 * `torch.var` along a dimension.
 *
 * @param axis counted from the front, negative: from the end
 * @throws E_INVALID_OPTION for an axis that x does not have
 */
export function variance<S extends Shape, const A extends number, const Keep extends boolean = false>(
  x: Value<'float32', S>,
  axis: A,
  options: VarianceOptions<Keep> = {},
): Reduced<S, A, Keep> {
  checkValue('variance', x);
  checkOptionNames(
    'variance',
    options,
    { correction: true, keepDim: true },
    { keepdim: 'keepDim', unbiased: 'correction' },
  );
  const { correction, keepDim } = optionsOf<Required<VarianceOptions>>('variance', options, {
    correction: 1,
    keepDim: false,
  });
  expectNumber('variance: correction', correction);
  const at = normalizeAxis(axis, x.shape, 'variance');
  const middle = unsqueeze<'float32', Shape, number>(mean<Shape, number>(x, at), at);
  const distance = sub<Shape, Shape>(x, middle);
  const total = sum<Shape, number>(mul<Shape, Shape>(distance, distance), at);
  const count = correction === 0 ? size(x, at) : sub(size(x, at), correction);
  const result = div<Shape, Shape>(total, count);
  return (keepDim ? unsqueeze<'float32', Shape, number>(result, at) : result) as unknown as Reduced<
    S,
    A,
    Keep
  >;
}

/** `torch.std` along a dimension: the square root of {@link variance}. */
export function std<S extends Shape, const A extends number, const Keep extends boolean = false>(
  x: Value<'float32', S>,
  axis: A,
  options: VarianceOptions<Keep> = {},
): Reduced<S, A, Keep> {
  return sqrt(variance(x, axis, options)) as unknown as Reduced<S, A, Keep>;
}

/** Options of {@link groupNorm}. */
export interface GroupNormOptions {
  /** How many groups the channels are in, each with a mean and a variance. */
  readonly numGroups: number;
  /** Added to the variance. @default 1e-5 */
  readonly eps?: number;
  /** Whether there are a weight and a bias for each channel. @default true */
  readonly affine?: boolean;
}

/**
 * `nn.GroupNorm`: the channels of each group of each sequence brought to mean 0 and variance 1 together.
 *
 * @param name the module's name; parameters are `<name>.weight` and `<name>.bias`, both `[channels]`
 * @param x `[batch, channels, ...]`; channels must be a number
 * @returns the shape of x
 * @throws E_SHAPE_MISMATCH, E_INVALID_OPTION where numGroups does not divide the channels
 */
export function groupNorm<B extends Dim, const Rest extends Shape>(
  name: string,
  x: Value<'float32', readonly [B, number, ...Rest]>,
  options: GroupNormOptions,
): SymbolicTensor<'float32', typeof x.shape> {
  if (!isObject(options)) throw wrongArgument('groupNorm', options, '{ numGroups: 2 }');
  expectText('groupNorm: name', name);
  checkOptionNames('groupNorm', options, { numGroups: true, eps: true, affine: true });
  const { numGroups, eps, affine } = optionsOf('groupNorm', options, {
    numGroups: 0,
    eps: 1e-5,
    affine: true,
  });
  checkValue('groupNorm', x);
  expectInput(x, 'groupNorm', { dtype: 'float32', minRank: 2 });
  const channels = expectFixedDim(x, 1, 'groupNorm');
  if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `groupNorm: numGroups is ${inWords(numGroups)}, which does not divide the ${channels} channels; give a divisor as numGroups.`,
    );
  }
  // Of any sizes from here on: the shape rules compute at run time what the types say.
  type Channels = SymbolicTensor<'float32', readonly [Dim, number, ...Dim[]]>;
  const shaped = (value: Value, ...shape: Dim[]) =>
    x.graph.addOne('reshape', undefined, { x: value }, { shape }) as unknown as Channels;
  const [batch = 1, , ...rest] = x.shape as Shape;
  const even = instanceNorm(`${name}.groups`, shaped(x, batch, numGroups, -1), { eps });
  const normalized = shaped(even, batch, channels, ...rest);
  const perChannel = (own: 'weight' | 'bias', init: 'ones' | 'zeros') =>
    shaped(parameter(`${name}.${own}`, [channels], { init }), channels, ...rest.map(() => 1));
  const output = affine
    ? add(mul(normalized, perChannel('weight', 'ones')), perChannel('bias', 'zeros'))
    : normalized;
  return output as unknown as SymbolicTensor<'float32', typeof x.shape>;
}
