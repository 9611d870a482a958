/**
 * Shapes as tuples of dimensions, at the type level and at run time. A dimension is a number (fixed) or a name
 * (known when data arrives); the same name means the same size everywhere in a network.
 */
import { inWords } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';

export type Dim = number | string;
export type Shape = readonly Dim[];

/** `[batch, time, 28]`, for messages. */
export function formatShape(shape: readonly (Dim | null)[]): string {
  return `[${shape.map((dim) => dim ?? '?').join(', ')}]`;
}

/** The axis counted from the front. @throws E_INVALID_OPTION when it is not an axis of the shape. */
export function normalizeAxis(axis: number, shape: Shape, what: string): number {
  const isInteger = Number.isInteger(axis); // an untyped caller may have given anything
  const normalized = isInteger && axis < 0 ? axis + shape.length : axis;
  if (!isInteger || normalized < 0 || normalized >= shape.length) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${what}: axis ${typeof axis === 'number' ? axis : inWords(axis)} is not an axis of ${formatShape(shape)}; ` +
        `give an integer from ${-shape.length} to ${shape.length - 1}.`,
    );
  }
  return normalized;
}

/** The sum of two dimensions; a name as soon as one of them is a name. */
export function addDims(a: Dim, b: Dim): Dim {
  return typeof a === 'number' && typeof b === 'number' ? a + b : `${a}+${b}`;
}

/** Whether two shapes are the same, dimension by dimension. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

// ---- arithmetic on number literal types, digit by digit, so that sizes stay literal through the network ----

interface DigitTuple {
  '0': [];
  '1': [0];
  '2': [0, 0];
  '3': [0, 0, 0];
  '4': [0, 0, 0, 0];
  '5': [0, 0, 0, 0, 0];
  '6': [0, 0, 0, 0, 0, 0];
  '7': [0, 0, 0, 0, 0, 0, 0];
  '8': [0, 0, 0, 0, 0, 0, 0, 0];
  '9': [0, 0, 0, 0, 0, 0, 0, 0, 0];
}
type Digit = keyof DigitTuple;

type Reverse<S extends string, R extends string = ''> = S extends `${infer C}${infer Rest}`
  ? Reverse<Rest, `${C}${R}`>
  : R;

/** One column of a written addition: the digit to write and the carry. */
type AddDigits<
  A extends Digit,
  B extends Digit,
  Carry extends 0[],
> = `${[...DigitTuple[A], ...DigitTuple[B], ...Carry]['length'] & number}` extends infer Sum
  ? Sum extends `1${infer D extends Digit}`
    ? [D, [0]]
    : [Sum, []]
  : never;

type AddColumns<A extends string, B extends string, Carry extends 0[], Out extends string> = [A, B] extends [
  '',
  '',
]
  ? Carry extends []
    ? Out
    : `1${Out}`
  : Column<A> extends [infer DA extends Digit, infer RestA extends string]
    ? Column<B> extends [infer DB extends Digit, infer RestB extends string]
      ? AddDigits<DA, DB, Carry> extends [infer D extends string, infer C extends 0[]]
        ? AddColumns<RestA, RestB, C, `${D}${Out}`>
        : never
      : never
    : never;

/** The first digit and the rest; a number that has run out of digits goes on with zeros. */
type Column<S extends string> = S extends `${infer D extends Digit}${infer Rest}` ? [D, Rest] : ['0', ''];

/** `A + B` for number literals; `number` where one of them is not a literal. */
export type Add<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : AddColumns<Reverse<`${A}`>, Reverse<`${B}`>, [], ''> extends `${infer N extends number}`
      ? N
      : number;

type SubtractColumns<A extends string, B extends string, Borrow extends 0[], Out extends string> = [
  A,
  B,
] extends ['', '']
  ? Borrow extends []
    ? Out
    : '0'
  : Column<A> extends [infer DA extends Digit, infer RestA extends string]
    ? Column<B> extends [infer DB extends Digit, infer RestB extends string]
      ? DigitTuple[DA] extends [...DigitTuple[DB], ...Borrow, ...infer Left extends 0[]]
        ? SubtractColumns<RestA, RestB, [], `${Left['length'] & number}${Out}`>
        : [0, ...DigitTuple['9'], ...DigitTuple[DA]] extends [
              ...DigitTuple[DB],
              ...Borrow,
              ...infer Left extends 0[],
            ]
          ? SubtractColumns<RestA, RestB, [0], `${Left['length'] & number}${Out}`>
          : never
      : never
    : never;

type WithoutZeros<S extends string> = S extends `0${infer Rest}`
  ? Rest extends ''
    ? S
    : WithoutZeros<Rest>
  : S;

/** `A - B` for number literals, at least 0; `number` where one of them is not a literal. */
export type Subtract<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : WithoutZeros<
          SubtractColumns<Reverse<`${A}`>, Reverse<`${B}`>, [], ''>
        > extends `${infer N extends number}`
      ? N
      : number;

/** The type of {@link addDims}. */
export type AddDim<A extends Dim, B extends Dim> = A extends number
  ? B extends number
    ? Add<A, B>
    : `${A}+${B}`
  : `${A}+${B}`;

// ---- shape rules shared by several ops ----

/** The type of {@link normalizeAxis}: `number` where the axis is not a literal. */
export type AxisIndex<S extends Shape, Axis extends number> = number extends Axis
  ? number
  : `${Axis}` extends `-${infer FromEnd extends number}`
    ? LengthWithoutLast<S, FromEnd>
    : Axis;

type LengthWithoutLast<
  S extends Shape,
  N extends number,
  Dropped extends 0[] = [],
> = Dropped['length'] extends N
  ? S['length']
  : S extends readonly [...infer Lead extends Shape, Dim]
    ? LengthWithoutLast<Lead, N, [...Dropped, 0]>
    : number;

/** The shape without the dimension at `Axis`; only a shape where the axis is not a literal or there is none. */
export type RemoveAt<S extends Shape, Axis extends number> = RemoveIndex<S, AxisIndex<S, Axis>>;

type RemoveIndex<S extends Shape, Index extends number, Seen extends Shape = []> = number extends Index
  ? Shape
  : S extends readonly [infer Head extends Dim, ...infer Rest extends Shape]
    ? Seen['length'] extends Index
      ? readonly [...Seen, ...Rest]
      : RemoveIndex<Rest, Index, [...Seen, Head]>
    : Shape;

/** The shape with a new dimension at `Axis` of the result; only a shape where the axis is not a literal or there is none. */
export type InsertAt<S extends Shape, Axis extends number, D extends Dim> = InsertIndex<
  S,
  AxisIndex<readonly [...S, D], Axis>,
  D
>;

type InsertIndex<
  S extends Shape,
  Index extends number,
  D extends Dim,
  Seen extends Shape = [],
> = number extends Index
  ? Shape
  : Seen['length'] extends Index
    ? readonly [...Seen, D, ...S]
    : S extends readonly [infer Head extends Dim, ...infer Rest extends Shape]
      ? InsertIndex<Rest, Index, D, [...Seen, Head]>
      : Shape;

/** The shape with `To` as the dimension at `Axis`; dimensions of any kind where the axis is not a literal. */
export type ReplaceAt<S extends Shape, Axis extends number, To extends Dim> = {
  readonly [K in keyof S]: number extends AxisIndex<S, Axis>
    ? Dim
    : K extends `${AxisIndex<S, Axis>}`
      ? To
      : S[K];
};

/** The index of the dimension called `Name`; `number` where there is none. */
export type IndexOfNamed<S extends Shape, Name extends string, Seen extends Shape = []> = S extends readonly [
  infer Head extends Dim,
  ...infer Rest extends Shape,
]
  ? Head extends Name
    ? Seen['length']
    : IndexOfNamed<Rest, Name, [...Seen, Head]>
  : number;

/** The shape with `To` as the dimension called `Name`. */
export type ReplaceNamed<S extends Shape, Name extends string, To extends Dim> = {
  readonly [K in keyof S]: S[K] extends Name ? To : S[K];
};

/** The shape without the dimension called `Name`; only the rank's type is lost where there is none. */
export type RemoveNamed<S extends Shape, Name extends string, Seen extends Shape = []> = S extends readonly [
  infer Head extends Dim,
  ...infer Rest extends Shape,
]
  ? Head extends Name
    ? readonly [...Seen, ...Rest]
    : RemoveNamed<Rest, Name, [...Seen, Head]>
  : Shape;
