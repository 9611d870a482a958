/** The size of a dimension as a number to compute with. */
import { normalizeAxis, type Shape } from '../shape.js';
import { type DType, graphOf, type SymbolicTensor, timeAxis, type Value } from '../tensor.js';
import type { IfTime } from '../type-messages.js';
import type { OpDefinition } from './op.js';
import { onlyX } from './op-inputs.js';

export const sizeOp: OpDefinition<'size'> = {
  inputs: onlyX,
  infer({ x }, { axis }, name) {
    normalizeAxis(axis, x.shape, name);
    return { output: { dtype: 'float32', shape: [] } };
  },
  // The longest sequence of a batch is no number of the others; along other axes no entry is read.
  along: (axis, x, options) =>
    axis === normalizeAxis(options.axis, x.shape, 'size') ? { kind: 'mixed' } : { kind: 'first' },
};

/**
 * How many entries there are along a dimension, a float32 without dimensions: `div(sum(x, 1), size(x, 1))` is the mean.
 *
 * @param axis counted from the front, negative: from the end; default the dimension called `time`
 * @throws E_INVALID_OPTION when no axis is given and no dimension is called `time`
 */
export function size<S extends Shape>(
  x: Value<DType, S>,
  axis: number,
): SymbolicTensor<'float32', readonly []>;
export function size<S extends Shape>(
  x: Value<DType, S> & IfTime<S, unknown, 'size(x, 1)'>,
): SymbolicTensor<'float32', readonly []>;
export function size(x: Value, axis?: number): SymbolicTensor<'float32', readonly []> {
  const output = graphOf('size', x).addOne('size', undefined, { x }, { axis: axis ?? timeAxis(x.shape) });
  return output as SymbolicTensor<'float32', readonly []>; // what the shape rule says
}
