/** Shapes stretched over each other from the right, as NumPy, PyTorch and ONNX do it: where one has 1, the other counts. */
import type { Dim, Shape } from './shape.js';

/** Axis by axis from the right, an absent one as 1. */
function aligned<D extends Dim>(a: readonly D[], b: readonly D[]): (readonly [D | 1, D | 1])[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1]);
}

/** The shape of what is computed from two tensors entry by entry. Undefined where a dimension is neither 1 nor that of the other. */
export function broadcast<D extends Dim>(a: readonly D[], b: readonly D[]): (D | 1)[] | undefined {
  return misfit(a, b) ? undefined : aligned(a, b).map(([left, right]) => (left === 1 ? right : left));
}

/** The first pair of dimensions that does not fit, from the right. */
export function misfit(a: Shape, b: Shape): readonly [Dim, Dim] | undefined {
  return aligned(a, b).findLast(([left, right]) => left !== 1 && right !== 1 && left !== right);
}

// ---- the same for types ----

/** A dimension that stands for many: `number`, `string`, a pattern such as `time+${number}`. */
type IsOpen<D extends Dim> = number extends D
  ? true
  : D extends string
    ? Record<never, 0> extends Record<D, 0>
      ? true
      : false
    : false;

/** The dimension that two become; never where they do not fit. */
type BroadcastDim<A extends Dim, B extends Dim> = [B] extends [1]
  ? A
  : [A] extends [1]
    ? B
    : IsOpen<A> extends true
      ? B
      : IsOpen<B> extends true
        ? A
        : [A] extends [B]
          ? A
          : never;

/** The shape of what is computed from two tensors entry by entry. */
export type Broadcast<A extends Shape, B extends Shape> = number extends A['length'] | B['length']
  ? Shape
  : Stretched<A, B, readonly []>;

type Stretched<A extends Shape, B extends Shape, Done extends Shape> = A extends readonly [
  ...infer RestA extends Shape,
  infer LastA extends Dim,
]
  ? B extends readonly [...infer RestB extends Shape, infer LastB extends Dim]
    ? Stretched<RestA, RestB, readonly [BroadcastDim<LastA, LastB>, ...Done]>
    : readonly [...A, ...Done]
  : readonly [...B, ...Done];

/** The pair of dimensions that does not fit, from the right; never where all do. */
type Misfit<A extends Shape, B extends Shape> = A extends readonly [
  ...infer RestA extends Shape,
  infer LastA extends Dim,
]
  ? B extends readonly [...infer RestB extends Shape, infer LastB extends Dim]
    ? [BroadcastDim<LastA, LastB>] extends [never]
      ? [LastA, LastB]
      : Misfit<RestA, RestB>
    : never
  : never;

/** Nothing more where the shapes fit, else a message; a part of the type of b. */
export type Fits<A extends Shape, B extends Shape> = number extends A['length'] | B['length']
  ? unknown
  : [Misfit<A, B>] extends [never]
    ? unknown
    : NoFit<Misfit<A, B>>;

type NoFit<Pair extends readonly [Dim, Dim]> =
  `${Pair[0]} and ${Pair[1]} do not fit together: dimensions, from the last one on, must be the same or 1`;

/** The shape of a product of matrices, batches stretched over each other; a vector is a row on the left, a column on the right. */
export type Product<A extends Shape, B extends Shape> = number extends A['length'] | B['length']
  ? Shape
  : readonly [...Broadcast<LeadOf<A>, LeadOf<B>>, ...RowsOf<A>, ...ColumnsOf<B>];

type LeadOf<S extends Shape> = S extends readonly [...infer Lead extends Shape, Dim, Dim]
  ? Lead
  : readonly [];
type RowsOf<A extends Shape> = A extends readonly [...Shape, infer Rows extends Dim, Dim]
  ? readonly [Rows]
  : readonly [];
type ColumnsOf<B extends Shape> = B extends readonly [...Shape, Dim, infer Columns extends Dim]
  ? readonly [Columns]
  : readonly [];

/** The dimension that the sums of a product are over, of the first and the second factor. */
type DepthOfFirst<A extends Shape> = A extends readonly [...Shape, infer Depth extends Dim] ? Depth : never;
type DepthOfSecond<B extends Shape> = B extends readonly [...Shape, infer Depth extends Dim, Dim]
  ? Depth
  : B extends readonly [infer Depth extends Dim]
    ? Depth
    : never;

/** Nothing more where the shapes of two factors fit, else a message; a part of the type of b. */
export type ProductFits<A extends Shape, B extends Shape> = number extends A['length'] | B['length']
  ? unknown
  : DepthsFit<DepthOfFirst<A>, DepthOfSecond<B>> extends true
    ? Fits<LeadOf<A>, LeadOf<B>>
    : `${DepthOfFirst<A>} and ${DepthOfSecond<B>} do not fit together: the last dimension of the first and the last but one of the second must be the same`;

type DepthsFit<A extends Dim, B extends Dim> = true extends IsOpen<A> | IsOpen<B>
  ? true
  : [A] extends [B]
    ? true
    : false;
