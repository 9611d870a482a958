/** Ops that compute number by number, and softmax along an axis. */
import { type Activation, constantsOf } from '../../builder/activations.js';
import { normalizeAxis } from '../../builder/shape.js';
import { dim } from '../../nd-array.js';
import { permuted } from './layout.js';
import { more } from './more-activations.js';
import { type Prepare, type Run, unary } from './operator.js';
import { floatsAt, type RunTensor } from './run-tensor.js';

type Scalar = (x: number) => number;

const functions: Readonly<Record<Activation['name'], (alpha: number, beta: number) => Scalar>> = {
  sigmoid: () => (x) => 1 / (1 + Math.exp(-x)),
  tanh: () => Math.tanh,
  relu: () => (x) => Math.max(x, 0),
  linear: (alpha, beta) => (x) => alpha * x + beta,
  leakyRelu: (alpha) => (x) => (x < 0 ? alpha * x : x),
  thresholdedRelu: (alpha) => (x) => (x <= alpha ? 0 : x),
  scaledTanh: (alpha, beta) => (x) => alpha * Math.tanh(beta * x),
  hardSigmoid: (alpha, beta) => (x) => Math.min(Math.max(alpha * x + beta, 0), 1),
  elu: (alpha) => (x) => (x < 0 ? alpha * Math.expm1(x) : x),
  softsign: () => (x) => x / (1 + Math.abs(x)),
  softplus: () => (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  ...more,
};

/** The function of an activation, in double precision. */
export function scalarOf(options: Activation): Scalar {
  const { alpha = 0, beta = 0 } = constantsOf(options);
  return functions[options.name](alpha, beta);
}

/** An activation, entry by entry. */
export function elementwise(
  options: Activation,
): (inputs: { readonly x: RunTensor }, run: Run) => { output: RunTensor } {
  const compute = scalarOf(options);
  return unary((x, { engine, arena }) => {
    const { shape, data } = x;
    const result = floatsAt(engine, arena.allocate(data.length), shape);
    // ReLU follows each convolution: a call for each number takes many times as long.
    if (options.name === 'relu') engine.kernels.rectify(data.length, arena.place(x), result.at);
    else for (let i = 0; i < data.length; i++) result.data[i] = compute(data[i] ?? 0);
    return result;
  });
}

/** `compute` works along the last axis only, so another axis is moved there and back. */
function alongAxis(compute: (x: RunTensor, run: Run) => RunTensor): Prepare<'softmax' | 'logSoftmax'> {
  return (options) =>
    unary((x, run) => {
      const axis = normalizeAxis(options.axis, x.shape, 'softmax');
      const end = x.shape.length - 1;
      if (axis === end || x.data.length === 0) return x.data.length === 0 ? x : compute(x, run);
      const swap = x.shape.map((_, i) => (i === axis ? end : i === end ? axis : i));
      return permuted(compute(permuted(x, swap), run), swap);
    });
}

export const softmax = alongAxis((x, { engine, arena }) => {
  const size = x.data.length;
  const classes = dim(x.shape, -1);
  const from = arena.place(x);
  const to = arena.allocate(size);
  engine.kernels.softmax(size / classes, classes, from, to);
  return floatsAt(engine, to, x.shape);
});

export const logSoftmax = alongAxis(({ shape, data }) => {
  const classes = dim(shape, -1);
  const result = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += classes) {
    let top = Number.NEGATIVE_INFINITY;
    for (let i = start; i < start + classes; i++) top = Math.max(top, data[i] ?? 0);
    let sum = 0;
    for (let i = start; i < start + classes; i++) sum += Math.exp((data[i] ?? 0) - top);
    const total = Math.log(sum);
    for (let i = start; i < start + classes; i++) result[i] = (data[i] ?? 0) - top - total;
  }
  return { dtype: 'float32', shape, data: result };
});
