/** `linear` on tfjs. */
import { dim } from '../../nd-array.js';
import type { Forward } from './forward-op.js';

export const linear: Forward<'linear'> = ({ x }, { outFeatures, bias }, { tf }, parameter) => {
  const weight = parameter('weight');
  const rows = x.rank === 2 ? x : tf.reshape(x, [-1, dim(x.shape, -1)]);
  // Not tfjs' fused product, which is wrong for a transposed factor on the wasm backend of tfjs 4.22.
  const product = tf.matMul(rows, weight, false, true);
  const output = bias ? tf.add(product, parameter('bias')) : product;
  return { output: x.rank === 2 ? output : tf.reshape(output, [...x.shape.slice(0, -1), outFeatures]) };
};
