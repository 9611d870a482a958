/** One run of an LSTM layer on the engine: where everything lies in memory, and the jobs over slices of the batch. */
import { LstmOnnxError } from '../../../errors.js';
import type { Engine } from './engine.js';
import { lstmJobFields } from './kernels.js';
import { type LstmSizes, LstmSlice, type StepAddresses, strides } from './lstm-slice.js';
import { type LstmPanels, type LstmWeights, packLstm, paddedSizes, roundUp } from './lstm-weights.js';

/**
 * Addresses of the layer's inputs; see `LstmLayerArguments` for their shapes. They must stay until the plan is released.
 * What may be missing is 0: biases, states before the first step, weightHr, lengths and mask.
 */
export type LstmInputs = LstmWeights & Readonly<Record<'x' | 'h0' | 'c0' | 'lengths' | 'mask', number>>;

const float = 4;

export class LstmPlan {
  readonly #engine: Engine;
  readonly sizes: LstmSizes;
  /** Sizes padded to whole vectors, and the width of a step's input row. */
  readonly #hidden: number;
  readonly #state: number;
  readonly #width: number;
  readonly #blocks: number[];
  readonly #panels: LstmPanels;
  readonly #slices: LstmSlice[] = [];
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
    const { batch, time } = sizes;
    const padded = paddedSizes(sizes);
    this.#hidden = padded.hidden;
    this.#state = padded.state;
    this.#width = padded.width;
    this.#panels = packed ?? this.#pack();
    const multiplications = batch * time * 4 * this.#hidden * this.#width;
    const perSlice = Math.ceil(batch / engine.shares(batch, multiplications));
    for (let start = 0; start < batch; start += perSlice) {
      const slice = new LstmSlice(engine, sizes, this.#panels, start, Math.min(perSlice, batch - start));
      this.#slices.push(slice);
      this.#blocks.push(...slice.blocks);
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
      engine.writeFields(job, lstmJobFields, {
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
      engine.writeFields(job, lstmJobFields, {
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
      engine.writeFields(job, lstmJobFields, {
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
    for (const slice of this.#slices) slice.eachStep(visit);
  }

  /** Gives back the memory of the plan itself. */
  release(): void {
    for (const at of this.#blocks) this.#engine.release(at);
    this.#blocks.length = 0;
  }

  #pack(): LstmPanels {
    const panels = packLstm(this.#engine, this.sizes, this.#inputs);
    this.#blocks.push(panels.forward);
    if (panels.projection !== 0) this.#blocks.push(panels.projection);
    return panels;
  }
}

/** An address further into what may be missing, which is at 0. */
function within(at: number, offset: number): number {
  return at === 0 ? 0 : at + offset;
}
