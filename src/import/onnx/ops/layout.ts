/** Operators that only name the axes of a value otherwise: Transpose, Squeeze, Unsqueeze, Reshape, Flatten. */
import { unshifted } from '../../../builder/dim-names.js';
import { dim } from '../../../nd-array.js';
import { permutedWeights, reshapedWeights, sizesOfShape } from '../constants.js';
import type { Handler, NodeReader } from '../node-reader.js';
import {
  dimOfSize,
  divided,
  fixed,
  formatSizes,
  isOne,
  numberOf,
  product,
  type Size,
  sameSize,
  sizeOfDim,
} from '../size.js';
import { describeValue, type Value, type View } from '../value.js';
import { copied, permuted, regrouped, sizesOf } from '../view.js';

const Transpose: Handler = (node) => {
  const x = node.input(0);
  const rank = sizesOfValue(node, x).length;
  const order = node.attribute('perm', 'ints')?.value ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const axes = order.map((axis) => node.axis(axis, rank));
  if (axes.length !== rank || new Set(axes).size !== rank) {
    throw node.refusal(`perm is [${order.join(', ')}], which does not name each axis of rank ${rank} once`);
  }
  if (x.kind === 'view') return [permuted(x, axes)];
  if (x.kind === 'weights') return [permutedWeights(x, axes, node.to.allocate)];
  if (x.kind !== 'sizes' || rank > 2)
    throw node.refusal(`${describeValue(x)} of rank ${rank} are transposed`);
  if (rank < 2 || axes[0] === 0) return [x];
  const [rows = 0, columns = 0] = x.shape;
  const items = x.items.map((_, i) => dim(x.items, (i % rows) * columns + Math.floor(i / rows)));
  return [sizesOfShape([columns, rows], items)];
};

const Squeeze: Handler = (node) => {
  const x = node.input(0);
  const sizes = sizesOfValue(node, x);
  const stated = node.axesFrom('axes', 1)?.map((axis) => node.axis(axis, sizes.length));
  // Without axes every 1 goes, so that the rank would depend on the data. A sum of sizes is more than 1.
  const mayBeOne = ({ factor, names }: Size) =>
    factor === 1 && names.length > 0 && !names.some((name) => /^\w+(\+\w+)+$/.test(name));
  const open = stated ? undefined : sizes.find(mayBeOne);
  if (open) {
    throw node.refusal(
      `it squeezes every 1 of ${formatSizes(sizes)}, and ${dimOfSize(open)} may be 1 too: say which axis, as ` +
        'torch.squeeze(x, dim) does, or export with that size fixed',
    );
  }
  const axes = stated ?? sizes.flatMap((size, i) => (isOne(size) ? [i] : []));
  const other = axes.find((axis) => !isOne(dim(sizes, axis)));
  if (other !== undefined) {
    throw node.refusal(`axis ${other} of ${formatSizes(sizes)} is squeezed, which is not 1`);
  }
  return [withAxes(node, x, keep(sizes, axes), (view) => ({ ...view, axes: keep(view.axes, axes) }))];
};

function keep<T>(all: readonly T[], without: readonly number[]): T[] {
  return all.filter((_, i) => !without.includes(i));
}

const Unsqueeze: Handler = (node) => {
  const x = node.input(0);
  const sizes = sizesOfValue(node, x);
  const stated = node.axesFrom('axes', 1) ?? [];
  const rank = sizes.length + stated.length;
  const added = new Set(stated.map((axis) => node.axis(axis, rank)));
  const spread = <T>(all: readonly T[], none: T): T[] => {
    const left = [...all];
    return Array.from({ length: sizes.length + added.size }, (_, i) =>
      added.has(i) ? none : (left.shift() ?? none),
    );
  };
  return [withAxes(node, x, spread(sizes, fixed(1)), (view) => ({ ...view, axes: spread(view.axes, []) }))];
};

const Reshape: Handler = (node) => {
  const x = node.input(0);
  const sizes = sizesOfValue(node, x);
  const copies = node.int('allowzero', 0) === 0;
  const stated = node.sizes(1).items.map((size, i) => {
    return copies && numberOf(size) === 0 ? (sizes[i] ?? fixed(0)) : size;
  });
  const target = inferred(sizes, stated);
  if (target) return [reshaped(node, x, sizes, target)];
  if (x.kind === 'view') settleFixed(node, sizes, stated);
  throw node.refusal(`${formatSizes(sizes)} cannot become ${formatSizes(stated)} for all sizes`);
};

/** The target with its -1 worked out; undefined where that is no whole size. */
function inferred(sizes: readonly Size[], target: readonly Size[]): Size[] | undefined {
  const isUnknown = (size: Size) => numberOf(size) === -1;
  const unknowns = target.filter(isUnknown).length;
  if (unknowns === 0) return [...target];
  const total = product(sizes);
  const known = product(target.filter((size) => !isUnknown(size)));
  const rest = total && known && divided(total, known);
  return rest && unknowns === 1 ? target.map((size) => (isUnknown(size) ? rest : size)) : undefined;
}

/**
 * A number where a dimension varies, [time, batch, 1, 8] to [6, -1, 8]: exporters write it that take a size of their
 * example for one of the model, which then works for that size only. The dimension is fixed to it.
 */
function settleFixed(node: NodeReader, sizes: readonly Size[], target: readonly Size[]): void {
  const different = target.findIndex((wanted, i) => !sameSize(wanted, sizes[i] ?? fixed(0)));
  const [size, wanted] = [sizes[different], target[different]];
  const number = wanted && numberOf(wanted);
  if (size && number !== undefined && number > 0 && size.factor === 1 && size.names.length === 1) {
    const { base, by } = unshifted(size.names[0] ?? '') ?? { base: size.names[0] ?? '', by: 0 };
    node.to.dims.unify(sizeOfDim(base), fixed(number - by), 'A dimension and the size it is reshaped to');
  }
}

const Flatten: Handler = (node) => {
  const x = node.input(0);
  const sizes = sizesOfValue(node, x);
  const stated = node.int('axis', 1);
  const axis = stated === sizes.length ? stated : node.axis(stated, sizes.length);
  const target = [product(sizes.slice(0, axis)), product(sizes.slice(axis))];
  return [
    reshaped(
      node,
      x,
      sizes,
      target.map((size) => size ?? fixed(0)),
    ),
  ];
};

function reshaped(node: NodeReader, x: Value, sizes: readonly Size[], target: readonly Size[]): Value {
  return withAxes(node, x, target, (view) => {
    const known = regrouped(view, target);
    if (known) return known;
    // Sizes that do not divide each other: a copy in row-major order.
    const copy = copied(view, target, node.to);
    if (copy) return node.to.view(copy);
    settleFixed(node, sizes, target);
    throw node.refusal(`${formatSizes(sizes)} cannot become ${formatSizes(target)} for all sizes`);
  });
}

/** The value under other axes of the same entries in the same order. */
function withAxes(node: NodeReader, x: Value, sizes: readonly Size[], see: (view: View) => View): Value {
  if (x.kind === 'view') return see(x);
  if (x.kind === 'masked' && sizes.length > x.sizes.length && sizes.slice(x.sizes.length).every(isOne)) {
    return { ...x, sizes };
  }
  if (x.kind === 'reversed' || x.kind === 'masked') throw node.refusal(`${describeValue(x)} are rearranged`);
  const total = product(sizesOfValue(node, x));
  const after = product(sizes);
  if (!total || !after || !divided(total, after) || !divided(after, total)) {
    throw node.refusal(`${formatSizes(sizesOfValue(node, x))} cannot become ${formatSizes(sizes)}`);
  }
  const shape = sizes.map(numberOf);
  const numbers = shape.filter((size) => size !== undefined);
  if (x.kind === 'sizes' && numbers.length === sizes.length) return sizesOfShape(numbers, x.items);
  if (
    x.kind === 'weights' &&
    numbers.length === sizes.length &&
    !x.sizes.some((size, i) => numberOf(size) !== x.shape[i])
  ) {
    return reshapedWeights(x, numbers);
  }
  if (x.kind === 'weights') return respaced(node, x, sizes);
  throw node.refusal('the sizes of a constant depend on the inputs');
}

/** Repeated constants keep their dimensions: only those of size 1 come and go. */
function respaced(node: NodeReader, x: Extract<Value, { kind: 'weights' }>, sizes: readonly Size[]): Value {
  const left = x.sizes.map((size, i) => ({ size, dim: dim(x.shape, i) })).filter(({ size }) => !isOne(size));
  const shape = sizes.map((size) => (isOne(size) ? 1 : (left.shift()?.dim ?? 0)));
  const before = formatSizes(x.sizes.filter((size) => !isOne(size)));
  if (before !== formatSizes(sizes.filter((size) => !isOne(size)))) {
    throw node.refusal(`a constant of ${formatSizes(x.sizes)} is rearranged to ${formatSizes(sizes)}`);
  }
  return reshapedWeights(x, shape, [...sizes]);
}

/** The sizes of a value's axes. */
export function sizesOfValue(node: NodeReader, value: Value): readonly Size[] {
  switch (value.kind) {
    case 'view':
      return sizesOf(value);
    case 'weights':
    case 'masked':
      return value.sizes;
    case 'sizes':
      return value.shape.map(fixed);
    case 'reversed':
      throw node.refusal('of reversed sequences only the first step is read');
  }
}

export const layoutHandlers = { Transpose, Squeeze, Unsqueeze, Reshape, Flatten } satisfies Record<
  string,
  Handler
>;
