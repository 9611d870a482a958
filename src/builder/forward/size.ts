/** The size of a dimension, on tfjs. */
import { dim } from '../../nd-array.js';
import type { Forward } from './forward-op.js';

export const size: Forward<'size'> = ({ x }, { axis }, { tf }) => ({ output: tf.scalar(dim(x.shape, axis)) });
