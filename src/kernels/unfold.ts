// Where the entries of windows are in x, and what is moved from there or back.
import { ConvolutionJob, windowsOf } from './convolution-job';
import { addRow, clearFloats, padded8 } from './rows';

/** Where the numbers of x that an entry sees are moved. */
const enum Move {
  /** To panels of columns: what x is multiplied by is the weight. */
  columns,
  /** To panels of entries: what x is multiplied by is a gradient of y. */
  entries,
  /** From rows of columns back to x, added. */
  back,
}

/** What some columns see, as panels of columns: the weight is multiplied by it. `size` is the depth of the panels. */
export function unfoldColumns(job: ConvolutionJob, x: usize, first: i32, columns: i32, entry: i32, entries: i32, panels: usize, size: i32): void {
  moveWindows(job, Move.columns, x, first, columns, entry, entries, panels, size);
  clearRows(panels, padded8(columns) >> 3, entries, size);
}

/** The same as panels of entries: gradients of y are multiplied by it. */
export function unfoldEntries(job: ConvolutionJob, x: usize, first: i32, columns: i32, entry: i32, entries: i32, panels: usize, size: i32): void {
  moveWindows(job, Move.entries, x, first, columns, entry, entries, panels, size);
  clearRows(panels, padded8(entries) >> 3, columns, size);
}

/** Adds rows of columns, `size` floats each, to where they were unfolded from. */
export function fold(job: ConvolutionJob, x: usize, first: i32, columns: i32, entry: i32, entries: i32, rows: usize, size: i32): void {
  moveWindows(job, Move.back, x, first, columns, entry, entries, rows, size);
}

/** Moves some entries of some columns; those over padding are zero. @param x of the group in the first sequence */
function moveWindows(job: ConvolutionJob, move: Move, x: usize, first: i32, columns: i32, entry: i32, entries: i32, to: usize, size: i32): void {
  for (let k = 0; k < entries; k++) {
    const at = entry + k, place = at / job.kernelX;
    const offsetX = (at % job.kernelX) * job.dilationX - job.beforeX;
    const offsetY = (place % job.kernelY) * job.dilationY - job.beforeY;
    const plane = x + (<usize>(place / job.kernelY * job.height * job.width) << 2);
    moveEntry(job, move, plane, first, columns, offsetY, offsetX, placeOf(move, to, k, size), size);
  }
}

/** Where the first column of an entry is. */
@inline
function placeOf(move: Move, to: usize, k: i32, size: i32): usize {
  if (move == Move.columns) return to + (<usize>k << 5);
  if (move == Move.entries) return to + (<usize>((k >> 3) * size) << 5) + (<usize>(k & 7) << 2);
  return to + (<usize>(k * size) << 2);
}

/** One entry of some columns. */
function moveEntry(job: ConvolutionJob, move: Move, plane: usize, first: i32, columns: i32, offsetY: i32, offsetX: i32, to: usize, size: i32): void {
  const windows = windowsOf(job), width = job.width;
  // Where windows follow each other as the numbers of x do, all lines are one.
  const isOne = job.strideY == 1 && job.strideX == 1 && offsetX == 0 && job.countX == width;
  const line = isOne ? windows : job.countX, lines = isOne ? 1 : job.countY;
  const low = isOne ? -offsetY * width : -offsetX, high = isOne ? (job.height - offsetY) * width : width - offsetX;
  const stride = job.strideX, strideBytes = <usize>stride << 2;
  const lowest = max((low + stride - 1) / stride, 0), highest = (high + stride - 1) / stride;
  const sequenceBytes = <usize>(job.groups * job.channels * job.height * width) << 2;
  let sequence = plane + <usize>(first / windows) * sequenceBytes;
  let y = first % windows / line, x = first % windows % line;
  for (let column = 0; column < columns; ) {
    const count = min(line - x, columns - column);
    const row = isOne ? offsetY : y * job.strideY + offsetY;
    const isInside = isOne || (row >= 0 && row < job.height);
    const before = isInside ? min(max(lowest - x, 0), count) : count;
    const until = isInside ? min(max(highest - x, before), count) : count;
    const from = sequence + (<usize>(row * width + (x + before) * stride + (isOne ? 0 : offsetX)) << 2);
    if (move == Move.columns) {
      clearColumns(to, size, column, before);
      toColumns(to, size, column + before, from, strideBytes, until - before);
      clearColumns(to, size, column + until, count - until);
    } else if (move == Move.entries) {
      clearEntries(to, column, before);
      toEntries(to, column + before, from, strideBytes, until - before);
      clearEntries(to, column + until, count - until);
    } else back(to + (<usize>(column + before) << 2), from, strideBytes, until - before);
    column += count;
    x = 0;
    if (++y == lines) {
      y = 0;
      sequence += sequenceBytes;
    }
  }
}

/** Numbers at a step, to a row of panels from a column on. */
export function toColumns(row: usize, size: i32, column: i32, from: usize, step: usize, count: i32): void {
  const panel = <usize>size << 5, last = column + count;
  while (column < last) {
    let to = row + <usize>(column >> 3) * panel + (<usize>(column & 7) << 2);
    if (step == 4 && !(column & 7)) {
      for (; column + 8 <= last; column += 8) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        to += panel;
        from += 32;
      }
    }
    const end = min(last, (column | 7) + 1);
    for (; column < end; column++) {
      store<f32>(to, load<f32>(from));
      to += 4;
      from += step;
    }
  }
}

function clearColumns(row: usize, size: i32, column: i32, count: i32): void {
  const panel = <usize>size << 5, last = column + count;
  for (; column < last; column++) store<f32>(row + <usize>(column >> 3) * panel + (<usize>(column & 7) << 2), 0);
}

@inline
function toEntries(to: usize, column: i32, from: usize, step: usize, count: i32): void {
  to += <usize>column << 5;
  for (const end = to + (<usize>count << 5); to < end; to += 32) {
    store<f32>(to, load<f32>(from));
    from += step;
  }
}

@inline
function clearEntries(to: usize, column: i32, count: i32): void {
  to += <usize>column << 5;
  for (const end = to + (<usize>count << 5); to < end; to += 32) store<f32>(to, 0);
}

function back(from: usize, to: usize, step: usize, count: i32): void {
  if (step == 4) return addRow(count, to, from);
  for (let i = 0; i < count; i++) {
    store<f32>(to, load<f32>(to) + load<f32>(from));
    from += 4;
    to += step;
  }
}

/** Zeros in the rows of panels behind those that are filled. */
export function clearRows(panels: usize, count: i32, filled: i32, size: i32): void {
  if (filled == size) return;
  for (let panel = 0; panel < count; panel++) clearFloats(panels + (<usize>(panel * size + filled) << 5), (size - filled) * 8);
}
