/** The mean and the maximum along an axis, which disappears; along time over the steps of each sequence alone. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { LstmOnnxError } from '../../errors.js';
import type { Tf } from '../backends/tf.js';
import { formatShape, normalizeAxis, type RemoveAt, type RemoveNamed, type Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, timeAxis, type Value } from '../tensor.js';
import type { IfTime } from '../type-messages.js';
import { checkLengthsInput } from './lengths-input.js';
import { expectInput, type OpDefinition } from './op.js';
import { xAndLengths } from './op-inputs.js';

type Compute = (tf: Tf, x: TfTensor, axis: number, mask: TfTensor | undefined) => TfTensor;

function reduction(what: string, compute: Compute): OpDefinition<'mean' | 'max'> {
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

    forward({ x, lengths }, options, { tf }) {
      const axis = normalizeAxis(options.axis, x.shape, what);
      checkNotEmpty(x.shape, axis, what);
      return { output: compute(tf, x, axis, lengths && stepMask(tf, x, lengths, axis)) };
    },
  };
}

/** @throws E_SHAPE_MISMATCH for an axis without entries, which have neither a mean nor a maximum */
export function checkNotEmpty(shape: readonly number[], axis: number, what: string): void {
  if (shape[axis] !== 0) return;
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `${what}: axis ${axis} of ${formatShape(shape)} has no entries; give at least one.`,
  );
}

/** Which steps are within the length of their sequence, `[batch, time, 1, ...]` or time-first; the first one always is. */
function stepMask(tf: Tf, x: TfTensor, lengths: TfTensor, axis: number): TfTensor {
  const numbers = tf.range(0, x.shape[axis] ?? 0, 1, 'int32');
  const counts = tf.maximum(lengths, tf.scalar(1, 'int32'));
  const mask = tf.less(tf.expandDims(numbers, axis === 1 ? 0 : 1), tf.expandDims(counts, axis === 1 ? 1 : 0));
  return tf.reshape(mask, [...x.shape.slice(0, 2), ...x.shape.slice(2).fill(1)]);
}

export const meanOp = reduction('mean', (tf, x, axis, mask) => {
  if (!mask) return tf.mean(x, axis);
  const kept = tf.where(mask, x, tf.zerosLike(x));
  return tf.div(tf.sum(kept, axis), tf.sum(tf.cast(mask, 'float32'), axis));
});

export const maxOp = reduction('max', (tf, x, axis, mask) =>
  firstMaximum(tf, mask ? tf.where(mask, x, tf.fill(x.shape, Number.NEGATIVE_INFINITY)) : x, axis),
);

/** Equal entries share no gradient: the first one has it, as in `torch.max(x, axis).values`. tfjs gives it to all. */
function firstMaximum(tf: Tf, x: TfTensor, axis: number): TfTensor {
  const size = x.shape[axis] ?? 0;
  const along = x.shape.map((_, i) => (i === axis ? size : 1));
  const compute = tf.customGrad((...args) => {
    const [input, save] = args as [TfTensor, (saved: TfTensor[]) => void]; // what customGrad calls it with
    save([input]);
    const gradFunc = (dy: TfTensor, [saved]: TfTensor[]): TfTensor => {
      const first = tf.expandDims(tf.argMax(saved ?? input, axis), axis);
      const numbers = tf.reshape(tf.range(0, size, 1, 'int32'), along);
      return tf.mul(tf.expandDims(dy, axis), tf.cast(tf.equal(first, numbers), 'float32'));
    };
    return { value: tf.max(input, axis), gradFunc };
  });
  return compute(x);
}

/**
 * The mean along a dimension, which disappears. Along the time of an LSTM with lengths it is the mean over the steps of each
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
