/** `torch.where` of a comparison: one of two numbers, by how others compare. */
import { inWords, isObject } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import type { Broadcast, Fits } from '../broadcast.js';
import type { Comparison } from '../comparisons.js';
import type { Shape } from '../shape.js';
import {
  checkValue,
  type DType,
  graphOf,
  type SymbolicTensor,
  type TensorType,
  type Value,
} from '../tensor.js';
import { broadcastShape, stretchedAlong } from './arithmetic.js';
import { expectInput, type OpDefinition } from './op.js';
import type { OpInputs } from './op-inputs.js';
import { writtenNumber } from './parameter.js';

/** The shape of all inputs stretched over each other. */
function commonShape({ a, b, x, y }: OpInputs<TensorType>['where'], name: string): Shape {
  return [b, x, y].reduce<Shape>(
    (shape, input) => (input ? broadcastShape(shape, input.shape, name) : shape),
    a.shape,
  );
}

const INT32 = 2 ** 31;

export const whereOp: OpDefinition<'where'> = {
  inputs: { required: ['a', 'x', 'y'], optional: ['b'] },

  infer(inputs, { than }, name) {
    const { a, b, x, y } = inputs;
    for (const input of [x, y]) expectInput(input, name, { dtype: 'float32' });
    if ((b === undefined) === (than === undefined)) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${name} compares with the input b or with the number 'than'; give one of them.`,
      );
    }
    if (b) expectInput(b, `${name}: b, which is compared with a`, { dtype: a.dtype });
    const isInteger = than === undefined || (Number.isInteger(than) && than >= -INT32 && than < INT32);
    if (a.dtype === 'int32' && !isInteger) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${name} compares integers with ${than}; give an integer of 32 bits.`,
      );
    }
    return { output: { dtype: 'float32', shape: commonShape(inputs, name) } };
  },

  along: (axis, { shape }, _options, _input, inputs) =>
    stretchedAlong(axis, shape, commonShape(inputs, 'where')),
};

/** What {@link where} chooses by; made by {@link greater} and the like. */
export interface Condition<S extends Shape = Shape> {
  readonly comparison: Comparison;
  readonly a: Value<DType, S>;
  /** A value of the type of a, or a number. */
  readonly b: Value | number;
  /** For types alone. */
  readonly shape: S;
}

/** A comparison entry by entry; shapes are stretched over each other as in {@link add}. */
export interface Compare {
  /** @param b a number */
  <A extends Shape>(a: Value<DType, A>, b: number): Condition<A>;
  /**
   * @param b a value of the type of a
   * @throws E_SHAPE_MISMATCH for shapes that do not fit together
   */
  <D extends DType, A extends Shape, B extends Shape>(
    a: Value<D, A>,
    b: Value<NoInfer<D>, B> & Fits<A, B>,
  ): Condition<Broadcast<A, B>>;
}

function comparing(comparison: Comparison): Compare {
  return (a: Value, b: Value | number): Condition => {
    checkValue(comparison, a);
    if (typeof b === 'number') return { comparison, a, b, shape: a.shape };
    checkValue(comparison, b);
    return { comparison, a, b, shape: broadcastShape(a.shape, b.shape, comparison) };
  };
}

// Marked as pure: a bundle leaves out those that nobody calls.

/** `a > b`, for {@link where}. */
export const greater = /* @__PURE__ */ comparing('greater');
/** `a >= b`, for {@link where}. */
export const greaterOrEqual = /* @__PURE__ */ comparing('greaterOrEqual');
/** `a < b`, for {@link where}. */
export const less = /* @__PURE__ */ comparing('less');
/** `a <= b`, for {@link where}. */
export const lessOrEqual = /* @__PURE__ */ comparing('lessOrEqual');
/** `a == b`, for {@link where}. For "is not", swap what is chosen from. */
export const equal = /* @__PURE__ */ comparing('equal');

type ShapeOf<V> = V extends Value<DType, infer S> ? S : readonly [];

/**
 * `torch.where`: x where the condition holds, y elsewhere, all stretched over each other as in {@link add}. A mask of tokens that are not
 * padding is `where(greater(ids, 0), 1, 0)`; scores without those of padding, for a softmax: `where(equal(ids, 0), -Infinity, scores)`.
 *
 * @param condition what {@link greater}, {@link greaterOrEqual}, {@link less}, {@link lessOrEqual} or {@link equal} gives
 * @param x a value, or a number @param y a value, or a number
 * @throws E_SHAPE_MISMATCH for shapes that do not fit together, E_DTYPE_MISMATCH for x or y of int32
 */
export function where<
  C extends Shape,
  const X extends Value<'float32'> | number,
  const Y extends Value<'float32'> | number,
>(
  condition: Condition<C>,
  x: X,
  y: Y,
): SymbolicTensor<'float32', Broadcast<Broadcast<C, ShapeOf<X>>, ShapeOf<Y>>> {
  if (!isObject(condition) || !('comparison' in condition)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `where chooses by a comparison, such as greater(a, 0); got ${inWords(condition)}.`,
    );
  }
  const { comparison, a, b } = condition as Condition;
  const graph = graphOf('where', a);
  const tensorOf = (side: Value<'float32'> | number) =>
    typeof side === 'number'
      ? graph.addOne('constant', undefined, {}, { shape: [], values: [writtenNumber(side)] })
      : side;
  const inputs = { a, ...(typeof b === 'number' ? {} : { b }), x: tensorOf(x), y: tensorOf(y) };
  const options = { comparison, ...(typeof b === 'number' ? { than: b } : {}) };
  const output = graph.addOne('where', undefined, inputs, options);
  return output as unknown as ReturnType<typeof where<C, X, Y>>; // what the shape rule says at run time
}
