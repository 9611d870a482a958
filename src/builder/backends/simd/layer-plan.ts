/**
 * One run of a recurrent layer on the engine: where everything lies in memory, and the jobs over slices of the batch. What
 * computes is the cell: `cells.ts`.
 */
import type { CellLayout } from './cells.js';
import type { Engine, JobKind } from './engine.js';
import { layerJobFields } from './kernels.js';
import { type LayerLayout, type LayerSizes, layoutOf, strides } from './layer-layout.js';
import { LayerSlice, type StepAddresses } from './layer-slice.js';
import { type LayerPanels, type LayerWeights, packLayer } from './layer-weights.js';
import { more } from './more-teams.js';

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
  /** One for each slice, or for each thread of the team that goes through all rows. */
  readonly jobs: readonly number[];
  /** Those that run in the pass that is prepared: not all where a team has a rest. */
  passJobs: readonly number[] = [];
  protected inputs: LayerInputs;

  /**
   * @param copies memory that goes with the plan
   * @param packed the weights of the inputs, where they are packed already; they must stay until the plan is released
   * @param threads that may share the work
   */
  constructor(
    engine: Engine,
    cell: CellLayout,
    sizes: LayerSizes,
    inputs: LayerInputs,
    copies: readonly number[] = [],
    packed?: LayerPanels,
    threads = engine.threads,
  ) {
    this.engine = engine;
    this.cell = cell;
    this.#blocks = [...copies];
    this.sizes = sizes;
    this.inputs = inputs;
    this.layout = layoutOf(cell, sizes);
    const { batch } = sizes;
    const panels = packed ?? this.#pack();
    const { slices, members } = sharing(engine, this.layout, sizes, panels.projection !== 0, threads);
    const perSlice = Math.ceil(batch / slices);
    for (let start = 0; start < batch; start += perSlice) {
      const rows = Math.min(perSlice, batch - start);
      const share = { start, rows, members, jobWords: this.jobWords };
      const slice = new LayerSlice(engine, cell, sizes, this.layout, panels, share);
      this.slices.push(slice);
      this.#blocks.push(...slice.blocks);
    }
    this.jobs = this.slices.flatMap(({ jobs }) => jobs);
  }

  /**
   * Makes room for the results and tells the jobs where everything is. {@link goThrough} comes next, before anything is read. A plan with
   * packed weights may go forward any number of times, each from its own inputs.
   */
  prepareForward(inputs: LayerInputs = this.inputs): ForwardResults {
    this.inputs = inputs;
    const engine = this.engine;
    const { batch, time, inputSize, hiddenSize, stateSize, wantOutput } = this.sizes;
    const output = wantOutput ? engine.allocate(time * batch * stateSize * FLOAT_BYTES) : 0;
    const hn = engine.allocate(batch * stateSize * FLOAT_BYTES);
    const cn = this.cell.hasCell ? engine.allocate(batch * hiddenSize * FLOAT_BYTES) : 0;
    const read = strides(this.sizes, inputSize);
    const written = strides(this.sizes, stateSize);
    this.passJobs = this.slices.flatMap((slice) => slice.begin());
    for (const slice of this.slices) {
      const { start } = slice;
      const xOffset = read.first + start * read.row;
      const hOffset = start * stateSize * FLOAT_BYTES;
      const cOffset = start * hiddenSize * FLOAT_BYTES;
      slice.write({
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
   * Goes through what the way forward kept of each step of each row: steps count in the order in which they are read. A way
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

  /** How many integers a job has. */
  protected get jobWords(): number {
    return layerJobFields.length;
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
 * Runs a pass that plans of one engine have prepared, such as {@link LayerPlan.prepareForward}. They do not wait for each other, and run all
 * at once, so that together they may have a job for each thread at most.
 */
export function goThrough(kind: JobKind, plans: readonly LayerPlan[]): void {
  const [first, ...others] = plans;
  if (first)
    first.engine.run(kind, others.length === 0 ? first.passJobs : plans.flatMap((plan) => plan.passJobs));
}

/** How many slices of the batch there are, each for one thread; or one slice of a team with so many members. */
function sharing(
  engine: Engine,
  layout: LayerLayout,
  sizes: Pick<LayerSizes, 'batch' | 'time'>,
  isProjected: boolean,
  threads: number,
): { readonly slices: number; readonly members: number } {
  const slices = Math.min(engine.shares(sizes.batch, sizes.batch * sizes.time * layout.panels), threads);
  const team = isProjected ? undefined : more.teamSize?.(engine, layout, sizes);
  const members = Math.min(team ?? 1, threads);
  return members > slices ? { slices: 1, members } : { slices, members: 1 };
}

/**
 * Whether one of a layer's directions is best on one thread, so that the other may run at the same time: two threads at once never meet, but
 * more of them are better together, on one direction after the other.
 */
export function isForOneThread(
  engine: Engine,
  layout: LayerLayout,
  sizes: Pick<LayerSizes, 'batch' | 'time'>,
  isProjected: boolean,
): boolean {
  const { slices, members } = sharing(engine, layout, sizes, isProjected, engine.threads);
  return slices === 1 && members <= 2 && engine.isWorthAThread(sizes.batch * sizes.time * layout.panels);
}

/** An address further into what may be missing, which is at 0. */
export function within(at: number | undefined, offset: number): number {
  return at ? at + offset : 0;
}
