/** Parameters as tfjs tensors. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from './backends/tf.js';
import type { StateDict } from './parameters.js';

export type TfParameters = ReadonlyMap<string, TfTensor>;

/** A tensor for each parameter; dispose of them, or make them in a `tf.tidy`. */
export function tensorsOf(tf: Tf, parameters: StateDict): Map<string, TfTensor> {
  return new Map([...parameters].map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]));
}
