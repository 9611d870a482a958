/** Expand and Tile of tensors, as the op `repeat`; of constants the sizes are only noted. */
import type { Handler, NodeReader } from '../node-reader.js';
import { dimOfSize, fixed, formatSizes, isOne, numberOf, type Size } from '../size.js';
import type { Value, View } from '../value.js';
import { sizesOf } from '../view.js';
import { sizesOfValue } from './layout.js';
import { respread, shapeHandlers } from './shapes.js';

/** Each axis so many times: a number, or where it is 1 the size of a dimension. */
export function repeated(node: NodeReader, x: View, times: readonly Size[]): View {
  const { to } = node;
  const sizes = sizesOf(x);
  return times.reduce((from, count, axis) => {
    if (isOne(count)) return from;
    const number = numberOf(count);
    const value = to.tensor(from);
    if (number !== undefined && number > 0)
      return to.view(to.add('repeat', { x: value }, { axis, times: number }));
    const holder = to.holderOf(dimOfSize(count));
    if (!holder || !isOne(sizes[axis] ?? fixed(0))) {
      throw node.refusal(
        `axis ${axis} of ${formatSizes(sizes)} is repeated ${dimOfSize(count)} times; read are whole numbers, and for an axis of 1 a ` +
          'size that another value has',
      );
    }
    const { value: like, axis: likeAxis } = holder;
    return to.view(to.add('repeat', { x: value, like }, { axis, likeAxis }));
  }, x);
}

const Expand: Handler = (node) => {
  const x = node.input(0);
  if (x.kind !== 'view') return shapeHandlers.Expand(node);
  const target = node.sizes(1).items;
  const rank = Math.max(x.axes.length, target.length);
  const whole = { ...x, axes: [...Array.from({ length: rank - x.axes.length }, () => []), ...x.axes] };
  const wanted = [...Array.from({ length: rank - target.length }, () => fixed(1)), ...target];
  const times = sizesOf(whole).map((size, i) => {
    const other = wanted[i] ?? fixed(1);
    if (isOne(size)) return other;
    if (!isOne(other)) node.to.dims.unify(size, other, 'A dimension and the size it is expanded to');
    return fixed(1);
  });
  return [repeated(node, whole, times)];
};

const Tile: Handler = (node) => {
  const x = node.input(0);
  const times = node.sizes(1).items;
  const sizes = sizesOfValue(node, x);
  if (times.length !== sizes.length)
    throw node.refusal(`it repeats ${times.length} axes of ${formatSizes(sizes)}`);
  return [x.kind === 'view' ? repeated(node, x, times) : spread(node, x, sizes, times)];
};

/** A constant whose repeated axes are 1. */
function spread(node: NodeReader, x: Value, sizes: readonly Size[], times: readonly Size[]): Value {
  const after = sizes.map((size, i) => (isOne(size) ? (times[i] ?? size) : size));
  const fits = times.every((count, i) => isOne(count) || isOne(sizes[i] ?? count));
  if (x.kind === 'weights' && fits) return respread(x, after);
  throw node.refusal(`a constant of ${formatSizes(sizes)} is repeated ${formatSizes(times)} times`);
}

export const repeatingHandlers = { Expand, Tile } satisfies Record<string, Handler>;
