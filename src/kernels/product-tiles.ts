// Every matrix product, in register tiles.
//
// A product C = A B takes B in panels of eight columns, [columns / 8][depth][8], so that a tile reads it in a straight
// line; an engine with 256 bits goes through two panels at once. There is one pointer for each row of A, since V8 folds no
// constant offset into a load that splats. The tiles are written by scripts/kernel-tiles.js.
import { product4x16, product4x8, product6x16, product6x8 } from './tiles';
import { madd } from './vector';

/** Bytes of panels that are gone through for all rows before the next: what stays in the first-level cache. */
const blockBytes: i32 = 24576;
const columnsAtOnce: i32 = FOR_WIDE ? 16 : 8;

/**
 * C[rows, width] = A[rows, depth] B.
 *
 * `depth` is a multiple of 4 and `width` of 8; strides are in bytes.
 */
export function product(rows: i32, depth: i32, a: usize, strideA: usize, panels: usize, c: usize, strideC: usize, width: i32): void {
  productOfPart(rows, depth, a, strideA, panels, <usize>depth * 32, c, strideC, width, false);
}

/** The same with only some rows of B's panels: a panel begins `stridePanels` bytes after the one before. `add`, for fewer than four rows only, adds to what is there. */
export function productOfPart(rows: i32, depth: i32, a: usize, strideA: usize, panels: usize, stridePanels: usize, c: usize, strideC: usize, width: i32, add: bool): void {
  const columns = max(blockBytes / max(depth * 4 * columnsAtOnce, 1), 1) * columnsAtOnce;
  for (let column = 0; column < width; column += columns) {
    const count = min(columns, width - column);
    let from = a, to = c + <usize>column * 4, left = rows;
    while (left > 0) {
      const tile = tileRows(left);
      productRows(tile, depth, from, strideA, panels, stridePanels, to, strideC, count, add);
      from += <usize>tile * strideA;
      to += <usize>tile * strideC;
      left -= tile;
    }
    panels += <usize>(count >> 3) * (FOR_FEW_ROWS ? stridePanels : <usize>depth * 32);
  }
}

/** How many rows the next tile takes when so many are left: sixes, and fours where that leaves no single row over. */
@inline
function tileRows(left: i32): i32 {
  if (left >= 6 && left != 8) return 6;
  return left >= 4 ? 4 : 1;
}

/** The same for 6, 4 or 1 rows. */
@inline
function productRows(rows: i32, depth: i32, a: usize, strideA: usize, panels: usize, stridePanels: usize, c: usize, strideC: usize, width: i32, add: bool): void {
  if (rows == 1) {
    rows1(depth, a, panels, stridePanels, c, width, add);
    return;
  }
  if (FOR_WIDE) {
    const pairs = width & ~15;
    if (rows == 6) product6x16(depth, a, strideA, panels, stridePanels, c, strideC, pairs);
    else product4x16(depth, a, strideA, panels, stridePanels, c, strideC, pairs);
    panels += <usize>(pairs >> 3) * stridePanels;
    c += <usize>pairs * 4;
    width -= pairs;
  }
  if (rows == 6) product6x8(depth, a, strideA, panels, stridePanels, c, strideC, width);
  else product4x8(depth, a, strideA, panels, stridePanels, c, strideC, width);
}

/**
 * One row of a product; four partial sums hide the latency of the multiply-add. Loads are what it waits for, so that it
 * loads four numbers of the row at once.
 */
function rows1(depth: i32, a: usize, panels: usize, stridePanels: usize, c: usize, width: i32, add: bool): void {
  const panelBytes = <usize>depth * 32;
  const end = c + <usize>width * 4;
  while (c < end) {
    let a0 = a;
    let l0 = f32x4.splat(0), r0 = f32x4.splat(0);
    let l1 = f32x4.splat(0), r1 = f32x4.splat(0);
    let l2 = f32x4.splat(0), r2 = f32x4.splat(0);
    let l3 = f32x4.splat(0), r3 = f32x4.splat(0);
    let panel = panels;
    const panelEnd = panel + panelBytes;
    while (panel < panelEnd) {
      const four = v128.load(a0);
      let x = v128.shuffle<f32>(four, four, 0, 0, 0, 0);
      l0 = madd(x, v128.load(panel, 0), l0);
      r0 = madd(x, v128.load(panel, 16), r0);
      x = v128.shuffle<f32>(four, four, 1, 1, 1, 1);
      l1 = madd(x, v128.load(panel, 32), l1);
      r1 = madd(x, v128.load(panel, 48), r1);
      x = v128.shuffle<f32>(four, four, 2, 2, 2, 2);
      l2 = madd(x, v128.load(panel, 64), l2);
      r2 = madd(x, v128.load(panel, 80), r2);
      x = v128.shuffle<f32>(four, four, 3, 3, 3, 3);
      l3 = madd(x, v128.load(panel, 96), l3);
      r3 = madd(x, v128.load(panel, 112), r3);
      a0 += 16;
      panel += 128;
    }
    panels = FOR_FEW_ROWS ? panels + stridePanels : panelEnd;
    l0 = f32x4.add(f32x4.add(l0, l1), f32x4.add(l2, l3));
    r0 = f32x4.add(f32x4.add(r0, r1), f32x4.add(r2, r3));
    if (add) {
      l0 = f32x4.add(v128.load(c), l0);
      r0 = f32x4.add(v128.load(c, 16), r0);
    }
    v128.store(c, l0);
    v128.store(c, r0, 16);
    c += 32;
  }
}
