/** A recurrent layer's weights as the forward pass reads them: packed once, for as many runs as they do not change. */
import type { CellLayout } from './cells.js';
import type { Engine } from './engine.js';
import type { RunningKernels } from './kernels.js';
import { type GateProduct, type LayerWeightSizes, layoutOf, roundUp } from './layer-layout.js';

/** Addresses of PyTorch's weights; what may be missing, biases and weightHr, is 0 or absent. */
export interface LayerWeights {
  readonly weightIh: number;
  readonly weightHh: number;
  readonly bias: number;
  readonly biasHh: number;
  readonly weightHr?: number;
}

/** Addresses of the packed weights; without a projection, that is 0. */
export interface LayerPanels {
  readonly forward: number;
  readonly projection: number;
}

const FLOAT_BYTES = 4;

/**
 * @param packWeights the kernel, or what calls it later
 * @returns blocks of their own, the caller's to release; the weights themselves are not needed any more
 */
export function packLayer(
  engine: Engine,
  cell: CellLayout,
  sizes: LayerWeightSizes,
  weights: LayerWeights,
  packWeights: RunningKernels['packWeights'] = engine.kernels.packWeights,
): LayerPanels {
  const { inputSize, hiddenSize, stateSize } = sizes;
  const { weightIh, weightHh, bias, biasHh, weightHr = 0 } = weights;
  const { hidden, inputAt, oneAt, products, panels } = layoutOf(cell, sizes);
  const forward = engine.allocate(panels * FLOAT_BYTES);
  engine.kernels.clearFloats(forward, panels);
  /** Adds a part of all of PyTorch's gates, from `row` of the inputs on. */
  const pack = (
    from: number,
    columns: number,
    row: number,
    places: readonly number[],
    scales: readonly number[],
  ) => {
    if (from === 0) return;
    for (const [gate, place] of places.entries()) {
      const { first, depth, inputsAt, panelsAt } = productOf(products, place);
      const at = from + gate * hiddenSize * columns * FLOAT_BYTES;
      const to = forward + panelsAt * FLOAT_BYTES;
      const [toRow, toColumn] = [row - inputsAt, (place - first) * hidden];
      packWeights(hiddenSize, columns, scales[gate] ?? 1, 1, at, to, depth, toRow, toColumn);
    }
  };
  pack(weightHh, stateSize, 0, cell.ofState, cell.stateScales);
  pack(weightIh, inputSize, inputAt, cell.ofInput, cell.inputScales);
  pack(bias, 1, oneAt, cell.ofInput, cell.inputScales);
  pack(biasHh, 1, oneAt, cell.ofState, cell.stateScales);
  if (weightHr === 0) return { forward, projection: 0 };
  const projection = engine.allocate(hidden * roundUp(stateSize, 8) * FLOAT_BYTES);
  engine.kernels.packMatrix(hiddenSize, hidden, stateSize, 1, weightHr, projection);
  return { forward, projection };
}

/** The product that gives the gate at this place. */
function productOf(products: readonly GateProduct[], place: number): GateProduct {
  const found = products.findLast(({ first }) => first <= place);
  return found as GateProduct; // the first product begins at place 0
}
