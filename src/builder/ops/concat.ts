/** `torch.cat`: tensors joined along one axis. */

import { inWords } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { dim } from '../../nd-array.js';
import {
  type AddDim,
  type AxisIndex,
  addDims,
  type Dim,
  formatShape,
  normalizeAxis,
  type Shape,
} from '../shape.js';
import { type DType, graphOf, type SymbolicTensor, type TensorType, type Value } from '../tensor.js';
import { expectInput, mixedAlong, type OpDefinition } from './op.js';
import { inputValues, severalInputs } from './op-inputs.js';

export const concatOp: OpDefinition<'concat'> = {
  inputs: 'several',
  infer(inputs, options, name) {
    const [first, ...others] = inputValues(inputs) as [TensorType, ...TensorType[]]; // one at least, by their names
    expectInput(first, name, { minRank: 1 });
    const axis = normalizeAxis(options.axis, first.shape, name);
    const shape = others.reduce((joined: Shape, input) => {
      const fits =
        input.dtype === first.dtype &&
        input.shape.length === joined.length &&
        input.shape.every((dim, i) => i === axis || dim === joined[i]);
      if (!fits) {
        throw new LstmOnnxError(
          'E_SHAPE_MISMATCH',
          `${name}: cannot join ${input.dtype} ${formatShape(input.shape)} to ${first.dtype} ` +
            `${formatShape(joined)} along axis ${axis}; type and all other dimensions must be the same.`,
        );
      }
      return joined.with(axis, addDims(dim(joined, axis), dim(input.shape, axis)));
    }, first.shape);
    return { output: { dtype: first.dtype, shape } };
  },

  along: (axis, x, options) => mixedAlong(options.axis, axis, x),
};

/** The sum of the shapes' dimensions at an index. */
type SumAt<First extends Shape, Rest extends readonly Value[], Index extends number> = SumRest<
  First[Index],
  Rest,
  Index
>;
type SumRest<Sum extends Dim, Rest extends readonly Value[], Index extends number> = Rest extends readonly [
  infer Head extends Value,
  ...infer Others extends readonly Value[],
]
  ? SumRest<AddDim<Sum, Head['shape'][Index]>, Others, Index>
  : Sum;

/** The first shape with the sum at `Index`; dimensions of any kind where the axis is not a literal. */
type Joined<First extends Shape, Rest extends readonly Value[], Index extends number> = {
  readonly [K in keyof First]: number extends Index
    ? Dim
    : K extends `${Index}`
      ? SumAt<First, Rest, Index>
      : First[K];
};

/** What a shape must be to be joined: of the same rank and with the same names outside the axis. */
type Joinable<First extends Shape, Index extends number> = {
  readonly [K in keyof First]: number extends Index
    ? Dim
    : K extends `${Index}`
      ? Dim
      : First[K] extends number
        ? number
        : First[K];
};

/**
 * Tensors of one type joined along an axis; all other dimensions must be the same.
 *
 * @param axis counted from the front, or from the end when negative; default the last
 * @throws E_SHAPE_MISMATCH when the tensors do not fit together
 */
export function concat<
  D extends DType,
  const S extends Shape,
  const Rest extends readonly Value<D, Joinable<S, AxisIndex<S, A>>>[],
  const A extends number = -1,
>(tensors: readonly [Value<D, S>, ...Rest], axis?: A): SymbolicTensor<D, Joined<S, Rest, AxisIndex<S, A>>> {
  if (!Array.isArray(tensors)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `concat takes a list of values, as in concat([a, b]); got ${inWords(tensors)}.`,
    );
  }
  const [first] = tensors;
  const output = graphOf('concat', first).addOne('concat', undefined, severalInputs(tensors), {
    axis: axis ?? -1,
  });
  // The shape rule computes at run time what the type says.
  return output as unknown as SymbolicTensor<D, Joined<S, Rest, AxisIndex<S, A>>>;
}
