/** The weights of a recurrent layer as its way back reads them, and their gradients as it writes them. */

import { callsOf } from './calls.js';
import type { CellLayout } from './cells.js';
import type { Engine } from './engine.js';
import { type LayerWeightSizes, layoutOf, paddedUnits, roundUp } from './layer-layout.js';

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/**
 * One weight `[gates * hiddenSize, columns]` for a product from the gates' gradients to `columns`.
 *
 * @param places where PyTorch's gates lie among those of the product
 * @returns a block of its own, the caller's to release
 */
export function packBackward(
  engine: Engine,
  weight: number,
  columns: number,
  { hiddenSize }: LayerWeightSizes,
  places: readonly number[],
): number {
  const hidden = paddedUnits(hiddenSize);
  const depth = places.length * hidden;
  const count = depth * roundUp(columns, 8);
  const panels = engine.allocate(count * FLOAT_BYTES);
  engine.kernels.clearFloats(panels, count);
  const first = Math.min(...places);
  const { call, finish } = callsOf(engine, 'packWeights', count);
  for (const [gate, place] of places.entries()) {
    const from = weight + gate * hiddenSize * columns * FLOAT_BYTES;
    call(hiddenSize, columns, 1, 0, from, panels, depth, (place - first) * hidden, 0);
  }
  finish();
  return panels;
}

/** Addresses of gradients in PyTorch's shapes; that of biasHh is 0 where it is that of bias. */
export interface WeightGradients {
  readonly dWeightIh: number;
  readonly dWeightHh: number;
  readonly dBias: number;
  readonly dBiasHh: number;
}

/** The slices' gradients of all weights, which follow each other, summed in their order. @returns the caller's to release */
export function unpackGradients(
  engine: Engine,
  cell: CellLayout,
  sizes: LayerWeightSizes,
  dWeights: number,
  slices: number,
): WeightGradients {
  const { inputSize, hiddenSize, stateSize } = sizes;
  const { hidden, width, gateWidth, inputAt, oneAt } = layoutOf(cell, sizes);
  const stride = width * FLOAT_BYTES;
  const sliceBytes = gateWidth * stride;
  const { call: sumSlices, finish } = callsOf(engine, 'sumSlices', slices * gateWidth * width);
  const unpack = (columns: number, column: number, places: readonly number[]) => {
    const size = hiddenSize * columns * FLOAT_BYTES;
    const to = engine.allocate(places.length * size);
    for (const [gate, place] of places.entries()) {
      const from = dWeights + (place * hidden * width + column) * FLOAT_BYTES;
      sumSlices(hiddenSize, columns, from, stride, slices, sliceBytes, to + gate * size);
    }
    return to;
  };
  const gradients = {
    dWeightIh: unpack(inputSize, inputAt, cell.ofInput),
    dWeightHh: unpack(stateSize, 0, cell.ofState),
    dBias: unpack(1, oneAt, cell.ofInput),
    dBiasHh: cell.ofState === cell.ofInput ? 0 : unpack(1, oneAt, cell.ofState),
  };
  finish();
  return gradients;
}
