/** How a task learns from sequences: by Adam along a cosine, until the validation part becomes no better. */
import type { BackendName } from '../builder/backends/backend.js';
import type { OnStep } from '../builder/train/epoch.js';
import type { EpochEnd, FitOptions } from '../builder/train/fit.js';
import { adam } from '../builder/train/optimizers.js';
import { cosine } from '../builder/train/schedules.js';

/** What the settings of every task say of learning. */
export interface Learning {
  readonly cell: 'lstm' | 'gru';
  readonly hiddenSize: number;
  readonly numLayers: number;
  /** The part of the features that is left out at random. */
  readonly dropout: number;
  /** The most passes over the data. */
  readonly epochs: number;
  readonly batchSize: number;
  /** Of the first epoch; it falls to 0 along a cosine. */
  readonly lr: number;
  readonly clipNorm: number;
  /** Epochs in which the validation part becomes no better before training ends. */
  readonly patience: number;
  /** Fractions of the data that are held back. */
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
  readonly backend: BackendName;
  readonly signal?: AbortSignal;
  readonly onStep?: OnStep;
  readonly onEpoch?: (end: EpochEnd) => void | Promise<void>;
}

/** The options of `fit` that learning determines; the loss, the metrics and the validation data are the task's. */
export function fitOptionsOf(learning: Learning) {
  return { ...fitOptionsOfStreams(learning), batchSize: learning.batchSize } satisfies Partial<FitOptions>;
}

/** {@link fitOptionsOf} for data of streams, which say the size of a batch themselves. */
export function fitOptionsOfStreams(learning: Omit<Learning, 'batchSize'>) {
  const { epochs, lr, clipNorm, patience, seed, backend, signal, onStep, onEpoch } = learning;
  return {
    ...{ epochs, clipNorm, seed, backend },
    optimizer: adam({ lr: cosine({ from: lr, over: epochs }) }),
    earlyStopping: { patience },
    ...(signal && { signal }),
    ...(onStep && { onStep }),
    ...(onEpoch && { onEpoch }),
  } satisfies Partial<FitOptions>;
}
