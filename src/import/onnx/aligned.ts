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
import { divided, isOne, product, type Size, sameSize } from './size.js';
import type { AxisFactor, View } from './value.js';
import { arrange, type Rearranger, regrouped, sizesOf, tensorOf, viewOf } from './view.js';

/** Two tensors of the network, and what is computed from them entry by entry as a view. */
export interface Aligned {
  readonly a: SymbolicTensor;
  readonly b: SymbolicTensor;
  view(result: SymbolicTensor): View;
}

export type Side = 'a' | 'b';
type Cell = Readonly<Record<Side, AxisFactor | undefined>>;
type Axes = View['axes'];
type Sides = Readonly<Record<Side, View>>;
/** The cells of each axis. */
export type Grid = readonly (readonly Cell[])[];

/** @throws E_UNSUPPORTED for sizes that cannot be equal */
export function aligned(a: View, b: View, ops: Rearranger, dims: Dims): Aligned {
  const common = onGrid({ a, b }, { a: 0, b: 0 }, dims);
  if (!common) return asTheyAre({ a, b }, ops);
  const { sides, grid } = common;
  return asLies('a', sides, grid, ops) ?? asLies('b', sides, grid, ops) ?? cellByCell(sides, grid, ops);
}

/**
 * The views whose axes are the cells of those that they had, but for the last ones, which stay; and the cells.
 *
 * @param last how many axes of each stay
 * @returns undefined where factors do not divide each other
 */
export function onGrid(
  sides: Sides,
  last: Readonly<Record<Side, number>>,
  dims: Dims,
): { readonly sides: Sides; readonly grid: Grid } | undefined {
  const lead = (side: Side) => sides[side].axes.slice(0, sides[side].axes.length - last[side]);
  const rank = Math.max(lead('a').length, lead('b').length);
  const leads = { a: withRank(lead('a'), rank), b: withRank(lead('b'), rank) };
  const common = commonSizes(leads.a, leads.b, dims);
  const split = (side: Side) => {
    const own = common?.flatMap((sizes, axis) => (has(leads[side], axis) ? sizes : []));
    const kept = sizesOf(sides[side]).slice(lead(side).length);
    return own && regrouped(sides[side], [...own, ...kept]);
  };
  const [a, b] = [split('a'), split('b')];
  if (!common || !a || !b) return undefined;
  const left = { a: a.axes.flat(), b: b.axes.flat() };
  const take = (side: Side, axis: number) => (has(leads[side], axis) ? left[side].shift() : undefined);
  const grid = common.map((sizes, axis) => sizes.map(() => ({ a: take('a', axis), b: take('b', axis) })));
  return { sides: { a, b }, grid };
}

/** Axes of 1 before the others. */
function withRank(axes: Axes, rank: number): Axes {
  return [...Array.from({ length: rank - axes.length }, () => []), ...axes];
}

function has(axes: Axes, axis: number): boolean {
  return (axes[axis] ?? []).length > 0;
}

/** The sizes of the cells of each axis; undefined where factors do not divide each other, such as 2 * 3 and 3 * 2. */
function commonSizes(a: Axes, b: Axes, dims: Dims): Size[][] | undefined {
  const all: Size[][] = [];
  for (const [axis, own] of a.entries()) {
    const [sizes, others] = [own, b[axis] ?? []].map((factors) => factors.map(({ size }) => size));
    const [size, other] = [product(sizes ?? []), product(others ?? [])];
    if (size && other && !isOne(size) && !isOne(other)) {
      dims.unify(size, other, 'Dimensions of tensors that are computed with');
    }
    const common = commonFactors(sizes ?? [], others ?? []);
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

/** Both with the axes that they have. */
export function asTheyAre({ a, b }: Sides, ops: Rearranger): Aligned {
  const view = (result: SymbolicTensor) => viewOf({ type: result, tensor: () => result });
  return { a: tensorOf(a, ops), b: tensorOf(b, ops), view };
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

/**
 * The view with these axes, but no more axes of 1 before the others than its source has: they need not be there.
 *
 * @param last how many axes stay in any case
 */
export function stretchable(view: View, axes: Axes, ops: Rearranger, last = 0): SymbolicTensor {
  const first = axes.findIndex((own, i) => own.length > 0 || i >= axes.length - last);
  const before = first === -1 ? axes.length : first;
  const own = view.source.type.shape.length - (axes.length - before);
  return arrange(view, axes.slice(before - Math.min(Math.max(own, 0), before)), ops);
}

export function present<T>(all: readonly (T | undefined)[]): T[] {
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
  return { a: of('a'), b: of('b'), view: (result) => ofCells(result, grid, []) };
}

/** A value whose axes are cells and then others, as a view with the cells of each axis together. */
export function ofCells(result: SymbolicTensor, grid: Grid, others: readonly Size[]): View {
  const cells = grid.flat().map((cell) => present([(cell.a ?? cell.b)?.size]));
  const flat = viewOf({ type: result, tensor: () => result }, [...cells, ...others.map((size) => [size])]);
  const left = [...flat.axes];
  return { ...flat, axes: [...grid.map((own) => left.splice(0, own.length).flat()), ...left] };
}
