/** `nn.Conv1d`, `nn.Conv2d` and their transposes. https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv1d.html */
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { transposedSizes } from '../convolution/transposed.js';
import { isEntryByEntry, type Windows, windowCounts } from '../convolution/windows.js';
import type { Dim } from '../shape.js';
import { graphOf, type SymbolicTensor, type TensorType, type Value } from '../tensor.js';
import { type AxisUse, expectFixedDim, expectInput, type OpDefinition, optionsOf } from './op.js';
import { onlyX } from './op-inputs.js';
import type { OpOptions } from './option-schemas.js';
import { type GivenWindows, type Pair, perAxis, windowNames, windowsOf } from './windows-arguments.js';

/** Batches stay apart, channels are mixed, and so are entries that a window covers together. */
function alongWindows(axis: number, windows: Windows): AxisUse {
  if (axis === 0 || (axis > 1 && isEntryByEntry(windows, axis - 2))) return { kind: 'each', axis };
  return { kind: 'mixed' };
}

function expectChannels(x: TensorType, { kernelSize }: Windows, groups: number, name: string): number {
  expectInput(x, name, { dtype: 'float32', rank: kernelSize.length + 2 });
  const channels = expectFixedDim(x, 1, name);
  if (channels % groups === 0) return channels;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${name}: ${channels} channels do not divide into ${groups} groups; give groups that divide both.`,
  );
}

export const convOp: OpDefinition<'conv'> = {
  inputs: onlyX,
  infer({ x }, options, name) {
    expectChannels(x, options, options.groups, name);
    const shape = [x.shape[0] as Dim, options.outChannels, ...windowCounts(x.shape, options, name)]; // the rank was checked
    return { output: { dtype: 'float32', shape } };
  },

  parameters({ x }, options) {
    const { kernelSize, groups, bias, outChannels } = options;
    const each = expectChannels(x, options, groups, 'conv') / groups;
    return weightAndBias([outChannels, each, ...kernelSize], bias ? outChannels : 0);
  },

  along: (axis, _x, options) => alongWindows(axis, options),
};

export const convTransposeOp: OpDefinition<'convTranspose'> = {
  inputs: onlyX,
  infer({ x }, options, name) {
    expectChannels(x, options, options.groups, name);
    checkOutputPadding(options, name);
    const sizes = transposedSizes(x.shape, options, name);
    return { output: { dtype: 'float32', shape: [x.shape[0] as Dim, options.outChannels, ...sizes] } }; // the rank was checked
  },

  parameters({ x }, options) {
    const { kernelSize, groups, bias, outChannels } = options;
    const channels = expectChannels(x, options, groups, 'convTranspose');
    return weightAndBias([channels, outChannels / groups, ...kernelSize], bias ? outChannels : 0);
  },

  along: (axis, _x, options) => alongWindows(axis, options),
};

/** @throws E_INVALID_OPTION for what onnxruntime refuses: that many entries have room for another window */
function checkOutputPadding({ outputPadding, stride }: OpOptions['convTranspose'], name: string): void {
  const wrong = outputPadding.findIndex((size, i) => size >= (stride[i] ?? 1));
  if (wrong === -1) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${name}: outputPadding is ${outputPadding[wrong]}; give less than the stride, ${(stride[wrong] ?? 1) - 1} at most.`,
  );
}

/** PyTorch draws both from the same bounds: 1 / sqrt of the numbers that go into one of y. */
function weightAndBias(shape: readonly number[], bias: number) {
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  const init = { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) } as const;
  const weight = { name: 'weight', shape, init };
  return bias === 0 ? [weight] : [weight, { name: 'bias', shape: [bias], init }];
}

/** Options of a convolution. @typeParam N one number for all axes, or one for each */
export interface ConvOptions<N> extends GivenWindows<N> {
  /** Channels of the result. */
  readonly outChannels: number;
  /**
   * Zeros that are added on both sides; `'same'` adds as many as keep the length, `'causal'` adds them before the first entry, so
   * that no result depends on a later one. Both take a stride of 1. @default 0
   */
  readonly padding?: N | 'same' | 'causal';
  /** Parts of the channels that are convolved by themselves. @default 1 */
  readonly groups?: number;
  /** @default true */
  readonly bias?: boolean;
}

const convNames = { outChannels: true, ...windowNames, padding: true, groups: true, bias: true } as const;

export type Conv1dOptions = ConvOptions<number>;
export type Conv2dOptions = ConvOptions<number | Pair> & { readonly padding?: number | Pair | 'same' };

/** The length stays where the padding says so. */
type Length<L extends Dim, O> = O extends { readonly padding: 'same' | 'causal' } ? L : Dim;

/**
 * A convolution over the last axis, as `nn.Conv1d`.
 *
 * @param name the module's name; parameters are `<name>.weight` `[outChannels, channels / groups, kernelSize]` and `<name>.bias`
 * @param x `[batch, channels, length]`: a series `[batch, time, features]` goes in as `transpose(x, [0, 2, 1])`
 * @returns `[batch, outChannels, windows]`
 * @throws E_SHAPE_MISMATCH for an input that is shorter than a window; E_INVALID_OPTION
 */
export function conv1d<B extends Dim, L extends Dim, const O extends Conv1dOptions>(
  name: string,
  x: Value<'float32', readonly [B, number, L]>,
  options: O,
): SymbolicTensor<'float32', readonly [B, O['outChannels'], Length<L, O>]> {
  return convolution('conv1d', name, x, options, 1) as SymbolicTensor<
    'float32',
    readonly [B, O['outChannels'], Length<L, O>]
  >; // what the shape rule says at run time
}

/**
 * A convolution over the last two axes, as `nn.Conv2d`.
 *
 * @param name the module's name; parameters are `<name>.weight` `[outChannels, channels / groups, height, width]` and `<name>.bias`
 * @param x `[batch, channels, height, width]`
 * @param options sizes as one number for both axes, or `[height, width]`
 * @returns `[batch, outChannels, ...windows]`
 * @throws E_SHAPE_MISMATCH for an input that is smaller than a window; E_INVALID_OPTION
 */
export function conv2d<B extends Dim, const O extends Conv2dOptions>(
  name: string,
  x: Value<'float32', readonly [B, number, Dim, Dim]>,
  options: O,
): SymbolicTensor<'float32', readonly [B, O['outChannels'], Dim, Dim]> {
  return convolution('conv2d', name, x, options, 2) as SymbolicTensor<
    'float32',
    readonly [B, O['outChannels'], Dim, Dim]
  >; // what the shape rule says at run time
}

/** What both kinds of convolution take, as options of the op; the others as they were given. */
function convolutionOptions<O extends ConvOptions<number | Pair> | ConvTransposeOptions<number | Pair>>(
  what: string,
  given: O,
  names: OptionNames<O>,
  axes: number,
) {
  const options = optionsOf<O>(what, given, {} as O); // the schema checks what is missing
  checkOptionNames(what, options, names);
  const { outChannels, groups, bias } = options;
  return {
    given: options,
    shared: { outChannels, ...windowsOf(what, options, axes), groups: groups ?? 1, bias: bias ?? true },
  };
}

function convolution(
  what: string,
  name: string,
  x: Value<'float32'>,
  options: ConvOptions<number | Pair>,
  axes: number,
): SymbolicTensor {
  const { shared } = convolutionOptions(what, options, convNames, axes);
  return graphOf(what, x).addOne('conv', name, { x }, shared);
}

/** Options of a transposed convolution. @typeParam N one number for all axes, or one for each */
export interface ConvTransposeOptions<N> extends GivenWindows<N> {
  /** Channels of the result. */
  readonly outChannels: number;
  /** Entries that are left out on both sides of the result. @default 0 */
  readonly padding?: N;
  /** Entries that the result has at its end beyond the least, fewer than the stride. @default 0 */
  readonly outputPadding?: N;
  /** Parts of the channels that are convolved by themselves. @default 1 */
  readonly groups?: number;
  /** @default true */
  readonly bias?: boolean;
}

/**
 * The way back of a convolution over the last axis, as `nn.ConvTranspose1d`: a longer result where the stride is above 1.
 *
 * @param name the module's name; parameters are `<name>.weight` `[channels, outChannels / groups, kernelSize]` and `<name>.bias`
 * @param x `[batch, channels, length]`
 * @throws E_SHAPE_MISMATCH, E_INVALID_OPTION
 */
export function convTranspose1d<B extends Dim, const O extends ConvTransposeOptions<number>>(
  name: string,
  x: Value<'float32', readonly [B, number, Dim]>,
  options: O,
): SymbolicTensor<'float32', readonly [B, O['outChannels'], Dim]> {
  return transposed('convTranspose1d', name, x, options, 1) as SymbolicTensor<
    'float32',
    readonly [B, O['outChannels'], Dim]
  >; // what the shape rule says at run time
}

/**
 * The way back of a convolution over the last two axes, as `nn.ConvTranspose2d`.
 *
 * @param name the module's name; parameters are `<name>.weight` `[channels, outChannels / groups, height, width]` and `<name>.bias`
 * @param x `[batch, channels, height, width]`
 * @throws E_SHAPE_MISMATCH, E_INVALID_OPTION
 */
export function convTranspose2d<B extends Dim, const O extends ConvTransposeOptions<number | Pair>>(
  name: string,
  x: Value<'float32', readonly [B, number, Dim, Dim]>,
  options: O,
): SymbolicTensor<'float32', readonly [B, O['outChannels'], Dim, Dim]> {
  return transposed('convTranspose2d', name, x, options, 2) as SymbolicTensor<
    'float32',
    readonly [B, O['outChannels'], Dim, Dim]
  >; // what the shape rule says at run time
}

function transposed(
  what: string,
  name: string,
  x: Value<'float32'>,
  options: ConvTransposeOptions<number | Pair>,
  axes: number,
): SymbolicTensor {
  const names = { ...convNames, outputPadding: true } as const;
  const { given, shared } = convolutionOptions(what, options, names, axes);
  const outputPadding = perAxis(given.outputPadding ?? 0, axes);
  return graphOf(what, x).addOne('convTranspose', name, { x }, { ...shared, outputPadding });
}
