/** MatMul and Gemm of two tensors, of which one may be a constant that is no matrix of a linear map. */
import { alignedProduct } from '../aligned-product.js';
import { isSolid } from '../constants.js';
import type { Handler, NodeReader } from '../node-reader.js';
import type { View } from '../value.js';
import { permuted } from '../view.js';
import { activated } from './activations.js';
import { combined } from './combining.js';
import { isLinear, linearHandlers } from './linear.js';
import { isStacked, stackedProducts } from './stacked-products.js';

const MatMul: Handler = (node) => {
  const [x, weight] = [node.input(0), node.input(1)];
  const isWhole = x.kind === 'view' && weight.kind === 'weights' && isSolid(weight);
  if (isWhole && isLinear(x, weight)) return linearHandlers.MatMul(node);
  if (isWhole && isStacked(x, weight)) return [stackedProducts(node, x, weight)];
  return [product(node, node.floats(0), node.floats(1))];
};

export function product({ to }: NodeReader, x: View, y: View): View {
  const { a, b, view } = alignedProduct(x, y, to, to.dims);
  return view(to.add('matmul', { a, b }, {}));
}

/** alpha A B + beta C, A and B perhaps turned. */
const Gemm: Handler = (node) => {
  if (node.input(0).kind === 'view' && node.input(1).kind === 'weights' && node.int('transA', 0) === 0) {
    return linearHandlers.Gemm(node);
  }
  const turned = (index: number, attribute: string) => {
    const x = node.floats(index);
    if (x.axes.length !== 2) throw node.refusal(`input ${index} is no matrix`);
    return node.int(attribute, 0) === 0 ? x : permuted(x, [1, 0]);
  };
  const scaled = (x: View, factor: number) =>
    factor === 1 ? x : activated(node, x, { name: 'linear', alpha: factor, beta: 0 });
  const ab = scaled(product(node, turned(0, 'transA'), turned(1, 'transB')), node.float('alpha', 1));
  return [node.optional(2) ? combined(node, 'add', ab, scaled(node.floats(2), node.float('beta', 1))) : ab];
};

export const productHandlers = { MatMul, Gemm } satisfies Record<string, Handler>;
