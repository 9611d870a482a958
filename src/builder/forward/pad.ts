/** One number around the entries of an axis, on tfjs. */
import { normalizeAxis } from '../shape.js';
import type { Forward } from './forward-op.js';

export const pad: Forward<'pad'> = ({ x }, options, { tf }) => {
  const axis = normalizeAxis(options.axis, x.shape, 'pad');
  const around = x.shape.map((_, i): [number, number] =>
    i === axis ? [options.before, options.after] : [0, 0],
  );
  return { output: tf.pad(x, around, options.value) };
};
