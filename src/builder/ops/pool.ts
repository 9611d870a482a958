/** `nn.MaxPool1d`, `nn.AvgPool1d` and those of two axes. https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html */
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { alongAxis, isEntryByEntry, windowCounts } from '../convolution/windows.js';
import type { Dim } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import { expectInput, type OpDefinition, optionsOf } from './op.js';
import { onlyX } from './op-inputs.js';
import { type GivenWindows, type Pair, windowNames, windowsOf } from './windows-arguments.js';

export const poolOp: OpDefinition<'maxPool' | 'avgPool'> = {
  inputs: onlyX,
  infer({ x }, options, name) {
    expectInput(x, name, { dtype: 'float32', rank: options.kernelSize.length + 2 });
    options.kernelSize.forEach((_, i) => {
      const { kernel, before, after, dilation } = alongAxis(options, i);
      if (Math.max(before, after) * 2 <= dilation * (kernel - 1) + 1) return;
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${name}: padding of ${Math.max(before, after)} is more than half of a window, so that a window could lie in it alone; give less.`,
      );
    });
    const shape = [...x.shape.slice(0, 2), ...windowCounts(x.shape, options, name)];
    return { output: { dtype: 'float32', shape } };
  },

  along(axis, _x, options) {
    if (axis < 2 || isEntryByEntry(options, axis - 2)) return { kind: 'each', axis };
    return { kind: 'mixed' };
  },
};

interface PoolOptions {
  /** Whether the last window may go over the end, as PyTorch's `ceil_mode`. @default false */
  readonly ceilMode?: boolean;
}

/** Options of the largest entries. @typeParam N one number for all axes, or one for each */
export interface MaxPoolOptions<N> extends GivenWindows<N>, PoolOptions {
  /** Entries on both sides that count as less than any number. @default 0 */
  readonly padding?: N;
}

/** Options of the means. @typeParam N one number for all axes, or one for each */
export interface AvgPoolOptions<N> extends Omit<GivenWindows<N>, 'dilation'>, PoolOptions {
  /** Zeros on both sides. @default 0 */
  readonly padding?: N;
  /** Whether the zeros count; what is over the end never does. @default true */
  readonly countIncludePad?: boolean;
}

type Options = AvgPoolOptions<number | Pair> & MaxPoolOptions<number | Pair>;

/** The windows of a pool, by default each beside the other. */
function poolWindows<Name extends string>(
  what: string,
  options: Pick<Options, 'kernelSize'>,
  names: Readonly<Record<Name, true>>,
  axes: number,
) {
  const given = optionsOf<Options>(what, options, {} as Options); // the schema checks what is missing
  checkOptionNames(what, given, names);
  const windows = windowsOf(what, { ...given, stride: given.stride ?? given.kernelSize }, axes);
  return { given, windows: { ...windows, ceilMode: given.ceilMode ?? false } };
}

const maxPoolNames = { ...windowNames, padding: true, ceilMode: true } as const satisfies OptionNames<
  MaxPoolOptions<number>
>;

function maxPool(what: string, x: Value<'float32'>, options: MaxPoolOptions<number | Pair>, axes: number) {
  const { windows } = poolWindows(what, options, maxPoolNames, axes);
  return graphOf(what, x).addOne('maxPool', undefined, { x }, windows);
}

const avgPoolNames = {
  kernelSize: true,
  stride: true,
  padding: true,
  ceilMode: true,
  countIncludePad: true,
} as const satisfies OptionNames<AvgPoolOptions<number>>;

function avgPool(what: string, x: Value<'float32'>, options: AvgPoolOptions<number | Pair>, axes: number) {
  const { given, windows } = poolWindows(what, options, avgPoolNames, axes);
  const { dilation: _, ...own } = windows;
  const countIncludePad = given.countIncludePad ?? true;
  return graphOf(what, x).addOne('avgPool', undefined, { x }, { ...own, countIncludePad });
}

/**
 * The largest entry of each window along the last axis, as `nn.MaxPool1d`. The gradient goes to the first of equal ones.
 *
 * @param x `[batch, channels, length]`
 * @returns `[batch, channels, windows]`
 * @throws E_SHAPE_MISMATCH for an input that is shorter than a window; E_INVALID_OPTION
 */
export function maxPool1d<B extends Dim, C extends Dim>(
  x: Value<'float32', readonly [B, C, Dim]>,
  options: MaxPoolOptions<number>,
): SymbolicTensor<'float32', readonly [B, C, Dim]> {
  return maxPool('maxPool1d', x, options, 1) as SymbolicTensor<'float32', readonly [B, C, Dim]>; // what the shape rule says
}

/** {@link maxPool1d} over the last two axes of `[batch, channels, height, width]`, as `nn.MaxPool2d`. */
export function maxPool2d<B extends Dim, C extends Dim>(
  x: Value<'float32', readonly [B, C, Dim, Dim]>,
  options: MaxPoolOptions<number | Pair>,
): SymbolicTensor<'float32', readonly [B, C, Dim, Dim]> {
  return maxPool('maxPool2d', x, options, 2) as SymbolicTensor<'float32', readonly [B, C, Dim, Dim]>; // what the shape rule says
}

/**
 * The mean of each window along the last axis, as `nn.AvgPool1d`.
 *
 * @param x `[batch, channels, length]`
 * @returns `[batch, channels, windows]`
 * @throws E_SHAPE_MISMATCH for an input that is shorter than a window; E_INVALID_OPTION
 */
export function avgPool1d<B extends Dim, C extends Dim>(
  x: Value<'float32', readonly [B, C, Dim]>,
  options: AvgPoolOptions<number>,
): SymbolicTensor<'float32', readonly [B, C, Dim]> {
  return avgPool('avgPool1d', x, options, 1) as SymbolicTensor<'float32', readonly [B, C, Dim]>; // what the shape rule says
}

/** {@link avgPool1d} over the last two axes of `[batch, channels, height, width]`, as `nn.AvgPool2d`. */
export function avgPool2d<B extends Dim, C extends Dim>(
  x: Value<'float32', readonly [B, C, Dim, Dim]>,
  options: AvgPoolOptions<number | Pair>,
): SymbolicTensor<'float32', readonly [B, C, Dim, Dim]> {
  return avgPool('avgPool2d', x, options, 2) as SymbolicTensor<'float32', readonly [B, C, Dim, Dim]>; // what the shape rule says
}
