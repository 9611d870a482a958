/**
 * tfjs' kernels that go through large tensors behind convolutions: ReLU and its gradient, products and sums of tensors of one
 * shape, transposes. Those of tfjs' cpu backend, to which all else goes on, call a function for each number.
 */
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { copyPermuted } from '../../../array-layout.js';
import { sizeOf } from '../../../nd-array.js';
import { inputNamed, type SimdBackend, type SimdKernel } from './backend.js';
import type { TrainingKernels } from './kernels.js';
import { trainingKernels } from './training-kernels.js';

type Arguments = Parameters<SimdKernel['run']>;

/** @param cpu tfjs' cpu kernels by name */
export function elementwiseKernels(cpu: (name: string) => KernelFunc): readonly SimdKernel[] {
  const kernel = (name: string, run: (...args: Arguments) => TensorInfo | undefined): SimdKernel => ({
    name,
    run: (...args) => {
      const [backend, inputs, attrs] = args;
      return run(...args) ?? cpu(name)({ inputs, attrs: attrs ?? {}, backend });
    },
  });
  return [
    kernel('Relu', (backend, { x }) =>
      computed(backend, [x], (kernels, count, [from = 0], to) => kernels.rectify(count, from, to)),
    ),
    kernel('Step', (backend, { x }, attributes) =>
      computed(backend, [x], (kernels, count, [from = 0], to) =>
        kernels.step(count, from, Number(attributes?.alpha ?? 0), to),
      ),
    ),
    kernel('Add', (backend, { a, b }) =>
      computed(backend, [a, b], (kernels, count, [left = 0, right = 0], to) =>
        kernels.add(count, left, right, to),
      ),
    ),
    kernel('Multiply', (backend, { a, b }) =>
      computed(backend, [a, b], (kernels, count, [left = 0, right = 0], to) =>
        kernels.multiply(count, left, right, to),
      ),
    ),
    kernel('Transpose', (backend, inputs, attributes) => {
      const x = inputNamed(inputs, 'x');
      if (x.dtype !== 'float32') return undefined;
      const order = attributes?.perm as number[]; // as tfjs declares the kernel
      const shape = order.map((axis) => x.shape[axis] ?? 1);
      const { engine } = backend;
      const size = sizeOf(shape);
      const at = engine.allocate(size * Float32Array.BYTES_PER_ELEMENT);
      copyPermuted(backend.numbers(x), x.shape, order, engine.floats(at, size));
      return backend.own(shape, at);
    }),
  ];
}

/** What a kernel gives for floats of one shape; undefined for others. @param compute is given addresses */
function computed(
  backend: SimdBackend,
  inputs: readonly (TensorInfo | undefined)[],
  compute: (kernels: TrainingKernels, count: number, from: readonly number[], to: number) => void,
): TensorInfo | undefined {
  const tensors = inputs.filter((x) => x !== undefined);
  const [{ shape } = { shape: [] }] = tensors;
  if (!tensors.every((x) => x.dtype === 'float32' && isSame(x.shape, shape))) return undefined;
  const { engine } = backend;
  const copies: number[] = [];
  const from = tensors.map((x) => backend.place(x, copies));
  const count = sizeOf(shape);
  const to = engine.allocate(count * Float32Array.BYTES_PER_ELEMENT);
  compute(trainingKernels(engine), count, from, to);
  for (const copy of copies) engine.release(copy);
  return backend.own(shape, to);
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
