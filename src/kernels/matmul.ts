// A matrix product over a slice of its rows.
import { packWeights } from './layer-weights';
import { product } from './product-tiles';
import { addRow, clearFloats, padded8 } from './rows';

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
  clearFloats(panels, padded * padded8(columns));
  packWeights(transposed ? columns : depth, transposed ? depth : columns, 1, transposed, from, panels, padded, 0, 0);
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
