/** Kernels that go through much memory once, by all threads. */
import type { Engine } from './engine.js';
import { callKind, type TrainingKernels } from './kernels.js';
import { LINE_FLOATS, PANEL_COLUMNS } from './layer-layout.js';
import { trainingKernels } from './training-kernels.js';

export type CallName = keyof typeof callKind;
export type CallArguments<K extends CallName> = Parameters<TrainingKernels[K]>;

/**
 * How a call is cut into ranges of its rows or numbers, which do not wait for each other. Calls of the same count are cut alike, so that
 * one thread does all that is added to a number, in order: two biases may be packed into one.
 */
interface Cut<K extends CallName> {
  /** How many there are; ranges begin at multiples of `step`. */
  count(call: CallArguments<K>): number;
  readonly step: number;
  /** How many numbers the call goes through. */
  numbers(call: CallArguments<K>): number;
  range(call: CallArguments<K>, first: number, count: number): CallArguments<K>;
}

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;
const DOUBLE_BYTES = Float64Array.BYTES_PER_ELEMENT;
/** Going through a number takes as long as so many multiplications. */
const MULTIPLICATIONS_OF_A_NUMBER = 8;
/** A call with its kind, in numbers of 64 bits, as `src/kernels/calls.ts` has it. */
const RECORD_NUMBERS = 16;

const cuts: { readonly [K in CallName]: Cut<K> } = {
  packWeights: {
    count: ([rows]) => rows,
    step: PANEL_COLUMNS,
    numbers: ([rows, columns]) => rows * columns,
    range([, columns, scale, transposed, from, panels, depth, row, column], first, count) {
      const at = from + first * columns * FLOAT_BYTES;
      const [toRow, toColumn] = transposed ? [row, column + first] : [row + first, column];
      return [count, columns, scale, transposed, at, panels, depth, toRow, toColumn];
    },
  },
  sumSlices: {
    count: ([rows]) => rows,
    step: 1,
    numbers: ([rows, columns, , , slices]) => rows * columns * slices,
    range([, columns, from, stride, slices, sliceBytes, to], first, count) {
      const [at, sums] = [from + first * stride, to + first * columns * FLOAT_BYTES];
      return [count, columns, at, stride, slices, sliceBytes, sums];
    },
  },
  adamStep: {
    count: ([count]) => count,
    step: LINE_FLOATS,
    numbers: ([count]) => count,
    range([, parameter, gradient, mean, square, ...settings], first, count) {
      const offset = first * FLOAT_BYTES;
      return [count, parameter + offset, gradient + offset, mean + offset, square + offset, ...settings];
    },
  },
  sgdStep: {
    count: ([count]) => count,
    step: LINE_FLOATS,
    numbers: ([count]) => count,
    range([, parameter, gradient, buffer, ...settings], first, count) {
      const offset = first * FLOAT_BYTES;
      return [count, parameter + offset, gradient + offset, buffer && buffer + offset, ...settings];
    },
  },
};

/** A kernel that is called again and again, and what has to be called when it was. */
export interface Calls<K extends CallName> {
  readonly call: TrainingKernels[K];
  finish(): void;
}

/**
 * Calls of a kernel: each at once where they are small, else all of them in the end, each thread for a range of each call.
 *
 * @param numbers how many numbers they go through, about
 */
export function callsOf<K extends CallName>(engine: Engine, name: K, numbers: number): Calls<K> {
  const kernel = trainingKernels(engine)[name];
  if (engine.sharesOf(engine.threads, numbers * MULTIPLICATIONS_OF_A_NUMBER) === 1) {
    return { call: kernel, finish: () => {} };
  }
  const calls: CallArguments<K>[] = [];
  // TypeScript does not see that a kernel and its parameters belong together.
  const call = ((...given: CallArguments<K>) => void calls.push(given)) as TrainingKernels[K];
  return { call, finish: () => callAll(engine, name, calls) };
}

/** Makes all calls: each thread for a range of each of them. */
function callAll<K extends CallName>(engine: Engine, name: K, calls: readonly CallArguments<K>[]): void {
  const cut: Cut<K> = cuts[name];
  const parts = calls.map((call) => Math.ceil(cut.count(call) / cut.step));
  const numbers = calls.reduce((sum, call) => sum + cut.numbers(call), 0);
  const shares = engine.sharesOf(Math.max(...parts, 0), numbers * MULTIPLICATIONS_OF_A_NUMBER);
  const jobNumbers = (calls.length + 1) * RECORD_NUMBERS;
  const records = engine.allocate(shares * jobNumbers * DOUBLE_BYTES);
  const written = new Float64Array(shares * jobNumbers);
  for (const [i, call] of calls.entries()) {
    for (let share = 0; share < shares; share++) {
      const first = rangeStart(cut.count(call), cut.step, share / shares);
      const end = rangeStart(cut.count(call), cut.step, (share + 1) / shares);
      const range = cut.range(call, first, end - first);
      written.set([callKind[name], ...range], share * jobNumbers + i * RECORD_NUMBERS);
    }
  }
  const words = new Int32Array(written.buffer);
  engine.integers(records, words.length).set(words);
  try {
    const jobs = Array.from({ length: shares }, (_, share) => records + share * jobNumbers * DOUBLE_BYTES);
    engine.run('calls', jobs);
  } finally {
    engine.release(records);
  }
}

/** Where a range begins that has this part of all before it. */
function rangeStart(count: number, step: number, part: number): number {
  return Math.min(Math.round(Math.ceil(count / step) * part) * step, count);
}
