/**
 * One direction of one LSTM layer on tfjs. A backend may bring the whole of it as one op with its own gradient (simd does),
 * or three kernels for the plain layer (`plain-lstm.ts`, tensorflow does); all else goes step by step.
 */
import type { LstmLayerArguments, LstmLayerResults } from '../backends/lstm-layer.js';
import { ownLayers } from '../backends/own-layers.js';
import { hasLstmKernels, plainLstm } from '../backends/plain-lstm.js';
import type { LayerAttributes } from '../backends/recurrent-layer.js';
import type { Tf } from '../backends/tf.js';
import { type LstmCell, steppedLstm } from './lstm-step.js';

/**
 * Runs the layer on the current backend.
 *
 * @param cell what makes the cell another than PyTorch's
 */
export function lstmLayer(
  tf: Tf,
  layer: LstmLayerArguments,
  attributes: LayerAttributes,
  cell?: LstmCell,
): LstmLayerResults {
  if (cell || layer.peephole) return steppedLstm(tf, layer, attributes, cell);
  const own = ownLayers(tf);
  if (own.lstmLayer) return own.lstmLayer(layer, attributes);
  const isPlain = !(layer.weightHr || layer.lengths) && hasLstmKernels(tf);
  return (isPlain ? plainLstm : steppedLstm)(tf, layer, attributes);
}
