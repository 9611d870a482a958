/** Two views brought to axes that fit together for a product of matrices: their batches cell by cell, as in `aligned.ts`. */
import { type Aligned, asTheyAre, ofCells, onGrid, present, type Side, stretchable } from './aligned.js';
import type { Dims } from './dims.js';
import { fixed } from './size.js';
import type { View } from './value.js';
import { type Rearranger, sizesOf } from './view.js';

/** @throws E_UNSUPPORTED for sizes that cannot be equal */
export function alignedProduct(a: View, b: View, ops: Rearranger, dims: Dims): Aligned {
  const [sizesA, sizesB] = [sizesOf(a), sizesOf(b)];
  // A vector is a row on the left, a column on the right.
  const last = { a: Math.min(2, sizesA.length), b: Math.min(2, sizesB.length) };
  const [depth = fixed(0), other = fixed(0)] = [sizesA.at(-1), sizesB.at(-last.b)];
  dims.unify(depth, other, 'What a product of matrices sums over');
  const common = onGrid({ a, b }, last, dims);
  if (!common) return asTheyAre({ a, b }, ops);
  const { sides, grid } = common;
  const of = (side: Side) => {
    const { axes } = sides[side];
    const cells = grid.flat().map((cell) => present([cell[side]]));
    return stretchable(sides[side], [...cells, ...axes.slice(axes.length - last[side])], ops, last[side]);
  };
  const ends = [...sizesA.slice(-last.a, -1), ...(last.b === 2 ? sizesB.slice(-1) : [])];
  return { a: of('a'), b: of('b'), view: (result) => ofCells(result, grid, ends) };
}
