/** The kernels of convolutions (`forward/convolution.ts`) on the engine. */
import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import { sizeOf } from '../../../nd-array.js';
import type { ConvolutionAttributes } from '../../convolution/convolution.js';
import { inputNamed, type SimdBackend, type SimdKernel } from './backend.js';
import { convolutionWeightGradient, convolve, convolveBack } from './convolution.js';
import type { Engine } from './engine.js';
import { trainingKernels } from './training-kernels.js';

/** Addresses in, by the names of the tensors, 0 for one that is not there; an address out. */
type Compute = (engine: Engine, attributes: ConvolutionAttributes, at: (name: string) => number) => number;

/** @param result which tensor it gives the shape of */
function kernel(name: string, result: 'x' | 'y' | 'weight', compute: Compute): SimdKernel {
  return {
    name,
    run(backend, inputs, given): TensorInfo {
      const attributes = given as unknown as ConvolutionAttributes; // as forward/convolution.ts calls it
      const copies: number[] = [];
      const at = (input: string) => (inputs[input] ? backend.place(inputs[input], copies) : 0);
      const to = compute(backend.engine, attributes, at);
      for (const copy of copies) backend.engine.release(copy);
      return backend.own(attributes.shapes[result], to);
    },
  };
}

export const convolutionKernels: readonly SimdKernel[] = [
  kernel('Convolution', 'y', (engine, attributes, at) =>
    convolve(engine, attributes, at('x'), at('weight'), at('bias')),
  ),
  kernel('ConvolutionInputGrad', 'x', (engine, attributes, at) =>
    convolveBack(engine, attributes, at('y'), at('weight'), at('bias')),
  ),
  kernel('ConvolutionWeightGrad', 'weight', (engine, attributes, at) =>
    convolutionWeightGradient(engine, attributes, at('x'), at('y')),
  ),
  { name: 'ConvolutionBiasGrad', run: biasGradient },
];

function biasGradient(backend: SimdBackend, inputs: NamedTensorInfoMap): TensorInfo {
  const y = inputNamed(inputs, 'y');
  const [batch = 0, channels = 1, ...windows] = y.shape;
  const { engine } = backend;
  const copies: number[] = [];
  const at = backend.place(y, copies);
  const sums = engine.allocate(channels * Float32Array.BYTES_PER_ELEMENT);
  trainingKernels(engine).channelSums(batch, channels, sizeOf(windows), at, sums);
  for (const copy of copies) engine.release(copy);
  return backend.own([channels], sums);
}
