/** One run of an LSTM layer on the engine. */
import { cellLayouts } from './cells.js';
import type { Engine } from './engine.js';
import type { LayerSizes } from './layer-layout.js';
import { type LayerInputs, LayerPlan } from './layer-plan.js';
import type { LayerPanels } from './layer-weights.js';

export type LstmInputs = LayerInputs;

export class LstmPlan extends LayerPlan {
  constructor(
    engine: Engine,
    sizes: LayerSizes,
    inputs: LstmInputs,
    copies: readonly number[] = [],
    packed?: LayerPanels,
  ) {
    super(engine, cellLayouts.lstm, sizes, inputs, copies, packed);
  }
}
