/**
 * The mean, the maximum and the sum along an axis: plain numbers, one op for tfjs whatever the backend. Composed of tfjs' ops, which mask,
 * turn and tile the whole tensor several times, they take ten times as long as the recurrent layer before them.
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { dim, sizeOf } from '../../nd-array.js';
import type { Tf } from '../backends/tf.js';
import { checkNotEmpty } from '../ops/reduce.js';
import { normalizeAxis } from '../shape.js';
import type { Forward } from './forward-op.js';

/** Where the numbers are: rows of `width` numbers, of which each has its steps, `stride` numbers apart. */
interface Rows {
  readonly width: number;
  readonly stride: number;
  /** Where the first step of each row begins. */
  readonly starts: Int32Array;
  /** How many steps of each row count. */
  readonly steps: Int32Array;
}

interface Reduced {
  /** A number for each of each row. */
  readonly y: Float32Array;
  /** Adds what the gradient of `y` gives to each number of x. */
  readonly back: (dy: ArrayLike<number>, dx: Float32Array) => void;
}

/** @param least how many steps of a sequence count at least: 1 where nothing can be said of none */
function reduction(
  what: string,
  least: 0 | 1,
  compute: (x: ArrayLike<number>, rows: Rows) => Reduced,
): Forward<'mean' | 'max' | 'sum'> {
  return ({ x, lengths }, options, { tf }) => {
    const axis = normalizeAxis(options.axis, x.shape, what);
    if (least > 0) checkNotEmpty(x.shape, axis, what);
    const rows = rowsOf(x.shape, axis, lengths?.dataSync<'int32'>(), least);
    const reduced = tf.customGrad((...args) => {
      const [input] = args as [TfTensor]; // what customGrad calls it with
      const { y, back } = compute(input.dataSync<'float32'>(), rows);
      const gradFunc = (dy: TfTensor): TfTensor => {
        const dx = new Float32Array(sizeOf(x.shape));
        back(dy.dataSync<'float32'>(), dx);
        return tf.tensor(dx, x.shape);
      };
      return { value: tf.tensor(y, x.shape.toSpliced(axis, 1)), gradFunc };
    });
    return { output: reduced(x) };
  };
}

/** @param lengths of sequences, along the first or the second axis */
function rowsOf(
  shape: readonly number[],
  axis: number,
  lengths: ArrayLike<number> | undefined,
  least: number,
): Rows {
  const size = dim(shape, axis);
  const stride = sizeOf(shape.slice(axis + 1));
  // Of steps before sequences, each sequence is a row.
  const isTimeFirst = lengths !== undefined && axis === 0;
  const width = isTimeFirst ? sizeOf(shape.slice(2)) : stride;
  const count = isTimeFirst ? dim(shape, 1) : sizeOf(shape.slice(0, axis));
  const steps = new Int32Array(count).fill(size);
  if (lengths) for (let i = 0; i < count; i++) steps[i] = Math.min(Math.max(lengths[i] ?? 0, least), size);
  return { width, stride, steps, starts: steps.map((_, i) => i * (isTimeFirst ? width : size * stride)) };
}

/** Calls with each row: its number, where each of its steps begins, and how many there are. */
function forEachRow(
  { starts, steps }: Rows,
  each: (row: number, start: number, steps: number) => void,
): void {
  for (let row = 0; row < starts.length; row++) each(row, starts[row] ?? 0, steps[row] ?? 0);
}

/** @param share what of the sum of a row's steps is taken */
function sumOfSteps(x: ArrayLike<number>, rows: Rows, share: (steps: number) => number): Reduced {
  const { width, stride } = rows;
  const y = new Float32Array(rows.starts.length * width);
  const sums = new Float64Array(width); // a long sum in single precision loses digits
  forEachRow(rows, (row, start, steps) => {
    sums.fill(0);
    for (let t = 0; t < steps; t++)
      for (let k = 0; k < width; k++) sums[k] = (sums[k] ?? 0) + (x[start + t * stride + k] ?? 0);
    for (let k = 0; k < width; k++) y[row * width + k] = (sums[k] ?? 0) * share(steps);
  });
  const back: Reduced['back'] = (dy, dx) =>
    forEachRow(rows, (row, start, steps) => {
      for (let t = 0; t < steps; t++)
        for (let k = 0; k < width; k++)
          dx[start + t * stride + k] = (dy[row * width + k] ?? 0) * share(steps);
    });
  return { y, back };
}

export const mean = reduction('mean', 1, (x, rows) => sumOfSteps(x, rows, (steps) => 1 / steps));

export const sum = reduction('sum', 0, (x, rows) => sumOfSteps(x, rows, () => 1));

/** NaN is the largest. The gradient goes to the first of equal entries, as in `torch.max(x, axis).values`. */
export const max = reduction('max', 1, (x, rows) => {
  const { width, stride } = rows;
  const y = new Float32Array(rows.starts.length * width);
  const places = new Int32Array(y.length);
  forEachRow(rows, (row, start, steps) => {
    for (let k = 0; k < width; k++) {
      let [best, place] = [x[start + k] ?? 0, start + k];
      for (let t = 1; t < steps && !Number.isNaN(best); t++) {
        const value = x[start + t * stride + k] ?? 0;
        if (value > best || Number.isNaN(value)) [best, place] = [value, start + t * stride + k];
      }
      y[row * width + k] = best;
      places[row * width + k] = place;
    }
  });
  const back: Reduced['back'] = (dy, dx) =>
    places.forEach((place, i) => {
      dx[place] = dy[i] ?? 0;
    });
  return { y, back };
});

/** Which steps are within the length of their sequence, `[batch, time, 1, ...]` or time-first. */
export function stepMask(tf: Tf, x: TfTensor, counts: TfTensor, axis: number): TfTensor {
  const numbers = tf.range(0, dim(x.shape, axis), 1, 'int32');
  const mask = tf.less(tf.expandDims(numbers, axis === 1 ? 0 : 1), tf.expandDims(counts, axis === 1 ? 1 : 0));
  return tf.reshape(mask, [...x.shape.slice(0, 2), ...x.shape.slice(2).fill(1)]);
}
