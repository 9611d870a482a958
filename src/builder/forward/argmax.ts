/** Where the largest entry along an axis is, on tfjs. */
import { checkNotEmpty } from '../ops/reduce.js';
import { normalizeAxis } from '../shape.js';
import type { Forward } from './forward-op.js';

export const argmax: Forward<'argmax'> = ({ x }, options, { tf }) => {
  const axis = normalizeAxis(options.axis, x.shape, 'argmax');
  checkNotEmpty(x.shape, axis, 'argmax');
  return { output: tf.argMax(x, axis) };
};
