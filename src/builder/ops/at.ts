/** One entry along an axis, which disappears: `x[:, -1]`. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { LstmOnnxError } from '../../errors.js';
import type { Tf } from '../backends/tf.js';
import { formatShape, normalizeAxis, type RemoveAt, type RemoveNamed, type Shape } from '../shape.js';
import { type DType, graphOf, type SymbolicTensor, timeAxis, type Value } from '../tensor.js';
import type { IfTime } from '../type-messages.js';
import { checkLengthsInput } from './lengths-input.js';
import { expectInput, type OpDefinition } from './op.js';
import { xAndLengths } from './op-inputs.js';

function checkIndex(index: number, size: number, what: string): void {
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

  forward({ x, lengths }, options, { tf }) {
    const axis = normalizeAxis(options.axis, x.shape, 'at');
    if (lengths) return { output: lastOfEach(tf, x, lengths, axis) };
    const size = x.shape[axis] ?? 0;
    checkIndex(options.index, size, `at on ${formatShape(x.shape)}`);
    // The gradient of a slice is a padding, which is slow; a dimension of one entry needs neither.
    if (size === 1) return { output: tf.squeeze(x, [axis]) };
    const begin = x.shape.map((_, i) => (i === axis ? (options.index + size) % size : 0));
    const extent = x.shape.map((dim, i) => (i === axis ? 1 : dim));
    return { output: tf.squeeze(tf.slice(x, begin, extent), [axis]) };
  },
};

/**
 * The last step of each sequence, the first for one without steps, as onnxruntime has it. Picked by multiplication:
 * tfjs cannot differentiate a gather of single entries.
 */
function lastOfEach(tf: Tf, x: TfTensor, lengths: TfTensor, axis: number): TfTensor {
  const numbers = tf.range(1, (x.shape[axis] ?? 0) + 1, 1, 'int32');
  const last = tf.expandDims(tf.maximum(lengths, tf.scalar(1, 'int32')), 1);
  const chosen = tf.cast(tf.equal(last, numbers), 'float32'); // [batch, time]
  const steps = axis === 1 ? chosen : tf.transpose(chosen);
  return tf.sum(tf.mul(x, tf.reshape(steps, [...x.shape.slice(0, 2), ...x.shape.slice(2).fill(1)])), axis);
}

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
