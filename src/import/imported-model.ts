/** What the readers of models and of weights give. */
import type { ModelInfo } from '../builder/checkpoint.js';
import type { Network } from '../builder/network.js';
import type { StateDict } from '../builder/parameters.js';

export interface ImportedModel {
  readonly network: Network;
  readonly parameters: StateDict;
  readonly info?: ModelInfo;
}

/** Weights without a network. */
export interface ImportedWeights {
  readonly parameters: StateDict;
  /** What was assumed to find them, in sentences for the user. */
  readonly notes: readonly string[];
}
