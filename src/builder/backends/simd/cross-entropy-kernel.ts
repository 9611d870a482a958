/** Cross-entropy on the engine; see `../cross-entropy.ts`. */

import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import { crossEntropyKernel } from '../cross-entropy.js';
import { inputNamed, type SimdBackend, type SimdKernel } from './backend.js';
import { trainingKernels } from './training-kernels.js';

export const crossEntropyKernels: readonly SimdKernel[] = [{ name: crossEntropyKernel, run: crossEntropy }];

function crossEntropy(backend: SimdBackend, inputs: NamedTensorInfoMap): TensorInfo[] {
  const { engine } = backend;
  const logits = inputNamed(inputs, 'logits');
  const [rows = 0, classes = 0] = logits.shape;
  const copies: number[] = [];
  const from = backend.place(logits, copies);
  const targets = backend.place(inputNamed(inputs, 'target'), copies);
  const gradient = engine.allocate(rows * classes * Float32Array.BYTES_PER_ELEMENT);
  const loss = trainingKernels(engine).crossEntropy(rows, classes, from, targets, gradient);
  for (const at of copies) engine.release(at);
  return [
    backend.makeTensorInfo([], 'float32', Float32Array.of(loss)),
    backend.own([rows, classes], gradient),
  ];
}
