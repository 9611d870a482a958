// A recurrent layer's weights between PyTorch's shapes and what the products read and write.
import { addRow, copyFloats } from './rows';

/**
 * Adds the multiple of a matrix [rows, columns] to panels of so many rows, from a row and a column of theirs on; its
 * transpose where that is wanted.
 */
export function packWeights(rows: i32, columns: i32, scale: f32, transposed: bool, from: usize, panels: usize, depth: i32, row: i32, column: i32): void {
  for (let r = 0; r < rows; r++) {
    if (transposed) {
      let to = inPanels(panels, depth, row, column + r);
      for (let k = 0; k < columns; k++) {
        store<f32>(to, load<f32>(to) + load<f32>(from) * scale);
        from += 4;
        to += 32;
      }
    } else {
      for (let k = 0; k < columns; k++) {
        const to = inPanels(panels, depth, row + r, column + k);
        store<f32>(to, load<f32>(to) + load<f32>(from) * scale);
        from += 4;
      }
    }
  }
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
