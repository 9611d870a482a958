/** `x[start:end:step]` along one dimension, and `torch.split` as a list of such slices. */
import { inWords, isObject } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames } from '../../option-names.js';
import { atMost, dividedUp, shifted } from '../dim-names.js';
import {
  type AxisIndex,
  type Dim,
  formatShape,
  normalizeAxis,
  type ReplaceAt,
  type ReplaceNamed,
  type Shape,
  type Subtract,
} from '../shape.js';
import { type DType, graphOf, type SymbolicTensor, timeAxis, type Value } from '../tensor.js';
import type { IfTime } from '../type-messages.js';
import { expectInput, mixedAlong, type OpDefinition, optionsOf } from './op.js';
import { onlyX } from './op-inputs.js';
import type { SliceOptions } from './option-schemas.js';

export const sliceOp: OpDefinition<'slice'> = {
  inputs: onlyX,

  infer({ x }, options, name) {
    expectInput(x, name, { minRank: 1 });
    const axis = normalizeAxis(options.axis, x.shape, name);
    const dim = x.shape[axis] ?? 0;
    const size = sliceSize(dim, options);
    if (size === undefined || size === 0) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `${name}: ${formatRange(options)} of ${dim} is ${size === 0 ? 'no entries' : 'of a size that cannot be told'}; ` +
          'give a start before the end, both counted from the front or both from the end.',
      );
    }
    return { output: { dtype: x.dtype, shape: x.shape.with(axis, size) } };
  },

  along: (axis, x, options) =>
    isWhole(options) ? { kind: 'each', axis } : mixedAlong(options.axis, axis, x),
};

function isWhole({ start, end, step }: SliceOptions): boolean {
  return start === 0 && end === undefined && step === 1;
}

function formatRange({ start, end, step }: SliceOptions): string {
  return `${start}:${end ?? ''}${step === 1 ? '' : `:${step}`}`;
}

/** The size of a slice of a dimension; undefined where it has no name: from the end to a place counted from the front. */
function sliceSize(dim: Dim, options: SliceOptions): Dim | undefined {
  if (typeof dim === 'number') return sliceRange(dim, options).count;
  const { start, end, step } = options;
  const whole = openSize(dim, start, end);
  return whole === undefined ? undefined : dividedUp(whole, step);
}

/** The size with step 1 of a slice whose start and end stop at those of a dimension known when data arrives. */
function openSize(dim: string, start: number, end: number | undefined): Dim | undefined {
  if (start >= 0) {
    if (end === undefined || end < 0) return shifted(dim, (end ?? 0) - start);
    return end <= start ? 0 : atMost(shifted(dim, -start), end - start);
  }
  if (end === undefined) return atMost(dim, -start);
  if (end >= 0) return undefined;
  return end <= start ? 0 : atMost(shifted(dim, end), end - start);
}

/** The entries of a slice of a dimension of this size, which positions are clamped to as in Python. */
export function sliceRange(
  size: number,
  { start, end, step }: Omit<SliceOptions, 'axis'>,
): { readonly first: number; readonly count: number } {
  const clamped = (index: number) => Math.min(Math.max(index < 0 ? index + size : index, 0), size);
  const first = clamped(start);
  return { first, count: Math.max(0, Math.ceil((clamped(end ?? size) - first) / step)) };
}

// ---- the same at the type level ----

/** What to take of a dimension. */
export interface SliceArguments {
  /** The first entry, negative: counted from the end. @default 0 */
  readonly start?: number;
  /** The first entry that is not taken, negative: counted from the end. @default the size of the dimension */
  readonly end?: number;
  /** Every so manieth entry. @default 1 */
  readonly step?: number;
}

type Given<O, K extends string, Default> = O extends { readonly [P in K]: infer V } ? V : Default;

/** The size of a slice, literal where its bounds are. */
type SliceDim<D extends Dim, O> = SliceOf<
  D,
  Given<O, 'start', 0>,
  Given<O, 'end', undefined>,
  Given<O, 'step', 1>
>;

type SliceOf<D extends Dim, Start, End, Step> = [Start, End, Step] extends [0, undefined, 1]
  ? D
  : D extends string
    ? NamedSlice<D, Start, End, Step>
    : [D, Start, Step] extends [infer Size extends number, infer From extends number, 1]
      ? Subtract<End extends number ? Clamped<End, Size> : Size, Clamped<From, Size>>
      : number;

/** What {@link shifted} gives; only a string where it is of another form, or of a dimension that has been shifted before. */
type NamedSlice<D extends string, Start, End, Step> = D extends `${string}${'+' | '-'}${string}`
  ? string
  : [End, Step] extends [undefined, 1]
    ? Start extends number
      ? `${Start}` extends `-${string}`
        ? string
        : `${D}-${Start}`
      : string
    : [Start, Step] extends [0, 1]
      ? End extends number
        ? `${End}` extends `-${string}`
          ? `${D}${End}`
          : string
        : string
      : string;

/** An index counted from the front, from 0 to the size. */
type Clamped<
  Index extends number,
  Size extends number,
> = `${Index}` extends `-${infer FromEnd extends number}`
  ? Subtract<Size, FromEnd>
  : Subtract<Size, Subtract<Size, Index>>;

/**
 * Some entries along a dimension, as `x[:, start:end:step]` takes them: bounds stop at the ends of the dimension, however long it
 * is. What is taken of a dimension with a name has a name of its own: of `time` from 1 on, `time-1`.
 *
 * @param options what to take: `{ start: 1 }`, `{ end: -1 }`, `{ start: -5 }`, `{ axis: -1, start: 0, end: 64 }`; `axis` is by default the
 *   dimension called `time`
 * @throws E_SHAPE_MISMATCH where nothing is left, E_INVALID_OPTION when no axis is given and no dimension is called `time`
 */
export function slice<
  D extends DType,
  S extends Shape,
  const O extends SliceArguments & { readonly axis: number },
>(
  x: Value<D, S>,
  options: O,
): SymbolicTensor<D, ReplaceAt<S, O['axis'], SliceDim<S[AxisIndex<S, O['axis']>], O>>>;
export function slice<D extends DType, S extends Shape, const O extends SliceArguments>(
  x: Value<D, S> & IfTime<S, unknown, 'slice(x, { axis: 1, start: 1 })'>,
  options: O & { readonly axis?: undefined },
): SymbolicTensor<D, ReplaceNamed<S, 'time', SliceDim<'time', O>>>;
export function slice(
  x: Value,
  given: SliceArguments & { readonly axis?: number | undefined },
): SymbolicTensor {
  const graph = graphOf('slice', x);
  checkOptionNames('slice', given, { axis: true, start: true, end: true, step: true }, meantBounds);
  const { axis, start, end, step } = optionsOf('slice', given, { start: 0, step: 1 } as typeof given);
  const options = { axis: axis ?? timeAxis(x.shape), start: start ?? 0, step: step ?? 1 };
  return graph.addOne('slice', undefined, { x }, end === undefined ? options : { ...options, end });
}

const meantBounds = { dim: 'axis', begin: 'start', from: 'start', stop: 'end', to: 'end', stride: 'step' };

type Parts<D extends DType, S extends Shape, A extends number, Sizes extends readonly number[]> = {
  readonly [K in keyof Sizes]: SymbolicTensor<D, ReplaceAt<S, A, Sizes[K]>>;
};

/** So many as `Count` says, at most 64 of them one by one. */
type Equal<T, Count extends number, List extends readonly T[] = readonly []> = number extends Count
  ? readonly T[]
  : List['length'] extends Count
    ? List
    : List['length'] extends 64
      ? readonly T[]
      : Equal<T, Count, readonly [...List, T]>;

/**
 * A dimension cut into parts, each a `slice`: of given sizes, as `torch.split(x, sizes, axis)`, or so many of one size, as
 * `torch.chunk(x, parts, axis)` of a dimension that has a whole number of them.
 *
 * @param sizes of the parts, which together are the dimension: `split(x, [64, 64], -1)`; or `{ parts: 2 }`
 * @param axis default the last
 * @throws E_SHAPE_MISMATCH where the sizes are not those of the whole dimension, or that is known only when data arrives
 */
export function split<
  D extends DType,
  S extends Shape,
  const Sizes extends readonly number[],
  const A extends number = -1,
>(x: Value<D, S>, sizes: Sizes, axis?: A): Parts<D, S, A, Sizes>;
export function split<
  D extends DType,
  S extends Shape,
  const Count extends number,
  const A extends number = -1,
>(
  x: Value<D, S>,
  sizes: { readonly parts: Count },
  axis?: A,
): Equal<SymbolicTensor<D, ReplaceAt<S, A, number>>, Count>;
export function split(
  x: Value,
  sizes: readonly number[] | { readonly parts: number },
  axis = -1,
): readonly SymbolicTensor[] {
  graphOf('split', x);
  const dim = x.shape[normalizeAxis(axis, x.shape, 'split')] ?? 0;
  const own = sizesOf(sizes, dim);
  const ends = own.map((_, i) => own.slice(0, i + 1).reduce((sum, size) => sum + size, 0));
  if (ends.at(-1) !== dim) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `split: the sizes ${own.join(', ')} are ${ends.at(-1)} together, and axis ${axis} of ${formatShape(x.shape)} is ${dim}.`,
    );
  }
  return ends.map((end, i) => {
    const start = end - (own[i] ?? 0);
    return x.graph.addOne('slice', undefined, { x }, { axis, start, end, step: 1 });
  });
}

function sizesOf(given: unknown, dim: Dim): readonly number[] {
  const isSize = (size: unknown) => typeof size === 'number' && Number.isInteger(size) && size > 0;
  if (Array.isArray(given) && given.length > 0 && given.every(isSize)) return given;
  const parts: unknown = isObject(given) ? given.parts : undefined;
  if (typeof parts !== 'number' || !isSize(parts)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `split takes the sizes of its parts, as in split(x, [64, 64]), or how many, as in split(x, { parts: 2 }); got ${inWords(given)}.`,
    );
  }
  if (typeof dim === 'number' && dim % parts === 0) {
    return Array.from({ length: parts }, () => dim / parts);
  }
  throw new LstmOnnxError('E_SHAPE_MISMATCH', `split: ${dim} cannot be cut into ${parts} parts of one size.`);
}
