/** One direction of one GRU or RNN layer as a single tfjs op with its own gradient, which a backend may bring: simd does. */
import type { LayerAttributes, LstmLayerArguments, LstmLayerResults } from './lstm-layer.js';

/**
 * As an LSTM's, without what is the LSTM's own. `gates` below is 3 for a GRU, r, z, n in this order of rows, and 1 for an
 * RNN: weightIh `[gates * hidden, features]`, weightHh `[gates * hidden, hidden]`, bias and biasHh `[gates * hidden]`. The
 * biases of a GRU's n are not one sum: r multiplies that of biasHh with what h gives.
 */
export type RecurrentLayerArguments = Omit<LstmLayerArguments, 'c0' | 'weightHr' | 'peephole'>;

/** The output at every step (empty when it is not wanted), and h after the last step read. */
export type RecurrentLayerResults = Omit<LstmLayerResults, 'c'>;

export interface RnnLayerAttributes extends LayerAttributes {
  readonly nonlinearity: 'tanh' | 'relu';
}

export type GruLayer = (layer: RecurrentLayerArguments, attributes: LayerAttributes) => RecurrentLayerResults;

export type RnnLayer = (
  layer: RecurrentLayerArguments,
  attributes: RnnLayerAttributes,
) => RecurrentLayerResults;
