// A recurrent layer's weights between PyTorch's shapes and what the products read and write.
import { addRow, copyFloats } from './rows';
import { addTransposed4 } from './transpose';

/**
 * Adds the multiple of a matrix [rows, columns] to panels of so many rows, from a row and a column of theirs on; its
 * transpose where that is wanted. By vectors only in the kernels that train: others pack once.
 */
export function packWeights(rows: i32, columns: i32, scale: f32, transposed: bool, from: usize, panels: usize, depth: i32, row: i32, column: i32): void {
  const bytes = <usize>columns * 4;
  if (transposed) {
    for (let r = 0; r < rows; ) {
      const at = from + <usize>r * bytes, to = inPanels(panels, depth, row, column + r);
      if (FOR_TRAINING && r + 8 <= rows && ((column + r) & 7) == 0) {
        addEightRows(columns, scale, at, bytes, to);
        r += 8;
      } else {
        addColumn(columns, scale, at, 4, to);
        r++;
      }
    }
    return;
  }
  for (let k = 0; k < columns; ) {
    const at = from + <usize>k * 4, to = inPanels(panels, depth, row, column + k);
    if (FOR_TRAINING && k + 16 <= columns && ((column + k) & 7) == 0) {
      addTwoPanels(rows, scale, at, bytes, to, to + <usize>depth * 32);
      k += 16;
    } else {
      addColumn(rows, scale, at, bytes, to);
      k++;
    }
  }
}

/** Eight rows become the columns of a panel. */
function addEightRows(count: i32, scale: f32, from: usize, bytes: usize, to: usize): void {
  const factor = f32x4.splat(scale), whole = count & ~3;
  for (let k = 0; k < whole; k += 4, from += 16, to += 128) {
    addTransposed4(from, bytes, to, factor);
    addTransposed4(from + 4 * bytes, bytes, to + 16, factor);
  }
  for (let i: usize = 0; i < 8; i++) addColumn(count - whole, scale, from + i * bytes, 4, to + i * 4);
}

/** Sixteen columns become two panels: whole cache lines are read. */
function addTwoPanels(rows: i32, scale: f32, from: usize, bytes: usize, to: usize, next: usize): void {
  const factor = f32x4.splat(scale);
  for (let r = 0; r < rows; r++, from += bytes, to += 32, next += 32) {
    addScaled4(to, v128.load(from), factor);
    addScaled4(to + 16, v128.load(from, 16), factor);
    addScaled4(next, v128.load(from, 32), factor);
    addScaled4(next + 16, v128.load(from, 48), factor);
  }
}

@inline
function addScaled4(to: usize, value: v128, factor: v128): void {
  v128.store(to, f32x4.add(v128.load(to), f32x4.mul(value, factor)));
}

/** Numbers so many bytes apart become a panel's column. */
function addColumn(count: i32, scale: f32, from: usize, bytes: usize, to: usize): void {
  for (let k = 0; k < count; k++, from += bytes, to += 32) store<f32>(to, load<f32>(to) + load<f32>(from) * scale);
}

@inline
function inPanels(panels: usize, depth: i32, row: i32, column: i32): usize {
  return panels + (<usize>((column >> 3) * depth + row) * 8 + <usize>(column & 7)) * 4;
}

/** A part of the slices' gradients, rows so many bytes apart, summed in their order into [rows, columns]. */
export function sumSlices(rows: i32, columns: i32, from: usize, stride: usize, slices: i32, sliceBytes: usize, to: usize): void {
  for (let r = 0; r < rows; r++) {
    copyFloats(to, from, columns);
    for (let slice = 1; slice < slices; slice++) addRow(columns, to, from + <usize>slice * sliceBytes);
    from += stride;
    to += <usize>columns * 4;
  }
}
