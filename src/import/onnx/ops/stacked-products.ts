/** Products with several constant matrices, one for each entry along an axis, as those of the directions of a layer. */
import { severalInputs } from '../../../builder/ops/op-inputs.js';
import { dim } from '../../../nd-array.js';
import { slicedWeights } from '../constants.js';
import type { NodeReader } from '../node-reader.js';
import { fixed, numberOf } from '../size.js';
import type { View, Weights } from '../value.js';
import { sizesOf, viewOf } from '../view.js';
import { matrixOf, product } from './linear.js';
import { entryOf } from './picking.js';

const MAX_STACKED = 16;

/** The axis along which a constant has several matrices. */
function stackedAxis({ shape }: Weights): number {
  return shape.slice(0, -2).findIndex((dim) => dim !== 1);
}

/** Whether a constant has a matrix for each of a few entries along an axis of x. */
export function isStacked(x: View, weight: Weights): boolean {
  const { shape } = weight;
  const lead = shape.slice(0, -2);
  const stacked = stackedAxis(weight);
  if (stacked === -1 || lead.length > Math.max(0, x.axes.length - 2)) return false;
  const count = dim(shape, stacked);
  const own = sizesOf(x)[x.axes.length - shape.length + stacked] ?? fixed(0);
  return (
    lead.every((dim, i) => i === stacked || dim === 1) && count <= MAX_STACKED && numberOf(own) === count
  );
}

/** A matrix for each entry along one axis of x: the products of each, joined along the last axis. */
export function stackedProducts(node: NodeReader, x: View, weight: Weights): View {
  const { shape } = weight;
  const stacked = stackedAxis(weight);
  const count = dim(shape, stacked);
  const axis = x.axes.length - shape.length + stacked;
  const parts = Array.from({ length: count }, (_, i) => {
    const one = slicedWeights(weight, stacked, { start: i, step: 1, count: 1 }, node.to.allocate);
    return product(node, entryOf(node, x, axis, i), matrixOf(one));
  });
  const [first] = parts;
  if (!first) throw node.refusal('it multiplies by nothing');
  const joined = node.to.add('concat', severalInputs(parts.map((part) => part.source.tensor())), {
    axis: -1,
  });
  const out = fixed(dim(shape, -1));
  const factors = [
    ...first.layout.slice(0, -1).map((own) => own.map(({ size }) => size)),
    [fixed(count), out],
  ];
  const all = viewOf({ type: joined, tensor: () => joined }, factors);
  const last = dim(all.layout, -1);
  // Same factors in the same places as the parts have them, which stand for the joined ones.
  const place = new Map(first.layout.flat().map((factor, i) => [factor, all.layout.flat()[i]]));
  const lead = first.axes.slice(0, -1).map((own) => own.map((factor) => place.get(factor) ?? factor));
  return { ...all, axes: [...lead.slice(0, axis), last.slice(0, 1), ...lead.slice(axis), last.slice(1)] };
}
