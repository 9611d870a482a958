/** What the readers of whole models give. */
import type { ModelInfo } from '../builder/checkpoint.js';
import type { Network } from '../builder/network.js';
import type { StateDict } from '../builder/parameters.js';

export interface ImportedModel {
  readonly network: Network;
  readonly parameters: StateDict;
  readonly info?: ModelInfo;
}
