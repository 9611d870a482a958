/** What the readers of models and of weights give. */
import type { ModelInfo } from '../builder/checkpoint.js';
import type { Network } from '../builder/network.js';
import type { StateDict } from '../builder/parameters.js';
import type { Hint } from '../hints.js';

export interface ImportedModel {
  readonly network: Network;
  readonly parameters: StateDict;
  readonly info?: ModelInfo;
}

/** What was assumed about a file, what cannot be known of it or what was left out. */
export interface ImportNote {
  /** In a sentence for the user. */
  readonly text: string;
  /** What to give where it is not so, or what finds out; absent where there is no such thing. */
  readonly hints?: readonly Hint[];
}

/** Weights without a network. */
export interface ImportedWeights {
  readonly parameters: StateDict;
  /** What was assumed to find them, in sentences for the user. */
  readonly notes: readonly string[];
}

/** Notes of readers, which point to no option. */
export function plainNotes(notes: readonly string[] = []): ImportNote[] {
  return notes.map((text) => ({ text }));
}
