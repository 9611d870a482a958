/** One training: steps reported ten times a second, samples on the way, and in the end a model file. */
import {
  crossEntropy,
  encodeText,
  evaluate,
  exportOnnx,
  fit,
  type Network,
  nGramModel,
  parameterSpecs,
  perplexity,
  type StateDict,
  type StepEnd,
  textStream,
  type Vocabulary,
} from 'lstm-onnx/web';
import type { Progress, Result, Sample, Settings } from './messages.js';
import { buildNetwork, charactersOf, optimizerOf } from './network.js';
import { type Cut, clipNorm, cutOf, sampleSteps } from './plan.js';
import { openWriter, write } from './writer.js';

/** Milliseconds between messages to the page. */
const reportInterval = 100;
/** Milliseconds over which the speed is taken. */
const speedWindow = 2000;
/** Of samples: characters, and what they are drawn with. Always the same draws, so that the network alone makes the difference. */
const sampled = { length: 160, temperature: 0.6, seed: 1 };

const neverAborted = new AbortController().signal;

export interface RunEvents {
  onCounted(counting: number): void;
  onProgress(progress: Progress): void;
  onSample(sample: Sample): void;
}

export class WritingRun {
  readonly #settings: Settings;
  readonly #events: RunEvents;
  readonly #characters: Vocabulary;
  readonly #network: Network;
  readonly #ids: Int32Array;
  readonly #cut: Cut;
  readonly #stop = new AbortController();
  readonly #sampleSteps: ReadonlySet<number>;
  /** While it trains: the last step taken. */
  #last: StepEnd | undefined;
  /** Parameters after the step that it was stopped at. */
  #stoppedAt: StateDict | undefined;
  #started = 0;
  #step = 0;
  #lastReport = 0;
  #marks: { readonly at: number; readonly step: number }[] = [];
  #points = { steps: [] as number[], losses: [] as number[] };

  /** @throws what `vocabulary`, `lstm` and `encodeText` throw */
  constructor(text: string, settings: Settings, events: RunEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#characters = charactersOf(text);
    this.#network = buildNetwork(this.#characters.tokens.length, settings);
    this.#ids = encodeText(this.#characters, text);
    this.#cut = cutOf(this.#ids.length);
    this.#sampleSteps = sampleSteps(this.#steps);
  }

  get #steps(): number {
    return this.#settings.epochs * this.#cut.stepsAnEpoch;
  }

  /** What was learned so far is kept. Messages come between steps, so that the parameters are whole. */
  stop(): void {
    this.#stoppedAt = this.#last?.parameters();
    this.#stop.abort();
  }

  /**
   * Trains to the end, or until it is stopped.
   *
   * @returns undefined if it was stopped before the first step
   * @throws what `fit` throws
   */
  async run(): Promise<Result | undefined> {
    const { trainLength, batchSize, steps } = this.#cut;
    const { epochs, seed, threads } = this.#settings;
    const { signal } = this.#stop;
    let backend = `simd:${threads}`;
    let notice: string | undefined;
    let trained: StateDict;
    const counting = this.#counting();
    this.#events.onCounted(counting);
    this.#started = performance.now();
    const train = textStream(this.#ids.subarray(0, trainLength), { batchSize, steps });
    try {
      const result = await fit(this.#network, train, {
        loss: crossEntropy,
        optimizer: optimizerOf(this.#settings, this.#cut),
        onStep: (end) => this.#afterStep(end),
        ...{ epochs, clipNorm, seed, backend, signal },
      });
      ({ name: backend, notice } = result.backend);
      trained = result.parameters;
    } catch (error) {
      if (!signal.aborted) throw error;
      if (!this.#stoppedAt) return undefined;
      trained = this.#stoppedAt;
    }
    this.#last = undefined;
    const elapsed = performance.now() - this.#started;
    const onnx = this.#fileOf(trained);
    const sample = await this.#sample(trained, onnx);
    this.#events.onSample(sample);
    return {
      perplexity: sample.perplexity,
      counting,
      steps: this.#step,
      stopped: signal.aborted,
      elapsed,
      parameters: this.#parameterCount(),
      backend,
      ...(notice === undefined ? {} : { notice }),
      onnx,
    };
  }

  async #afterStep(end: StepEnd): Promise<void> {
    this.#last = end;
    this.#step++;
    this.#points.steps.push(this.#step);
    this.#points.losses.push(end.loss);
    const now = performance.now();
    if (this.#step === this.#steps || now - this.#lastReport >= reportInterval) this.#report(now);
    if (!this.#sampleSteps.has(this.#step) || this.#stop.signal.aborted) return;
    const parameters = end.parameters();
    this.#events.onSample(await this.#sample(parameters, this.#fileOf(parameters)));
  }

  /** The perplexity of a model that counts what came behind each four characters: what a network has to beat. */
  #counting(): number {
    const { trainLength, heldEnd } = this.#cut;
    const size = this.#characters.tokens.length;
    const counted = nGramModel(this.#ids.subarray(0, trainLength), { order: 5, size });
    return counted.perplexity(this.#ids.subarray(trainLength, heldEnd));
  }

  #report(now: number): void {
    this.#lastReport = now;
    const step = this.#step;
    this.#marks = [...this.#marks.filter(({ at }) => now - at <= speedWindow), { at: now, step }];
    const [first] = this.#marks;
    const seconds = first ? (now - first.at) / 1000 : 0;
    const { batchSize, steps } = this.#cut;
    this.#events.onProgress({
      step,
      of: this.#steps,
      charactersPerSecond: first && seconds > 0 ? ((step - first.step) * batchSize * steps) / seconds : 0,
      elapsed: now - this.#started,
      points: this.#points,
    });
    this.#points = { steps: [], losses: [] };
  }

  #fileOf(parameters: StateDict): Uint8Array<ArrayBuffer> {
    const vocabularies = { tokens: this.#characters };
    return Uint8Array.from(exportOnnx(this.#network, parameters, { states: true, vocabularies }));
  }

  /** How sure the network is of the part that is held back, and what it writes. */
  async #sample(parameters: StateDict, onnx: Uint8Array): Promise<Sample> {
    const step = this.#step;
    const { trainLength, heldEnd, heldStreams, steps } = this.#cut;
    const held = this.#ids.subarray(trainLength, heldEnd);
    const { metrics } = await evaluate(
      this.#network,
      parameters,
      textStream(held, { batchSize: heldStreams, steps }),
      { loss: crossEntropy, metrics: [perplexity], backend: `simd:${this.#settings.threads}` },
    );
    const writer = await openWriter(onnx);
    const { length, seed, temperature } = sampled;
    const options = { prompt: '', length, seed, temperature: () => temperature, signal: neverAborted };
    const text: string[] = [];
    for await (const character of write(writer, options)) text.push(character);
    await writer.model.release();
    return { step, perplexity: metrics.perplexity ?? Number.NaN, text: text.join('') };
  }

  #parameterCount(): number {
    return parameterSpecs(this.#network).reduce(
      (sum, { shape }) => sum + shape.reduce((size, dim) => size * dim, 1),
      0,
    );
  }
}
