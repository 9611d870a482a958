/** Some entries along an axis. */
import { sliceRange } from '../../builder/ops/slice.js';
import { normalizeAxis } from '../../builder/shape.js';
import { around } from './layout.js';
import { type Prepare, unary } from './operator.js';
import { empty } from './run-tensor.js';

export const slice: Prepare<'slice'> = (options) =>
  unary((x) => {
    const axis = normalizeAxis(options.axis, x.shape, 'slice');
    const { outer, size, inner } = around(x.shape, axis);
    const { first, count } = sliceRange(size, options);
    const result = empty(x.dtype, x.shape.with(axis, count));
    for (let row = 0; row < outer; row++) {
      for (let i = 0; i < count; i++) {
        const from = (row * size + first + i * options.step) * inner;
        result.data.set(x.data.subarray(from, from + inner), (row * count + i) * inner);
      }
    }
    return result;
  });
