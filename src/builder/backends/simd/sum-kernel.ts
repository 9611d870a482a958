/**
 * tfjs' `Sum` over leading dimensions, which is the gradient of a bias; tfjs' cpu kernel transposes its input for that.
 * Other sums go on to the cpu kernel.
 */
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { sizeOf } from '../../../nd-array.js';
import { inputNamed, type KernelAttributes, type SimdBackend, type SimdKernel } from './backend.js';

/** @param otherwise the kernel of tfjs' cpu backend */
export function sumKernel(otherwise: KernelFunc): SimdKernel {
  return {
    name: 'Sum',
    run(backend, inputs, attributes) {
      const x = inputNamed(inputs, 'x');
      const leading = leadingAxes(x, attributes);
      if (leading > 0 && x.dtype === 'float32')
        return sumLeading(backend, x, leading, attributes?.keepDims === true);
      return otherwise({ inputs, attrs: attributes ?? {}, backend });
    },
  };
}

/** How many dimensions, the first ones, the sum is over; 0 when it is over others. */
function leadingAxes({ shape }: TensorInfo, attributes: KernelAttributes): number {
  const axis = attributes?.axis as number | number[] | undefined; // as tfjs declares the kernel
  const axes = [axis ?? []].flat().map((a) => (a < 0 ? a + shape.length : a));
  return axes.toSorted((a, b) => a - b).every((a, i) => a === i) && axes.length < shape.length
    ? axes.length
    : 0;
}

function sumLeading(backend: SimdBackend, x: TensorInfo, leading: number, keepDims: boolean): TensorInfo {
  const kept = x.shape.slice(leading);
  const width = sizeOf(kept);
  const numbers = backend.numbers(x);
  const sums = new Float64Array(width); // as tfjs' cpu kernel: a long sum in single precision loses digits
  for (let start = 0; start < numbers.length; start += width) {
    for (let i = 0; i < width; i++) sums[i] = (sums[i] ?? 0) + (numbers[start + i] ?? 0);
  }
  const shape = keepDims ? [...x.shape.slice(0, leading).map(() => 1), ...kept] : kept;
  return backend.makeTensorInfo(shape, 'float32', Float32Array.from(sums));
}
