/**
 * tfjs' `GatherV2` of rows, which embeddings are: tfjs' cpu kernel makes lists for each number, and leaves them to the garbage collector.
 * What is gathered along other axes goes on to that kernel.
 */
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { sizeOf } from '../../../nd-array.js';
import { inputNamed, type SimdBackend, type SimdKernel } from './backend.js';

/** @param otherwise the kernel of tfjs' cpu backend */
export function gatherKernel(otherwise: KernelFunc): SimdKernel {
  return {
    name: 'GatherV2',
    run(backend, inputs, attributes) {
      const [x, indices] = [inputNamed(inputs, 'x'), inputNamed(inputs, 'indices')];
      const isOfRows = attributes?.axis === 0 && (attributes.batchDims ?? 0) === 0 && x.dtype === 'float32';
      const rows = isOfRows ? gatherRows(backend, x, indices) : undefined;
      return rows ?? otherwise({ inputs, attrs: attributes ?? {}, backend });
    },
  };
}

/** @returns undefined where there is no such row, which the kernel of tfjs says */
function gatherRows(backend: SimdBackend, x: TensorInfo, indices: TensorInfo): TensorInfo | undefined {
  const [rows = 0, ...row] = x.shape;
  const width = sizeOf(row);
  const [from, order] = [backend.numbers(x), backend.integers(indices)];
  if (!order.every((index) => index >= 0 && index < rows)) return undefined;
  const at = backend.engine.allocate(order.length * width * Float32Array.BYTES_PER_ELEMENT);
  const to = backend.engine.floats(at, order.length * width);
  for (let i = 0; i < order.length; i++) {
    const start = (order[i] ?? 0) * width;
    for (let k = 0; k < width; k++) to[i * width + k] = from[start + k] ?? 0;
  }
  return backend.own([...indices.shape, ...row], at);
}
