/**
 * Gemm and MatMul with a constant matrix as `linear`. The bias of a MatMul comes in a later Add (`scaling.ts`), so the op
 * is added to the network only when its value is used.
 */
import { severalInputs } from '../../../builder/ops/op-inputs.js';
import type { TensorType } from '../../../builder/tensor.js';
import { dim, sizeOf } from '../../../nd-array.js';
import { permutedWeights, reshapedWeights, slicedWeights } from '../constants.js';
import { LayerWeight } from '../layer-weight.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { fixed, formatSizes, numberOf } from '../size.js';
import type { Source, View, Weights } from '../value.js';
import { rowsOf, sizesOf, viewOf } from '../view.js';
import { entryOf } from './picking.js';

/** Matrices stacked along one dimension of a product: the directions of a recurrent layer. */
const MAX_STACKED = 16;

/** `factor * x W^T + b`; the matrix is [out, in] if `transposed`, else [in, out]. */
interface Matrix {
  readonly weight: Weights;
  readonly transposed: boolean;
  readonly factor: number;
  readonly bias?: { readonly vector: Weights; readonly factor: number };
}

const Gemm: Handler = (node) => {
  const x = node.floats(0);
  if (node.int('transA', 0) !== 0 || x.axes.length !== 2) {
    throw node.refusal(
      `its first input has shape ${formatSizes(sizesOf(x))} and transA ${node.int('transA', 0)}; expected rows`,
    );
  }
  const c = node.optional(2) ? node.weights(2) : undefined;
  const bias = c && { vector: c, factor: node.float('beta', 1) };
  const matrix = {
    weight: node.weights(1),
    transposed: node.int('transB', 0) !== 0,
    factor: node.float('alpha', 1),
  };
  return [product(node, x, bias ? { ...matrix, bias } : matrix)];
};

const MatMul: Handler = (node) => {
  const x = node.floats(0);
  const weight = node.weights(1);
  const { shape } = weight;
  if (!isLinear(x, weight)) {
    throw node.refusal(
      `${formatSizes(sizesOf(x))} is multiplied by a constant of [${shape.join(', ')}]; expected a matrix, or one for each ` +
        `of up to ${MAX_STACKED} entries along an axis`,
    );
  }
  const stacked = stackedAxis(weight);
  if (stacked === -1) {
    return [
      product(node, x, { weight: reshapedWeights(weight, shape.slice(-2)), transposed: false, factor: 1 }),
    ];
  }
  return [stackedProducts(node, x, weight, stacked)];
};

/** The axis along which a constant has several matrices; -1 where it is one. */
function stackedAxis({ shape }: Weights): number {
  return shape.slice(0, -2).findIndex((dim) => dim !== 1);
}

/** Whether a product with a constant is a linear map, or one for each of a few entries along an axis of x. */
export function isLinear(x: View, weight: Weights): boolean {
  const { shape } = weight;
  const lead = shape.slice(0, -2);
  if (shape.length < 2 || lead.length > Math.max(0, x.axes.length - 2)) return false;
  const stacked = stackedAxis(weight);
  if (stacked === -1) return true;
  const count = dim(shape, stacked);
  const own = sizesOf(x)[x.axes.length - shape.length + stacked] ?? fixed(0);
  return (
    lead.every((dim, i) => i === stacked || dim === 1) && count <= MAX_STACKED && numberOf(own) === count
  );
}

/** A matrix for each entry along one axis of x: the products of each, joined along the last axis. */
function stackedProducts(node: NodeReader, x: View, weight: Weights, stacked: number): View {
  const { shape } = weight;
  const count = dim(shape, stacked);
  const axis = x.axes.length - shape.length + stacked;
  const parts = Array.from({ length: count }, (_, i) => {
    const one = slicedWeights(weight, stacked, { start: i, step: 1, count: 1 }, node.to.allocate);
    const matrix = { weight: reshapedWeights(one, shape.slice(-2)), transposed: false, factor: 1 };
    return product(node, entryOf(node, x, axis, i), matrix);
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

function product(node: NodeReader, x: View, matrix: Matrix): View {
  const [rows = 0, columns = 0] = matrix.weight.shape; // of another rank it is refused below
  const [inFeatures, outFeatures] = matrix.transposed ? [columns, rows] : [rows, columns];
  const sizes = sizesOf(x);
  if (
    matrix.weight.shape.length !== 2 ||
    numberOf(sizes.at(-1) ?? fixed(0)) !== inFeatures ||
    outFeatures === 0
  ) {
    throw node.refusal(
      `${formatSizes(sizes)} is multiplied by a constant of [${matrix.weight.shape.join(', ')}]; the sizes must fit and be fixed`,
    );
  }
  if (matrix.bias) expectBias(node, matrix.bias.vector, outFeatures);
  const { tensor, lead } = rowsOf(x, node.to);
  const type: TensorType = { dtype: 'float32', shape: [...tensor.shape.slice(0, -1), outFeatures] };
  const view = viewOf(pending(node, tensor, type, matrix));
  const place = new Map(lead.map((factor, i) => [factor, view.layout[i]?.[0] ?? factor]));
  const axes = x.axes.slice(0, -1).map((axis) => axis.map((factor) => place.get(factor) ?? factor));
  return { ...view, axes: [...axes, dim(view.layout, -1)] };
}

/** The linear map, added to the network when it is asked for. */
function pending(
  node: NodeReader,
  x: ReturnType<Source['tensor']>,
  type: TensorType,
  matrix: Matrix,
): Source {
  let added: ReturnType<Source['tensor']> | undefined;
  return {
    type,
    tensor() {
      added ??= add(node, x, matrix);
      return added;
    },
    ...(matrix.bias
      ? {}
      : {
          withBias: (vector: Weights) => pending(node, x, type, { ...matrix, bias: { vector, factor: 1 } }),
        }),
  };
}

function add(
  node: NodeReader,
  x: ReturnType<Source['tensor']>,
  { weight, transposed, factor, bias }: Matrix,
) {
  const { to } = node;
  const origins = [weight.origin, ...(bias ? [bias.vector.origin] : [])];
  const name = to.claimModule(origins, node.node, 'linear');
  const shape = transposed ? weight.shape : weight.shape.toReversed();
  const outFeatures = dim(shape, 0);
  const rows = () => (transposed ? weight : permutedWeights(weight, [1, 0], to.allocate));
  const weights = [
    new LayerWeight('weight', shape, () => scaled(rows(), factor, node), weight, `${transposed} ${factor}`),
  ];
  if (bias) {
    const { vector } = bias;
    const numbers = () => biasOf(bias, outFeatures, node);
    weights.push(new LayerWeight('bias', [outFeatures], numbers, vector, `${bias.factor}`));
  }
  return to.addOneLayer('linear', name, { x }, { outFeatures, bias: bias !== undefined }, weights);
}

function scaled(weights: Weights, factor: number, { to }: NodeReader): Float32Array {
  const numbers = weights.read();
  const data = to.allocate(numbers.length);
  for (const [i, number] of numbers.entries()) data[i] = number * factor;
  return data;
}

/** A vector, or one number for all. */
function expectBias(node: NodeReader, { shape }: Weights, length: number): void {
  const size = sizeOf(shape);
  if (shape.length <= 2 && size === (shape.at(-1) ?? 1) && (size === length || size === 1)) return;
  throw node.refusal(`the bias has shape [${shape.join(', ')}], expected [${length}]`);
}

function biasOf(
  { vector, factor }: NonNullable<Matrix['bias']>,
  length: number,
  node: NodeReader,
): Float32Array {
  const numbers = scaled(vector, factor, node);
  return numbers.length === length ? numbers : node.to.allocate(length).fill(numbers[0] ?? 0);
}

export const linearHandlers = { Gemm, MatMul } satisfies Record<string, Handler>;
