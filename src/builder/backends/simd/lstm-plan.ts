/** One run of an LSTM layer on the engine: where everything lies in memory, and the jobs over slices of the batch. */
import type { Engine } from './engine.js';

export interface LstmSizes {
  readonly batch: number;
  readonly time: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** Whether x and output are `[batch, time, ...]`, or `[time, batch, ...]`. */
  readonly batchFirst: boolean;
  /** Whether time is read from its end. */
  readonly reverse: boolean;
  /** Whether the output of every step is wanted, or only the last states. */
  readonly wantOutput: boolean;
}

/** Addresses of the layer's inputs; see `LstmLayerInputs` for their shapes. They must stay until the plan is released. */
export type LstmInputs = Readonly<Record<'x' | 'h0' | 'c0' | 'weightIh' | 'weightHh' | 'bias', number>>;

/** The fields of `LstmJob` in src/kernels/lstm.ts, in their order; a test holds them to it. */
export const jobFields = [
  'rows',
  'time',
  'inputSize',
  'hiddenSize',
  'hidden',
  'width',
  'gateStride',
  'x',
  'xTime',
  'xRow',
  'output',
  'outputTime',
  'outputRow',
  'h0',
  'c0',
  'hn',
  'cn',
  'forward',
  'backward',
  'inputs',
  'cells',
  'tanhCells',
  'gates',
  'dOutput',
  'dHn',
  'dCn',
  'dH0',
  'dC0',
  'dH',
  'dC',
  'dWeights',
  'dX',
  'inputBackward',
  'dXRows',
] as const;

type Job = Readonly<Record<(typeof jobFields)[number], number>>;

const float = 4;
/** Floats between rows of gates, beyond the gates: strides of a power of two are slow. */
const gateGap = 16;

function roundUp(size: number, step: number): number {
  return Math.ceil(size / step) * step;
}

/** Strides of a sequence tensor in bytes, time read backwards when it is; and the offset of the first step read. */
function strides(sizes: LstmSizes, features: number): { time: number; row: number; first: number } {
  const { batch, time, batchFirst, reverse } = sizes;
  const step = (batchFirst ? features : batch * features) * float;
  const row = (batchFirst ? time * features : features) * float;
  return reverse ? { time: -step, row, first: (time - 1) * step } : { time: step, row, first: 0 };
}

export class LstmPlan {
  readonly #engine: Engine;
  readonly #sizes: LstmSizes;
  /** Hidden size padded to whole vectors, and the width of a step's input row. */
  readonly #hidden: number;
  readonly #width: number;
  readonly #blocks: number[];
  readonly #slices: { readonly start: number; readonly rows: number }[];
  readonly #inputs: LstmInputs;
  readonly #results: { readonly output: number; readonly hn: number; readonly cn: number };
  readonly #forward: number;
  readonly #workspaces: Record<'inputs' | 'cells' | 'tanhCells' | 'gates', number>[];
  readonly #jobs: number[];

  /** @param copies memory that goes with the plan */
  constructor(engine: Engine, sizes: LstmSizes, inputs: LstmInputs, copies: readonly number[] = []) {
    this.#engine = engine;
    this.#blocks = [...copies];
    this.#sizes = sizes;
    this.#inputs = inputs;
    const { batch, time, inputSize, hiddenSize, wantOutput } = sizes;
    this.#hidden = roundUp(hiddenSize, 4);
    this.#width = roundUp(this.#hidden + inputSize + 1, 8);
    const perSlice = Math.ceil(batch / engine.threads);
    this.#slices = Array.from({ length: Math.ceil(batch / perSlice) }, (_, i) => ({
      start: i * perSlice,
      rows: Math.min(perSlice, batch - i * perSlice),
    }));
    const states = batch * hiddenSize * float;
    this.#results = {
      output: wantOutput ? engine.allocate(time * states) : 0,
      hn: engine.allocate(states),
      cn: engine.allocate(states),
    };
    this.#forward = this.#allocate(4 * this.#hidden * this.#width);
    this.#workspaces = this.#slices.map(({ rows }) => ({
      inputs: this.#allocate((time + 1) * rows * this.#width),
      cells: this.#allocate((time + 1) * rows * this.#hidden),
      tanhCells: this.#allocate(time * rows * this.#hidden),
      gates: this.#allocate(time * rows * this.#gateStride),
    }));
    this.#jobs = this.#slices.map(() => this.#allocate(jobFields.length));
  }

  /**
   * The layer forward.
   *
   * @returns addresses that are the caller's to release: the output (0 when it is not wanted), h and c after the last
   *   step read
   */
  forward(): { output: number; hn: number; cn: number } {
    const { inputSize, hiddenSize } = this.#sizes;
    const { weightIh, weightHh, bias } = this.#inputs;
    this.#engine.kernels.packForward(
      ...([inputSize, hiddenSize, this.#hidden, this.#width] as const),
      ...([weightIh, weightHh, bias, this.#forward] as const),
    );
    for (const i of this.#slices.keys()) this.#writeJob(i, {});
    this.#engine.run('lstmForward', this.#jobs);
    return this.#results;
  }

  /**
   * The way back; once for each forward pass, whose gates it turns into their gradients.
   *
   * @param dOutput address of the output's gradient, or 0
   * @returns addresses of the gradients, the caller's to release
   */
  backward(dOutput: number, dHn: number, dCn: number) {
    const engine = this.#engine;
    const { inputSize, hiddenSize, batch } = this.#sizes;
    const depth = 4 * this.#hidden;
    const sliceBytes = depth * this.#width * float;
    const result = {
      dH0: engine.allocate(batch * hiddenSize * float),
      dC0: engine.allocate(batch * hiddenSize * float),
      dWeightIh: engine.allocate(4 * hiddenSize * inputSize * float),
      dWeightHh: engine.allocate(4 * hiddenSize * hiddenSize * float),
      dBias: engine.allocate(4 * hiddenSize * float),
    };
    const own: number[] = [];
    const allocate = (bytes: number) => {
      const at = engine.allocate(bytes);
      own.push(at);
      return at;
    };
    const dWeights = allocate(this.#slices.length * sliceBytes);
    const backward = allocate(depth * roundUp(this.#hidden, 8) * float);
    engine.kernels.packBackward(hiddenSize, hiddenSize, this.#hidden, this.#inputs.weightHh, backward);
    const output = strides(this.#sizes, hiddenSize);
    for (const [i, { start, rows }] of this.#slices.entries()) {
      const offset = start * hiddenSize * float;
      this.#writeJob(i, {
        backward,
        dOutput: dOutput === 0 ? 0 : dOutput + output.first + start * output.row,
        dHn: dHn + offset,
        dCn: dCn + offset,
        dH0: result.dH0 + offset,
        dC0: result.dC0 + offset,
        dH: allocate(rows * roundUp(this.#hidden, 8) * float),
        dC: allocate(rows * this.#hidden * float),
        dWeights: dWeights + i * sliceBytes,
      });
    }
    engine.run('lstmBackward', this.#jobs);
    engine.kernels.unpackGradients(
      ...([inputSize, hiddenSize, this.#hidden, this.#width] as const),
      ...([
        this.#slices.length,
        sliceBytes,
        dWeights,
        result.dWeightIh,
        result.dWeightHh,
        result.dBias,
      ] as const),
    );
    for (const at of own) engine.release(at);
    return result;
  }

  /** The gradient of x, after {@link backward}. @returns its address, the caller's to release */
  inputGradient(): number {
    const engine = this.#engine;
    const { inputSize, hiddenSize, batch, time } = this.#sizes;
    const dX = engine.allocate(time * batch * inputSize * float);
    const inputBackward = engine.allocate(4 * this.#hidden * roundUp(inputSize, 8) * float);
    const dXRows = this.#slices.map(({ rows }) => engine.allocate(rows * roundUp(inputSize, 8) * float));
    engine.kernels.packBackward(inputSize, hiddenSize, this.#hidden, this.#inputs.weightIh, inputBackward);
    const x = strides(this.#sizes, inputSize);
    for (const [i, { start }] of this.#slices.entries()) {
      this.#writeJob(i, { dX: dX + x.first + start * x.row, inputBackward, dXRows: dXRows[i] ?? 0 });
    }
    engine.run('lstmInputGradient', this.#jobs);
    for (const at of [inputBackward, ...dXRows]) engine.release(at);
    return dX;
  }

  /** Gives back the memory of the plan itself. */
  release(): void {
    for (const at of this.#blocks) this.#engine.release(at);
    this.#blocks.length = 0;
  }

  get #gateStride(): number {
    return 4 * this.#hidden + gateGap;
  }

  #allocate(floats: number): number {
    const at = this.#engine.allocate(floats * float);
    this.#blocks.push(at);
    return at;
  }

  #writeJob(index: number, more: Partial<Job>): void {
    const { time, inputSize, hiddenSize, wantOutput } = this.#sizes;
    const { start = 0, rows = 0 } = this.#slices[index] ?? {};
    const x = strides(this.#sizes, inputSize);
    const output = strides(this.#sizes, hiddenSize);
    const states = start * hiddenSize * float;
    const job: Partial<Job> = {
      rows,
      time,
      inputSize,
      hiddenSize,
      hidden: this.#hidden,
      width: this.#width,
      gateStride: this.#gateStride * float,
      x: this.#inputs.x + x.first + start * x.row,
      xTime: x.time,
      xRow: x.row,
      output: wantOutput ? this.#results.output + output.first + start * output.row : 0,
      outputTime: output.time,
      outputRow: output.row,
      h0: this.#inputs.h0 + states,
      c0: this.#inputs.c0 + states,
      hn: this.#results.hn + states,
      cn: this.#results.cn + states,
      forward: this.#forward,
      ...this.#workspaces[index],
      ...more,
    };
    this.#engine
      .integers(this.#jobs[index] ?? 0, jobFields.length)
      .set(jobFields.map((field) => job[field] ?? 0));
  }
}
