/** Convolutions on tfjs: ops of our own, whose products of matrices are those of the backend. */
import type { NamedTensorInfoMap, TensorInfo, Tensor as TfTensor } from '@tensorflow/tfjs';
import { mustHave } from '../../must-get.js';
import { dim, sizeOf } from '../../nd-array.js';
import { type OwnProducts, productsOf } from '../backends/own-products.js';
import type { Tf } from '../backends/tf.js';
import {
  addToChannels,
  type Convolution,
  convolved,
  inputGradient,
  sumOfChannels,
  weightGradient,
} from '../convolution/convolution.js';
import type { Numbers } from '../convolution/products.js';
import { transposedConvolution } from '../convolution/transposed.js';
import { gridOf, shapeOfWindows } from '../convolution/windows.js';
import type { Forward } from './forward-op.js';

/** What the ops take beside tensors: the convolution that goes from x to y, and the shapes of both and of the weight. */
interface Attributes extends Convolution {
  readonly shapes: { readonly x: number[]; readonly y: number[]; readonly weight: number[] };
}

type Tensors = Readonly<Record<string, TfTensor>>;
type Compute = (
  products: OwnProducts,
  numbers: (name: string) => Numbers,
  attributes: Attributes,
) => { numbers: Numbers; shape: number[] };

/** From x to y, and back to the gradients of x and of the weight. */
const kernels: Readonly<Record<string, Compute>> = {
  Convolution(products, numbers, attributes) {
    const y = convolved(products, attributes, numbers('x').data, numbers('weight'));
    return { numbers: y, shape: attributes.shapes.y };
  },
  ConvolutionInputGrad(products, numbers, attributes) {
    const x = inputGradient(products, attributes, numbers('y').data, numbers('weight'));
    return { numbers: x, shape: attributes.shapes.x };
  },
  ConvolutionWeightGrad(products, numbers, attributes) {
    const gradient = weightGradient(products, attributes, numbers('x').data, numbers('y').data);
    return { numbers: gradient, shape: attributes.shapes.weight };
  },
};

/** What a kernel gives for these tensors; a bias among them is added. */
function computed(tf: Tf, compute: Compute, tensors: Tensors, attributes: Attributes): TensorInfo {
  const products = productsOf(tf);
  return products.allOrNothing(() => {
    const numbersOf = (name: string) => products.numbersOf(mustHave(tensors[name], name));
    const { numbers, shape } = compute(products, numbersOf, attributes);
    if (tensors.bias) addToChannels(numbers.data, numbersOf('bias').data, sizeOf(shape.slice(2)));
    return products.tensorOf(numbers, shape);
  });
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
        return computed(tf, compute, inputs as Tensors, attrs as unknown as Attributes);
      },
    });
  }
  const run = (kernel: string, tensors: NamedTensorInfoMap, attributes: unknown) =>
    tf.engine().runKernel<TfTensor>(kernel, tensors as Tensors, attributes as never);
  const sum = (dy: TfTensor) => {
    const perChannel = sizeOf(dy.shape.slice(2));
    return tf.tensor1d(sumOfChannels(productsOf(tf).numbersOf(dy).data, dim(dy.shape, 1), perChannel));
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
