/** Ops that only move numbers, on tfjs: at, concat, flip, reshape, transpose. */

import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { dim } from '../../nd-array.js';
import type { Tf } from '../backends/tf.js';
import { sizeIn } from '../check-feeds.js';
import { checkIndex } from '../ops/at.js';
import { inputValues } from '../ops/op-inputs.js';
import { formatShape, normalizeAxis } from '../shape.js';
import type { Forward } from './forward-op.js';

export const at: Forward<'at'> = ({ x, lengths }, options, { tf }) => {
  const axis = normalizeAxis(options.axis, x.shape, 'at');
  if (lengths) return { output: lastOfEach(tf, x, lengths, axis) };
  const size = dim(x.shape, axis);
  checkIndex(options.index, size, `at on ${formatShape(x.shape)}`);
  // The gradient of a slice is a slow padding; a dimension of size 1 needs neither.
  if (size === 1) return { output: tf.squeeze(x, [axis]) };
  const begin = x.shape.map((_, i) => (i === axis ? (options.index + size) % size : 0));
  const extent = x.shape.map((dim, i) => (i === axis ? 1 : dim));
  return { output: tf.squeeze(tf.slice(x, begin, extent), [axis]) };
};

/**
 * The last step of each sequence, the first for one without steps, as onnxruntime has it. Selected by multiplication with a
 * mask: tfjs cannot differentiate a gather of single entries.
 */
function lastOfEach(tf: Tf, x: TfTensor, lengths: TfTensor, axis: number): TfTensor {
  const numbers = tf.range(1, dim(x.shape, axis) + 1, 1, 'int32');
  const last = tf.expandDims(tf.maximum(lengths, tf.scalar(1, 'int32')), 1);
  const chosen = tf.cast(tf.equal(last, numbers), 'float32'); // [batch, time]
  const steps = axis === 1 ? chosen : tf.transpose(chosen);
  return tf.sum(tf.mul(x, tf.reshape(steps, [...x.shape.slice(0, 2), ...x.shape.slice(2).fill(1)])), axis);
}

export const concat: Forward<'concat'> = (inputs, { axis }, { tf }) => ({
  output: tf.concat(inputValues(inputs), axis),
});

export const flip: Forward<'flip'> = ({ x }, { axis }, { tf }) => ({
  output: tf.reverse(x, normalizeAxis(axis, x.shape, 'flip')),
});

export const reshape: Forward<'reshape'> = ({ x }, options, { tf, dims }) => {
  const shape = options.shape.map((dim) => sizeIn(dims, dim) ?? -1);
  return { output: tf.reshape(x, shape) };
};

export const transpose: Forward<'transpose'> = ({ x }, { axes }, { tf }) => ({
  output: tf.transpose(x, [...axes]),
});
