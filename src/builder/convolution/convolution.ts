/**
 * Convolutions as products of matrices: forward, and back to the input and to the weight. A transposed convolution is the way
 * back of another to its input.
 */
import { type Chunk, chunksOf, copyRun, fold, unfolded } from './columns.js';
import { type Multiply, part } from './products.js';
import { type WindowGrid, windowCount, windowSize } from './windows.js';

/** Windows over x, and the channels of y. */
export interface Convolution {
  readonly grid: WindowGrid;
  readonly outChannels: number;
  /** Each has its own channels of x and of y. */
  readonly groups: number;
}

/** What the kernels of a convolution take beside tensors: the shapes of x, y and the weight are one of theirs. */
export interface ConvolutionAttributes extends Convolution {
  readonly shapes: { readonly x: number[]; readonly y: number[]; readonly weight: number[] };
}

/** The sizes of one group's matrices: weight `[out, entries]`, y `[out, windows]`, columns of x `[entries, windows]`. */
function sizesOf({ grid, outChannels, groups }: Convolution) {
  return {
    out: outChannels / groups,
    entries: (grid.channels / groups) * windowSize(grid),
    windows: windowCount(grid),
  };
}

/**
 * y `[batch, outChannels, ...windows]`
 *
 * @param weight `[outChannels, channels / groups, ...kernelSize]`
 */
export function convolved(
  multiply: Multiply,
  convolution: Convolution,
  x: Float32Array,
  weight: Float32Array,
): Float32Array {
  const { grid, outChannels, groups } = convolution;
  const { out, entries, windows } = sizesOf(convolution);
  const y = new Float32Array(grid.batch * outChannels * windows);
  for (const chunk of chunksOf(grid)) {
    const columns = unfolded(x, grid, chunk);
    const width = chunk.batches * windows;
    for (let group = 0; group < groups; group++) {
      const product = multiply(
        { numbers: part(weight, group, out * entries), rows: out, columns: entries },
        { numbers: part(columns, group, entries * width), rows: entries, columns: width },
      );
      eachChannel(convolution, chunk, group, (inMatrix, inY) =>
        copyRun(product, inMatrix, 1, y, inY, windows),
      );
    }
  }
  return y;
}

/** The gradient of x, from that of y. */
export function inputGradient(
  multiply: Multiply,
  convolution: Convolution,
  dy: Float32Array,
  weight: Float32Array,
): Float32Array {
  const { grid, groups } = convolution;
  const { out, entries, windows } = sizesOf(convolution);
  const dx = new Float32Array(grid.batch * grid.channels * grid.size[0] * grid.size[1]);
  for (const chunk of chunksOf(grid)) {
    const width = chunk.batches * windows;
    const columns = new Float32Array(groups * entries * width);
    for (let group = 0; group < groups; group++) {
      const product = multiply(
        { numbers: part(weight, group, out * entries), rows: entries, columns: out, transposed: true },
        { numbers: matrixOf(convolution, dy, chunk, group), rows: out, columns: width },
      );
      columns.set(product, group * entries * width);
    }
    fold(columns, grid, chunk, dx);
  }
  return dx;
}

/** The gradient of the weight, from that of y. */
export function weightGradient(
  multiply: Multiply,
  convolution: Convolution,
  x: Float32Array,
  dy: Float32Array,
): Float32Array {
  const { grid, groups } = convolution;
  const { out, entries, windows } = sizesOf(convolution);
  const gradient = new Float32Array(groups * out * entries);
  for (const chunk of chunksOf(grid)) {
    const columns = unfolded(x, grid, chunk);
    const width = chunk.batches * windows;
    for (let group = 0; group < groups; group++) {
      const product = multiply(
        { numbers: matrixOf(convolution, dy, chunk, group), rows: out, columns: width },
        { numbers: part(columns, group, entries * width), rows: width, columns: entries, transposed: true },
      );
      addTo(part(gradient, group, out * entries), product);
    }
  }
  return gradient;
}

function addTo(sums: Float32Array, numbers: Float32Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (numbers[i] ?? 0);
}

/** Adds a number to each channel of y `[batch, channels, ...]`, in place. */
export function addToChannels(y: Float32Array, bias: Float32Array, perChannel: number): Float32Array {
  for (let start = 0, channel = 0; start < y.length; start += perChannel, channel++) {
    const added = bias[channel % bias.length] ?? 0;
    for (let i = start; i < start + perChannel; i++) y[i] = (y[i] ?? 0) + added;
  }
  return y;
}

/** The sums of the channels of y. */
export function sumOfChannels(y: Float32Array, channels: number, perChannel: number): Float32Array {
  const sums = new Float64Array(channels);
  for (let start = 0, run = 0; start < y.length; start += perChannel, run++) {
    let sum = 0;
    for (let i = start; i < start + perChannel; i++) sum += y[i] ?? 0;
    sums[run % channels] = (sums[run % channels] ?? 0) + sum;
  }
  return Float32Array.from(sums);
}

/** A group's channels of y, a row for each. */
function matrixOf(convolution: Convolution, y: Float32Array, chunk: Chunk, group: number): Float32Array {
  const { out, windows } = sizesOf(convolution);
  const matrix = new Float32Array(out * chunk.batches * windows);
  eachChannel(convolution, chunk, group, (inMatrix, inY) => copyRun(y, inY, 1, matrix, inMatrix, windows));
  return matrix;
}

/** Where the windows of each channel of a group are in its matrix and in y. */
function eachChannel(
  convolution: Convolution,
  { first, batches }: Chunk,
  group: number,
  visit: (inMatrix: number, inY: number) => void,
): void {
  const { out, windows } = sizesOf(convolution);
  for (let channel = 0; channel < out; channel++) {
    for (let batch = 0; batch < batches; batch++) {
      const inY = ((first + batch) * convolution.outChannels + group * out + channel) * windows;
      visit((channel * batches + batch) * windows, inY);
    }
  }
}
