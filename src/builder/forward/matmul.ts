/** Products of matrices on tfjs. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { sizeOf } from '../../nd-array.js';
import type { Tf } from '../backends/tf.js';
import { broadcast } from '../broadcast.js';
import { factorsOf } from '../ops/matmul.js';
import type { Forward } from './forward-op.js';

export const matmul: Forward<'matmul'> = ({ a, b }, _options, { tf }) => {
  const { leadA, leadB, rows, columns, depths } = factorsOf(a.shape, b.shape);
  const [depth = 0] = depths;
  const lead = broadcast(leadA, leadB) ?? [];
  const [n = 1, m = 1] = [rows[0], columns[0]];
  const shape = [...lead, ...rows, ...columns];
  // One matrix for all: their rows are those of one product.
  if (sizeOf(leadB) === 1 && sizeOf(lead) !== 0) {
    const product = tf.matMul(tf.reshape(a, [-1, depth]), tf.reshape(b, [depth, m]));
    return { output: tf.reshape(product, shape) };
  }
  const left = batches(tf, a, [...leadA, n, depth], lead);
  const right = batches(tf, b, [...leadB, depth, m], lead);
  return { output: tf.reshape(tf.matMul(left, right), shape) };
};

/**
 * x as one batch of matrices, `[batches, rows, columns]`. Stretched by a sum, of which tfjs knows the gradient: that of its
 * product forgets that a factor was stretched.
 */
function batches(tf: Tf, x: TfTensor, shape: readonly number[], lead: readonly number[]): TfTensor {
  const matrices = tf.reshape(x, [...shape]);
  const whole = [...lead, ...shape.slice(-2)];
  const isWhole = whole.length === shape.length && whole.every((size, i) => size === shape[i]);
  const stretched = isWhole ? matrices : tf.add(matrices, tf.zeros([...lead, 1, 1]));
  return tf.reshape(stretched, [sizeOf(lead), ...shape.slice(-2)]);
}
