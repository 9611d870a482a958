/** Convolutions on the engine: slices of their windows on its threads. */
import type { Convolution } from '../../convolution/convolution.js';
import { windowCount, windowSize } from '../../convolution/windows.js';
import { callsOf } from './calls.js';
import type { Engine, JobKind } from './engine.js';
import { convolutionJobFields } from './kernels.js';
import { roundUp } from './layer-layout.js';

const float = 4;

/** As src/kernels/convolution-job.ts has it. */
const chunkEntries = 256;
/** Numbers that are unfolded at once, 128 kB. */
const chunkNumbers = 2 ** 15;

/** The sizes of the matrices of a group, and how many windows there are. */
function sizesOf({ grid, outChannels, groups }: Convolution) {
  const channels = grid.channels / groups;
  const out = outChannels / groups;
  const entries = channels * windowSize(grid);
  const windows = windowCount(grid);
  return { channels, out, entries, windows, columns: grid.batch * windows };
}

type Fields = Readonly<Partial<Record<(typeof convolutionJobFields)[number], number>>>;

/** The windows of each slice, from the first to the one after the last. */
type Slices = readonly (readonly [from: number, to: number])[];

/** @param together windows that one slice takes whole */
function slicesOf(engine: Engine, convolution: Convolution, together = 1): Slices {
  const { out, entries, columns } = sizesOf(convolution);
  if (columns === 0) return [];
  const shares = engine.shares(columns, columns * entries * out * convolution.groups);
  const each = roundUp(Math.ceil(columns / shares), together);
  const count = Math.ceil(columns / each);
  return Array.from({ length: count }, (_, i) => [i * each, Math.min((i + 1) * each, columns)] as const);
}

/** What all slices read and write, and how many windows are unfolded at once. */
interface Operands extends Fields {
  readonly columns: number;
}

/**
 * Runs slices on the threads.
 *
 * @param workspace how many floats of it each slice takes, by field
 * @param gradients where the gradients of the slices lie one behind the other, and the bytes of each
 */
function run(
  engine: Engine,
  kind: JobKind,
  convolution: Convolution,
  slices: Slices,
  operands: Operands,
  workspace: Fields,
  gradients = { at: 0, bytes: 0 },
): void {
  const shape = shapeFields(convolution);
  const blocks: number[] = [];
  const allocate = (floats: number) => {
    const at = engine.allocate(floats * float);
    blocks.push(at);
    return at;
  };
  const jobs = slices.map(([from, to], i) => {
    const job = allocate(convolutionJobFields.length);
    const write = (fields: Fields) => engine.writeFields(job, convolutionJobFields, fields);
    write(shape);
    write(operands);
    write({ from, to, dWeight: gradients.at + i * gradients.bytes });
    for (const [field, floats] of Object.entries(workspace)) write({ [field]: allocate(floats) });
    return job;
  });
  engine.run(kind, jobs);
  for (const block of blocks) engine.release(block);
}

function shapeFields(convolution: Convolution): Fields {
  const { grid, groups } = convolution;
  const { channels, out: outChannels } = sizesOf(convolution);
  const [height, width] = grid.size;
  const [countY, countX] = grid.count;
  const [kernelY, kernelX] = grid.kernel;
  const [strideY, strideX] = grid.stride;
  const [beforeY, beforeX] = grid.before;
  const [dilationY, dilationX] = grid.dilation;
  return {
    groups,
    channels,
    outChannels,
    height,
    width,
    countY,
    countX,
    kernelY,
    kernelX,
    strideY,
    strideX,
    beforeY,
    beforeX,
    dilationY,
    dilationX,
  };
}

/** The windows that are unfolded at once where each gives so many numbers. */
function columnsFor(numbers: number, most = 512): number {
  return Math.min(Math.max(Math.floor(chunkNumbers / numbers / 8) * 8, 8), most);
}

/**
 * y `[batch, outChannels, ...windows]`; all are addresses in the engine's memory.
 *
 * @param weight `[outChannels, channels / groups, ...kernelSize]`
 * @param bias a number for each channel of y, or 0
 * @returns y, the caller's to release
 */
export function convolve(
  engine: Engine,
  convolution: Convolution,
  x: number,
  weight: number,
  bias: number,
): number {
  const { out, entries, columns: total } = sizesOf(convolution);
  const { outChannels } = convolution;
  const depth = roundUp(Math.min(entries, chunkEntries), 4);
  const columns = columnsFor(depth);
  const y = engine.allocate(outChannels * total * float);
  const rows = roundUp(entries, 4);
  const packed = rows === entries ? weight : engine.allocate(outChannels * rows * float);
  if (packed !== weight) engine.kernels.packRows(outChannels, entries, rows, 0, weight, packed);
  const workspace = { panels: depth * columns, sums: out * columns, product: out * columns };
  const slices = slicesOf(engine, convolution);
  run(engine, 'convolution', convolution, slices, { x, y, weight: packed, bias, columns }, workspace);
  if (packed !== weight) engine.release(packed);
  return y;
}

/**
 * The way back, from y to x `[batch, channels, ...]`: the gradient of x, or a transposed convolution.
 *
 * @param bias a number for each channel of x, or 0
 * @returns x, the caller's to release
 */
export function convolveBack(
  engine: Engine,
  convolution: Convolution,
  y: number,
  weight: number,
  bias: number,
): number {
  const { out, entries, windows } = sizesOf(convolution);
  const { grid, groups } = convolution;
  const x = engine.allocate(grid.batch * grid.channels * grid.size[0] * grid.size[1] * float);
  const rows = roundUp(out, 4);
  const packed = engine.allocate(groups * entries * rows * float);
  for (let group = 0; group < groups; group++) {
    const from = weight + group * out * entries * float;
    engine.kernels.packRows(entries, out, rows, 1, from, packed + group * entries * rows * float);
  }
  const columns = columnsFor(Math.min(rows, chunkEntries));
  const products = Math.min(entries, chunkEntries) * columns;
  const workspace = { panels: rows * columns, sums: products, product: products };
  // Windows of one sequence may see the same numbers.
  const slices = slicesOf(engine, convolution, windows);
  run(engine, 'convolutionBack', convolution, slices, { x, y, weight: packed, bias, columns }, workspace);
  engine.release(packed);
  return x;
}

/** The gradient of the weight, from x and the gradient of y. @returns its address, the caller's to release */
export function convolutionWeightGradient(
  engine: Engine,
  convolution: Convolution,
  x: number,
  y: number,
): number {
  const { out, entries } = sizesOf(convolution);
  const { outChannels } = convolution;
  const rowFloats = roundUp(entries, 8);
  const width = Math.min(rowFloats, chunkEntries);
  const columns = columnsFor(width, chunkEntries);
  const slices = slicesOf(engine, convolution);
  const sliceFloats = outChannels * rowFloats;
  const dWeights = engine.allocate(slices.length * sliceFloats * float);
  const workspace = { panels: width * columns, sums: out * columns, product: out * width };
  const [row, sliceBytes] = [rowFloats * float, sliceFloats * float];
  run(engine, 'convolutionWeightGradient', convolution, slices, { x, y, columns }, workspace, {
    at: dWeights,
    bytes: sliceBytes,
  });
  const gradient = engine.allocate(outChannels * entries * float);
  if (slices.length === 0) engine.kernels.clearFloats(gradient, outChannels * entries);
  else {
    const { call, finish } = callsOf(engine, 'sumSlices', slices.length * outChannels * entries);
    call(outChannels, entries, dWeights, row, slices.length, sliceBytes, gradient);
    finish();
  }
  engine.release(dWeights);
  return gradient;
}
