/** `nn.BatchNorm1d` and `2d`, `nn.LayerNorm`, `nn.InstanceNorm1d` and `2d`. https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html */
import { LstmOnnxError } from '../../errors.js';
import { type Dim, formatShape, type Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, type TensorType, type Value } from '../tensor.js';
import { expectFixedDim, expectInput, type OpDefinition, optionsOf, type ParameterSpec } from './op.js';
import { onlyX } from './op-inputs.js';

const ones = { kind: 'ones' } as const;
const zeros = { kind: 'zeros' } as const;

/** Which parameters a normalization has beside its statistics. */
export interface AffineOptions {
  readonly affine: boolean;
  /** Default true. */
  readonly bias?: boolean;
}

/** Their names, the weight first. */
export function affineNames({ affine, bias = true }: AffineOptions): ('weight' | 'bias')[] {
  return affine ? ['weight', ...(bias ? (['bias'] as const) : [])] : [];
}

function affineSpecs(shape: readonly number[], options: AffineOptions): readonly ParameterSpec[] {
  return affineNames(options).map((name) => ({ name, shape, init: name === 'weight' ? ones : zeros }));
}

export const batchNormOp: OpDefinition<'batchNorm'> = {
  inputs: onlyX,
  infer({ x }, _options, name) {
    expectInput(x, name, { dtype: 'float32', minRank: 2 });
    expectFixedDim(x, 1, name);
    return { output: x };
  },

  parameters({ x }, options) {
    const shape = [expectFixedDim(x, 1, 'batchNorm')];
    return [
      ...affineSpecs(shape, options),
      { name: 'running_mean', shape, init: zeros, trained: false },
      { name: 'running_var', shape, init: ones, trained: false },
    ];
  },

  // Where a model runs. In training a batch shares its mean and variance, padding with it, as PyTorch has it.
  along: (axis) => ({ kind: 'each', axis }),
};

export const layerNormOp: OpDefinition<'layerNorm'> = {
  inputs: onlyX,
  infer({ x }, { axes }, name) {
    expectInput(x, name, { dtype: 'float32', minRank: axes });
    normalizedShape(x, axes, name);
    return { output: x };
  },

  parameters: ({ x }, options) => affineSpecs(normalizedShape(x, options.axes, 'layerNorm'), options),

  along: (axis, x, { axes }) => (axis >= x.shape.length - axes ? { kind: 'mixed' } : { kind: 'each', axis }),
};

function normalizedShape(x: TensorType, axes: number, name: string): number[] {
  return Array.from({ length: axes }, (_, i) => expectFixedDim(x, i - axes, name));
}

export const instanceNormOp: OpDefinition<'instanceNorm'> = {
  inputs: onlyX,
  infer({ x }, _options, name) {
    expectInput(x, name, { dtype: 'float32', minRank: 3 });
    const [, , ...sizes] = x.shape;
    expectFixedDim(x, 1, name);
    if (sizes.every((size) => size === 1)) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `${name}: ${formatShape(x.shape)} has one number for each channel, which has no variance; give a longer series.`,
      );
    }
    return { output: x };
  },

  parameters: ({ x }, options) => affineSpecs([expectFixedDim(x, 1, 'instanceNorm')], options),
  along: (axis) => (axis < 2 ? { kind: 'each', axis } : { kind: 'mixed' }),
};

/** Options of {@link batchNorm}. */
export interface BatchNormOptions {
  /** Added to the variance. @default 1e-5 */
  readonly eps?: number;
  /** The share of each batch in the running mean and variance. @default 0.1 */
  readonly momentum?: number;
  /** Whether there are a weight and a bias for each channel. @default true */
  readonly affine?: boolean;
}

/**
 * Each channel brought to mean 0 and variance 1, as `nn.BatchNorm1d` and `nn.BatchNorm2d`: those of the batch in training, the
 * running ones elsewhere, which each batch of the training moves. In training the padding of shorter sequences counts, as in PyTorch.
 *
 * @param name the module's name; parameters are `<name>.weight`, `<name>.bias`, `<name>.running_mean` and `<name>.running_var`, all
 *   `[channels]`; PyTorch's `num_batches_tracked` is not kept
 * @param x `[batch, channels]`, `[batch, channels, length]` or `[batch, channels, height, width]`; channels must be a number
 * @returns the shape of x
 * @throws E_SHAPE_MISMATCH, E_INVALID_OPTION
 */
export function batchNorm<B extends Dim, const Rest extends Shape>(
  name: string,
  x: Value<'float32', readonly [B, number, ...Rest]>,
  options: BatchNormOptions = {},
): SymbolicTensor<'float32', typeof x.shape> {
  const given = optionsOf('batchNorm', options, { eps: 1e-5, momentum: 0.1, affine: true });
  const output = graphOf('batchNorm', x).addOne('batchNorm', name, { x }, given);
  return output as SymbolicTensor<'float32', typeof x.shape>; // what the shape rule says at run time
}

/** Options of {@link layerNorm}. */
export interface LayerNormOptions {
  /** How many of the last axes are normalized together. @default 1 */
  readonly axes?: number;
  /** Added to the variance. @default 1e-5 */
  readonly eps?: number;
  /** Whether there is a weight for each of the normalized numbers. @default true */
  readonly affine?: boolean;
  /** Whether there is a bias beside the weight. @default true */
  readonly bias?: boolean;
}

/**
 * The last axes brought to mean 0 and variance 1, as `nn.LayerNorm`.
 *
 * @param name the module's name; parameters are `<name>.weight` and `<name>.bias`, of the sizes of the last axes
 * @param x the last axes must be numbers
 * @returns the shape of x
 * @throws E_SHAPE_MISMATCH, E_INVALID_OPTION
 */
export function layerNorm<S extends Shape>(
  name: string,
  x: Value<'float32', S>,
  options: LayerNormOptions = {},
): SymbolicTensor<'float32', S> {
  const given = optionsOf('layerNorm', options, { axes: 1, eps: 1e-5, affine: true, bias: true });
  const output = graphOf('layerNorm', x).addOne('layerNorm', name, { x }, given);
  return output as SymbolicTensor<'float32', S>; // same type as x
}

/** Options of {@link instanceNorm}. */
export interface InstanceNormOptions {
  /** Added to the variance. @default 1e-5 */
  readonly eps?: number;
  /** Whether there are a weight and a bias for each channel. @default false */
  readonly affine?: boolean;
}

/**
 * Each channel of each sequence brought to mean 0 and variance 1, as `nn.InstanceNorm1d` and `nn.InstanceNorm2d`.
 *
 * @param name the module's name; with `affine` the parameters are `<name>.weight` and `<name>.bias`, both `[channels]`
 * @param x `[batch, channels, length]` or `[batch, channels, height, width]`; channels must be a number
 * @returns the shape of x
 * @throws E_SHAPE_MISMATCH, E_INVALID_OPTION
 */
export function instanceNorm<B extends Dim, const Rest extends Shape>(
  name: string,
  x: Value<'float32', readonly [B, number, ...Rest]>,
  options: InstanceNormOptions = {},
): SymbolicTensor<'float32', typeof x.shape> {
  const given = optionsOf('instanceNorm', options, { eps: 1e-5, affine: false });
  const output = graphOf('instanceNorm', x).addOne('instanceNorm', name, { x }, given);
  return output as SymbolicTensor<'float32', typeof x.shape>; // what the shape rule says at run time
}
