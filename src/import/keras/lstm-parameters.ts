/** The weights of Keras' LSTMs under PyTorch's names: `weight_ih = kernel^T`, `weight_hh = recurrent_kernel^T`. */

import { transposed } from '../../array-layout.js';
import type { LayerCall } from './layer-call.js';
import { takeWeight, type WeightRole } from './weights.js';

export type Direction = 'forward' | 'backward';

/** Where a direction's weights are among the layer's, and what PyTorch calls it. */
export interface Part {
  readonly path: readonly string[];
  readonly direction?: Direction;
  readonly suffix: string;
}

/** The gates are in the order i, f, c, o, which is PyTorch's i, f, g, o. */
export function addLstmParameters(
  { build, name, layer }: LayerCall,
  parts: readonly Part[],
  { features, units, bias }: { readonly features: number; readonly units: number; readonly bias: boolean },
): void {
  const gates = 4 * units;
  for (const { suffix, path, direction } of parts) {
    const take = (role: string, index: number, ...shape: readonly number[]) => {
      const wanted: WeightRole = { name: role, path, index, ...(direction ? { direction } : {}) };
      return takeWeight(build.weights, layer, wanted, shape);
    };
    const set = (parameter: string, shape: readonly number[], data: Float32Array) =>
      build.parameters.set(`${name}.${parameter}${suffix}`, { shape, data });
    set('weight_ih', [gates, features], transposed(take('kernel', 0, features, gates), features, gates));
    set('weight_hh', [gates, units], transposed(take('recurrent_kernel', 1, units, gates), units, gates));
    if (!bias) continue;
    set('bias_ih', [gates], take('bias', 2, gates));
    set('bias_hh', [gates], new Float32Array(gates)); // Keras has one bias, PyTorch the sum of two
  }
}
