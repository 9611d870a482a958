/** `torch.flip` along one dimension. */
import { normalizeAxis, type Shape } from '../shape.js';
import { type DType, graphOf, type SymbolicTensor, timeAxis, type Value } from '../tensor.js';
import type { IfTime } from '../type-messages.js';
import { expectInput, mixedAlong, type OpDefinition } from './op.js';
import { onlyX } from './op-inputs.js';

export const flipOp: OpDefinition<'flip'> = {
  inputs: onlyX,
  infer({ x }, { axis }, name) {
    expectInput(x, name, { minRank: 1 });
    normalizeAxis(axis, x.shape, name);
    return { output: { dtype: x.dtype, shape: x.shape } };
  },
  // The padding at the end would come first.
  along: (axis, x, options) => mixedAlong(options.axis, axis, x),
};

/**
 * The entries along a dimension in the opposite order.
 *
 * @param axis default the dimension called `time`
 * @throws E_INVALID_OPTION where there is no such dimension
 */
export function flip<D extends DType, S extends Shape>(x: Value<D, S>, axis: number): SymbolicTensor<D, S>;
export function flip<D extends DType, S extends Shape>(
  x: Value<D, S> & IfTime<S, unknown, 'flip(x, 1)'>,
): SymbolicTensor<D, S>;
export function flip(x: Value, axis?: number): SymbolicTensor {
  return graphOf('flip', x).addOne('flip', undefined, { x }, { axis: axis ?? timeAxis(x.shape) });
}
