/** One run of an LSTM layer on the engine: where everything lies in memory, and the jobs over slices of the batch. */
import { LstmOnnxError } from '../../../errors.js';
import type { Engine } from './engine.js';
import { jobFields, type LstmJob } from './lstm-job.js';
import { type LstmPanels, packLstm, paddedSizes, roundUp } from './lstm-weights.js';

export interface LstmSizes {
  readonly batch: number;
  readonly time: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** Features of h: `hiddenSize`, or what it is projected to. */
  readonly stateSize: number;
  /** Whether x and output are `[batch, time, ...]`, or `[time, batch, ...]`. */
  readonly batchFirst: boolean;
  /** Whether time is read from its end. */
  readonly reverse: boolean;
  /** Whether the output of every step is wanted, or only the last states. */
  readonly wantOutput: boolean;
}

/**
 * Addresses of the layer's inputs; see `LstmLayerArguments` for their shapes. They must stay until the plan is released.
 * What may be missing is 0: biases, states before the first step, weightHr, lengths and mask.
 */
export type LstmInputs = Readonly<Record<(typeof lstmInputNames)[number], number>>;

export const lstmInputNames = [
  'x',
  'h0',
  'c0',
  'weightIh',
  'weightHh',
  'bias',
  'biasHh',
  'weightHr',
  'lengths',
  'mask',
] as const;

/** Where a step's activated gates lie, i, f, g, o so many bytes apart, and c and h after it. */
export interface StepAddresses {
  readonly gates: number;
  readonly gateBytes: number;
  readonly cell: number;
  readonly state: number;
}

const float = 4;
/** Floats between rows of gates, beyond the gates: strides of a power of two are slow. */
const gateGap = 16;

/** Strides of a sequence tensor in bytes, time read backwards when it is; and the offset of the first step read. */
function strides(sizes: LstmSizes, features: number): { time: number; row: number; first: number } {
  const { batch, time, batchFirst, reverse } = sizes;
  const step = (batchFirst ? features : batch * features) * float;
  const row = (batchFirst ? time * features : features) * float;
  return reverse ? { time: -step, row, first: (time - 1) * step } : { time: step, row, first: 0 };
}

export class LstmPlan {
  readonly #engine: Engine;
  readonly sizes: LstmSizes;
  /** Sizes padded to whole vectors, and the width of a step's input row. */
  readonly #hidden: number;
  readonly #state: number;
  readonly #width: number;
  readonly #blocks: number[];
  readonly #slices: { readonly start: number; readonly rows: number }[];
  #inputs: LstmInputs;
  /** Of the forward pass, where there was one. */
  #results = { output: 0, hn: 0, cn: 0 };
  readonly #panels: LstmPanels;
  readonly #workspaces: Partial<LstmJob>[];
  readonly #jobs: number[];
  /** Whether the gates have become their gradients. */
  #spent = false;

  /**
   * @param copies memory that goes with the plan
   * @param packed the weights of the inputs, where they are packed already; they must stay until the plan is released
   */
  constructor(
    engine: Engine,
    sizes: LstmSizes,
    inputs: LstmInputs,
    copies: readonly number[] = [],
    packed?: LstmPanels,
  ) {
    this.#engine = engine;
    this.#blocks = [...copies];
    this.sizes = sizes;
    this.#inputs = inputs;
    const { batch, time } = sizes;
    const padded = paddedSizes(sizes);
    this.#hidden = padded.hidden;
    this.#state = padded.state;
    this.#width = padded.width;
    const perSlice = Math.ceil(batch / engine.threads);
    this.#slices = Array.from({ length: Math.ceil(batch / perSlice) }, (_, i) => ({
      start: i * perSlice,
      rows: Math.min(perSlice, batch - i * perSlice),
    }));
    this.#panels = packed ?? this.#pack();
    const projected = this.#panels.projection !== 0;
    this.#workspaces = this.#slices.map(({ rows }) => ({
      inputs: this.#allocate((time + 1) * rows * this.#width),
      cells: this.#allocate((time + 1) * rows * this.#hidden),
      tanhCells: this.#allocate(time * rows * this.#hidden),
      gates: this.#allocate(time * rows * this.#gateStride),
      ...(projected
        ? {
            unprojected: this.#allocate(time * rows * roundUp(this.#hidden, 8)),
            projected: this.#allocate(rows * roundUp(this.#state, 8)),
          }
        : {}),
    }));
    this.#jobs = this.#slices.map(() => this.#allocate(jobFields.length));
  }

  /**
   * The layer forward. A plan with packed weights may go forward any number of times, each from its own inputs.
   *
   * @returns addresses that are the caller's to release: the output (0 when it is not wanted), h and c after the last
   *   step read
   */
  forward(inputs: LstmInputs = this.#inputs): { output: number; hn: number; cn: number } {
    const { batch, time, hiddenSize, stateSize, wantOutput } = this.sizes;
    const states = batch * stateSize * float;
    this.#inputs = inputs;
    this.#results = {
      output: wantOutput ? this.#engine.allocate(time * states) : 0,
      hn: this.#engine.allocate(states),
      cn: this.#engine.allocate(batch * hiddenSize * float),
    };
    for (const i of this.#slices.keys()) this.#writeJob(i, {});
    this.#engine.run('lstmForward', this.#jobs);
    return this.#results;
  }

  /**
   * The way back; once for each forward pass, whose gates it turns into their gradients.
   *
   * @throws E_RUN_FAILED the second time
   *
   * @param dOutput address of the output's gradient, or 0
   * @returns addresses of the gradients, the caller's to release; 0 for those of inputs that are missing
   */
  backward(dOutput: number, dHn: number, dCn: number) {
    if (this.#spent) {
      throw new LstmOnnxError(
        'E_RUN_FAILED',
        'The simd backend goes back through a forward pass of an LSTM once; compute the forward pass again.',
      );
    }
    this.#spent = true;
    const engine = this.#engine;
    const { inputSize, hiddenSize, stateSize, batch } = this.sizes;
    const { h0, c0, weightHh, weightHr, lengths } = this.#inputs;
    const depth = 4 * this.#hidden;
    const wideHidden = roundUp(this.#hidden, 8);
    const wideState = roundUp(this.#state, 8);
    const sliceBytes = depth * this.#width * float;
    const projectionBytes = this.#state * wideHidden * float;
    const slices = this.#slices.length;
    const result = {
      dH0: h0 === 0 ? 0 : engine.allocate(batch * stateSize * float),
      dC0: c0 === 0 ? 0 : engine.allocate(batch * hiddenSize * float),
      dWeightIh: engine.allocate(4 * hiddenSize * inputSize * float),
      dWeightHh: engine.allocate(4 * hiddenSize * stateSize * float),
      dBias: engine.allocate(4 * hiddenSize * float),
      dWeightHr: weightHr === 0 ? 0 : engine.allocate(stateSize * hiddenSize * float),
    };
    const own: number[] = [];
    const allocate = (bytes: number) => {
      const at = engine.allocate(bytes);
      own.push(at);
      return at;
    };
    const dWeights = allocate(slices * sliceBytes);
    const backward = allocate(depth * wideState * float);
    engine.kernels.packBackward(stateSize, hiddenSize, this.#hidden, weightHh, backward);
    const dProjection = weightHr === 0 ? 0 : allocate(slices * projectionBytes);
    const projectionBackward = weightHr === 0 ? 0 : allocate(this.#state * wideHidden * float);
    if (weightHr !== 0) {
      engine.kernels.packMatrix(stateSize, this.#state, hiddenSize, 0, weightHr, projectionBackward);
    }
    const output = strides(this.sizes, stateSize);
    for (const [i, { start, rows }] of this.#slices.entries()) {
      const hOffset = start * stateSize * float;
      const cOffset = start * hiddenSize * float;
      this.#writeJob(i, {
        backward,
        projectionBackward,
        dOutput: dOutput === 0 ? 0 : dOutput + output.first + start * output.row,
        dHn: dHn + hOffset,
        dCn: dCn + cOffset,
        dH0: result.dH0 === 0 ? 0 : result.dH0 + hOffset,
        dC0: result.dC0 === 0 ? 0 : result.dC0 + cOffset,
        dH: allocate(rows * wideState * float),
        dC: allocate(rows * this.#hidden * float),
        carried: lengths === 0 ? 0 : allocate(rows * wideState * float),
        dUnprojected: weightHr === 0 ? 0 : allocate(rows * wideHidden * float),
        tile: allocate((rows + 128) * 6 * float),
        dWeights: dWeights + i * sliceBytes,
        dProjection: dProjection + i * projectionBytes,
      });
    }
    engine.run('lstmBackward', this.#jobs);
    const { dWeightIh, dWeightHh, dBias, dWeightHr } = result;
    engine.kernels.unpackGradients(
      ...this.#layout,
      ...([slices, sliceBytes, dWeights, dWeightIh, dWeightHh, dBias] as const),
    );
    if (weightHr !== 0) {
      const layout = [hiddenSize, stateSize, this.#hidden] as const;
      engine.kernels.unpackProjection(...layout, slices, projectionBytes, dProjection, dWeightHr);
    }
    for (const at of own) engine.release(at);
    return result;
  }

  /** The gradient of x, after {@link backward}. @returns its address, the caller's to release */
  inputGradient(): number {
    const engine = this.#engine;
    const { inputSize, hiddenSize, batch, time } = this.sizes;
    const dX = engine.allocate(time * batch * inputSize * float);
    const inputBackward = engine.allocate(4 * this.#hidden * roundUp(inputSize, 8) * float);
    const dXRows = this.#slices.map(({ rows }) => engine.allocate(rows * roundUp(inputSize, 8) * float));
    engine.kernels.packBackward(inputSize, hiddenSize, this.#hidden, this.#inputs.weightIh, inputBackward);
    const x = strides(this.sizes, inputSize);
    for (const [i, { start }] of this.#slices.entries()) {
      this.#writeJob(i, { dX: dX + x.first + start * x.row, inputBackward, dXRows: dXRows[i] ?? 0 });
    }
    engine.run('lstmInputGradient', this.#jobs);
    for (const at of [inputBackward, ...dXRows]) engine.release(at);
    return dX;
  }

  /**
   * Goes through what {@link forward} kept of each step of each row, before {@link backward}: steps count in the order in
   * which they are read.
   */
  eachStep(visit: (row: number, step: number, at: StepAddresses) => void): void {
    for (const [i, { start, rows }] of this.#slices.entries()) {
      const { gates = 0, cells = 0, inputs = 0 } = this.#workspaces[i] ?? {};
      for (let step = 0; step < this.sizes.time; step++) {
        for (let row = 0; row < rows; row++) {
          const before = step * rows + row;
          const after = before + rows;
          visit(start + row, step, {
            gates: gates + before * this.#gateStride * float,
            gateBytes: this.#hidden * float,
            cell: cells + after * this.#hidden * float,
            state: inputs + after * this.#width * float,
          });
        }
      }
    }
  }

  /** Gives back the memory of the plan itself. */
  release(): void {
    for (const at of this.#blocks) this.#engine.release(at);
    this.#blocks.length = 0;
  }

  /** What the functions that pack and unpack weights take first. */
  get #layout() {
    const { inputSize, hiddenSize, stateSize } = this.sizes;
    return [inputSize, hiddenSize, stateSize, this.#hidden, this.#state, this.#width] as const;
  }

  get #gateStride(): number {
    return 4 * this.#hidden + gateGap;
  }

  #pack(): LstmPanels {
    const panels = packLstm(this.#engine, this.sizes, this.#inputs);
    this.#blocks.push(panels.forward, ...(panels.projection === 0 ? [] : [panels.projection]));
    return panels;
  }

  #allocate(floats: number): number {
    const at = this.#engine.allocate(floats * float);
    this.#blocks.push(at);
    return at;
  }

  #writeJob(index: number, more: Partial<LstmJob>): void {
    const { time, reverse, inputSize, hiddenSize, stateSize, wantOutput } = this.sizes;
    const { start = 0, rows = 0 } = this.#slices[index] ?? {};
    const x = strides(this.sizes, inputSize);
    const output = strides(this.sizes, stateSize);
    const hOffset = start * stateSize * float;
    const cOffset = start * hiddenSize * float;
    /** Of what may be missing. */
    const slice = (address: number, offset: number) => (address === 0 ? 0 : address + offset);
    const job: Partial<LstmJob> = {
      rows,
      time,
      reverse: Number(reverse),
      inputSize,
      hiddenSize,
      stateSize,
      hidden: this.#hidden,
      state: this.#state,
      width: this.#width,
      gateStride: this.#gateStride * float,
      x: this.#inputs.x + x.first + start * x.row,
      xTime: x.time,
      xRow: x.row,
      mask: slice(this.#inputs.mask, x.first + start * x.row),
      lengths: slice(this.#inputs.lengths, start * Int32Array.BYTES_PER_ELEMENT),
      output: wantOutput ? this.#results.output + output.first + start * output.row : 0,
      outputTime: output.time,
      outputRow: output.row,
      h0: slice(this.#inputs.h0, hOffset),
      c0: slice(this.#inputs.c0, cOffset),
      hn: this.#results.hn + hOffset,
      cn: this.#results.cn + cOffset,
      ...this.#panels,
      ...this.#workspaces[index],
      ...more,
    };
    this.#engine
      .integers(this.#jobs[index] ?? 0, jobFields.length)
      .set(jobFields.map((field) => job[field] ?? 0));
  }
}
