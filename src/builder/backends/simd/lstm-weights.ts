/** {@link packLayer} of an LSTM. */
import { cellLayouts } from './cells.js';
import type { Engine } from './engine.js';
import type { LayerWeightSizes } from './layer-layout.js';
import { type LayerPanels, type LayerWeights, packLayer } from './layer-weights.js';

export function packLstm(engine: Engine, sizes: LayerWeightSizes, weights: LayerWeights): LayerPanels {
  return packLayer(engine, cellLayouts.lstm, sizes, weights);
}
