/** The mean, the maximum and the sum along an axis. */
import { checkNotEmpty } from '../../builder/ops/reduce.js';
import { normalizeAxis } from '../../builder/shape.js';
import { sizeOf } from '../../nd-array.js';
import { around } from './layout.js';
import type { Prepare } from './operator.js';

/**
 * A value that each entry updates, and the result made of it and the number of entries.
 *
 * @param least how many steps of a sequence count at least
 */
function reduction(
  what: string,
  least: 0 | 1,
  start: number,
  next: (kept: number, x: number) => number,
  end: (kept: number, count: number) => number,
): Prepare<'mean' | 'max' | 'sum'> {
  return (options) => (inputs) => {
    const { shape, data } = inputs.x;
    const axis = normalizeAxis(options.axis, shape, what);
    if (least > 0) checkNotEmpty(shape, axis, what);
    const { outer, size, inner } = around(shape, axis);
    const lengths = inputs.lengths?.data;
    const width = sizeOf(shape.slice(2));
    const result = new Float32Array(outer * inner);
    for (let to = 0; to < result.length; to++) {
      const [row, column] = [Math.floor(to / inner), to % inner];
      const sequence = axis === 1 ? row : Math.floor(column / width);
      const steps = lengths ? Math.min(Math.max(lengths[sequence] ?? 0, least), size) : size;
      let kept = start;
      for (let i = 0; i < steps; i++) kept = next(kept, data[(row * size + i) * inner + column] ?? 0);
      result[to] = end(kept, steps);
    }
    return { output: { dtype: 'float32', shape: shape.toSpliced(axis, 1), data: result } };
  };
}

export const mean = reduction(
  'mean',
  1,
  0,
  (sum, x) => sum + x,
  (sum, count) => sum / count,
);

export const max = reduction('max', 1, Number.NEGATIVE_INFINITY, Math.max, (kept) => kept);

export const sum = reduction(
  'sum',
  0,
  0,
  (kept, x) => kept + x,
  (kept) => kept,
);
