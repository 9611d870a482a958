/** One run of an LSTM layer on the engine: where everything lies in memory, and the jobs over slices of the batch. */
import { LstmOnnxError } from '../../../errors.js';
import type { Engine } from './engine.js';
import { jobFields } from './lstm-job.js';
import { type LstmPanels, type LstmWeights, packLstm, paddedSizes, roundUp } from './lstm-weights.js';

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
export type LstmInputs = LstmWeights & Readonly<Record<'x' | 'h0' | 'c0' | 'lengths' | 'mask', number>>;

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

/** Rows of the batch that one thread computes, its job, and where it keeps what it computes at every step. */
interface Slice {
  readonly start: number;
  readonly rows: number;
  readonly job: number;
  readonly inputs: number;
  readonly cells: number;
  readonly gates: number;
}

export class LstmPlan {
  readonly #engine: Engine;
  readonly sizes: LstmSizes;
  /** Sizes padded to whole vectors, and the width of a step's input row. */
  readonly #hidden: number;
  readonly #state: number;
  readonly #width: number;
  readonly #blocks: number[];
  readonly #panels: LstmPanels;
  readonly #slices: Slice[] = [];
  /** One for each slice; each pass writes its own fields. */
  readonly #jobs: readonly number[];
  #inputs: LstmInputs;
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
    const { batch } = sizes;
    const padded = paddedSizes(sizes);
    this.#hidden = padded.hidden;
    this.#state = padded.state;
    this.#width = padded.width;
    this.#panels = packed ?? this.#pack();
    const perSlice = Math.ceil(batch / engine.threads);
    for (let start = 0; start < batch; start += perSlice) {
      this.#slices.push(this.#slice(start, Math.min(perSlice, batch - start)));
    }
    this.#jobs = this.#slices.map(({ job }) => job);
  }

  /**
   * The layer forward. A plan with packed weights may go forward any number of times, each from its own inputs.
   *
   * @returns addresses that are the caller's to release: the output (0 when it is not wanted), h and c after the last
   *   step read
   */
  forward(inputs: LstmInputs = this.#inputs): { output: number; hn: number; cn: number } {
    this.#inputs = inputs;
    const engine = this.#engine;
    const { batch, time, inputSize, hiddenSize, stateSize, wantOutput } = this.sizes;
    const output = wantOutput ? engine.allocate(time * batch * stateSize * float) : 0;
    const hn = engine.allocate(batch * stateSize * float);
    const cn = engine.allocate(batch * hiddenSize * float);
    const read = strides(this.sizes, inputSize);
    const written = strides(this.sizes, stateSize);
    for (const { start, job } of this.#slices) {
      const xOffset = read.first + start * read.row;
      const hOffset = start * stateSize * float;
      const cOffset = start * hiddenSize * float;
      engine.writeFields(job, jobFields, {
        x: inputs.x + xOffset,
        mask: within(inputs.mask, xOffset),
        lengths: within(inputs.lengths, start * Int32Array.BYTES_PER_ELEMENT),
        output: within(output, written.first + start * written.row),
        h0: within(inputs.h0, hOffset),
        c0: within(inputs.c0, cOffset),
        hn: hn + hOffset,
        cn: cn + cOffset,
      });
    }
    engine.run('lstmForward', this.#jobs);
    return { output, hn, cn };
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
    for (const [i, { start, rows, job }] of this.#slices.entries()) {
      const hOffset = start * stateSize * float;
      const cOffset = start * hiddenSize * float;
      engine.writeFields(job, jobFields, {
        backward,
        projectionBackward,
        dOutput: within(dOutput, output.first + start * output.row),
        dHn: dHn + hOffset,
        dCn: dCn + cOffset,
        dH0: within(result.dH0, hOffset),
        dC0: within(result.dC0, cOffset),
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
      inputSize,
      hiddenSize,
      stateSize,
      this.#hidden,
      this.#state,
      this.#width,
      slices,
      sliceBytes,
      dWeights,
      dWeightIh,
      dWeightHh,
      dBias,
    );
    if (weightHr !== 0) {
      engine.kernels.unpackProjection(
        hiddenSize,
        stateSize,
        this.#hidden,
        slices,
        projectionBytes,
        dProjection,
        dWeightHr,
      );
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
    const own = [inputBackward];
    engine.kernels.packBackward(inputSize, hiddenSize, this.#hidden, this.#inputs.weightIh, inputBackward);
    const x = strides(this.sizes, inputSize);
    for (const { start, rows, job } of this.#slices) {
      const dXRows = engine.allocate(rows * roundUp(inputSize, 8) * float);
      own.push(dXRows);
      engine.writeFields(job, jobFields, {
        dX: dX + x.first + start * x.row,
        inputBackward,
        dXRows,
      });
    }
    engine.run('lstmInputGradient', this.#jobs);
    for (const at of own) engine.release(at);
    return dX;
  }

  /**
   * Goes through what {@link forward} kept of each step of each row, before {@link backward}: steps count in the order in
   * which they are read.
   */
  eachStep(visit: (row: number, step: number, at: StepAddresses) => void): void {
    for (const { start, rows, inputs, cells, gates } of this.#slices) {
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

  get #gateStride(): number {
    return 4 * this.#hidden + gateGap;
  }

  #pack(): LstmPanels {
    const panels = packLstm(this.#engine, this.sizes, this.#inputs);
    this.#blocks.push(panels.forward);
    if (panels.projection !== 0) this.#blocks.push(panels.projection);
    return panels;
  }

  #allocate(floats: number): number {
    const at = this.#engine.allocate(floats * float);
    this.#blocks.push(at);
    return at;
  }

  /** Makes a slice's job, with what is the same in every pass. */
  #slice(start: number, rows: number): Slice {
    const { time, reverse, inputSize, hiddenSize, stateSize } = this.sizes;
    const { forward, projection } = this.#panels;
    const read = strides(this.sizes, inputSize);
    const written = strides(this.sizes, stateSize);
    const job = this.#allocate(jobFields.length);
    const inputs = this.#allocate((time + 1) * rows * this.#width);
    const cells = this.#allocate((time + 1) * rows * this.#hidden);
    const gates = this.#allocate(time * rows * this.#gateStride);
    this.#engine.integers(job, jobFields.length).fill(0);
    this.#engine.writeFields(job, jobFields, {
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
      xTime: read.time,
      xRow: read.row,
      outputTime: written.time,
      outputRow: written.row,
      forward,
      projection,
      inputs,
      cells,
      tanhCells: this.#allocate(time * rows * this.#hidden),
      gates,
      unprojected: projection === 0 ? 0 : this.#allocate(time * rows * roundUp(this.#hidden, 8)),
      projected: projection === 0 ? 0 : this.#allocate(rows * roundUp(this.#state, 8)),
    });
    return { start, rows, job, inputs, cells, gates };
  }
}

/** An address further into what may be missing, which is at 0. */
function within(at: number, offset: number): number {
  return at === 0 ? 0 : at + offset;
}
