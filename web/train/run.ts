/** One training run: steps reported ten times a second, pausing and stopping, then the test and the files. */
import {
  accuracy,
  adam,
  adamW,
  crossEntropy,
  encodeCheckpoint,
  exportOnnx,
  fit,
  type Network,
  type OptimizerConfig,
  type StateDict,
  type StepEnd,
  sgd,
} from 'lstm-onnx/web';
import type { LoadedData } from './data.js';
import type { Progress, Result, TrainingOptions } from './messages.js';
import { sgdMomentum } from './network.js';
import { testModel } from './testing.js';

/** Milliseconds between messages to the page. */
const reportInterval = 100;
/** Milliseconds over which the speed is taken. */
const speedWindow = 1000;

/** What a run tells while it goes. */
export interface RunEvents {
  onProgress(progress: Progress): void;
  onPaused(): void;
  onResumed(): void;
  onTesting(): void;
}

export class TrainingRun {
  readonly #network: Network;
  readonly #data: LoadedData;
  readonly #options: TrainingOptions;
  readonly #events: RunEvents;
  readonly #stop = new AbortController();
  #gate: { readonly opened: Promise<void>; readonly open: () => void } | undefined;
  /** While it trains: the last step taken. */
  #last: StepEnd | undefined;
  /** Parameters after the step that it was stopped at. */
  #stoppedAt: StateDict | undefined;
  #started = 0;
  #pausedFor = 0;
  #steps = 0;
  #lastReport = 0;
  #speedMarks: { readonly at: number; readonly samples: number }[] = [];
  #points = { steps: [] as number[], losses: [] as number[], accuracies: [] as number[] };

  constructor(network: Network, data: LoadedData, options: TrainingOptions, events: RunEvents) {
    this.#network = network;
    this.#data = data;
    this.#options = options;
    this.#events = events;
  }

  /** After the step at hand. */
  pause(): void {
    if (this.#gate) return;
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#gate = { opened, open };
  }

  resume(): void {
    this.#gate?.open();
    this.#gate = undefined;
  }

  /** What was learned so far is tested and kept. Messages come between steps, so that the parameters are whole. */
  stop(): void {
    this.#stoppedAt = this.#last?.parameters();
    this.#stop.abort();
    this.resume();
  }

  /**
   * Trains to the end, or until it is stopped.
   *
   * @returns undefined if it was stopped before the first step
   * @throws what `fit` throws
   */
  async run(): Promise<Result | undefined> {
    const { epochs, batchSize, seed, threads } = this.#options;
    let backend = `simd:${threads}`;
    const { signal } = this.#stop;
    this.#started = performance.now();
    let notice: string | undefined;
    let trained: StateDict;
    let stopped = false;
    try {
      const result = await fit(this.#network, this.#data.train, {
        loss: crossEntropy,
        metrics: [accuracy],
        optimizer: optimizerOf(this.#options),
        epochs,
        batchSize,
        seed,
        backend,
        signal,
        onStep: (end) => this.#afterStep(end),
      });
      ({ name: backend, notice } = result.backend);
      trained = result.parameters;
    } catch (error) {
      if (!signal.aborted) throw error;
      if (!this.#stoppedAt) return undefined;
      trained = this.#stoppedAt;
      stopped = true;
    }
    this.#last = undefined;
    const elapsed = performance.now() - this.#started - this.#pausedFor;
    this.#events.onTesting();
    const test = await testModel(this.#network, trained, this.#data, backend);
    const { info } = this.#data;
    const exportStarted = performance.now();
    const onnx = ownBytes(exportOnnx(this.#network, trained, info));
    const exportMilliseconds = performance.now() - exportStarted;
    return {
      test,
      stopped,
      steps: this.#steps,
      elapsed,
      backend,
      ...(notice === undefined ? {} : { notice }),
      checkpoint: ownBytes(encodeCheckpoint({ network: this.#network, parameters: trained, info })),
      onnx,
      exportMilliseconds,
    };
  }

  async #afterStep(end: StepEnd): Promise<void> {
    this.#last = end;
    this.#steps++;
    this.#points.steps.push(this.#steps);
    this.#points.losses.push(end.loss);
    this.#points.accuracies.push(Object.values(end.metrics)[0] ?? 0);
    const isLast = end.epoch === this.#options.epochs && end.step === end.steps;
    const now = performance.now();
    if (isLast || now - this.#lastReport >= reportInterval || this.#gate) this.#report(end, now);
    if (this.#gate) await this.#wait(this.#gate.opened);
  }

  async #wait(opened: Promise<void>): Promise<void> {
    const from = performance.now();
    this.#events.onPaused();
    await opened;
    this.#pausedFor += performance.now() - from;
    this.#speedMarks = [];
    if (!this.#stop.signal.aborted) this.#events.onResumed();
  }

  #report({ epoch, step, steps }: StepEnd, now: number): void {
    this.#lastReport = now;
    const samples = samplesSeen(epoch, step, this.#data.summary.train, this.#options.batchSize);
    this.#speedMarks = [
      ...this.#speedMarks.filter(({ at }) => now - at <= speedWindow),
      { at: now, samples },
    ];
    const [first] = this.#speedMarks;
    const seconds = first ? (now - first.at) / 1000 : 0;
    this.#events.onProgress({
      epoch,
      step,
      stepsAnEpoch: steps,
      samplesPerSecond: first && seconds > 0 ? (samples - first.samples) / seconds : 0,
      elapsed: now - this.#started - this.#pausedFor,
      points: this.#points,
    });
    this.#points = { steps: [], losses: [], accuracies: [] };
  }
}

function samplesSeen(epoch: number, step: number, samples: number, batchSize: number): number {
  return (epoch - 1) * samples + Math.min(step * batchSize, samples);
}

function optimizerOf({ optimizer, learningRate: lr }: TrainingOptions): OptimizerConfig {
  switch (optimizer) {
    case 'adam':
      return adam({ lr });
    case 'adamw':
      return adamW({ lr });
    case 'sgd':
      return sgd({ lr, momentum: sgdMomentum });
  }
}

/** The bytes in a buffer of their own, which can be handed over to the page. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes);
}
