/**
 * Gemm and MatMul with a constant matrix as `linear`. The bias of a MatMul comes in a later Add (`scaling.ts`), so the op
 * is added to the network only when its value is used.
 */
import type { TensorType } from '../../../builder/tensor.js';
import { dim, sizeOf } from '../../../nd-array.js';
import { permutedWeights, reshapedWeights } from '../constants.js';
import { LayerWeight } from '../layer-weight.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { fixed, formatSizes, numberOf } from '../size.js';
import type { Source, View, Weights } from '../value.js';
import { rowsOf, sizesOf, viewOf } from '../view.js';

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
  if (!isLinear(x, weight)) {
    throw node.refusal(
      `${formatSizes(sizesOf(x))} is multiplied by a constant of [${weight.shape.join(', ')}]; expected a matrix`,
    );
  }
  return [product(node, x, matrixOf(weight))];
};

/** Whether a product with a constant is a linear map. */
export function isLinear(x: View, { shape }: Weights): boolean {
  const lead = shape.slice(0, -2);
  return shape.length >= 2 && lead.length <= Math.max(0, x.axes.length - 2) && lead.every((dim) => dim === 1);
}

/** A constant of one matrix. */
export function matrixOf(weight: Weights): Matrix {
  return { weight: reshapedWeights(weight, weight.shape.slice(-2)), transposed: false, factor: 1 };
}

/** The product of each row of x with a constant matrix. */
export function product(node: NodeReader, x: View, matrix: Matrix): View {
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
