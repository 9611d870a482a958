/**
 * Compiler messages for calls that do not fit. Instead of `never`, the parameter gets a string literal type whose text is
 * the message: the compiler prints it, and nothing else is assignable to it.
 */
import type { Dim, Shape } from './shape.js';

/** The type of `formatShape`: `[batch, time, 28]`. */
type Written<S extends Shape> = number extends S['length'] ? '[...]' : `[${Joined<S>}]`;

type Joined<S extends Shape> = S extends readonly [infer Only extends Dim]
  ? `${Only}`
  : S extends readonly [infer Head extends Dim, ...infer Rest extends Shape]
    ? `${Head}, ${Joined<Rest>}`
    : '';

/** `Type` where a dimension is called `time`; `Example` is a call that names the axis. */
export type IfTime<S extends Shape, Type, Example extends string> = 'time' extends S[number]
  ? Type
  : `no dimension of ${Written<S>} is called time: give the axis, as in ${Example}`;

/** `P` where it names each axis of the shape once. */
export type Permutation<S extends Shape, P extends readonly number[]> = number extends
  | S['length']
  | P['length']
  ? P
  : P['length'] extends S['length']
    ? [AxesOf<S>] extends [P[number]]
      ? P
      : NoPermutation<S, P>
    : NoPermutation<S, P>;

type AxesOf<S extends Shape> = Exclude<Partial<S>['length'], S['length']>;

type NoPermutation<
  S extends Shape,
  P extends readonly number[],
> = `${Written<P>} does not name each axis of ${Written<S>} once: its axes are ${Joined<Counted<S>>}`;

/** The axes in order: `[0, 1, 2]`. */
type Counted<
  S extends Shape,
  Seen extends readonly number[] = readonly [],
> = Seen['length'] extends S['length'] ? Seen : Counted<S, readonly [...Seen, Seen['length']]>;

/** The features that size the weights of a layer: `F` where it is a number. */
export type Features<F extends Dim> = Dim extends F
  ? number
  : F extends number
    ? F
    : string extends F
      ? 'a number: names are known when data arrives, and the last dimension sizes the weights'
      : `a number: ${F} is a name, known when data arrives, and the last dimension sizes the weights`;

/** `T` where each of its names is one of the shape's, and each of the shape's is in it or swallowed by -1. */
export type NewShape<S extends Shape, T extends Shape> = [UnknownNames<S, T>] extends [never]
  ? [LostNames<S, T>] extends [never]
    ? T
    : `${Written<T>} leaves out ${LostNames<S, T>} of ${Written<S>}: keep it, or put -1 for what is left`
  : `no dimension of ${Written<S>} is called ${UnknownNames<S, T>}`;

type Names<S extends Shape> = Extract<S[number], string>;
/** Names that are fully known; a pattern such as `time+${number}` may stand for many. */
type Literal<N extends string> = N extends string
  ? Record<never, 0> extends Record<N, 0>
    ? never
    : N
  : never;
type UnknownNames<S extends Shape, T extends Shape> = Exclude<Literal<Names<T>>, Names<S>>;
/** A `number` may be -1. */
type LostNames<S extends Shape, T extends Shape> = -1 extends T[number]
  ? never
  : Exclude<Literal<Names<S>>, Names<T>>;

/** Names of inputs that the network does not have; one message for each that it has. */
export type NoInput<
  Name extends PropertyKey,
  Inputs,
> = `the network has no input called ${Name & string}, but it has ${keyof Inputs & string}`;
