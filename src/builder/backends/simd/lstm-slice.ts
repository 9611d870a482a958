/** The rows of a batch that one thread computes: its job, and where in memory it keeps what it computes at every step. */
import type { Engine } from './engine.js';
import { lstmJobFields } from './kernels.js';
import { type LstmPanels, paddedSizes, roundUp } from './lstm-weights.js';

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
export function strides(sizes: LstmSizes, features: number): { time: number; row: number; first: number } {
  const { batch, time, batchFirst, reverse } = sizes;
  const step = (batchFirst ? features : batch * features) * float;
  const row = (batchFirst ? time * features : features) * float;
  return reverse ? { time: -step, row, first: (time - 1) * step } : { time: step, row, first: 0 };
}

export class LstmSlice {
  /** The first row of the batch, and how many there are. */
  readonly start: number;
  readonly rows: number;
  /** The address of the job, with what is the same in every pass; each pass writes its own fields. */
  readonly job: number;
  /** What it takes of the engine's memory. */
  readonly blocks: number[] = [];
  readonly #engine: Engine;
  readonly #sizes: LstmSizes;
  readonly #inputs: number;
  readonly #cells: number;
  readonly #gates: number;

  constructor(engine: Engine, sizes: LstmSizes, panels: LstmPanels, start: number, rows: number) {
    this.#engine = engine;
    this.#sizes = sizes;
    this.start = start;
    this.rows = rows;
    const { time, reverse, inputSize, hiddenSize, stateSize } = sizes;
    const { hidden, state, width } = paddedSizes(sizes);
    const { forward, projection } = panels;
    const read = strides(sizes, inputSize);
    const written = strides(sizes, stateSize);
    this.job = this.#allocate(lstmJobFields.length);
    this.#inputs = this.#allocate((time + 1) * rows * width);
    this.#cells = this.#allocate((time + 1) * rows * hidden);
    this.#gates = this.#allocate(time * rows * gateStride(hidden));
    engine.integers(this.job, lstmJobFields.length).fill(0);
    engine.writeFields(this.job, lstmJobFields, {
      rows,
      time,
      reverse: Number(reverse),
      inputSize,
      hiddenSize,
      stateSize,
      hidden,
      state,
      width,
      gateStride: gateStride(hidden) * float,
      xTime: read.time,
      xRow: read.row,
      outputTime: written.time,
      outputRow: written.row,
      forward,
      projection,
      inputs: this.#inputs,
      cells: this.#cells,
      tanhCells: this.#allocate(time * rows * hidden),
      gates: this.#gates,
      unprojected: projection === 0 ? 0 : this.#allocate(time * rows * roundUp(hidden, 8)),
      projected: projection === 0 ? 0 : this.#allocate(rows * roundUp(state, 8)),
    });
  }

  /** Steps count in the order in which they are read. */
  eachStep(visit: (row: number, step: number, at: StepAddresses) => void): void {
    const { hidden, width } = paddedSizes(this.#sizes);
    for (let step = 0; step < this.#sizes.time; step++) {
      for (let row = 0; row < this.rows; row++) {
        const before = step * this.rows + row;
        const after = before + this.rows;
        visit(this.start + row, step, {
          gates: this.#gates + before * gateStride(hidden) * float,
          gateBytes: hidden * float,
          cell: this.#cells + after * hidden * float,
          state: this.#inputs + after * width * float,
        });
      }
    }
  }

  #allocate(floats: number): number {
    const at = this.#engine.allocate(floats * float);
    this.blocks.push(at);
    return at;
  }
}

function gateStride(hidden: number): number {
  return 4 * hidden + gateGap;
}
