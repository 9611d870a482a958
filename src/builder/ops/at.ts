import { LstmOnnxError } from '../../errors.js';
import { formatShape, normalizeAxis, type RemoveAt, type RemoveNamed, type Shape } from '../shape.js';
import { type DType, graphOf, type SymbolicTensor, timeAxis, type Value } from '../tensor.js';
import type { IfTime } from '../type-messages.js';
import { checkLengthsInput } from './lengths-input.js';
import { expectInput, type OpDefinition } from './op.js';
import { xAndLengths } from './op-inputs.js';

/** @throws E_SHAPE_MISMATCH for an index outside the dimension */
export function checkIndex(index: number, size: number, what: string): void {
  if (index >= size || index < -size) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${what}: index ${index} is outside a dimension of size ${size}.`,
    );
  }
}

export const atOp: OpDefinition<'at'> = {
  inputs: xAndLengths,

  infer({ x, lengths }, options, name) {
    expectInput(x, name, { minRank: 1 });
    const axis = normalizeAxis(options.axis, x.shape, name);
    const dim = x.shape[axis];
    if (lengths) checkLengthsInput(x, lengths, axis, name);
    if (lengths && options.index !== -1) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${name}: lengths are for the last step, index -1; got index ${options.index}.`,
      );
    }
    if (typeof dim === 'number') checkIndex(options.index, dim, `${name} on ${formatShape(x.shape)}`);
    return { output: { dtype: x.dtype, shape: x.shape.toSpliced(axis, 1) } };
  },

  along(own, x, options) {
    const axis = normalizeAxis(options.axis, x.shape, 'at');
    if (own !== axis) return { kind: 'each', axis: own > axis ? own - 1 : own };
    if (options.index === -1) return { kind: 'lengths', axis: undefined };
    return { kind: options.index === 0 ? 'first' : 'mixed' };
  },
};

/**
 * One entry along a dimension, as `x.at(index, axis)` picks it.
 *
 * @param axis counted from the front; default the dimension called `time`
 * @throws E_INVALID_OPTION when no axis is given and no dimension is called `time`
 */
export function at<D extends DType, S extends Shape, const A extends number>(
  x: Value<D, S>,
  index: number,
  axis: A,
): SymbolicTensor<D, RemoveAt<S, A>>;
export function at<D extends DType, S extends Shape>(
  x: Value<D, S>,
  index: IfTime<S, number, 'at(x, -1, 1)'>,
): SymbolicTensor<D, RemoveNamed<S, 'time'>>;
export function at(x: Value, index: number, axis?: number): SymbolicTensor {
  return graphOf('at', x).addOne('at', undefined, { x }, { index, axis: axis ?? timeAxis(x.shape) });
}

/** The last time step: `at(x, -1)`. */
export function last<D extends DType, S extends Shape>(
  x: Value<D, S> & IfTime<S, unknown, 'at(x, -1, 1)'>,
): SymbolicTensor<D, RemoveNamed<S, 'time'>>;
export function last(x: Value): SymbolicTensor {
  return at(x, -1);
}
