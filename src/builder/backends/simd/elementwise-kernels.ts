/**
 * tfjs' kernels that go through large tensors behind convolutions: ReLU and its gradient, products and sums of tensors of one
 * shape, transposes. Those of tfjs' cpu backend, to which all else goes on, call a function for each number.
 */
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { copyPermuted } from '../../../array-layout.js';
import { sizeOf } from '../../../nd-array.js';
import { inputNamed, type KernelAttributes, type SimdBackend, type SimdKernel } from './backend.js';

/** Writes its numbers to `y`. */
type Unary = (x: Float32Array, y: Float32Array, attributes: KernelAttributes) => void;
type Binary = (a: Float32Array, b: Float32Array, y: Float32Array) => void;

// NaN stays NaN in all of them.
const unary: Readonly<Record<string, Unary>> = {
  Relu(x, y) {
    for (let i = 0; i < y.length; i++) y[i] = Math.max(0, x[i] ?? 0);
  },
  Step(x, y, attributes) {
    const below = Number(attributes?.alpha ?? 0);
    for (let i = 0; i < y.length; i++) {
      const number = x[i] ?? 0;
      y[i] = number > 0 ? 1 : number <= 0 ? below : number;
    }
  },
};

const binary: Readonly<Record<string, Binary>> = {
  Add(a, b, y) {
    for (let i = 0; i < y.length; i++) y[i] = (a[i] ?? 0) + (b[i] ?? 0);
  },
  Multiply(a, b, y) {
    for (let i = 0; i < y.length; i++) y[i] = (a[i] ?? 0) * (b[i] ?? 0);
  },
};

/** @param cpu tfjs' cpu kernels by name */
export function elementwiseKernels(cpu: (name: string) => KernelFunc): readonly SimdKernel[] {
  const kernel = (name: string, run: (...args: Parameters<SimdKernel['run']>) => TensorInfo | undefined) => {
    const otherwise = cpu(name);
    const fallback: SimdKernel['run'] = (backend, inputs, attrs) =>
      otherwise({ inputs, attrs: attrs ?? {}, backend });
    return { name, run: (...args: Parameters<SimdKernel['run']>) => run(...args) ?? fallback(...args) };
  };
  return [
    ...Object.entries(unary).map(([name, compute]) =>
      kernel(name, (backend, inputs, attributes) => {
        const x = inputNamed(inputs, 'x');
        if (x.dtype !== 'float32') return undefined;
        return result(backend, x.shape, (y) => compute(backend.numbers(x), y, attributes));
      }),
    ),
    ...Object.entries(binary).map(([name, compute]) =>
      kernel(name, (backend, inputs) => {
        const [a, b] = [inputNamed(inputs, 'a'), inputNamed(inputs, 'b')];
        if (a.dtype !== 'float32' || b.dtype !== 'float32' || !isSame(a.shape, b.shape)) return undefined;
        return result(backend, a.shape, (y) => compute(backend.numbers(a), backend.numbers(b), y));
      }),
    ),
    kernel('Transpose', (backend, inputs, attributes) => {
      const x = inputNamed(inputs, 'x');
      if (x.dtype !== 'float32') return undefined;
      const order = attributes?.perm as number[]; // as tfjs declares the kernel
      const shape = order.map((axis) => x.shape[axis] ?? 1);
      return result(backend, shape, (y) => copyPermuted(backend.numbers(x), x.shape, order, y));
    }),
  ];
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** A tensor in the engine's memory. */
function result(
  backend: SimdBackend,
  shape: readonly number[],
  write: (y: Float32Array) => void,
): TensorInfo {
  const { engine } = backend;
  const size = sizeOf(shape);
  const at = engine.allocate(size * Float32Array.BYTES_PER_ELEMENT);
  write(engine.floats(at, size));
  return backend.own(shape, at);
}
