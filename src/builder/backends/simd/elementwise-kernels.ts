/**
 * tfjs' kernels that go through tensors number by number: ReLU and its gradient, two tensors stretched over each other, transposes,
 * slices and their gradient. Those of tfjs' cpu backend, to which all else goes on, call functions and make an index for each number.
 */
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { copyPermuted, copyStrided, forEachElement, stridesOf } from '../../../array-layout.js';
import { dim, sizeOf } from '../../../nd-array.js';
import { broadcast } from '../../broadcast.js';
import { inputNamed, type SimdBackend, type SimdKernel } from './backend.js';
import type { TrainingKernels } from './kernels.js';
import { trainingKernels } from './training-kernels.js';

/** tfjs' kernels of two tensors, and ours. */
const binary = { Add: 'add', Sub: 'subtract', Multiply: 'multiply', RealDiv: 'divide' } as const;

type Arguments = Parameters<SimdKernel['run']>;

/** @param cpu tfjs' cpu kernels by name */
export function elementwiseKernels(cpu: (name: string) => KernelFunc): readonly SimdKernel[] {
  const kernel = (
    name: string,
    run: (...args: Arguments) => TensorInfo | TensorInfo[] | undefined,
  ): SimdKernel => ({
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
    ...Object.entries(binary).map(([name, own]) =>
      kernel(name, (backend, { a, b }) =>
        computed(backend, [a, b], (kernels, count, [left = 0, right = 0], to) =>
          kernels[own](count, left, right, to),
        ),
      ),
    ),
    kernel('Transpose', (backend, inputs, attributes) => {
      const x = inputNamed(inputs, 'x');
      if (x.dtype !== 'float32') return undefined;
      const order = attributes?.perm as number[]; // as tfjs declares the kernel
      const shape = order.map((axis) => x.shape[axis] ?? 1);
      return written(backend, shape, (y) => copyPermuted(backend.numbers(x), x.shape, order, y));
    }),
    kernel('Slice', (backend, inputs, attributes) => {
      const x = inputNamed(inputs, 'x');
      const { begin, size } = attributes as Record<string, unknown>;
      if (x.dtype !== 'float32' || !isOfRank(begin, x) || !isOfRank(size, x)) return undefined;
      return sliced(
        backend,
        x,
        begin,
        size.map((count, axis) => (count < 0 ? dim(x.shape, axis) - dim(begin, axis) : count)),
      );
    }),
    kernel('SplitV', (backend, inputs, attributes) => {
      const x = inputNamed(inputs, 'x');
      const { numOrSizeSplits: parts, axis } = attributes as {
        numOrSizeSplits: number | number[];
        axis: number;
      }; // as tfjs declares the kernel
      const along = axis < 0 ? axis + x.shape.length : axis;
      const whole = dim(x.shape, along);
      const sizes = Array.isArray(parts) ? parts : new Array<number>(parts).fill(whole / parts);
      if (x.dtype !== 'float32' || sizes.some((size) => size < 0)) return undefined;
      let start = 0;
      return sizes.map((size) => {
        const begin = x.shape.map((_, i) => (i === along ? start : 0));
        start += size;
        return sliced(backend, x, begin, x.shape.with(along, size));
      });
    }),
    kernel('PadV2', (backend, inputs, attributes) => {
      const x = inputNamed(inputs, 'x');
      if (x.dtype !== 'float32') return undefined;
      const { paddings, constantValue } = attributes as {
        paddings: [number, number][];
        constantValue: number;
      }; // as tfjs declares the kernel
      const shape = x.shape.map((size, axis) => {
        const [before = 0, after = 0] = paddings[axis] ?? [];
        return size + before + after;
      });
      const strides = stridesOf(shape);
      const offset = paddings.reduce((sum, [before], axis) => sum + before * dim(strides, axis), 0);
      const numbers = backend.numbers(x);
      return written(backend, shape, (y) => {
        y.fill(constantValue);
        forEachElement({ shape: x.shape, strides, offset }, (from, to) => {
          y[to] = numbers[from] ?? 0;
        });
      });
    }),
  ];
}

/** What a kernel gives for floats, stretched over each other; undefined for others. @param compute is given addresses */
function computed(
  backend: SimdBackend,
  inputs: readonly (TensorInfo | undefined)[],
  compute: (kernels: TrainingKernels, count: number, from: readonly number[], to: number) => void,
): TensorInfo | undefined {
  const tensors = inputs.filter((x) => x !== undefined);
  const shape = tensors.reduce<number[] | undefined>((all, x) => all && broadcast(all, x.shape), []);
  if (!shape || !tensors.every(({ dtype }) => dtype === 'float32')) return undefined;
  const { engine } = backend;
  const copies: number[] = [];
  const from = tensors.map((x) =>
    isSame(x.shape, shape) ? backend.place(x, copies) : stretched(backend, x, shape, copies),
  );
  const count = sizeOf(shape);
  const to = engine.allocate(count * Float32Array.BYTES_PER_ELEMENT);
  compute(trainingKernels(engine), count, from, to);
  for (const copy of copies) engine.release(copy);
  return backend.own(shape, to);
}

/** Entries of x from a place on. */
function sliced(
  backend: SimdBackend,
  x: TensorInfo,
  begin: readonly number[],
  shape: readonly number[],
): TensorInfo {
  const strides = stridesOf(x.shape);
  const offset = begin.reduce((sum, first, axis) => sum + first * dim(strides, axis), 0);
  return written(backend, shape, (y) => copyStrided(backend.numbers(x), { shape, strides, offset }, y));
}

/** A copy of x over another shape; its address, added to `copies`. */
function stretched(backend: SimdBackend, x: TensorInfo, shape: readonly number[], copies: number[]): number {
  const { engine } = backend;
  const count = sizeOf(shape);
  const at = engine.allocate(count * Float32Array.BYTES_PER_ELEMENT);
  copies.push(at);
  const own = stridesOf(x.shape);
  const more = shape.length - x.shape.length;
  const strides = shape.map((_, axis) =>
    axis < more || x.shape[axis - more] === 1 ? 0 : dim(own, axis - more),
  );
  copyStrided(backend.numbers(x), { shape, strides, offset: 0 }, engine.floats(at, count));
  return at;
}

/** A tensor whose numbers are written to the engine's memory. */
function written(
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

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** Whether it is a number for each dimension. tfjs takes other forms, too. */
function isOfRank(value: unknown, { shape }: TensorInfo): value is number[] {
  return Array.isArray(value) && value.length === shape.length;
}
