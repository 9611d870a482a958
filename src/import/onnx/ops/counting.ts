/** Sizes of dimensions as numbers to compute with: ReduceProd of a shape, Cast to floats. */

import { dtypeOfCode } from '../../../onnx/dtypes.js';
import { sizesOfShape } from '../constants.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { fixed, formatSizes, numberOf, product, type Size } from '../size.js';
import { type Sizes, type Value, vectorOf, weightsOf } from '../value.js';
import { passingHandlers } from './passing.js';
import { sizesOf } from './scaling.js';

/** The product of all sizes. */
const ReduceProd: Handler = (node) => {
  const { items, shape } = node.sizes(0);
  const all = product(items);
  const axes = node.axesFrom('axes', 1);
  if (!all || (axes !== undefined && axes.length < shape.length)) {
    throw node.refusal('read is the product of all of a few sizes');
  }
  return [node.int('keepdims', 1) === 0 ? sizesOfShape([], [all]) : vectorOf([all])];
};

/** Of numbers, with the sign of the divisor. */
const Mod: Handler = (node) => [
  sizesOf(node, node.sizes(0), node.sizes(1), (a, b) => {
    const [x, y] = [numberOf(a), numberOf(b)];
    return x === undefined || !y ? undefined : fixed(x - y * Math.floor(x / y));
  }),
];

const Cast: Handler = (node) => {
  const x = node.input(0);
  const isFloat = dtypeOfCode(node.int('to', 0)) === 'float32';
  return x.kind === 'sizes' && isFloat ? [numbersOf(node, x)] : passingHandlers.Cast(node);
};

function numbersOf(node: NodeReader, { items, shape }: Sizes): Value {
  const numbers = items.map(numberOf);
  if (numbers.every((number) => number !== undefined)) {
    const data = Float32Array.from(numbers);
    return weightsOf(shape, () => data, '');
  }
  const [size, ...others] = items;
  if (!size || others.length > 0)
    throw node.refusal(`it makes floats of ${formatSizes(items)}; read is one size`);
  const { to } = node;
  const count = counted(node, size);
  const shaped = shape.length === 0 ? count : to.reshape(count, shape);
  return to.view(shaped);
}

/** The number as a value of the network. */
function counted(node: NodeReader, { factor, names }: Size) {
  const { to } = node;
  const sizes = names.map((name) => {
    const holder = to.holderOf(name);
    if (holder) return to.add('size', { x: holder.value }, { axis: holder.axis });
    throw node.refusal(`no value of the network has the size ${formatSizes([{ factor: 1, names: [name] }])}`);
  });
  const all = sizes.reduce((a, b) => to.add('mul', { a, b }, {}));
  return factor === 1 ? all : to.add('activation', { x: all }, { name: 'linear', alpha: factor, beta: 0 });
}

export const countingHandlers = { ReduceProd, Mod, Cast } satisfies Record<string, Handler>;
