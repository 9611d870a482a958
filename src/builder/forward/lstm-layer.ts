/**
 * The directions of one LSTM layer on tfjs. A backend may bring the whole of them as one op with its own gradient (simd does),
 * or three kernels for the plain layer (`plain-lstm.ts`, tensorflow does); all else goes step by step.
 */
import type { LstmLayerArguments, LstmLayerResults } from '../backends/lstm-layer.js';
import { ownLayers } from '../backends/own-layers.js';
import { hasLstmKernels, plainLstm } from '../backends/plain-lstm.js';
import type { Directed } from '../backends/recurrent-layer.js';
import type { Tf } from '../backends/tf.js';
import { type LstmCell, steppedLstm } from './lstm-step.js';

/**
 * Runs them on the current backend.
 *
 * @param cell what makes the cell another than PyTorch's
 */
export function lstmDirections(
  tf: Tf,
  directions: readonly Directed<LstmLayerArguments>[],
  cell?: LstmCell,
): readonly LstmLayerResults[] {
  const isTorch = !cell && directions.every(({ layer }) => !layer.peephole);
  const own = isTorch ? ownLayers(tf).lstmDirections : undefined;
  if (own) return own(directions);
  return directions.map(({ layer, attributes }) => {
    const isPlain = isTorch && !(layer.weightHr || layer.lengths) && hasLstmKernels(tf);
    return isPlain ? plainLstm(tf, layer, attributes) : steppedLstm(tf, layer, attributes, cell);
  });
}
