/** tfjs' `Softmax`, over the last dimension, on the engine. */
import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import { sizeOf } from '../../../nd-array.js';
import { inputNamed, type SimdBackend, type SimdKernel } from './backend.js';

export const softmaxKernels: readonly SimdKernel[] = [{ name: 'Softmax', run: softmax }];

function softmax(backend: SimdBackend, inputs: NamedTensorInfoMap): TensorInfo {
  const logits = inputNamed(inputs, 'logits');
  const { engine } = backend;
  const classes = logits.shape.at(-1) ?? 1;
  const size = sizeOf(logits.shape);
  const copies: number[] = [];
  const from = backend.place(logits, copies);
  const to = engine.allocate(size * Float32Array.BYTES_PER_ELEMENT);
  if (size > 0) engine.kernels.softmax(size / classes, classes, from, to);
  for (const copy of copies) engine.release(copy);
  return backend.own(logits.shape, to);
}
