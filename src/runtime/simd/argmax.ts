/** Where the largest entry along an axis is: of equal ones the first. */
import { checkNotEmpty } from '../../builder/ops/reduce.js';
import { normalizeAxis } from '../../builder/shape.js';
import { around } from './layout.js';
import { type Prepare, unary } from './operator.js';

export const argmax: Prepare<'argmax'> = (options) =>
  unary(({ shape, data }) => {
    const axis = normalizeAxis(options.axis, shape, 'argmax');
    checkNotEmpty(shape, axis, 'argmax');
    const { outer, size, inner } = around(shape, axis);
    const result = new Int32Array(outer * inner);
    for (let to = 0; to < result.length; to++) {
      const start = Math.floor(to / inner) * size * inner + (to % inner);
      let best = 0;
      for (let i = 1; i < size; i++) {
        if ((data[start + i * inner] ?? 0) > (data[start + best * inner] ?? 0)) best = i;
      }
      result[to] = best;
    }
    return { dtype: 'int32', shape: shape.toSpliced(axis, 1), data: result };
  });
