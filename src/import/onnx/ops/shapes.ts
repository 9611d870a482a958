/**
 * Shapes computed in the graph: Shape, ConstantOfShape, Expand, and the Equal and Where that torch's `expand` writes.
 * Sizes of dimensions that vary stay names, so that zeros for every batch are still known to be zeros.
 */
import { dim } from '../../../nd-array.js';
import { constantOf, MAX_INTEGERS, reshapedWeights, sizesOfShape } from '../constants.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { fixed, formatSizes, isOne, numberOf, type Size, sameSize } from '../size.js';
import { type Sizes, type Value, vectorOf, type Weights } from '../value.js';
import { sizesOfValue } from './layout.js';
import { sizesOf } from './scaling.js';

const Shape: Handler = (node) => {
  const sizes = sizesOfValue(node, node.input(0));
  const rank = sizes.length;
  const clamp = (index: number) => Math.min(Math.max(index < 0 ? index + rank : index, 0), rank);
  return [vectorOf(sizes.slice(clamp(node.int('start', 0)), clamp(node.int('end', rank))))];
};

const ConstantOfShape: Handler = (node) => {
  const sizes = node.sizes(0).items;
  const tensor = node.attribute('value', 'tensor')?.value;
  const value = tensor ? constantOf(tensor, node.to.budget) : undefined;
  if (value?.kind === 'sizes') return [filled(node, value, sizes)];
  const number = value?.read()[0] ?? 0;
  const data = Float32Array.of(number);
  const shape = sizes.map(() => 1);
  return [{ kind: 'weights', shape, sizes: [...sizes], read: () => data, origin: '' }];
};

/** The same integer everywhere. */
function filled(node: NodeReader, value: Sizes, sizes: readonly Size[]): Sizes {
  const shape = sizes.map((size) => numberOf(size) ?? -1);
  const count = shape.reduce((product, dim) => product * dim, 1);
  const [item] = value.items;
  if (!item || shape.some((dim) => dim < 0) || count > MAX_INTEGERS) {
    throw node.refusal(`it fills ${formatSizes(sizes)} with integers; read are fixed shapes of a few`);
  }
  return sizesOfShape(
    shape,
    Array.from({ length: count }, () => item),
  );
}

/** Of constants; `repeating.ts` has that of tensors. */
const Expand: Handler = (node) => {
  const x = node.input(0);
  const target = node.sizes(1).items;
  const sizes = sizesOfValue(node, x);
  const rank = Math.max(sizes.length, target.length);
  const own = [...Array.from({ length: rank - sizes.length }, () => fixed(1)), ...sizes];
  const other = [...Array.from({ length: rank - target.length }, () => fixed(1)), ...target];
  const expanded = own.map((size, i) => {
    const wanted = other[i] ?? size;
    if (isOne(size)) return wanted;
    if (isOne(wanted) || sameSize(wanted, size)) return size;
    throw node.refusal(`${formatSizes(sizes)} cannot be expanded to ${formatSizes(target)}`);
  });
  return [repeated(node, x, expanded)];
};

function repeated(node: NodeReader, x: Value, sizes: readonly Size[]): Value {
  if (x.kind === 'sizes' && x.items.length === 1) return filled(node, x, sizes);
  const own = sizesOfValue(node, x);
  const isSame = own.length === sizes.length && own.every((size, i) => sameSize(size, dim(sizes, i)));
  if (isSame) return x;
  if (x.kind !== 'weights') throw node.refusal('what it repeats is no constant');
  return respread(x, sizes);
}

export function respread(x: Weights, sizes: readonly Size[]): Weights {
  const added = sizes.length - x.shape.length;
  return reshapedWeights(x, [...Array.from({ length: added }, () => 1), ...x.shape], [...sizes]);
}

/** Sizes are positive, so that a name never equals a number below 1; whether it equals another one is not known. */
const Equal: Handler = (node) => {
  return [
    sizesOf(node, node.sizes(0), node.sizes(1), (a, b) => {
      if (sameSize(a, b)) return fixed(1);
      const [x, y] = [numberOf(a), numberOf(b)];
      const isKnown = x !== undefined && y !== undefined;
      return isKnown || (x ?? 1) < 1 || (y ?? 1) < 1 ? fixed(0) : undefined;
    }),
  ];
};

const Where: Handler = (node) => {
  const [condition, a, b] = [node.sizes(0), node.sizes(1), node.sizes(2)];
  const length = Math.max(condition.items.length, a.items.length, b.items.length);
  const at = ({ items }: Sizes, i: number) => items[items.length === 1 ? 0 : i];
  const items = Array.from({ length }, (_, i) => {
    const chosen = numberOf(at(condition, i) ?? fixed(0)) === 1 ? at(a, i) : at(b, i);
    if (chosen) return chosen;
    throw node.refusal('its inputs do not fit together');
  });
  const longest = [condition, a, b].find((value) => value.items.length === length) ?? condition;
  return [sizesOfShape(longest.shape, items)];
};

export const shapeHandlers = { Shape, ConstantOfShape, Expand, Equal, Where } satisfies Record<
  string,
  Handler
>;
