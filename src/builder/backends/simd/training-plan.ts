/** A plan that goes back, too. It is apart since whoever only runs models loads nothing of it. */

import { LstmOnnxError } from '../../../errors.js';
import { callsOf } from './calls.js';
import type { Engine } from './engine.js';
import { layerBackwardJobFields } from './kernels.js';
import { packBackward, unpackGradients, type WeightGradients } from './layer-gradients.js';
import { roundUp, strides } from './layer-layout.js';
import { type ForwardResults, goThrough, LayerPlan, within } from './layer-plan.js';
import { type LayerPanels, packLayer } from './layer-weights.js';

/** Addresses of gradients; 0 for those of inputs that are missing. */
export interface LayerGradients extends WeightGradients {
  readonly dH0: number;
  readonly dC0: number;
  readonly dWeightHr: number;
}

/** Addresses of the weights as the way back reads them, and of the slices' gradients. */
interface BackwardWeights {
  readonly backward: number;
  readonly dWeights: number;
  readonly projection: { readonly backward: number; readonly dProjection: number } | undefined;
}

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Rows of outer products that the kernels sum at once, beyond a step's, and the floats of one; and rows of x whose gradients they compute. */
const MOST_SUMMED_ROWS = 128;
const TILE_WIDTH = 6;

export class TrainingPlan extends LayerPlan {
  /** Whether the gates have become their gradients. */
  #spent = false;

  /** The layer forward. */
  forward(): ForwardResults {
    const results = this.prepareForward();
    goThrough('layerForward', [this]);
    return results;
  }

  protected override get jobWords(): number {
    return layerBackwardJobFields.length;
  }

  protected override packLayer(): LayerPanels {
    const { engine, layout } = this;
    const { call, finish } = callsOf(engine, 'packWeights', layout.panels);
    const panels = packLayer(engine, this.cell, this.sizes, this.inputs, call);
    finish();
    return panels;
  }

  /** The way back of this plan alone: see {@link prepareBackward}. @returns addresses that are the caller's to release */
  backward(dOutput: number, dHn: number, dCn = 0): LayerGradients {
    const finish = this.prepareBackward(dOutput, dHn, dCn);
    goThrough('layerBackward', [this]);
    return finish();
  }

  /**
   * Tells the jobs of the way back where everything is: `layerBackward`, which must run before what this gives is called. Once for each
   * forward pass, whose gates become their gradients.
   *
   * @param dOutput address of the output's gradient, or 0
   * @param dCn of an LSTM
   * @returns what gives addresses that are the caller's to release
   * @throws E_RUN_FAILED the second time
   */
  prepareBackward(dOutput: number, dHn: number, dCn = 0): () => LayerGradients {
    if (this.#spent) {
      throw new LstmOnnxError(
        'E_RUN_FAILED',
        'The simd backend goes back through a forward pass of a recurrent layer once; compute the forward pass again.',
      );
    }
    this.#spent = true;
    const { engine, sizes, cell, layout } = this;
    const { batch, hiddenSize, stateSize } = sizes;
    const { h0, c0 = 0, weightHh, weightHr = 0 } = this.inputs;
    const dH0 = h0 === 0 ? 0 : engine.allocate(batch * stateSize * FLOAT_BYTES);
    const dC0 = c0 === 0 ? 0 : engine.allocate(batch * hiddenSize * FLOAT_BYTES);
    const work = new Workspace(engine);
    const slices = this.slices.length;
    const dWeights = work.floats(slices * layout.gateWidth * layout.width);
    const backward = work.adopt(packBackward(engine, weightHh, stateSize, sizes, cell.ofState));
    const projection = weightHr === 0 ? undefined : this.#projection(weightHr, work);
    this.#writeJobs({ dOutput, dHn, dCn, dH0, dC0 }, { backward, dWeights, projection }, work);
    return () => {
      const ofWeights = unpackGradients(engine, cell, sizes, dWeights, slices);
      const dWeightHr = projection ? this.#unpackProjection(projection.dProjection) : 0;
      work.release();
      const { dWeightIh, dWeightHh, dBias, dBiasHh } = ofWeights;
      return { dH0, dC0, dWeightIh, dWeightHh, dBias, dBiasHh, dWeightHr };
    };
  }

  /** Tells each slice what the way back takes and where it goes. */
  #writeJobs(
    { dOutput, dHn, dCn, dH0, dC0 }: Readonly<Record<'dOutput' | 'dHn' | 'dCn' | 'dH0' | 'dC0', number>>,
    { backward, dWeights, projection }: BackwardWeights,
    work: Workspace,
  ): void {
    const { hiddenSize, stateSize } = this.sizes;
    const { ofState, hasCell, carriesPast } = this.cell;
    const { hidden, state, width, gateWidth } = this.layout;
    const [wideHidden, wideState] = [roundUp(hidden, 8), roundUp(state, 8)];
    const isCarried = this.inputs.lengths !== 0 || carriesPast;
    const output = strides(this.sizes, stateSize);
    this.passJobs = this.slices.flatMap((slice) => slice.begin());
    for (const [i, { start, rows, jobs }] of this.slices.entries()) {
      const hOffset = start * stateSize * FLOAT_BYTES;
      const cOffset = start * hiddenSize * FLOAT_BYTES;
      const fields = {
        stateGates: ofState.length * hidden,
        stateGatesAt: Math.min(...ofState) * hidden * FLOAT_BYTES,
        backward,
        projectionBackward: projection?.backward ?? 0,
        dOutput: within(dOutput, output.first + start * output.row),
        dHn: dHn + hOffset,
        dCn: within(dCn, cOffset),
        dH0: within(dH0, hOffset),
        dC0: within(dC0, cOffset),
        dH: work.floats(rows * wideState),
        dC: hasCell ? work.floats(rows * hidden) : 0,
        carried: isCarried ? work.floats(rows * wideState) : 0,
        dUnprojected: projection ? work.floats(rows * wideHidden) : 0,
        tile: 0,
        dWeights: dWeights + i * gateWidth * width * FLOAT_BYTES,
        dProjection: within(projection?.dProjection, i * state * wideHidden * FLOAT_BYTES),
      };
      for (const job of jobs) {
        fields.tile = work.floats((rows + MOST_SUMMED_ROWS) * TILE_WIDTH);
        this.engine.writeFields(job, layerBackwardJobFields, fields);
      }
    }
  }

  /** The projection as the way back reads it, and room for the slices' gradients of it. */
  #projection(weightHr: number, work: Workspace): NonNullable<BackwardWeights['projection']> {
    const { hiddenSize, stateSize } = this.sizes;
    const floats = this.layout.state * roundUp(this.layout.hidden, 8);
    const backward = work.floats(floats);
    this.engine.kernels.packMatrix(stateSize, this.layout.state, hiddenSize, 0, weightHr, backward);
    return { backward, dProjection: work.floats(this.slices.length * floats) };
  }

  #unpackProjection(dProjection: number): number {
    const { hiddenSize, stateSize } = this.sizes;
    const stride = roundUp(this.layout.hidden, 8) * FLOAT_BYTES;
    const to = this.engine.allocate(stateSize * hiddenSize * FLOAT_BYTES);
    const [slices, sliceBytes] = [this.slices.length, this.layout.state * stride];
    const { call, finish } = callsOf(this.engine, 'sumSlices', slices * stateSize * hiddenSize);
    call(stateSize, hiddenSize, dProjection, stride, slices, sliceBytes, to);
    finish();
    return to;
  }

  /** The gradient of x, after {@link backward}. @returns its address, the caller's to release */
  inputGradient(): number {
    const finish = this.prepareInputGradient();
    goThrough('layerInputGradient', [this]);
    return finish();
  }

  /** The same in two halves, between which the jobs of `layerInputGradient` run. */
  prepareInputGradient(): () => number {
    const engine = this.engine;
    const { inputSize, batch, time } = this.sizes;
    const dX = engine.allocate(time * batch * inputSize * FLOAT_BYTES);
    const work = new Workspace(engine);
    const { weightIh } = this.inputs;
    const inputBackward = work.adopt(
      packBackward(engine, weightIh, inputSize, this.sizes, this.cell.ofInput),
    );
    const x = strides(this.sizes, inputSize);
    this.passJobs = this.jobs;
    for (const { start, rows, jobs } of this.slices) {
      const fields = {
        dX: dX + x.first + start * x.row,
        inputGates: this.cell.ofInput.length * this.layout.hidden,
        inputBackward,
        rowsAtOnce: MOST_SUMMED_ROWS,
        dXRows: 0,
        stepsFrom: 0,
        stepsTo: time,
      };
      for (const [member, job] of jobs.entries()) {
        fields.stepsFrom = Math.round((time * member) / jobs.length);
        fields.stepsTo = Math.round((time * (member + 1)) / jobs.length);
        const steps = fields.stepsTo - fields.stepsFrom;
        const atOnce = Math.max(rows, Math.min(MOST_SUMMED_ROWS, rows * steps));
        fields.dXRows = work.floats(atOnce * roundUp(inputSize, 8));
        engine.writeFields(job, layerBackwardJobFields, fields);
      }
    }
    return () => {
      work.release();
      return dX;
    };
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
