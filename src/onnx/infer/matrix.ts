/** Matrix products. */
import type { OnnxDim } from '../graph.js';
import { broadcastShapes, conflict, describeShape, mergeDims, mergeShapes, type Shape } from './dims.js';
import { type NodeView, numbers, type OpRule, tensorType } from './rule.js';

/** As `numpy.matmul`: matrices in the last two dimensions, the others broadcast, a vector is a row or a column. */
const MatMul: OpRule = {
  since: 1,
  inputs: [2, 2],
  outputs: [1, 1],
  infer: (node) => {
    node.allow(0, numbers);
    node.allow(1, numbers);
    const dtype = node.sameDType(0, 1);
    return [dtype === 'undefined' ? undefined : tensorType(dtype, matMulShape(node))];
  },
};

function matMulShape(node: NodeView): Shape | undefined {
  const [a, b] = [node.shape(0), node.shape(1)];
  if (!a || !b) return undefined;
  if (a.length === 0 || b.length === 0) {
    node.fail('a scalar has no matrix product');
    return undefined;
  }
  const left: Shape = a.length === 1 ? [1, ...a] : a;
  const right: Shape = b.length === 1 ? [...b, 1] : b;
  checkInner(node, left.at(-1) ?? null, right.at(-2) ?? null);
  const batch = broadcastShapes([left.slice(0, -2), right.slice(0, -2)]);
  if (batch === undefined || batch === conflict) {
    node.fail(`${describeShape(a)} and ${describeShape(b)} do not broadcast`);
    return undefined;
  }
  const rows = a.length === 1 ? [] : left.slice(-2, -1);
  const columns = b.length === 1 ? [] : right.slice(-1);
  return [...batch, ...rows, ...columns];
}

/** `alpha * A' B' + beta * C`, where ' is an optional transpose. */
const Gemm: OpRule = {
  since: 11,
  inputs: [2, 3],
  outputs: [1, 1],
  attributes: {
    alpha: { type: 'float' },
    beta: { type: 'float' },
    transA: { type: 'int' },
    transB: { type: 'int' },
  },
  infer: (node) => {
    for (const index of [0, 1, 2]) node.allow(index, numbers);
    const dtype = node.sameDType(0, 1, 2);
    if (dtype === 'undefined') return [undefined];
    const known = [node.expectRank(0, 2), node.expectRank(1, 2)];
    if (!known.every(Boolean)) return [tensorType(dtype)];
    const [m = null, k = null] = turned(node.shape(0), node.int('transA', 0));
    const [k2 = null, n = null] = turned(node.shape(1), node.int('transB', 0));
    checkInner(node, k, k2);
    const shape = [m, n];
    checkAddend(node, shape);
    return [tensorType(dtype, shape)];
  },
};

function turned(shape: Shape = [], transpose: number): Shape {
  return transpose ? [...shape].reverse() : shape;
}

/** C may only be stretched, never stretch the product. */
function checkAddend(node: NodeView, product: Shape): void {
  const addend = node.shape(2);
  if (!addend) return;
  const stretched = broadcastShapes([product, addend]);
  const fits = stretched && stretched !== conflict && mergeShapes(stretched, product) !== conflict;
  if (!fits) node.fail(`C ${describeShape(addend)} does not broadcast to ${describeShape(product)}`);
}

function checkInner(node: NodeView, left: OnnxDim, right: OnnxDim): void {
  if (mergeDims(left, right) !== conflict) return;
  const shapes = `${describeShape(node.shape(0))} and ${describeShape(node.shape(1))}`;
  node.fail(`the inner sizes ${left} and ${right} of ${shapes} differ`);
}

export const matrixRules: Readonly<Record<string, OpRule>> = { MatMul, Gemm };
