/** A dimension several times over, on tfjs. */
import { dim } from '../../nd-array.js';
import { normalizeAxis } from '../shape.js';
import type { Forward } from './forward-op.js';

export const repeat: Forward<'repeat'> = ({ x, like }, options, { tf }) => {
  const axis = normalizeAxis(options.axis, x.shape, 'repeat');
  const times = like ? dim(like.shape, options.likeAxis ?? 0) : (options.times ?? 1);
  const size = dim(x.shape, axis);
  // As a dimension of its own in front of the one that is repeated, by a sum: tfjs has its gradient for any rank, that of its
  // broadcastTo only up to rank 4.
  const stretched = x.shape.map(() => 1).toSpliced(axis, 0, times);
  const apart = tf.add(tf.expandDims(x, axis), tf.zeros(stretched, x.dtype));
  return { output: tf.reshape(apart, x.shape.with(axis, times * size)) };
};
