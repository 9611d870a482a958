/** Windows that go over the last axes of `[batch, channels, length]` or `[batch, channels, height, width]`. */
import { LstmOnnxError } from '../../errors.js';
import { dim } from '../../nd-array.js';
import { dividedDown, multiplied, shifted } from '../dim-names.js';
import { type Dim, formatShape, type Shape } from '../shape.js';

/** One entry for each axis that the windows go over. */
export interface Windows {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  /** Entries that are added before and after. */
  readonly padding: readonly (readonly [before: number, after: number])[];
  /** From one entry of a window to the next; default 1. */
  readonly dilation?: readonly number[] | undefined;
  /** Whether the last window may go over the end, as PyTorch's `ceil_mode`; it starts in the data or in what is added before it. */
  readonly ceilMode?: boolean | undefined;
}

/** How many windows there are along each axis; a name where the size is one. @throws E_SHAPE_MISMATCH where there is none */
export function windowCounts(shape: Shape, windows: Windows, what: string): Dim[] {
  return windows.kernelSize.map((_, i) => {
    const size = dim(shape, i + 2);
    const { kernel, stride, before, after, dilation } = alongAxis(windows, i);
    const covered = dilation * (kernel - 1) + 1;
    const over = windows.ceilMode ? Math.min(stride, covered - after) - 1 : 0;
    // The sum of what is added to the size and what a window takes of it.
    const change = before + after + over - covered + stride;
    const count = dividedDown(shifted(size, change), stride);
    if (typeof count === 'string' || count >= 1) return count;
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${what}: axis ${i + 2} of ${formatShape(shape)} has ${size} entries and ${before + after} of padding, fewer than the ` +
        `${covered} that a window covers; give a longer input, a smaller kernelSize or padding.`,
    );
  });
}

/** The windows along one axis. */
export function alongAxis({ kernelSize, stride, padding, dilation }: Windows, i: number) {
  const [before, after] = dim(padding, i);
  return { kernel: dim(kernelSize, i), stride: dim(stride, i), before, after, dilation: dilation?.[i] ?? 1 };
}

/** Whether each entry along an axis is a window of its own. */
export function isEntryByEntry(windows: Windows, i: number): boolean {
  const { kernel, stride, before, after } = alongAxis(windows, i);
  return kernel === 1 && stride === 1 && before === 0 && after === 0;
}

type Pair = readonly [rows: number, columns: number];

/** Windows over a tensor of known sizes; one axis counts as one row. */
export interface WindowGrid {
  readonly batch: number;
  readonly channels: number;
  readonly size: Pair;
  readonly count: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly before: Pair;
  readonly after: Pair;
  readonly dilation: Pair;
}

/** @throws E_SHAPE_MISMATCH where a window does not fit */
export function gridOf(shape: readonly number[], windows: Windows, what: string): WindowGrid {
  const axes = windows.kernelSize.map((_, i) => alongAxis(windows, i));
  const pair = (list: readonly number[], one: number): Pair => [
    list.length > 1 ? dim(list, 0) : one,
    dim(list, list.length - 1),
  ];
  return {
    batch: dim(shape, 0),
    channels: dim(shape, 1),
    size: pair(shape.slice(2), 1),
    count: pair(windowCounts(shape, windows, what) as number[], 1), // numbers, as the sizes are
    kernel: pair(
      axes.map(({ kernel }) => kernel),
      1,
    ),
    stride: pair(
      axes.map(({ stride }) => stride),
      1,
    ),
    before: pair(
      axes.map(({ before }) => before),
      0,
    ),
    after: pair(
      axes.map(({ after }) => after),
      0,
    ),
    dilation: pair(
      axes.map(({ dilation }) => dilation),
      1,
    ),
  };
}

/** The entries of a window. */
export function windowSize({ kernel }: WindowGrid): number {
  return kernel[0] * kernel[1];
}

/** The windows of one channel. */
export function windowCount({ count }: WindowGrid): number {
  return count[0] * count[1];
}

/** The shape of what the windows of a tensor of `axes` axes beside batch and channels give. */
export function shapeOfWindows({ batch, count }: WindowGrid, channels: number, axes: number): number[] {
  return [batch, channels, ...count.slice(-axes)];
}

/** The sizes whose windows there are so many of: the least, and the entries that are added at the end. */
export function sizesOfWindows(
  counts: Shape,
  windows: Windows & { readonly outputPadding: readonly number[] },
): Dim[] {
  return counts.map((count, i) => {
    const { kernel, stride, before, after, dilation } = alongAxis(windows, i);
    const covered = dilation * (kernel - 1) + 1;
    return shifted(
      multiplied(count, stride),
      covered - stride - before - after + dim(windows.outputPadding, i),
    );
  });
}
