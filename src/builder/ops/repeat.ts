/** `x.repeat` along one dimension: a number of times, or as often as another value has entries. */
import { LstmOnnxError } from '../../errors.js';
import { factorsOf, productOf } from '../dim-names.js';
import {
  type AxisIndex,
  type Dim,
  formatShape,
  type IndexOfNamed,
  type InsertAt,
  normalizeAxis,
  type ReplaceAt,
  type Shape,
} from '../shape.js';
import { checkValue, type DType, graphOf, type SymbolicTensor, timeAxis, type Value } from '../tensor.js';
import type { IfTime } from '../type-messages.js';
import { type AxisUse, expectInput, mixedAlong, type OpDefinition } from './op.js';
import { unsqueeze } from './unsqueeze.js';

export const repeatOp: OpDefinition<'repeat'> = {
  inputs: { required: ['x'], optional: ['like'] },

  infer({ x, like }, { axis: stated, times, likeAxis }, name) {
    expectInput(x, name, { minRank: 1 });
    const axis = normalizeAxis(stated, x.shape, name);
    const dim = x.shape[axis] ?? 1;
    if (like) {
      if (times !== undefined || likeAxis === undefined) {
        throw new LstmOnnxError(
          'E_INVALID_OPTION',
          `${name}: with the input like, give likeAxis, its dimension to repeat for, and no times.`,
        );
      }
      if (dim !== 1) {
        throw new LstmOnnxError(
          'E_SHAPE_MISMATCH',
          `${name}: axis ${axis} of ${formatShape(x.shape)} is ${dim}; only a dimension of 1 becomes as long as another's.`,
        );
      }
      const size = like.shape[normalizeAxis(likeAxis, like.shape, `${name}: like`)] ?? 1;
      return { output: { dtype: x.dtype, shape: x.shape.with(axis, size) } };
    }
    if (times === undefined || likeAxis !== undefined) {
      throw new LstmOnnxError('E_INVALID_OPTION', `${name}: give times, or the input like and likeAxis.`);
    }
    const { factor, names } = factorsOf(dim);
    return {
      output: { dtype: x.dtype, shape: x.shape.with(axis, productOf({ factor: factor * times, names })) },
    };
  },

  along(axis, x, options, input): AxisUse {
    if (input === 'like') {
      if (axis === normalizeAxis(options.likeAxis ?? 0, x.shape, 'repeat')) {
        return { kind: 'each', axis: options.axis < 0 ? axis : options.axis };
      }
      // The batch of both is at one place where their times are.
      return options.likeAxis === options.axis ? { kind: 'each', axis } : { kind: 'mixed' };
    }
    return mixedAlong(options.axis, axis, x);
  },
};

type Repeated<D extends Dim, N extends number> = D extends string ? string : D extends 1 ? N : number;

/**
 * A dimension several times over, one after the other, as `torch.Tensor.repeat` has it: 1, 2 twice is 1, 2, 1, 2.
 *
 * @param axis negative: counted from the end
 * @throws E_INVALID_OPTION for an axis that x does not have, or a number that is not a positive integer
 */
export function repeat<D extends DType, S extends Shape, const N extends number, const A extends number>(
  x: Value<D, S>,
  times: N,
  axis: A,
): SymbolicTensor<D, ReplaceAt<S, A, Repeated<S[AxisIndex<S, A>], N>>>;
export function repeat(x: Value, times: number, axis: number): SymbolicTensor {
  const graph = graphOf('repeat', x);
  return graph.addOne('repeat', undefined, { x }, { axis: normalizeAxis(axis, x.shape, 'repeat'), times });
}

/**
 * A new dimension of the size that another value has there, in which x is the same everywhere: static features `[batch, 5]` beside a
 * series `[batch, time, 28]` become `[batch, time, 5]`, ready to be joined to it.
 *
 * @param like only its size is read, and where its sequences end
 * @param axis of both; default the dimension of `like` that is called `time`
 * @throws E_INVALID_OPTION when no axis is given and no dimension of `like` is called `time`
 */
export function repeatLike<D extends DType, S extends Shape, L extends Shape, const A extends number>(
  x: Value<D, S>,
  like: Value<DType, L>,
  axis: A,
): SymbolicTensor<D, InsertAt<S, A, L[AxisIndex<L, A>]>>;
export function repeatLike<D extends DType, S extends Shape, L extends Shape>(
  x: Value<D, S>,
  like: Value<DType, L> & IfTime<L, unknown, 'repeatLike(x, like, 1)'>,
): SymbolicTensor<D, InsertAt<S, IndexOfNamed<L, 'time'>, 'time'>>;
export function repeatLike(x: Value, like: Value, axis?: number): SymbolicTensor {
  const graph = graphOf('repeatLike', x);
  checkValue('repeatLike', like);
  const own = axis === undefined ? timeAxis(like.shape) : normalizeAxis(axis, like.shape, 'repeatLike');
  return graph.addOne('repeat', undefined, { x: unsqueeze(x, own), like }, { axis: own, likeAxis: own });
}
