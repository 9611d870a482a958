/**
 * Two views brought to axes that fit together, for ops of two tensors. The factors of their axes are split until those in the
 * same place are of the same size: cells, each in one view or in both.
 *
 *     a       [ [time] , [batch] ,  [2H]   ]
 *     b       [   []   , [batch] , [2 , H] ]
 *     cells     time     batch     2   H         time is in a alone
 *
 * Where one view has all the cells, the other is arranged as the source of that one lies, which mostly takes no op. Else each
 * cell becomes an axis: products of named dimensions, which the network cannot take apart again, never form.
 */
import type { SymbolicTensor } from '../../builder/tensor.js';
import type { Dims } from './dims.js';
import { divided, isOne, type Size, sameSize } from './size.js';
import type { AxisFactor, View } from './value.js';
import { arrange, type Rearranger, regrouped, sizesOf, tensorOf, viewOf } from './view.js';

/** Two tensors of the network, and what is computed from them entry by entry as a view. */
export interface Aligned {
  readonly a: SymbolicTensor;
  readonly b: SymbolicTensor;
  view(result: SymbolicTensor): View;
}

type Side = 'a' | 'b';
type Cell = Readonly<Record<Side, AxisFactor | undefined>>;
type Sides = Readonly<Record<Side, View>>;
/** The cells of each axis. */
type Grid = readonly (readonly Cell[])[];

/** @throws E_UNSUPPORTED for sizes that cannot be equal */
export function aligned(a: View, b: View, ops: Rearranger, dims: Dims): Aligned {
  const rank = Math.max(a.axes.length, b.axes.length);
  const sides = { a: withRank(a, rank), b: withRank(b, rank) };
  const common = commonSizes(sides, dims);
  const splitA = common && regrouped(sides.a, ownSizes(sides.a, common));
  const splitB = common && regrouped(sides.b, ownSizes(sides.b, common));
  if (!splitA || !splitB) {
    const view = (result: SymbolicTensor) => viewOf({ type: result, tensor: () => result });
    return { a: tensorOf(sides.a, ops), b: tensorOf(sides.b, ops), view };
  }
  const whole = { a: splitA, b: splitB };
  const left = { a: splitA.axes.flat(), b: splitB.axes.flat() };
  const take = (side: Side, axis: number) => (has(sides[side], axis) ? left[side].shift() : undefined);
  const grid = common.map((sizes, axis) => sizes.map(() => ({ a: take('a', axis), b: take('b', axis) })));
  return asLies('a', whole, grid, ops) ?? asLies('b', whole, grid, ops) ?? cellByCell(whole, grid, ops);
}

/** The same view with axes of 1 before the others. */
function withRank(view: View, rank: number): View {
  const missing = Array.from({ length: rank - view.axes.length }, () => []);
  return { ...view, axes: [...missing, ...view.axes] };
}

function has(view: View, axis: number): boolean {
  return (view.axes[axis] ?? []).length > 0;
}

/** The sizes of the cells of each axis; undefined where factors do not divide each other, such as 2 * 3 and 3 * 2. */
function commonSizes({ a, b }: Sides, dims: Dims): Size[][] | undefined {
  const [sizesA, sizesB] = [sizesOf(a), sizesOf(b)];
  const all: Size[][] = [];
  for (const [axis, size] of sizesA.entries()) {
    const other = sizesB[axis] ?? size;
    if (!isOne(size) && !isOne(other))
      dims.unify(size, other, 'Dimensions of tensors that are computed with');
    const [factorsA, factorsB] = [a, b].map((view) => (view.axes[axis] ?? []).map((factor) => factor.size));
    const common = commonFactors(factorsA ?? [], factorsB ?? []);
    if (!common) return undefined;
    all.push(common);
  }
  return all;
}

/** Both lists split into the same factors; one that is empty is stretched over the other. */
function commonFactors(a: readonly Size[], b: readonly Size[]): Size[] | undefined {
  if (a.length === 0 || b.length === 0) return [...a, ...b];
  const [leftA, leftB, common] = [[...a], [...b], [] as Size[]];
  while (leftA[0] && leftB[0]) {
    const [first, other] = [leftA[0], leftB[0]];
    const isSame = sameSize(first, other);
    const [larger, smaller] = divided(first, other) ? [leftA, leftB] : [leftB, leftA];
    const taken = smaller[0] ?? first;
    const rest = divided(larger[0] ?? first, taken);
    if (!rest) return undefined;
    common.push(taken);
    smaller.shift();
    if (isSame) larger.shift();
    else larger[0] = rest;
  }
  return leftA.length + leftB.length === 0 ? common : undefined;
}

/** The sizes of those cells that a view has. */
function ownSizes(view: View, common: readonly (readonly Size[])[]): Size[] {
  return common.flatMap((sizes, axis) => (has(view, axis) ? sizes : []));
}

/** Both as the source of one of them lies; undefined where that one lacks a cell, or the other has a part of an axis. */
function asLies(side: Side, sides: Sides, grid: Grid, ops: Rearranger): Aligned | undefined {
  const other = side === 'a' ? 'b' : 'a';
  const { source, layout } = sides[side];
  const cells = new Map(grid.flat().map((cell) => [cell[side], cell[other]]));
  if (cells.has(undefined)) return undefined;
  const axes = layout.map((own) => own.map((factor) => cells.get(factor)));
  const isPartly = axes.some((own) => own.includes(undefined) && own.some((factor) => factor !== undefined));
  if (isPartly) return undefined;
  const fitting = stretchable(sides[other], axes.map(present), ops);
  const tensors = side === 'a' ? { a: source.tensor(), b: fitting } : { a: fitting, b: source.tensor() };
  const view = (result: SymbolicTensor): View => ({
    kind: 'view',
    source: { type: result, tensor: () => result },
    layout,
    axes: grid.map((own) => present(own.map((cell) => cell[side]))),
  });
  return { ...tensors, view };
}

/** The view with these axes, but no more axes of 1 before the others than its source has: they need not be there. */
function stretchable(view: View, axes: readonly (readonly AxisFactor[])[], ops: Rearranger): SymbolicTensor {
  const first = axes.findIndex((own) => own.length > 0);
  const before = first === -1 ? axes.length : first;
  const own = view.source.type.shape.length - (axes.length - before);
  return arrange(view, axes.slice(before - Math.min(Math.max(own, 0), before)), ops);
}

function present<T>(all: readonly (T | undefined)[]): T[] {
  return all.filter((one) => one !== undefined);
}

/** Each cell an axis of its own, 1 in the one that lacks it. */
function cellByCell(sides: Sides, grid: Grid, ops: Rearranger): Aligned {
  const cells = grid.flat();
  const of = (side: Side) =>
    stretchable(
      sides[side],
      cells.map((cell) => present([cell[side]])),
      ops,
    );
  const view = (result: SymbolicTensor): View => {
    const sizes = cells.map((cell) => present([(cell.a ?? cell.b)?.size]));
    const flat = viewOf({ type: result, tensor: () => result }, sizes);
    const left = [...flat.axes];
    return { ...flat, axes: grid.map((own) => left.splice(0, own.length).flat()) };
  };
  return { a: of('a'), b: of('b'), view };
}
