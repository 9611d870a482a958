/** A dimension several times over, on tfjs. */
import { dim } from '../../nd-array.js';
import { normalizeAxis } from '../shape.js';
import type { Forward } from './forward-op.js';

export const repeat: Forward<'repeat'> = ({ x, like }, options, { tf }) => {
  const axis = normalizeAxis(options.axis, x.shape, 'repeat');
  const times = like ? dim(like.shape, options.likeAxis ?? 0) : (options.times ?? 1);
  const size = dim(x.shape, axis);
  // As a dimension of its own in front of the one that is repeated: tfjs has the gradient of a broadcast for any rank.
  const apart = tf.broadcastTo(tf.expandDims(x, axis), x.shape.toSpliced(axis, 0, times));
  return { output: tf.reshape(apart, x.shape.with(axis, times * size)) };
};
