/**
 * Arithmetic with one constant: of sizes, which gives sizes; of a tensor with a vector, which is the bias of a linear map;
 * of a tensor with one number, which scales or shifts every entry.
 */

import { dividedDown, shifted } from '../../../builder/dim-names.js';
import { dim, sizeOf } from '../../../nd-array.js';
import { isSolid, sizesOfShape } from '../constants.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { dimOfSize, divided, fixed, formatSizes, numberOf, type Size, sizeOfDim, times } from '../size.js';
import { describeValue, type Sizes, type Value, type View, type Weights } from '../value.js';
import { over } from '../view.js';
import { activated } from './activations.js';

type Arithmetic = (a: Size, b: Size) => Size | undefined;

/** A size and a number added: `time - 1`. */
function added(a: Size, b: Size): Size | undefined {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) return fixed(x + y);
  if (x === undefined && y === undefined) return undefined;
  return x === undefined ? sizeOfDim(shifted(dimOfSize(a), y ?? 0)) : added(b, a);
}

/** A whole part of a size: `floor(time / 2)`. */
function floored(a: Size, b: Size): Size | undefined {
  const by = numberOf(b);
  const isPart = numberOf(a) === undefined && by !== undefined && by > 0 && a.factor > 0;
  return isPart ? sizeOfDim(dividedDown(dimOfSize(a), by)) : undefined;
}

function ofNumbers(compute: (a: number, b: number) => number): Arithmetic {
  return (a, b) => {
    const [x, y] = [numberOf(a), numberOf(b)];
    return x === undefined || y === undefined ? undefined : fixed(compute(x, y));
  };
}

/** How a tensor's entries change with one constant beside it: as factor x + addend. */
type Affine = (
  constant: number,
  isFirst: boolean,
) => { readonly alpha: number; readonly beta: number } | undefined;

/** What a node of two inputs gives where it is read without a second tensor; undefined where it is not. */
type Scaling = (node: NodeReader) => Value | undefined;

function scaling(name: string, ofSizes: Arithmetic, affine: Affine): Scaling {
  return (node) => {
    const [a, b] = [node.input(0), node.input(1)];
    if (a.kind === 'sizes' && b.kind === 'sizes') return sizesOf(node, a, b, ofSizes);
    const [x, constant] = a.kind === 'view' ? [a, b] : [b, a];
    if (x.kind !== 'view' || constant.kind !== 'weights' || !isSolid(constant)) return undefined;
    const biased = name === 'Add' ? withBias(x, constant) : undefined;
    if (biased) return biased;
    const isNumber = sizeOf(constant.shape) === 1 && constant.shape.length <= x.axes.length;
    const [number] = isNumber ? constant.read() : [];
    const scale = number === undefined ? undefined : affine(number, constant === a);
    if (!scale || x.source.type.dtype !== 'float32') return undefined;
    return activated(node, x, { name: 'linear', ...scale });
  };
}

/** What to throw for inputs that are not read. */
export function unread(node: NodeReader): Error {
  const [a, b] = [node.input(0), node.input(1)];
  return node.refusal(
    `it computes with ${kind(a)} and ${kind(b)}; read are two tensors of floats, one with one number, the bias of a linear map, and sizes`,
  );
}

function kind(value: Value): string {
  switch (value.kind) {
    case 'view':
      return value.source.type.dtype === 'float32' ? 'a tensor' : `a tensor of ${value.source.type.dtype}`;
    case 'weights':
      return `a constant of shape ${formatSizes(value.sizes)}`;
    case 'sizes':
      return 'sizes';
    case 'reversed':
    case 'masked':
      return describeValue(value);
  }
}

/** A vector added to a product of matrices, over its last axis. */
function withBias(x: View, bias: Weights): View | undefined {
  const length = bias.shape.at(-1) ?? 1;
  const last = x.axes.at(-1) ?? [];
  const lastBelow = x.layout.at(-1) ?? [];
  const isLast = last.length === lastBelow.length && last.every((factor, i) => factor === lastBelow[i]);
  const isVector = sizeOf(bias.shape) === length && bias.shape.length <= x.axes.length;
  if (!isVector || !isLast || x.source.type.shape.at(-1) !== length || bias.shape.length === 0)
    return undefined;
  const source = x.source.withBias?.({ ...bias, shape: [length], sizes: [fixed(length)] });
  return source && over(x, source);
}

/** Entry by entry, one of the two perhaps a single integer. */
export function sizesOf(node: NodeReader, a: Sizes, b: Sizes, compute: Arithmetic): Sizes {
  const [longer, other] = a.items.length >= b.items.length ? [a, b] : [b, a];
  if (other.items.length !== longer.items.length && other.items.length !== 1) {
    throw node.refusal(`${a.items.length} sizes and ${b.items.length} sizes do not fit together`);
  }
  const items = longer.items.map((_, i) => {
    const x = dim(a.items, a.items.length === 1 ? 0 : i);
    const y = dim(b.items, b.items.length === 1 ? 0 : i);
    const result = compute(x, y);
    if (result && Number.isFinite(result.factor)) return result;
    throw node.refusal('sizes that depend on the inputs are combined in a way that is not followed');
  });
  return sizesOfShape(longer.shape, items);
}

export const scalings = {
  Add: scaling('Add', added, (constant) => ({ alpha: 1, beta: constant })),
  Sub: scaling(
    'Sub',
    (a, b) => (numberOf(b) === undefined ? undefined : added(a, fixed(-b.factor))),
    (constant, isFirst) => (isFirst ? { alpha: -1, beta: constant } : { alpha: 1, beta: -constant }),
  ),
  Mul: scaling('Mul', times, (constant) => ({ alpha: constant, beta: 0 })),
  Div: scaling(
    'Div',
    (a, b) => divided(a, b) ?? ofNumbers((x, y) => Math.trunc(x / y))(a, b) ?? floored(a, b),
    (constant, isFirst) => (isFirst ? undefined : { alpha: 1 / constant, beta: 0 }),
  ),
} satisfies Record<string, Scaling>;

function handlerOf(read: Scaling): Handler {
  return (node) => {
    const value = read(node);
    if (value) return [value];
    throw unread(node);
  };
}

export const scalingHandlers = {
  Add: handlerOf(scalings.Add),
  Sub: handlerOf(scalings.Sub),
  Mul: handlerOf(scalings.Mul),
  Div: handlerOf(scalings.Div),
} satisfies Record<string, Handler>;
