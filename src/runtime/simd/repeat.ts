/** A dimension several times over. */
import { normalizeAxis } from '../../builder/shape.js';
import { dim } from '../../nd-array.js';
import { around } from './layout.js';
import type { Prepare } from './operator.js';
import { empty } from './run-tensor.js';

export const repeat: Prepare<'repeat'> =
  (options) =>
  ({ x, like }) => {
    const axis = normalizeAxis(options.axis, x.shape, 'repeat');
    const times = like ? dim(like.shape, options.likeAxis ?? 0) : (options.times ?? 1);
    const { outer, size, inner } = around(x.shape, axis);
    const output = empty(x.dtype, x.shape.with(axis, size * times));
    const length = size * inner;
    for (let row = 0; row < outer; row++) {
      const own = x.data.subarray(row * length, (row + 1) * length);
      for (let i = 0; i < times; i++) output.data.set(own, (row * times + i) * length);
    }
    return { output };
  };
