/**
 * A tensor unfolded: a row for each entry of a window in each channel, a column for each window of each sequence, so that a
 * convolution is a matrix product.
 */
import { type WindowGrid, windowCount, windowSize } from './windows.js';

/** Sequences that are unfolded together. */
export interface Chunk {
  readonly first: number;
  readonly batches: number;
}

/** What a chunk may take, in numbers: 8 MB. */
const MAX_COLUMNS = 2 ** 21;

/** All sequences, as many at a time as fit. */
export function* chunksOf(grid: WindowGrid): Generator<Chunk> {
  const each = Math.max(grid.channels * windowSize(grid) * windowCount(grid), 1);
  const most = Math.max(1, Math.floor(MAX_COLUMNS / each));
  for (let first = 0; first < grid.batch; first += most) {
    yield { first, batches: Math.min(most, grid.batch - first) };
  }
}

/** The columns of a chunk, zero where a window is over padding. */
export function unfolded(x: Float32Array, grid: WindowGrid, chunk: Chunk): Float32Array {
  const [, step] = grid.stride;
  const columns = new Float32Array(grid.channels * windowSize(grid) * chunk.batches * windowCount(grid));
  eachRun(grid, chunk, (to, from, length) => copyRun(x, from, step, columns, to, length));
  return columns;
}

/** Adds each column to where it was unfolded from. */
export function fold(columns: Float32Array, grid: WindowGrid, chunk: Chunk, x: Float32Array): void {
  const [, step] = grid.stride;
  eachRun(grid, chunk, (column, to, length) => addRun(columns, column, x, to, step, length));
}

/** Adds numbers that follow each other to those at a step. */
function addRun(
  from: Float32Array,
  start: number,
  to: Float32Array,
  at: number,
  step: number,
  length: number,
): void {
  for (let i = start, j = at; i < start + length; i++, j += step) to[j] = (to[j] ?? 0) + (from[i] ?? 0);
}

/** Numbers that follow each other at a step, copied to where they follow each other. */
export function copyRun(
  from: Float32Array,
  start: number,
  step: number,
  to: Float32Array,
  at: number,
  length: number,
): void {
  if (step === 1 && length > 24) {
    to.set(from.subarray(start, start + length), at);
    return;
  }
  for (let i = 0; i < length; i++) to[at + i] = from[start + i * step] ?? 0;
}

/** Calls `visit` for the columns that follow each other in a row and are not over padding. */
function eachRun(
  grid: WindowGrid,
  { first, batches }: Chunk,
  visit: (column: number, x: number, length: number) => void,
): void {
  const { channels, size, count, kernel, stride, before, dilation } = grid;
  const width = batches * count[0] * count[1];
  let row = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < kernel[0]; y++) {
      const [top, bottom] = inside(grid, 0, y);
      for (let x = 0; x < kernel[1]; x++, row++) {
        const offset = x * dilation[1] - before[1];
        const [low, high] = inside(grid, 1, x);
        if (high <= low || bottom <= top) continue;
        // Whole lines that follow each other are one run.
        const isWhole = high - low === size[1] && count[1] === size[1] && stride[0] === 1 && stride[1] === 1;
        const lines = isWhole ? bottom - top : 1;
        for (let batch = 0; batch < batches; batch++) {
          const plane = ((first + batch) * channels + channel) * size[0];
          for (let line = top; line < bottom; line += lines) {
            const from = line * stride[0] + y * dilation[0] - before[0];
            const column = row * width + (batch * count[0] + line) * count[1] + low;
            visit(column, (plane + from) * size[1] + low * stride[1] + offset, (high - low) * lines);
          }
        }
      }
    }
  }
}

/** The windows along an axis whose entry `at` is not over padding: from the first to the one after the last. */
function inside(
  { size, count, stride, before, dilation }: WindowGrid,
  axis: 0 | 1,
  at: number,
): [from: number, to: number] {
  const offset = at * dilation[axis] - before[axis];
  const from = Math.max(0, Math.ceil(-offset / stride[axis]));
  return [from, Math.min(count[axis], Math.floor((size[axis] - 1 - offset) / stride[axis]) + 1)];
}
