/** One number around the entries of an axis. */
import { normalizeAxis } from '../../builder/shape.js';
import { around } from './layout.js';
import { type Prepare, unary } from './operator.js';
import { empty } from './run-tensor.js';

export const pad: Prepare<'pad'> = (options) =>
  unary((x) => {
    const axis = normalizeAxis(options.axis, x.shape, 'pad');
    const { outer, size, inner } = around(x.shape, axis);
    const longer = options.before + size + options.after;
    const result = empty(x.dtype, x.shape.with(axis, longer));
    result.data.fill(options.value);
    for (let row = 0; row < outer; row++) {
      const own = x.data.subarray(row * size * inner, (row + 1) * size * inner);
      result.data.set(own, (row * longer + options.before) * inner);
    }
    return result;
  });
