/** The maximum and the mean of each window. */
import { type WindowGrid, windowCount } from './windows.js';

/** Calls `visit` for each entry of each window that is not padding, window by window. */
function eachEntry(
  { batch, channels, size, count, kernel, stride, before, dilation }: WindowGrid,
  visit: (window: number, x: number) => void,
): void {
  let window = 0;
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let line = 0; line < count[0]; line++) {
      for (let column = 0; column < count[1]; column++, window++) {
        for (let i = 0; i < kernel[0]; i++) {
          const y = line * stride[0] + i * dilation[0] - before[0];
          if (y < 0 || y >= size[0]) continue;
          for (let j = 0; j < kernel[1]; j++) {
            const x = column * stride[1] + j * dilation[1] - before[1];
            if (x >= 0 && x < size[1]) visit(window, (plane * size[0] + y) * size[1] + x);
          }
        }
      }
    }
  }
}

function windowsIn(grid: WindowGrid): number {
  return grid.batch * grid.channels * windowCount(grid);
}

/** The largest entry of each window and where it is, the first of equal ones; NaN where there is one. */
export function maxima(x: Float32Array, grid: WindowGrid): { values: Float32Array; places: Int32Array } {
  const values = new Float32Array(windowsIn(grid)).fill(Number.NEGATIVE_INFINITY);
  const places = new Int32Array(values.length).fill(-1);
  eachEntry(grid, (window, at) => {
    const entry = x[at] ?? 0;
    const kept = values[window] ?? 0;
    if (entry > kept || places[window] === -1 || (Number.isNaN(entry) && !Number.isNaN(kept))) {
      values[window] = entry;
      places[window] = at;
    }
  });
  return { values, places };
}

/** Each window's number added at its place. */
export function scattered(dy: Float32Array, places: Int32Array, size: number): Float32Array {
  const dx = new Float32Array(size);
  for (let i = 0; i < places.length; i++) {
    const at = places[i] ?? 0;
    dx[at] = (dx[at] ?? 0) + (dy[i] ?? 0);
  }
  return dx;
}

/** By what each window's sum is divided: its entries with those that are padding, or without; never what is over the end. */
function divisors(grid: WindowGrid, countPadding: boolean): Float32Array {
  const counts = new Float32Array(windowsIn(grid));
  if (countPadding) {
    const [lines, columns] = [entriesAlong(grid, 0), entriesAlong(grid, 1)];
    const ofPlane = lines.flatMap((line) => columns.map((column) => line * column));
    return counts.map((_, window) => ofPlane[window % ofPlane.length] ?? 1);
  }
  eachEntry(grid, (window) => {
    counts[window] = (counts[window] ?? 0) + 1;
  });
  return counts;
}

/** How many entries each window along an axis has, with padding. */
function entriesAlong({ size, count, kernel, stride, before, after }: WindowGrid, axis: 0 | 1): number[] {
  const end = before[axis] + size[axis] + after[axis];
  return Array.from({ length: count[axis] }, (_, window) =>
    Math.min(kernel[axis], end - window * stride[axis]),
  );
}

export function means(x: Float32Array, grid: WindowGrid, countPadding: boolean): Float32Array {
  const counts = divisors(grid, countPadding);
  const sums = new Float64Array(counts.length);
  eachEntry(grid, (window, at) => {
    sums[window] = (sums[window] ?? 0) + (x[at] ?? 0);
  });
  return Float32Array.from(sums, (sum, i) => sum / (counts[i] ?? 1));
}

/** The gradient of x, from that of the means. */
export function meansGradient(dy: Float32Array, grid: WindowGrid, countPadding: boolean): Float32Array {
  const counts = divisors(grid, countPadding);
  const dx = new Float32Array(grid.batch * grid.channels * grid.size[0] * grid.size[1]);
  eachEntry(grid, (window, at) => {
    dx[at] = (dx[at] ?? 0) + (dy[window] ?? 0) / (counts[window] ?? 1);
  });
  return dx;
}
