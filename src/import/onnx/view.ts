/**
 * Values of the network seen with other axes. Exporters wrap every recurrent layer in Transpose, Squeeze, Unsqueeze and Reshape. Here
 * those only rearrange the axes of a view. The network gets an op for what is left of them when a value is used: mostly
 * none.
 *
 * What ONNX's LSTM gives as Y, where the network's lstm gives [time, batch, 2 * H]:
 *
 *     source   [  time  ,  batch  ,   2 * H    ]     the network's value; `dims.ts` names its dimensions
 *                  |         |        /     \
 *     layout   [ [time] , [batch] , [ 2  ,  H ] ]    its axes as factors, each with a `Size` (`size.ts`)
 *                  |          \______/_      |
 *                  |          ______/  \     |
 *     axes     [ [time] ,   [2]  ,  [batch] , [H] ]  the same factors, grouped as the ONNX value's axes
 *
 * - `size.ts`: a size is a number times names, so that 4 * batch divided by batch is 4.
 * - `dims.ts`: which names of dimensions mean the same size. A new equality starts the reading again.
 * - `value.ts`: the kinds of values, a view among them.
 * - this file: makes, rearranges and uses views. Transpose reorders `axes`, Reshape splits and merges them (`regrouped`).
 *   `tensorOf` compares `axes` with `layout` and adds what is needed to get from one to the other: nothing, or a reshape,
 *   a transpose, a reshape.
 */

import type { Shape } from '../../builder/shape.js';
import type { SymbolicTensor } from '../../builder/tensor.js';
import { dim } from '../../nd-array.js';
import { dimOfSize, divided, fixed, isOne, product, type Size, sameSize, sizeOfDim } from './size.js';
import type { AxisFactor, Source, View } from './value.js';

type Axes = readonly (readonly AxisFactor[])[];

/** Adds the ops that rearranging takes. */
export interface Rearranger {
  transpose(x: SymbolicTensor, axes: readonly number[]): SymbolicTensor;
  reshape(x: SymbolicTensor, shape: Shape): SymbolicTensor;
}

/** A view of the source as it is, with its axes split into factors of these sizes where they are given. */
export function viewOf(source: Source, factors?: readonly (readonly Size[])[]): View {
  const sizes = factors ?? source.type.shape.map((dim) => [sizeOfDim(dim)]);
  const layout = sizes.map((axis) => axis.filter((size) => !isOne(size)).map((size) => ({ size })));
  return { kind: 'view', source, layout, axes: layout };
}

/** The size of an axis; products within one value are in range, since its dimensions are. */
function axisSize(axis: readonly AxisFactor[]): Size {
  return product(axis.map(({ size }) => size)) ?? fixed(Number.NaN);
}

export function sizesOf(view: View): Size[] {
  return view.axes.map(axisSize);
}

export function permuted(view: View, order: readonly number[]): View {
  return { ...view, axes: order.map((axis) => view.axes[axis] ?? []) };
}

/** The same view of another source with the same axes. */
export function over(view: View, source: Source): View {
  return { ...view, source };
}

/**
 * The same entries with axes of other sizes, in row-major order; undefined where the axes do not divide into them.
 */
export function regrouped(view: View, sizes: readonly Size[]): View | undefined {
  let current = view;
  let left = view.axes.flat();
  const axes: AxisFactor[][] = [];
  if (sizes.some(({ factor }) => !Number.isSafeInteger(factor) || factor < 1)) return undefined;
  for (const size of sizes) {
    const axis: AxisFactor[] = [];
    let missing = size;
    while (!isOne(missing)) {
      const [factor, ...rest] = left;
      if (!factor) return undefined;
      const after = divided(missing, factor.size);
      if (after) {
        axis.push(factor);
        missing = after;
        left = rest;
        continue;
      }
      const inner = divided(factor.size, missing);
      if (!inner) return undefined;
      const parts: [AxisFactor, AxisFactor] = [{ size: missing }, { size: inner }];
      current = { ...current, layout: current.layout.map((own) => split(own, factor, parts)) };
      axis.push(parts[0]);
      left = [parts[1], ...rest];
      missing = fixed(1);
    }
    axes.push(axis);
  }
  return left.length === 0 ? { ...current, axes } : undefined;
}

function split(
  axis: readonly AxisFactor[],
  factor: AxisFactor,
  parts: readonly AxisFactor[],
): readonly AxisFactor[] {
  return axis.includes(factor) ? axis.flatMap((own) => (own === factor ? parts : [own])) : axis;
}

/** Whether the view is its source as it is, so that it needs no op. */
export function isPlain(view: View): boolean {
  const order = view.axes.flat();
  const own = view.source.type.shape.map(sizeOfDim);
  const sizes = sizesOf(view);
  return (
    view.layout.flat().every((factor, i) => factor === order[i]) &&
    own.length === sizes.length &&
    own.every((size, i) => sameSize(size, dim(sizes, i)))
  );
}

/** Which axis of the source this one is; undefined where it is none or a part of one. */
export function sourceAxis(view: View, axis: number): number | undefined {
  const [factor, ...more] = view.axes[axis] ?? [];
  if (!factor || more.length > 0) return undefined;
  const index = view.layout.findIndex((own) => own.length === 1 && own[0] === factor);
  return index === -1 ? undefined : index;
}

/** The value of the network with exactly the view's axes. */
export function tensorOf(view: View, ops: Rearranger): SymbolicTensor {
  return arrange(view, view.axes, ops);
}

/**
 * The value with the last axis whole and every factor before it an axis of its own, for ops over the last axis: products
 * of named dimensions, which the network cannot take apart again, never form. And those factors.
 */
export function rowsOf(view: View, ops: Rearranger): { tensor: SymbolicTensor; lead: AxisFactor[] } {
  const lead = view.axes.slice(0, -1).flat();
  const last = view.axes.at(-1) ?? [];
  return { tensor: arrange(view, [...lead.map((factor) => [factor]), last], ops), lead };
}

/** The value with axes of these factors, by no op to three: reshape to factors, transpose, reshape to axes. */
export function arrange(view: View, axes: Axes, ops: Rearranger): SymbolicTensor {
  const { source, layout } = view;
  const order = axes.flat();
  const ownOrder = layout.flat();
  const shape = axes.map(axisSize);
  if (order.every((factor, i) => factor === ownOrder[i])) {
    const own = source.type.shape.map(sizeOfDim);
    if (own.length === shape.length && own.every((size, i) => sameSize(size, dim(shape, i)))) {
      return source.tensor();
    }
    const bare = layout.filter((axis) => axis.length > 0);
    if (
      source.withoutOnes &&
      bare.length === axes.length &&
      bare.every((axis, i) => sameUnit(axis, axes[i]))
    ) {
      return source.withoutOnes();
    }
    return reshaped(source.tensor(), shape, ops);
  }
  const units = wholeAxes(layout, axes)
    ? layout.filter((axis) => axis.length > 0)
    : ownOrder.map((factor) => [factor]);
  const apart =
    units.length === source.type.shape.length
      ? source.tensor()
      : reshaped(source.tensor(), units.map(axisSize), ops);
  const place = new Map(order.map((factor, i) => [factor, i]));
  const first = (unit: readonly AxisFactor[]) => (unit[0] ? (place.get(unit[0]) ?? 0) : 0);
  const perm = units.map((_, i) => i).sort((a, b) => first(dim(units, a)) - first(dim(units, b)));
  const turned = ops.transpose(apart, perm);
  const fits = shape.length === perm.length && perm.every((unit, i) => sameUnit(units[unit], axes[i]));
  return fits ? turned : reshaped(turned, shape, ops);
}

/** Whether the factors of every axis of the source stay together, in order, within one axis of the result. */
function wholeAxes(layout: Axes, axes: Axes): boolean {
  return layout.every(([first, ...rest]) => {
    if (!first) return true;
    const target = axes.find((axis) => axis.includes(first)) ?? [];
    const start = target.indexOf(first) + 1;
    return rest.every((factor, i) => target[start + i] === factor);
  });
}

function sameUnit(a: readonly AxisFactor[] = [], b: readonly AxisFactor[] = []): boolean {
  return a.length === b.length && a.every((factor, i) => factor === b[i]);
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

/** What the value does not have as a dimension is what the reshape's one -1 stands for: a product of names rather than one of them. */
function reshapeTarget(x: SymbolicTensor, sizes: readonly Size[]): Shape {
  const known = new Set(x.shape);
  const dims = sizes.map(dimOfSize);
  const unknown = sizes.flatMap(({ names }, i) => {
    const dim = dims[i];
    return typeof dim === 'string' && !known.has(dim) ? [{ i, names: names.length }] : [];
  });
  const [left] = unknown.toSorted((a, b) => b.names - a.names);
  return dims.map((dim, i) => (i === left?.i ? -1 : dim));
}
