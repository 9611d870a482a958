/** The rows of a batch that one thread computes: its job, and where in memory it keeps what it computes at every step. */
import type { CellLayout } from './cells.js';
import type { Engine } from './engine.js';
import { gatePartFields, layerJobFields } from './kernels.js';
import { type LayerLayout, type LayerSizes, LINE_FLOATS, roundUp, strides } from './layer-layout.js';
import type { LayerPanels } from './layer-weights.js';
import { more } from './more-teams.js';

/** Where a step's activated gates lie, and c and h after it. */
export interface StepAddresses {
  /** The gates in the order of memory, so many bytes apart; `CellLayout.ofInput` says which is where. */
  readonly gates: number;
  readonly gateBytes: number;
  /** 0 but for an LSTM. */
  readonly cell: number;
  readonly state: number;
}

const FLOAT_BYTES = 4;
/** Floats between rows of gates, beyond the gates: strides of a power of two are slow. */
const GATE_GAP = 16;
type JobFields = Readonly<Partial<Record<(typeof layerJobFields)[number], number>>>;

/** Rows of the batch, and how many threads compute them together. */
interface Share {
  readonly start: number;
  readonly rows: number;
  readonly members: number;
  /** How many integers a job has. */
  readonly jobWords: number;
}

export class LayerSlice {
  /** The first row of the batch, and how many there are. */
  readonly start: number;
  readonly rows: number;
  /** Addresses of the jobs, one for each thread of a team, with what is the same in every pass. */
  readonly jobs: readonly number[];
  /** What it takes of the engine's memory. */
  readonly blocks: number[] = [];
  readonly #engine: Engine;
  readonly #time: number;
  readonly #layout: LayerLayout;
  readonly #inputs: number;
  readonly #cells: number;
  readonly #gates: number;
  /** 0 without a team. */
  readonly #team: number;

  constructor(
    engine: Engine,
    cell: CellLayout,
    sizes: LayerSizes,
    layout: LayerLayout,
    panels: LayerPanels,
    { start, rows, members, jobWords }: Share,
  ) {
    this.#engine = engine;
    this.#time = sizes.time;
    this.#layout = layout;
    this.start = start;
    this.rows = rows;
    const { time, reverse, inputSize, hiddenSize, stateSize } = sizes;
    const { hidden, state, width, gateWidth } = layout;
    const { projection } = panels;
    const read = strides(sizes, inputSize);
    const written = strides(sizes, stateSize);
    this.jobs = Array.from({ length: members }, () => this.#allocate(jobWords));
    this.#team = members === 1 ? 0 : this.#allocate((members + 1) * LINE_FLOATS);
    this.#inputs = this.#allocate((time + 1) * rows * width);
    this.#cells = cell.hasCell ? this.#allocate((time + 1) * rows * hidden) : 0;
    this.#gates = this.#allocate(time * rows * (gateWidth + GATE_GAP));
    const parts = this.#writeParts(panels.forward);
    for (const job of this.jobs) engine.integers(job, jobWords).fill(0);
    this.write({
      cell: cell.kind,
      rows,
      time,
      reverse: Number(reverse),
      inputSize,
      hiddenSize,
      stateSize,
      hidden,
      state,
      width,
      inputAt: layout.inputAt * FLOAT_BYTES,
      oneAt: layout.oneAt * FLOAT_BYTES,
      gateWidth,
      gateStride: (gateWidth + GATE_GAP) * FLOAT_BYTES,
      parts: parts.at,
      partsEnd: parts.end,
      xTime: read.time,
      xRow: read.row,
      outputTime: written.time,
      outputRow: written.row,
      projection,
      inputs: this.#inputs,
      cells: this.#cells,
      tanhCells: cell.hasCell ? this.#allocate(time * rows * hidden) : 0,
      gates: this.#gates,
      unprojected: projection === 0 ? 0 : this.#allocate(time * rows * roundUp(hidden, 8)),
      projected: projection === 0 ? 0 : this.#allocate(rows * roundUp(state, 8)),
    });
  }

  /** What all of its threads are told. */
  write(fields: JobFields): void {
    for (const job of this.jobs) this.#engine.writeFields(job, layerJobFields, fields);
  }

  /** Before each pass. @returns the jobs that run in it */
  begin(): readonly number[] {
    const { hidden, panels } = this.#layout;
    const all = this.#time * this.rows * panels;
    return (this.#team && more.seatTeam?.(this.#engine, this.#team, this.jobs, hidden, all)) || this.jobs;
  }

  /** Steps count in the order in which they are read. */
  eachStep(visit: (row: number, step: number, at: StepAddresses) => void): void {
    const { hidden, width, gateWidth } = this.#layout;
    const gateBytes = hidden * FLOAT_BYTES;
    for (let step = 0; step < this.#time; step++) {
      for (let row = 0; row < this.rows; row++) {
        const before = step * this.rows + row;
        const after = before + this.rows;
        const gates = this.#gates + before * (gateWidth + GATE_GAP) * FLOAT_BYTES;
        visit(this.start + row, step, {
          gates,
          gateBytes,
          cell: this.#cells === 0 ? 0 : this.#cells + after * hidden * FLOAT_BYTES,
          state: this.#inputs + after * width * FLOAT_BYTES,
        });
      }
    }
  }

  /** The products of a step, for the kernels. */
  #writeParts(panels: number): { at: number; end: number } {
    const { products } = this.#layout;
    const at = this.#allocate(products.length * gatePartFields.length);
    let end = at;
    for (const { gates, gatesAt, depth, inputsAt, panelsAt } of products) {
      this.#engine.writeFields(end, gatePartFields, {
        gates,
        gatesAt: gatesAt * FLOAT_BYTES,
        depth,
        inputsAt: inputsAt * FLOAT_BYTES,
        panels: panels + panelsAt * FLOAT_BYTES,
      });
      end += gatePartFields.length * FLOAT_BYTES;
    }
    return { at, end };
  }

  #allocate(floats: number): number {
    const at = this.#engine.allocate(floats * FLOAT_BYTES);
    this.blocks.push(at);
    return at;
  }
}
