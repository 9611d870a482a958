/** What the page Train here and its worker tell each other. */
import type { Failure } from '../shared/failure.js';

/** What the network can be told. */
export interface NetworkOptions {
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bidirectional: boolean;
  readonly dropout: number;
}

export interface TrainingOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly optimizer: 'adam' | 'adamw' | 'sgd';
  readonly seed: number;
  readonly threads: number;
}

/** The data set that the worker holds. */
export interface DataSummary {
  readonly kind: 'mnist' | 'idx';
  readonly train: number;
  readonly test: number;
  readonly steps: number;
  readonly features: number;
  /** Classes. */
  readonly outputs: number;
}

export interface NetworkDescription {
  readonly code: string;
  readonly summary: string;
  readonly parameters: number;
}

/**
 * Data, which the worker reads, keeps and describes. Requests are numbered upwards; what is not of the newest one is
 * out of date. `base` is the URL of the folder with MNIST's files.
 */
export type DataRequest = { readonly request: number } & (
  | { readonly type: 'load-mnist'; readonly base: string }
  | { readonly type: 'load-idx'; readonly files: readonly File[] }
);

export type ToWorker =
  | DataRequest
  | { readonly type: 'describe'; readonly network: NetworkOptions; readonly training: TrainingOptions }
  | { readonly type: 'start'; readonly network: NetworkOptions; readonly training: TrainingOptions }
  | { readonly type: 'pause' | 'resume' | 'stop' };

/** Step numbers counted over all epochs, each with its loss and accuracy. */
export interface Points {
  readonly steps: readonly number[];
  readonly losses: readonly number[];
  readonly accuracies: readonly number[];
}

export interface Progress {
  readonly epoch: number;
  readonly step: number;
  readonly stepsAnEpoch: number;
  /** Samples a second over the last second, pauses left out. */
  readonly samplesPerSecond: number;
  /** Milliseconds of training, pauses left out. */
  readonly elapsed: number;
  readonly points: Points;
}

export interface TestResult {
  readonly samples: number;
  readonly correct: number;
  readonly labels: readonly string[];
  /** Rows are the true classes, columns the predicted ones. */
  readonly confusion: readonly (readonly number[])[];
}

export interface Result {
  readonly test: TestResult;
  readonly stopped: boolean;
  /** Steps taken, over all epochs. */
  readonly steps: number;
  readonly elapsed: number;
  /** The tfjs backend that computed. */
  readonly backend: string;
  /** Why it was slower than it could be. */
  readonly notice?: string;
  readonly checkpoint: Uint8Array<ArrayBuffer>;
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly exportMilliseconds: number;
}

export type FromWorker =
  | { readonly type: 'data'; readonly request: number; readonly data: DataSummary }
  | { readonly type: 'described'; readonly description: NetworkDescription }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'testing' }
  | { readonly type: 'paused' | 'resumed' }
  | { readonly type: 'done'; readonly result: Result }
  /** Before the first step, with nothing to keep. */
  | { readonly type: 'stopped' }
  /** What failed, and the failure. */
  | {
      readonly type: 'failed';
      readonly during: ToWorker['type'];
      readonly failure: Failure;
      /** Of a request for data. */
      readonly request?: number;
    };
