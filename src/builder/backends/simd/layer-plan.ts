/**
 * One run of a recurrent layer on the engine: where everything lies in memory, and the jobs over slices of the batch. What
 * computes is the cell: `cells.ts`.
 */
import { LstmOnnxError } from '../../../errors.js';
import type { CellLayout } from './cells.js';
import type { Engine } from './engine.js';
import { layerJobFields } from './kernels.js';
import { type LayerLayout, type LayerSizes, layoutOf, roundUp, strides } from './layer-layout.js';
import { LayerSlice, type StepAddresses } from './layer-slice.js';
import {
  type LayerPanels,
  type LayerWeights,
  packBackward,
  packLayer,
  unpackGradients,
  type WeightGradients,
} from './layer-weights.js';

/**
 * Addresses of the layer's inputs; see `LstmLayerArguments` for their shapes. They must stay until the plan is released.
 * What may be missing is 0: biases, states before the first step, lengths and mask; c0 and weightHr are an LSTM's.
 */
export interface LayerInputs extends LayerWeights {
  readonly x: number;
  readonly h0: number;
  readonly c0?: number;
  readonly lengths: number;
  readonly mask: number;
}

/** Addresses of gradients; 0 for those of inputs that are missing. */
export interface LayerGradients extends WeightGradients {
  readonly dH0: number;
  readonly dC0: number;
  readonly dWeightHr: number;
}

const FLOAT_BYTES = 4;

export class LayerPlan {
  readonly #engine: Engine;
  readonly cell: CellLayout;
  readonly sizes: LayerSizes;
  readonly #layout: LayerLayout;
  readonly #blocks: number[];
  readonly #slices: LayerSlice[] = [];
  /** One for each slice; each pass writes its own fields. */
  readonly #jobs: readonly number[];
  #inputs: LayerInputs;
  /** Whether the gates have become their gradients. */
  #spent = false;

  /**
   * @param copies memory that goes with the plan
   * @param packed the weights of the inputs, where they are packed already; they must stay until the plan is released
   */
  constructor(
    engine: Engine,
    cell: CellLayout,
    sizes: LayerSizes,
    inputs: LayerInputs,
    copies: readonly number[] = [],
    packed?: LayerPanels,
  ) {
    this.#engine = engine;
    this.cell = cell;
    this.#blocks = [...copies];
    this.sizes = sizes;
    this.#inputs = inputs;
    this.#layout = layoutOf(cell, sizes);
    const { batch, time } = sizes;
    const panels = packed ?? this.#pack();
    const perSlice = Math.ceil(batch / engine.shares(batch, batch * time * this.#layout.panels));
    for (let start = 0; start < batch; start += perSlice) {
      const rows = Math.min(perSlice, batch - start);
      const slice = new LayerSlice(engine, cell, sizes, this.#layout, panels, start, rows);
      this.#slices.push(slice);
      this.#blocks.push(...slice.blocks);
    }
    this.#jobs = this.#slices.map(({ job }) => job);
  }

  /**
   * The layer forward. A plan with packed weights may go forward any number of times, each from its own inputs.
   *
   * @returns addresses that are the caller's to release: the output (0 when it is not wanted), h and, of an LSTM, c after
   *   the last step read (else 0)
   */
  forward(inputs: LayerInputs = this.#inputs): { output: number; hn: number; cn: number } {
    this.#inputs = inputs;
    const engine = this.#engine;
    const { batch, time, inputSize, hiddenSize, stateSize, wantOutput } = this.sizes;
    const output = wantOutput ? engine.allocate(time * batch * stateSize * FLOAT_BYTES) : 0;
    const hn = engine.allocate(batch * stateSize * FLOAT_BYTES);
    const cn = this.cell.hasCell ? engine.allocate(batch * hiddenSize * FLOAT_BYTES) : 0;
    const read = strides(this.sizes, inputSize);
    const written = strides(this.sizes, stateSize);
    for (const { start, job } of this.#slices) {
      const xOffset = read.first + start * read.row;
      const hOffset = start * stateSize * FLOAT_BYTES;
      const cOffset = start * hiddenSize * FLOAT_BYTES;
      engine.writeFields(job, layerJobFields, {
        x: inputs.x + xOffset,
        mask: within(inputs.mask, xOffset),
        lengths: within(inputs.lengths, start * Int32Array.BYTES_PER_ELEMENT),
        output: within(output, written.first + start * written.row),
        h0: within(inputs.h0, hOffset),
        c0: within(inputs.c0, cOffset),
        hn: hn + hOffset,
        cn: within(cn, cOffset),
      });
    }
    engine.run('layerForward', this.#jobs);
    return { output, hn, cn };
  }

  /**
   * The way back; once for each forward pass, whose gates it turns into their gradients.
   *
   * @param dOutput address of the output's gradient, or 0
   * @param dCn of an LSTM
   * @returns addresses that are the caller's to release
   * @throws E_RUN_FAILED the second time
   */
  backward(dOutput: number, dHn: number, dCn = 0): LayerGradients {
    if (this.#spent) {
      throw new LstmOnnxError(
        'E_RUN_FAILED',
        'The simd backend goes back through a forward pass of a recurrent layer once; compute the forward pass again.',
      );
    }
    this.#spent = true;
    const engine = this.#engine;
    const { hiddenSize, stateSize, batch } = this.sizes;
    const { h0, c0 = 0, weightHh, weightHr = 0, lengths } = this.#inputs;
    const { hidden, state, width, gateWidth } = this.#layout;
    const [wideHidden, wideState] = [roundUp(hidden, 8), roundUp(state, 8)];
    const dH0 = h0 === 0 ? 0 : engine.allocate(batch * stateSize * FLOAT_BYTES);
    const dC0 = c0 === 0 ? 0 : engine.allocate(batch * hiddenSize * FLOAT_BYTES);
    const work = new Workspace(engine);
    const slices = this.#slices.length;
    const dWeights = work.floats(slices * gateWidth * width);
    const backward = work.adopt(packBackward(engine, weightHh, stateSize, this.sizes, this.cell.ofState));
    const isProjected = weightHr !== 0;
    const dProjection = isProjected ? work.floats(slices * state * wideHidden) : 0;
    const projectionBackward = isProjected ? work.floats(state * wideHidden) : 0;
    if (isProjected) {
      engine.kernels.packMatrix(stateSize, state, hiddenSize, 0, weightHr, projectionBackward);
    }
    const isCarried = lengths !== 0 || this.cell.carriesPast;
    const output = strides(this.sizes, stateSize);
    for (const [i, { start, rows, job }] of this.#slices.entries()) {
      const hOffset = start * stateSize * FLOAT_BYTES;
      const cOffset = start * hiddenSize * FLOAT_BYTES;
      engine.writeFields(job, layerJobFields, {
        backward,
        projectionBackward,
        dOutput: within(dOutput, output.first + start * output.row),
        dHn: dHn + hOffset,
        dCn: within(dCn, cOffset),
        dH0: within(dH0, hOffset),
        dC0: within(dC0, cOffset),
        dH: work.floats(rows * wideState),
        dC: this.cell.hasCell ? work.floats(rows * hidden) : 0,
        carried: isCarried ? work.floats(rows * wideState) : 0,
        dUnprojected: isProjected ? work.floats(rows * wideHidden) : 0,
        tile: work.floats((rows + 128) * 6),
        dWeights: dWeights + i * gateWidth * width * FLOAT_BYTES,
        dProjection: within(dProjection, i * state * wideHidden * FLOAT_BYTES),
      });
    }
    engine.run('layerBackward', this.#jobs);
    const { dWeightIh, dWeightHh, dBias, dBiasHh } = unpackGradients(
      ...([engine, this.cell, this.sizes, dWeights, slices] as const),
    );
    const dWeightHr = isProjected ? this.#unpackProjection(dProjection) : 0;
    work.release();
    return { dH0, dC0, dWeightIh, dWeightHh, dBias, dBiasHh, dWeightHr };
  }

  #unpackProjection(dProjection: number): number {
    const engine = this.#engine;
    const { hiddenSize, stateSize } = this.sizes;
    const stride = roundUp(this.#layout.hidden, 8) * FLOAT_BYTES;
    const to = engine.allocate(stateSize * hiddenSize * FLOAT_BYTES);
    const sliceBytes = this.#layout.state * stride;
    engine.kernels.sumSlices(
      ...([stateSize, hiddenSize, dProjection, stride, this.#slices.length, sliceBytes, to] as const),
    );
    return to;
  }

  /** The gradient of x, after {@link backward}. @returns its address, the caller's to release */
  inputGradient(): number {
    const engine = this.#engine;
    const { inputSize, batch, time } = this.sizes;
    const dX = engine.allocate(time * batch * inputSize * FLOAT_BYTES);
    const work = new Workspace(engine);
    const { weightIh } = this.#inputs;
    const inputBackward = work.adopt(
      packBackward(engine, weightIh, inputSize, this.sizes, this.cell.ofInput),
    );
    const x = strides(this.sizes, inputSize);
    for (const { start, rows, job } of this.#slices) {
      engine.writeFields(job, layerJobFields, {
        dX: dX + x.first + start * x.row,
        inputBackward,
        dXRows: work.floats(rows * roundUp(inputSize, 8)),
      });
    }
    engine.run('layerInputGradient', this.#jobs);
    work.release();
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

  #pack(): LayerPanels {
    const panels = packLayer(this.#engine, this.cell, this.sizes, this.#inputs);
    this.#blocks.push(panels.forward);
    if (panels.projection !== 0) this.#blocks.push(panels.projection);
    return panels;
  }
}

/** Blocks that are given back together. */
class Workspace {
  readonly #engine: Engine;
  readonly #blocks: number[] = [];

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  floats(count: number): number {
    return this.adopt(this.#engine.allocate(count * FLOAT_BYTES));
  }

  adopt(at: number): number {
    this.#blocks.push(at);
    return at;
  }

  release(): void {
    for (const at of this.#blocks) this.#engine.release(at);
  }
}

/** An address further into what may be missing, which is at 0. */
function within(at: number | undefined, offset: number): number {
  return at ? at + offset : 0;
}
