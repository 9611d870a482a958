// Register tiles for the gradients of weights: sums of outer products over the rows of two matrices. Written out like
// the tiles of product-tiles.ts; both matrices are read as they lie.
import { madd } from './vector';

/**
 * C[rows, width] = (C +) A[depth, rows]^T B[depth, width].
 *
 * `rows` is a multiple of 4, `width` of 8; strides are in bytes. `tile` is room for 6 * depth floats.
 */
export function outerProducts(rows: i32, depth: i32, a: usize, strideA: usize, b: usize, strideB: usize, c: usize, strideC: usize, width: i32, add: bool, tile: usize): void {
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
    if (six) outer6(depth, tile, 24, b, strideB, c, strideC, width, add);
    else outer4(depth, tile, 24, b, strideB, c, strideC, width, add);
    rows -= columns;
    a += <usize>columns << 2;
    c += <usize>columns * strideC;
  }
}

/** 6 rows of a sum of outer products. */
function outer6(depth: i32, a: usize, strideA: usize, b: usize, strideB: usize, c: usize, strideC: usize, width: i32, add: bool): void {
  const end = c + <usize>width * 4;
  const bytes = <usize>depth * strideB;
  while (c < end) {
    let l0 = f32x4.splat(0), r0 = f32x4.splat(0);
    let l1 = f32x4.splat(0), r1 = f32x4.splat(0);
    let l2 = f32x4.splat(0), r2 = f32x4.splat(0);
    let l3 = f32x4.splat(0), r3 = f32x4.splat(0);
    let l4 = f32x4.splat(0), r4 = f32x4.splat(0);
    let l5 = f32x4.splat(0), r5 = f32x4.splat(0);
    if (add) {
      let row = c;
      l0 = v128.load(row);
      r0 = v128.load(row, 16);
      row += strideC;
      l1 = v128.load(row);
      r1 = v128.load(row, 16);
      row += strideC;
      l2 = v128.load(row);
      r2 = v128.load(row, 16);
      row += strideC;
      l3 = v128.load(row);
      r3 = v128.load(row, 16);
      row += strideC;
      l4 = v128.load(row);
      r4 = v128.load(row, 16);
      row += strideC;
      l5 = v128.load(row);
      r5 = v128.load(row, 16);
    }
    let a0 = a, from = b;
    let a1 = a + 4;
    let a2 = a + 8;
    let a3 = a + 12;
    let a4 = a + 16;
    let a5 = a + 20;
    const fromEnd = b + bytes;
    while (from < fromEnd) {
      const left = v128.load(from), right = v128.load(from, 16);
      let x = v128.load32_splat(a0);
      l0 = madd(x, left, l0);
      r0 = madd(x, right, r0);
      x = v128.load32_splat(a1);
      l1 = madd(x, left, l1);
      r1 = madd(x, right, r1);
      x = v128.load32_splat(a2);
      l2 = madd(x, left, l2);
      r2 = madd(x, right, r2);
      x = v128.load32_splat(a3);
      l3 = madd(x, left, l3);
      r3 = madd(x, right, r3);
      x = v128.load32_splat(a4);
      l4 = madd(x, left, l4);
      r4 = madd(x, right, r4);
      x = v128.load32_splat(a5);
      l5 = madd(x, left, l5);
      r5 = madd(x, right, r5);
      a0 += strideA;
      a1 += strideA;
      a2 += strideA;
      a3 += strideA;
      a4 += strideA;
      a5 += strideA;
      from += strideB;
    }
    let row = c;
    v128.store(row, l0);
    v128.store(row, r0, 16);
    row += strideC;
    v128.store(row, l1);
    v128.store(row, r1, 16);
    row += strideC;
    v128.store(row, l2);
    v128.store(row, r2, 16);
    row += strideC;
    v128.store(row, l3);
    v128.store(row, r3, 16);
    row += strideC;
    v128.store(row, l4);
    v128.store(row, r4, 16);
    row += strideC;
    v128.store(row, l5);
    v128.store(row, r5, 16);
    c += 32;
    b += 32;
  }
}

/** 4 rows of a sum of outer products. */
function outer4(depth: i32, a: usize, strideA: usize, b: usize, strideB: usize, c: usize, strideC: usize, width: i32, add: bool): void {
  const end = c + <usize>width * 4;
  const bytes = <usize>depth * strideB;
  while (c < end) {
    let l0 = f32x4.splat(0), r0 = f32x4.splat(0);
    let l1 = f32x4.splat(0), r1 = f32x4.splat(0);
    let l2 = f32x4.splat(0), r2 = f32x4.splat(0);
    let l3 = f32x4.splat(0), r3 = f32x4.splat(0);
    if (add) {
      let row = c;
      l0 = v128.load(row);
      r0 = v128.load(row, 16);
      row += strideC;
      l1 = v128.load(row);
      r1 = v128.load(row, 16);
      row += strideC;
      l2 = v128.load(row);
      r2 = v128.load(row, 16);
      row += strideC;
      l3 = v128.load(row);
      r3 = v128.load(row, 16);
    }
    let a0 = a, from = b;
    let a1 = a + 4;
    let a2 = a + 8;
    let a3 = a + 12;
    const fromEnd = b + bytes;
    while (from < fromEnd) {
      const left = v128.load(from), right = v128.load(from, 16);
      let x = v128.load32_splat(a0);
      l0 = madd(x, left, l0);
      r0 = madd(x, right, r0);
      x = v128.load32_splat(a1);
      l1 = madd(x, left, l1);
      r1 = madd(x, right, r1);
      x = v128.load32_splat(a2);
      l2 = madd(x, left, l2);
      r2 = madd(x, right, r2);
      x = v128.load32_splat(a3);
      l3 = madd(x, left, l3);
      r3 = madd(x, right, r3);
      a0 += strideA;
      a1 += strideA;
      a2 += strideA;
      a3 += strideA;
      from += strideB;
    }
    let row = c;
    v128.store(row, l0);
    v128.store(row, r0, 16);
    row += strideC;
    v128.store(row, l1);
    v128.store(row, r1, 16);
    row += strideC;
    v128.store(row, l2);
    v128.store(row, r2, 16);
    row += strideC;
    v128.store(row, l3);
    v128.store(row, r3, 16);
    c += 32;
    b += 32;
  }
}
