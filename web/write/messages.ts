/** What the page Write and its worker tell each other. */
import type { Failure } from '../shared/failure.js';

/** What a person chooses for a training. */
export interface Settings {
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly threads: number;
}

export type ToWorker =
  | { readonly type: 'train'; readonly text: string; readonly settings: Settings }
  | { readonly type: 'stop' };

/** The steps of training since the message before, counted over all epochs, each with its loss. */
export interface Points {
  readonly steps: readonly number[];
  readonly losses: readonly number[];
}

export interface Progress {
  /** How many steps are over, and how many there are. */
  readonly step: number;
  readonly of: number;
  readonly charactersPerSecond: number;
  /** Milliseconds. */
  readonly elapsed: number;
  readonly points: Points;
}

/** What the network could do by a step. */
export interface Sample {
  readonly step: number;
  /** On the part that is held back. */
  readonly perplexity: number;
  readonly text: string;
}

export interface Result {
  /** On the part that is held back. */
  readonly perplexity: number;
  /** What counting comes to there. */
  readonly counting: number;
  readonly steps: number;
  readonly stopped: boolean;
  /** Milliseconds. */
  readonly elapsed: number;
  readonly parameters: number;
  readonly backend: string;
  readonly notice?: string;
  readonly onnx: Uint8Array<ArrayBuffer>;
}

export type FromWorker =
  /** What a model that counts comes to on the part that is held back: its perplexity. */
  | { readonly type: 'counted'; readonly counting: number }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'sample'; readonly sample: Sample }
  | { readonly type: 'done'; readonly result: Result }
  /** Before the first step, so that nothing was learned. */
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly failure: Failure };
