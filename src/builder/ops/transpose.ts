/** `torch.permute`: axes in another order. */

import { LstmOnnxError } from '../../errors.js';
import { dim } from '../../nd-array.js';
import { formatShape, type Shape } from '../shape.js';
import { type DType, graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import type { Permutation } from '../type-messages.js';
import { listOf, type OpDefinition } from './op.js';
import { onlyX } from './op-inputs.js';

export const transposeOp: OpDefinition<'transpose'> = {
  inputs: onlyX,
  infer({ x }, { axes }, name) {
    const isPermutation =
      axes.length === x.shape.length && axes.toSorted((a, b) => a - b).every((axis, i) => axis === i);
    if (!isPermutation) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${name}: [${axes.join(', ')}] does not name each axis of ${formatShape(x.shape)} once.`,
      );
    }
    return { output: { dtype: x.dtype, shape: axes.map((axis) => dim(x.shape, axis)) } };
  },

  along: (axis, _x, { axes }) => ({ kind: 'each', axis: axes.indexOf(axis) }),
};

type Permuted<S extends Shape, P extends readonly number[]> = { readonly [K in keyof P]: S[P[K]] };

/**
 * The axes of x in the given order: `transpose(x, [1, 0, 2])` swaps the first two.
 *
 * @throws E_INVALID_OPTION when the axes are not those of x, each once
 */
export function transpose<D extends DType, S extends Shape, const P extends readonly number[]>(
  x: Value<D, S>,
  axes: Permutation<S, P>,
): SymbolicTensor<D, Permuted<S, P>> {
  const output = graphOf('transpose', x).addOne(
    'transpose',
    undefined,
    { x },
    {
      axes: listOf('transpose', axes as P), // nothing but a P is assignable to what Permutation gives
    },
  );
  return output as SymbolicTensor<D, Permuted<S, P>>; // what the shape rule says at run time
}
