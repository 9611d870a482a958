/** Convolutions on tfjs: ops of our own, which simd computes itself and other backends by their products of matrices. */
import type { NamedTensorInfoMap, Tensor as TfTensor } from '@tensorflow/tfjs';
import { mustHave } from '../../must-get.js';
import { dim, sizeOf } from '../../nd-array.js';
import type { Tf } from '../backends/tf.js';
import {
  addToChannels,
  type ConvolutionAttributes,
  convolved,
  inputGradient,
  sumOfChannels,
  weightGradient,
} from '../convolution/convolution.js';
import type { Factor, Multiply } from '../convolution/products.js';
import { transposedConvolution } from '../convolution/transposed.js';
import { gridOf, shapeOfWindows } from '../convolution/windows.js';
import type { Forward } from './forward-op.js';

type Tensors = Readonly<Record<string, TfTensor>>;
type Compute = (
  multiply: Multiply,
  numbers: (name: string) => Float32Array,
  attributes: ConvolutionAttributes,
) => { numbers: Float32Array; shape: number[] };

/** From x to y, and back to the gradients of x, of the weight and of the bias. */
const kernels: Readonly<Record<string, Compute>> = {
  Convolution(multiply, numbers, attributes) {
    const y = convolved(multiply, attributes, numbers('x'), numbers('weight'));
    return { numbers: y, shape: attributes.shapes.y };
  },
  ConvolutionInputGrad(multiply, numbers, attributes) {
    const x = inputGradient(multiply, attributes, numbers('y'), numbers('weight'));
    return { numbers: x, shape: attributes.shapes.x };
  },
  ConvolutionWeightGrad(multiply, numbers, attributes) {
    const gradient = weightGradient(multiply, attributes, numbers('x'), numbers('y'));
    return { numbers: gradient, shape: attributes.shapes.weight };
  },
  ConvolutionBiasGrad(_, numbers, { shapes }) {
    const channels = dim(shapes.y, 1);
    return { numbers: sumOfChannels(numbers('y'), channels, sizeOf(shapes.y.slice(2))), shape: [channels] };
  },
};

/** Products of matrices by tfjs. */
function multiplyBy(tf: Tf): Multiply {
  const matrix = ({ numbers, rows, columns, transposed }: Factor) =>
    tf.tensor2d(numbers, transposed ? [columns, rows] : [rows, columns]);
  return (a, b) => {
    const factors = [matrix(a), matrix(b)] as const;
    const product = tf.matMul(...factors, a.transposed, b.transposed);
    const numbers = product.dataSync<'float32'>();
    // tidy would go through a result that is an array number by number, looking for tensors.
    tf.dispose([...factors, product]);
    return numbers;
  };
}

/** What a kernel gives for these tensors; a bias among them is added. */
function computed(tf: Tf, compute: Compute, tensors: Tensors, attributes: ConvolutionAttributes): TfTensor {
  const numbersOf = (name: string) => mustHave(tensors[name], name).dataSync<'float32'>();
  const { numbers, shape } = compute(multiplyBy(tf), numbersOf, attributes);
  if (tensors.bias) addToChannels(numbers, numbersOf('bias'), sizeOf(shape.slice(2)));
  return tf.tensor(numbers, shape);
}

/** Gives the current backend the ops that it lacks, and tfjs their gradients; once for each. */
function register(tf: Tf): void {
  const backendName = tf.getBackend();
  for (const [kernelName, compute] of Object.entries(kernels)) {
    if (tf.getKernel(kernelName, backendName)) continue;
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc({ inputs, attrs }) {
        // tfjs gives tensors, and on what `run` gave as attributes.
        return computed(tf, compute, inputs as Tensors, attrs as unknown as ConvolutionAttributes);
      },
    });
  }
  const run = (kernel: string, tensors: NamedTensorInfoMap, attributes: unknown) =>
    tf.engine().runKernel<TfTensor>(kernel, tensors as Tensors, attributes as never);
  const sum = (y: TfTensor) => run('ConvolutionBiasGrad', { y }, { shapes: { y: y.shape } });
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

function compute(tf: Tf, kernel: string, tensors: Tensors, attributes: ConvolutionAttributes): TfTensor {
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
