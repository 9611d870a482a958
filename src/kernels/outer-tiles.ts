// Register tiles for the gradients of weights: sums of outer products over the rows of two matrices. Both matrices are read as they lie.
import { clearFloats } from './rows';
import { outer4x16, outer4x8, outer6x16, outer6x8 } from './tiles';

/**
 * C[rows, width] = (C +) A[depth, rows]^T B[depth, width].
 *
 * `rows` is a multiple of 4, `width` of 8; strides are in bytes. `tile` is room for 6 * depth floats.
 */
export function outerProducts(rows: i32, depth: i32, a: usize, strideA: usize, b: usize, strideB: usize, c: usize, strideC: usize, width: i32, add: bool, tile: usize): void {
  if (!add) for (let row = 0; row < rows; row++) clearFloats(c + <usize>row * strideC, width);
  while (rows > 0) {
    // Sixes as long as a multiple of four is left at the end.
    const six = rows >= 6 && rows != 8;
    const columns = six ? 6 : 4;
    let from = a, to = tile;
    for (let k = 0; k < depth; k++) {
      v128.store(to, v128.load(from));
      if (six) store<u64>(to + 16, load<u64>(from + 16));
      from += strideA;
      to += 24;
    }
    outerRows(columns, depth, tile, b, strideB, c, strideC, width);
    rows -= columns;
    a += <usize>columns << 2;
    c += <usize>columns * strideC;
  }
}

/** 6 or 4 rows, whose numbers lie in the tile, six by six. */
@inline
function outerRows(rows: i32, depth: i32, tile: usize, b: usize, strideB: usize, c: usize, strideC: usize, width: i32): void {
  if (FOR_WIDE) {
    const pairs = width & ~15;
    if (rows == 6) outer6x16(depth, tile, b, strideB, c, strideC, pairs);
    else outer4x16(depth, tile, b, strideB, c, strideC, pairs);
    b += <usize>pairs * 4;
    c += <usize>pairs * 4;
    width -= pairs;
  }
  if (rows == 6) outer6x8(depth, tile, b, strideB, c, strideC, width);
  else outer4x8(depth, tile, b, strideB, c, strideC, width);
}
