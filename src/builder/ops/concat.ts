/** `torch.cat`: tensors joined along one axis. */
import { z } from 'zod';
import { LstmOnnxError } from '../../errors.js';
import { type AddDim, addDims, type Dim, formatShape, normalizeAxis, type Shape } from '../shape.js';
import type { DType, SymbolicTensor, Value } from '../tensor.js';
import { expectInput, type OpDefinition } from './op.js';

const concatOptions = z.strictObject({ axis: z.int() });
export type ConcatOptions = z.output<typeof concatOptions>;

export const concatOp: OpDefinition<ConcatOptions> = {
  options: concatOptions,

  infer(inputs, options, name) {
    const first = expectInput(inputs, 0, name, { minRank: 1 });
    const axis = normalizeAxis(options.axis, first.shape, name);
    const shape = inputs.slice(1).reduce((joined: Shape, input) => {
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
      return joined.map((dim, i) => (i === axis ? addDims(dim, input.shape[i] ?? 0) : dim));
    }, first.shape);
    return { output: { dtype: first.dtype, shape } };
  },

  forward: (inputs, { axis }, { tf }) => ({ output: tf.concat([...inputs], axis) }),
};

type SumOver<T extends readonly Value[], Axis extends number> = T extends readonly [infer Only extends Value]
  ? DimAt<Only['shape'], Axis>
  : T extends readonly [infer Head extends Value, ...infer Rest extends readonly Value[]]
    ? SumRest<DimAt<Head['shape'], Axis>, Rest, Axis>
    : Dim;
type SumRest<Sum extends Dim, T extends readonly Value[], Axis extends number> = T extends readonly [
  infer Head extends Value,
  ...infer Rest extends readonly Value[],
]
  ? SumRest<AddDim<Sum, DimAt<Head['shape'], Axis>>, Rest, Axis>
  : Sum;

type LastDim<S extends Shape> = S extends readonly [...Shape, infer Last extends Dim] ? Last : Dim;
type DimAt<S extends Shape, Axis extends number> = Axis extends -1 ? LastDim<S> : S[Axis];

/** The first shape with its dimension at `Axis` (the last for -1) replaced; other negative axes keep only the rank. */
type Replace<S extends Shape, Axis extends number, D extends Dim> = Axis extends -1
  ? S extends readonly [...infer Lead extends Shape, Dim]
    ? readonly [...Lead, D]
    : never
  : { readonly [K in keyof S]: K extends `${Axis}` ? D : `${Axis}` extends `-${string}` ? Dim : S[K] };

/**
 * Tensors of one type joined along an axis; all other dimensions must be the same.
 *
 * @param axis counted from the front, or from the end when negative; default the last
 */
export function concat<
  D extends DType,
  const T extends readonly [Value<D>, ...Value<D>[]],
  const A extends number = -1,
>(tensors: T, axis?: A): SymbolicTensor<T[0]['dtype'], Replace<T[0]['shape'], A, SumOver<T, A>>> {
  const [first] = tensors;
  const output = first.graph.addOne('concat', undefined, tensors, { axis: axis ?? -1 });
  // The shape rule computes at run time what the type says.
  return output as SymbolicTensor<T[0]['dtype'], Replace<T[0]['shape'], A, SumOver<T, A>>>;
}
