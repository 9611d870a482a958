/**
 * Values of the network seen with other axes. Exporters wrap every LSTM in Transpose, Squeeze, Unsqueeze and Reshape;
 * here these only rearrange the axes of a view, and the network gets an op for what is left of them when a value is used:
 * mostly none.
 *
 * An axis is a list of atoms, factors of the axes of the value below: [time, batch, 2 * H] seen as
 * [[time], [2], [batch], [H]] is what ONNX's LSTM gives as Y.
 */
import type { Shape } from '../../builder/shape.js';
import type { SymbolicTensor } from '../../builder/tensor.js';
import { dimOfSize, divided, fixed, isOne, product, type Size, sameSize, sizeOfDim } from './size.js';
import type { Atom, Base, View } from './value.js';

type Axes = readonly (readonly Atom[])[];

/** Adds the ops that rearranging takes. */
export interface Rearranger {
  transpose(x: SymbolicTensor, axes: readonly number[]): SymbolicTensor;
  reshape(x: SymbolicTensor, shape: Shape): SymbolicTensor;
}

/** The value as it is, its axes split into the factors where they are given. */
export function viewOf(base: Base, factors?: readonly (readonly Size[])[]): View {
  const sizes = factors ?? base.type.shape.map((dim) => [sizeOfDim(dim)]);
  const layout = sizes.map((axis) => axis.filter((size) => !isOne(size)).map((size) => ({ size })));
  return { kind: 'view', base, layout, axes: layout };
}

/** The size of an axis; products within one value are in range, since its dimensions are. */
function axisSize(axis: readonly Atom[]): Size {
  return product(axis.map(({ size }) => size)) ?? fixed(Number.NaN);
}

export function sizesOf(view: View): Size[] {
  return view.axes.map(axisSize);
}

export function permuted(view: View, order: readonly number[]): View {
  return { ...view, axes: order.map((axis) => view.axes[axis] ?? []) };
}

/** The view over another value of the same axes. */
export function over(view: View, base: Base): View {
  return { ...view, base };
}

/**
 * The same entries with axes of other sizes, in row-major order; undefined where the axes do not divide into them.
 */
export function regrouped(view: View, sizes: readonly Size[]): View | undefined {
  let current = view;
  let left = view.axes.flat();
  const axes: Atom[][] = [];
  if (sizes.some(({ factor }) => !Number.isSafeInteger(factor) || factor < 1)) return undefined;
  for (const size of sizes) {
    const axis: Atom[] = [];
    let missing = size;
    while (!isOne(missing)) {
      const [atom, ...rest] = left;
      if (!atom) return undefined;
      const after = divided(missing, atom.size);
      if (after) {
        axis.push(atom);
        missing = after;
        left = rest;
        continue;
      }
      const inner = divided(atom.size, missing);
      if (!inner) return undefined;
      const parts: [Atom, Atom] = [{ size: missing }, { size: inner }];
      current = { ...current, layout: current.layout.map((own) => split(own, atom, parts)) };
      axis.push(parts[0]);
      left = [parts[1], ...rest];
      missing = fixed(1);
    }
    axes.push(axis);
  }
  return left.length === 0 ? { ...current, axes } : undefined;
}

function split(axis: readonly Atom[], atom: Atom, parts: readonly Atom[]): readonly Atom[] {
  return axis.includes(atom) ? axis.flatMap((own) => (own === atom ? parts : [own])) : axis;
}

/** Whether the view is the value below as it is, so that it takes no op. */
export function isPlain(view: View): boolean {
  const order = view.axes.flat();
  const own = view.base.type.shape.map(sizeOfDim);
  const sizes = sizesOf(view);
  return (
    view.layout.flat().every((atom, i) => atom === order[i]) &&
    own.length === sizes.length &&
    own.every((size, i) => sameSize(size, sizes[i] ?? fixed(0)))
  );
}

/** Where the axis lies in the value below, if it is one whole axis there. */
export function baseAxis(view: View, axis: number): number | undefined {
  const [atom, ...more] = view.axes[axis] ?? [];
  if (!atom || more.length > 0) return undefined;
  const index = view.layout.findIndex((own) => own.length === 1 && own[0] === atom);
  return index === -1 ? undefined : index;
}

/** The value of the network with exactly the view's axes. */
export function tensorOf(view: View, ops: Rearranger): SymbolicTensor {
  return arrange(view, view.axes, ops);
}

/**
 * The value with the last axis whole and every atom before it an axis of its own, for ops over the last axis: products
 * of named dimensions, which the network cannot take apart again, never form. And those atoms.
 */
export function rowsOf(view: View, ops: Rearranger): { tensor: SymbolicTensor; lead: Atom[] } {
  const lead = view.axes.slice(0, -1).flat();
  const last = view.axes.at(-1) ?? [];
  return { tensor: arrange(view, [...lead.map((atom) => [atom]), last], ops), lead };
}

/** What {@link arrange} does, from no op to three: reshape to atoms, transpose, reshape to axes. */
function arrange(view: View, axes: Axes, ops: Rearranger): SymbolicTensor {
  const { base, layout } = view;
  const order = axes.flat();
  const source = layout.flat();
  const shape = axes.map(axisSize);
  if (order.every((atom, i) => atom === source[i])) {
    const own = base.type.shape.map(sizeOfDim);
    if (own.length === shape.length && own.every((size, i) => sameSize(size, shape[i] ?? fixed(0)))) {
      return base.tensor();
    }
    const bare = layout.filter((axis) => axis.length > 0);
    if (base.withoutOnes && bare.length === axes.length && bare.every((axis, i) => sameUnit(axis, axes[i]))) {
      return base.withoutOnes();
    }
    return reshaped(base.tensor(), shape, ops);
  }
  const units = wholeAxes(layout, axes)
    ? layout.filter((axis) => axis.length > 0)
    : source.map((atom) => [atom]);
  const apart =
    units.length === base.type.shape.length
      ? base.tensor()
      : reshaped(base.tensor(), units.map(axisSize), ops);
  const place = new Map(order.map((atom, i) => [atom, i]));
  const first = (unit: readonly Atom[]) => (unit[0] ? (place.get(unit[0]) ?? 0) : 0);
  const perm = units.map((_, i) => i).sort((a, b) => first(units[a] ?? []) - first(units[b] ?? []));
  const turned = ops.transpose(apart, perm);
  const fits = shape.length === perm.length && perm.every((unit, i) => sameUnit(units[unit], axes[i]));
  return fits ? turned : reshaped(turned, shape, ops);
}

/** Whether the atoms of every axis of the value below stay together, in order, within one axis of the result. */
function wholeAxes(layout: Axes, axes: Axes): boolean {
  return layout.every(([first, ...rest]) => {
    if (!first) return true;
    const target = axes.find((axis) => axis.includes(first)) ?? [];
    const start = target.indexOf(first) + 1;
    return rest.every((atom, i) => target[start + i] === atom);
  });
}

function sameUnit(a: readonly Atom[] = [], b: readonly Atom[] = []): boolean {
  return a.length === b.length && a.every((atom, i) => atom === b[i]);
}

/** The entries in row-major order under other sizes of the same product; undefined where no op of the network says that. */
export function copied(view: View, sizes: readonly Size[], ops: Rearranger): SymbolicTensor | undefined {
  const [before, after] = [product(sizesOf(view)), product(sizes)];
  if (!before || !after || !sameSize(before, after) || sizes.some(({ factor }) => factor < 1))
    return undefined;
  const x = tensorOf(view, ops);
  const shape = reshapeTarget(x, sizes);
  return shape.filter((dim) => dim === -1).length > 1 ? undefined : ops.reshape(x, shape);
}

function reshaped(x: SymbolicTensor, sizes: readonly Size[], ops: Rearranger): SymbolicTensor {
  return ops.reshape(x, reshapeTarget(x, sizes));
}

/** A product of names that the value does not have as a dimension is what the reshape's one -1 stands for. */
function reshapeTarget(x: SymbolicTensor, sizes: readonly Size[]): Shape {
  const known = new Set(x.shape);
  return sizes.map((size) => {
    const dim = dimOfSize(size);
    return typeof dim === 'number' || known.has(dim) ? dim : -1;
  });
}
