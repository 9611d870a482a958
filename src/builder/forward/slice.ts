/** Some entries along an axis, on tfjs. */
import { dim } from '../../nd-array.js';
import { sliceRange } from '../ops/slice.js';
import { normalizeAxis } from '../shape.js';
import type { Forward } from './forward-op.js';

export const slice: Forward<'slice'> = ({ x }, options, { tf }) => {
  const axis = normalizeAxis(options.axis, x.shape, 'slice');
  const size = dim(x.shape, axis);
  const { step } = options;
  const { first, count } = sliceRange(size, options);
  const along = (of: number, others: readonly number[]) =>
    others.map((other, i) => (i === axis ? of : other));
  const zeros = x.shape.map(() => 0);
  const taken = Math.min(count * step, size - first);
  const part = tf.slice(x, along(first, zeros), along(taken, x.shape));
  if (step === 1 || count === 0) return { output: part };
  // tfjs has no gradient of strided slices: in groups of one step, each entry taken is the first.
  const end = zeros.map((_, i): [number, number] => [0, i === axis ? count * step - taken : 0]);
  const groups = tf.reshape(tf.pad(part, end), x.shape.toSpliced(axis, 1, count, step));
  const firsts = tf.slice(groups, [...zeros, 0], x.shape.toSpliced(axis, 1, count, 1));
  return { output: tf.reshape(firsts, along(count, x.shape)) };
};
