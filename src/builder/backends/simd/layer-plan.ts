/**
 * One run of a recurrent layer on the engine: where everything lies in memory, and the jobs over slices of the batch. What
 * computes is the cell: `cells.ts`.
 */
import type { CellLayout } from './cells.js';
import type { Engine } from './engine.js';
import { layerJobFields } from './kernels.js';
import { type LayerLayout, type LayerSizes, layoutOf, strides } from './layer-layout.js';
import { LayerSlice, type StepAddresses } from './layer-slice.js';
import { type LayerPanels, type LayerWeights, packLayer } from './layer-weights.js';

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

/**
 * Addresses that are the caller's to release: the output (0 when it is not wanted), h and, of an LSTM, c after the last step read (else 0).
 */
export interface ForwardResults {
  readonly output: number;
  readonly hn: number;
  readonly cn: number;
}

const FLOAT_BYTES = 4;

export class LayerPlan {
  readonly engine: Engine;
  readonly cell: CellLayout;
  readonly sizes: LayerSizes;
  protected readonly layout: LayerLayout;
  readonly #blocks: number[];
  protected readonly slices: LayerSlice[] = [];
  /** One for each slice; each pass writes its own fields. */
  readonly jobs: readonly number[];
  protected inputs: LayerInputs;

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
    this.engine = engine;
    this.cell = cell;
    this.#blocks = [...copies];
    this.sizes = sizes;
    this.inputs = inputs;
    this.layout = layoutOf(cell, sizes);
    const { batch, time } = sizes;
    const panels = packed ?? this.#pack();
    const perSlice = Math.ceil(batch / engine.shares(batch, batch * time * this.layout.panels));
    for (let start = 0; start < batch; start += perSlice) {
      const rows = Math.min(perSlice, batch - start);
      const slice = new LayerSlice(engine, cell, sizes, this.layout, panels, start, rows);
      this.slices.push(slice);
      this.#blocks.push(...slice.blocks);
    }
    this.jobs = this.slices.map(({ job }) => job);
  }

  /** The layer forward. A plan with packed weights may go forward any number of times, each from its own inputs. */
  forward(inputs: LayerInputs = this.inputs): ForwardResults {
    const results = this.prepareForward(inputs);
    goForward([this]);
    return results;
  }

  /** Makes room for the results and tells the jobs where everything is. {@link goForward} comes next, before anything is read. */
  prepareForward(inputs: LayerInputs = this.inputs): ForwardResults {
    this.inputs = inputs;
    const engine = this.engine;
    const { batch, time, inputSize, hiddenSize, stateSize, wantOutput } = this.sizes;
    const output = wantOutput ? engine.allocate(time * batch * stateSize * FLOAT_BYTES) : 0;
    const hn = engine.allocate(batch * stateSize * FLOAT_BYTES);
    const cn = this.cell.hasCell ? engine.allocate(batch * hiddenSize * FLOAT_BYTES) : 0;
    const read = strides(this.sizes, inputSize);
    const written = strides(this.sizes, stateSize);
    for (const { start, job } of this.slices) {
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
    return { output, hn, cn };
  }

  /**
   * Goes through what {@link forward} kept of each step of each row: steps count in the order in which they are read. A way
   * back writes over it.
   */
  eachStep(visit: (row: number, step: number, at: StepAddresses) => void): void {
    for (const slice of this.slices) slice.eachStep(visit);
  }

  /** Gives back the memory of the plan itself. */
  release(): void {
    for (const at of this.#blocks) this.engine.release(at);
    this.#blocks.length = 0;
  }

  #pack(): LayerPanels {
    const panels = this.packLayer();
    this.#blocks.push(panels.forward);
    if (panels.projection !== 0) this.#blocks.push(panels.projection);
    return panels;
  }

  protected packLayer(): LayerPanels {
    return packLayer(this.engine, this.cell, this.sizes, this.inputs);
  }
}

/**
 * Runs the forward passes that {@link LayerPlan.prepareForward} has prepared, of plans of one engine that do not wait for each other: all at
 * once, so that together they may have a job for each thread at most.
 */
export function goForward(plans: readonly LayerPlan[]): void {
  const jobs = plans.flatMap((plan) => plan.jobs);
  plans[0]?.engine.run('layerForward', jobs);
}

/** An address further into what may be missing, which is at 0. */
export function within(at: number | undefined, offset: number): number {
  return at ? at + offset : 0;
}
