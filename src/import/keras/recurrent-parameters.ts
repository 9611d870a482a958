/** The weights of Keras' recurrent layers under PyTorch's names: `weight_ih = kernel^T`, `weight_hh = recurrent_kernel^T`. */

import { copyStrided } from '../../array-layout.js';
import { blockOrder, cellOf, type RecurrentName } from '../../builder/recurrent/cells.js';
import type { LayerCall } from './layer-call.js';
import { takeWeight, type WeightRole } from './weights.js';

export type Direction = 'forward' | 'backward';

/** Where a direction's weights are among the layer's, and what PyTorch calls it. */
export interface Part {
  readonly path: readonly string[];
  readonly direction?: Direction;
  readonly suffix: string;
}

interface Sizes {
  readonly features: number;
  readonly units: number;
  readonly bias: boolean;
  /** Of a GRU. */
  readonly resetAfter: boolean | undefined;
}

export function addRecurrentParameters(
  kind: RecurrentName,
  { build, name, layer }: LayerCall,
  parts: readonly Part[],
  { features, units, bias, resetAfter }: Sizes,
): void {
  const { gates, keras } = cellOf(kind);
  const order = blockOrder(keras.gates, gates);
  const rows = gates.length * units;
  for (const { suffix, path, direction } of parts) {
    const take = (role: string, index: number, ...shape: readonly number[]) => {
      const wanted: WeightRole = { name: role, path, index, ...(direction ? { direction } : {}) };
      return takeWeight(build.weights, layer, wanted, shape);
    };
    const set = (parameter: string, shape: readonly number[], data: Float32Array) =>
      build.parameters.set(`${name}.${parameter}${suffix}`, { shape, data });
    set('weight_ih', [rows, features], turned(take('kernel', 0, features, rows), features, order));
    set('weight_hh', [rows, units], turned(take('recurrent_kernel', 1, units, rows), units, order));
    if (!bias) continue;
    // A layer has one bias, PyTorch the sum of two. A GRU whose reset gate scales the second one has two as well.
    const given = resetAfter ? take('bias', 2, 2, rows) : take('bias', 2, rows);
    const second = resetAfter ? turned(given.subarray(rows), 1, order) : new Float32Array(rows);
    set('bias_ih', [rows], turned(given.subarray(0, rows), 1, order));
    set('bias_hh', [rows], second);
  }
}

/** `[height, width]` as `[width, height]`, its blocks of columns put into an order. */
function turned(matrix: Float32Array, height: number, order: readonly number[]): Float32Array {
  const width = matrix.length / height;
  const units = width / order.length;
  const rows = new Float32Array(matrix.length);
  for (const [place, from] of order.entries()) {
    const block = rows.subarray(place * units * height, (place + 1) * units * height);
    copyStrided(matrix, { shape: [units, height], strides: [1, width], offset: from * units }, block);
  }
  return rows;
}
