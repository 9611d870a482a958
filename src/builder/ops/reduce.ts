import { LstmOnnxError } from '../../errors.js';
import { formatShape, normalizeAxis, type RemoveAt, type RemoveNamed, type Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, timeAxis, type Value } from '../tensor.js';
import type { IfTime } from '../type-messages.js';
import { checkLengthsInput } from './lengths-input.js';
import { expectInput, type OpDefinition } from './op.js';
import { xAndLengths } from './op-inputs.js';

function reduction(what: string): OpDefinition<'mean' | 'max' | 'sum'> {
  return {
    inputs: xAndLengths,

    infer({ x, lengths }, options, name) {
      expectInput(x, name, { dtype: 'float32', minRank: 1 });
      const axis = normalizeAxis(options.axis, x.shape, name);
      if (lengths) checkLengthsInput(x, lengths, axis, name);
      return { output: { dtype: 'float32', shape: x.shape.toSpliced(axis, 1) } };
    },

    along(own, x, options) {
      const axis = normalizeAxis(options.axis, x.shape, what);
      if (own !== axis) return { kind: 'each', axis: own > axis ? own - 1 : own };
      return { kind: 'lengths', axis: undefined };
    },
  };
}

/** @throws E_SHAPE_MISMATCH for an axis without entries, which has neither a mean nor a maximum */
export function checkNotEmpty(shape: readonly number[], axis: number, what: string): void {
  if (shape[axis] !== 0) return;
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `${what}: axis ${axis} of ${formatShape(shape)} has no entries; give at least one.`,
  );
}

export const meanOp = reduction('mean');
export const maxOp = reduction('max');
export const sumOp = reduction('sum');

/**
 * The mean along a dimension, which disappears. Along the time of a recurrent layer with lengths it is the mean over the steps of each
 * sequence; one without steps counts as one step.
 *
 * @param axis counted from the front; default the dimension called `time`
 * @throws E_INVALID_OPTION when no axis is given and no dimension is called `time`
 */
export function mean<S extends Shape, const A extends number>(
  x: Value<'float32', S>,
  axis: A,
): SymbolicTensor<'float32', RemoveAt<S, A>>;
export function mean<S extends Shape>(
  x: Value<'float32', S> & IfTime<S, unknown, 'mean(x, 1)'>,
): SymbolicTensor<'float32', RemoveNamed<S, 'time'>>;
export function mean(x: Value<'float32'>, axis?: number): SymbolicTensor {
  return graphOf('mean', x).addOne('mean', undefined, { x }, { axis: axis ?? timeAxis(x.shape) });
}

/**
 * The largest entry along a dimension, which disappears; with lengths as {@link mean}. Its gradient goes to the first of
 * equal entries, as that of `torch.max(x, axis).values`.
 *
 * @param axis counted from the front; default the dimension called `time`
 * @throws E_INVALID_OPTION when no axis is given and no dimension is called `time`
 */
export function max<S extends Shape, const A extends number>(
  x: Value<'float32', S>,
  axis: A,
): SymbolicTensor<'float32', RemoveAt<S, A>>;
export function max<S extends Shape>(
  x: Value<'float32', S> & IfTime<S, unknown, 'max(x, 1)'>,
): SymbolicTensor<'float32', RemoveNamed<S, 'time'>>;
export function max(x: Value<'float32'>, axis?: number): SymbolicTensor {
  return graphOf('max', x).addOne('max', undefined, { x }, { axis: axis ?? timeAxis(x.shape) });
}

/**
 * The sum along a dimension, which disappears. Along the time of a recurrent layer with lengths it is the sum over the steps of each
 * sequence, and 0 for one without steps.
 *
 * @param axis counted from the front; default the dimension called `time`
 * @throws E_INVALID_OPTION when no axis is given and no dimension is called `time`
 */
export function sum<S extends Shape, const A extends number>(
  x: Value<'float32', S>,
  axis: A,
): SymbolicTensor<'float32', RemoveAt<S, A>>;
export function sum<S extends Shape>(
  x: Value<'float32', S> & IfTime<S, unknown, 'sum(x, 1)'>,
): SymbolicTensor<'float32', RemoveNamed<S, 'time'>>;
export function sum(x: Value<'float32'>, axis?: number): SymbolicTensor {
  return graphOf('sum', x).addOne('sum', undefined, { x }, { axis: axis ?? timeAxis(x.shape) });
}
