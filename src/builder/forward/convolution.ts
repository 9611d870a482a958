/** Convolutions on tfjs: ops of our own, whose products of matrices are those of the backend. */
import type { NamedTensorInfoMap, Tensor as TfTensor } from '@tensorflow/tfjs';
import { dim, sizeOf } from '../../nd-array.js';
import type { Tf } from '../backends/tf.js';
import {
  addToChannels,
  type Convolution,
  convolved,
  type Factor,
  inputGradient,
  type Multiply,
  sumOfChannels,
  weightGradient,
} from '../convolution/convolution.js';
import { transposedConvolution } from '../convolution/transposed.js';
import { gridOf, shapeOfWindows, windowCount } from '../convolution/windows.js';
import type { Forward } from './forward-op.js';

/** What the ops take beside tensors: the convolution that goes from x to y, and the shapes of both and of the weight. */
interface Attributes extends Convolution {
  readonly shapes: { readonly x: number[]; readonly y: number[]; readonly weight: number[] };
}

type Tensors = Readonly<Record<string, TfTensor>>;
type Compute = (
  multiply: Multiply,
  tensors: Tensors,
  attributes: Attributes,
) => { data: Float32Array; shape: number[] };

function numbersOf(tensors: Tensors, name: string): Float32Array {
  return tensors[name]?.dataSync<'float32'>() ?? new Float32Array(0);
}

/** From x to y, back to the gradients of x and of the weight, and the gradient of a bias; the first two may add a bias. */
const kernels: Readonly<Record<string, Compute>> = {
  Convolution(multiply, tensors, attributes) {
    const y = convolved(multiply, attributes, numbersOf(tensors, 'x'), numbersOf(tensors, 'weight'));
    return { data: biased(y, tensors, windowCount(attributes.grid)), shape: attributes.shapes.y };
  },
  ConvolutionInputGrad(multiply, tensors, attributes) {
    const { size } = attributes.grid;
    const x = inputGradient(multiply, attributes, numbersOf(tensors, 'y'), numbersOf(tensors, 'weight'));
    return { data: biased(x, tensors, size[0] * size[1]), shape: attributes.shapes.x };
  },
  ConvolutionWeightGrad(multiply, tensors, attributes) {
    const gradient = weightGradient(multiply, attributes, numbersOf(tensors, 'x'), numbersOf(tensors, 'y'));
    return { data: gradient, shape: attributes.shapes.weight };
  },
};

function biased(y: Float32Array, tensors: Tensors, perChannel: number): Float32Array {
  return tensors.bias ? addToChannels(y, numbersOf(tensors, 'bias'), perChannel) : y;
}

function productsOf(tf: Tf): Multiply {
  const matrix = ({ data, rows, columns, transposed }: Factor) =>
    tf.tensor2d(data, transposed ? [columns, rows] : [rows, columns]);
  return (a, b) => {
    let product: Float32Array = new Float32Array(0);
    // Nothing is given on: tidy would go through an array number by number, looking for tensors.
    tf.tidy(() => {
      product = tf.matMul(matrix(a), matrix(b), a.transposed, b.transposed).dataSync<'float32'>();
    });
    return product;
  };
}

/** Gives the current backend the ops, and tfjs their gradients; once for each. */
function register(tf: Tf): void {
  const backendName = tf.getBackend();
  for (const [kernelName, compute] of Object.entries(kernels)) {
    if (tf.getKernel(kernelName, backendName)) continue;
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc({ inputs, attrs }) {
        // tfjs gives tensors, and on what `run` gave as attributes.
        const { data, shape } = compute(productsOf(tf), inputs as Tensors, attrs as unknown as Attributes);
        return tf.tensor(data, shape);
      },
    });
  }
  const run = (kernel: string, tensors: NamedTensorInfoMap, attributes: unknown) =>
    tf.engine().runKernel<TfTensor>(kernel, tensors as Tensors, attributes as never);
  const sum = (dy: TfTensor) => {
    const perChannel = sizeOf(dy.shape.slice(2));
    return tf.tensor1d(sumOfChannels(dy.dataSync<'float32'>(), dim(dy.shape, 1), perChannel));
  };
  if (tf.getGradient('Convolution')) return;
  tf.registerGradient({
    kernelName: 'Convolution',
    inputsToSave: ['x', 'weight'],
    gradFunc(dy, saved, attributes) {
      const [x, weight] = saved as [TfTensor, TfTensor];
      const y = dy as TfTensor;
      return {
        x: () => run('ConvolutionInputGrad', { y, weight }, attributes),
        weight: () => run('ConvolutionWeightGrad', { x, y }, attributes),
        bias: () => sum(y),
      };
    },
  });
  tf.registerGradient({
    kernelName: 'ConvolutionInputGrad',
    inputsToSave: ['y', 'weight'],
    gradFunc(dx, saved, attributes) {
      const [y, weight] = saved as [TfTensor, TfTensor];
      const x = dx as TfTensor;
      return {
        y: () => run('Convolution', { x, weight }, attributes),
        weight: () => run('ConvolutionWeightGrad', { x, y }, attributes),
        bias: () => sum(x),
      };
    },
  });
}

function compute(tf: Tf, kernel: string, tensors: Tensors, attributes: Attributes): TfTensor {
  register(tf);
  return tf.engine().runKernel<TfTensor>(kernel, { ...tensors }, attributes as never);
}

export const conv: Forward<'conv'> = ({ x }, options, { tf }, parameter) => {
  const { outChannels, groups } = options;
  const grid = gridOf(x.shape, options, 'conv');
  const weight = parameter('weight');
  const y = shapeOfWindows(grid, outChannels, options.kernelSize.length);
  const tensors = { x, weight, ...(options.bias ? { bias: parameter('bias') } : {}) };
  const attributes = { grid, outChannels, groups, shapes: { x: x.shape, y, weight: weight.shape } };
  return { output: compute(tf, 'Convolution', tensors, attributes) };
};

export const convTranspose: Forward<'convTranspose'> = ({ x: y }, options, { tf }, parameter) => {
  const weight = parameter('weight');
  const { shape, convolution } = transposedConvolution(y.shape, options);
  const tensors = { y, weight, ...(options.bias ? { bias: parameter('bias') } : {}) };
  const attributes = { ...convolution, shapes: { x: shape, y: y.shape, weight: weight.shape } };
  return { output: compute(tf, 'ConvolutionInputGrad', tensors, attributes) };
};
