// A matrix product over a slice of its rows.
import { product } from './product-tiles';
import { addRow, clearFloats, copyFloats } from './rows';
import { setTransposed4 } from './transpose';

/** C[rows, columns] = A[rows, depth] B + bias; strides in bytes. The host writes it field by field. */
@unmanaged
export class MatmulJob {
  rows: i32;
  /** A multiple of 4; the depth of the panels. */
  depth: i32;
  columns: i32;
  a: usize;
  panels: usize;
  c: usize;
  /** Workspace: the rows of C, padded to a multiple of 8 columns; C itself where it is no wider than needed. */
  padded: usize;
  /** [columns], added to every row, or 0. */
  bias: usize;
}

/**
 * B as panels of eight columns, padded with zeros to `padded` rows and whole panels. B is [depth, columns], or its
 * transpose.
 */
export function packMatrix(depth: i32, padded: i32, columns: i32, transposed: bool, from: usize, panels: usize): void {
  const row = <usize>(transposed ? depth : columns) * 4;
  const missing = padded - depth;
  for (let column = 0; column < columns; column += 8) {
    const width = min(columns - column, 8);
    if (width < 8) clearFloats(panels, depth * 8);
    if (transposed) packTransposed(depth, width, from + <usize>column * row, row, panels);
    else packPanel(depth, width, from + <usize>column * 4, row, panels);
    panels += <usize>depth * 32;
    clearFloats(panels, missing * 8);
    panels += <usize>missing * 32;
  }
}

/** A panel of a matrix whose rows are so many bytes apart. */
function packPanel(depth: i32, width: i32, from: usize, row: usize, to: usize): void {
  const end = to + <usize>depth * 32;
  for (; to < end; to += 32, from += row) {
    if (width == 8) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    } else copyFloats(to, from, width);
  }
}

/** A panel of the transpose of such a matrix. */
function packTransposed(depth: i32, width: i32, from: usize, row: usize, to: usize): void {
  let done = 0;
  if (width == 8) {
    for (; done + 4 <= depth; done += 4) {
      const at = from + <usize>done * 4;
      setTransposed4(at, row, to + <usize>done * 32);
      setTransposed4(at + 4 * row, row, to + <usize>done * 32 + 16);
    }
  }
  for (; done < depth; done++) {
    for (let column = 0; column < width; column++) {
      store<f32>(to + <usize>(done * 8 + column) * 4, load<f32>(from + <usize>column * row + <usize>done * 4));
    }
  }
}

/** A as rows of `padded` floats. A is [rows, depth], or its transpose. */
export function packRows(rows: i32, depth: i32, padded: i32, transposed: bool, from: usize, to: usize): void {
  memory.fill(to, 0, <usize>(rows * padded) * 4);
  if (!transposed) {
    for (let r = 0; r < rows; r++) memory.copy(to + <usize>(r * padded) * 4, from + <usize>(r * depth) * 4, <usize>depth * 4);
    return;
  }
  for (let k = 0; k < depth; k++) {
    for (let r = 0; r < rows; r++) {
      store<f32>(to + <usize>(r * padded + k) * 4, load<f32>(from + <usize>(k * rows + r) * 4));
    }
  }
}

export function matmul(job: MatmulJob): void {
  const width = (job.columns + 7) & ~7;
  const strideC = <usize>job.columns * 4, stridePadded = <usize>width * 4;
  product(job.rows, job.depth, job.a, <usize>job.depth * 4, job.panels, job.padded, stridePadded, width);
  for (let r = 0; r < job.rows; r++) {
    const row = job.c + <usize>r * strideC;
    if (job.padded != job.c) memory.copy(row, job.padded + <usize>r * stridePadded, strideC);
    if (job.bias) addRow(job.columns, row, job.bias);
  }
}
