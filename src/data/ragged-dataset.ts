/** Samples of different lengths, padded batch by batch to the longest of the batch. */
import { isObject, wrongArgument } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { checkArray, sizeOf } from '../nd-array.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { gatherRows, type SampleArray, type SampleDType, type SampleInputs } from './dataset.js';
import type { InputLoader, SampleLoader } from './sample-loader.js';

/** The steps of one sample: `[time]`, or an array `[time, ...]`. */
export type Sequence = Int32Array | Float32Array | SampleArray;

/** Sequences that differ in their first dimension, time. */
export interface Ragged {
  /** One for each sample, of one element type. */
  readonly sequences: readonly Sequence[];
  /** The network's input, int32 `[batch]`, that is given the steps of each sample; none by default. */
  readonly lengths?: string;
  /**
   * What stands behind the end of a sequence, such as the id of padding. @default 0 for inputs; for targets what no loss takes
   * for one, -100, or NaN of float32
   */
  readonly padding?: number;
}

/** Inputs, and targets that belong to them, each ragged or an array `[samples, ...]`. */
export interface RaggedSamples {
  readonly inputs: Readonly<Record<string, Ragged | SampleArray>>;
  readonly targets: Ragged | SampleArray;
}

type Part = Checked | SampleArray;

/** Ragged sequences as arrays of one type. */
interface Checked {
  readonly arrays: readonly SampleArray[];
  readonly dtype: SampleDType;
  /** The shape of a step. */
  readonly step: readonly number[];
  readonly lengths: string | undefined;
  readonly padding: number;
}

const samplesNames = { inputs: true, targets: true } satisfies OptionNames<RaggedSamples>;
const raggedNames = { sequences: true, lengths: true, padding: true } satisfies OptionNames<Ragged>;

/**
 * Samples whose inputs, and targets where wanted, have lengths of their own. `fit`, `evaluate` and `predict` take it as they
 * take a data set. Each batch is padded to its longest sample, and training puts samples of about one length into a batch, so
 * that short ones cost little. The arrays are kept, not copied.
 *
 * Padding is no step for layers that are given the lengths. Targets that are ragged need a loss that stops at them, such as
 * `masked(crossEntropy, { lengths: 'lengths' })`, or that leaves padding out: `crossEntropy({ ignoreIndex: -100 })`, and
 * `masked(mse)` of numbers. Other losses refuse the padding.
 *
 * @param samples with targets for `fit` and `evaluate`; inputs alone are enough for `predict`
 * @throws E_INVALID_OPTION for no inputs, no samples, a sequence without steps, and padding that is no number of its type;
 *   E_SHAPE_MISMATCH for other numbers of samples, or steps of other shapes; E_DTYPE_MISMATCH for other element types;
 *   E_DUPLICATE_NAME for lengths called as another input
 */
export function raggedDataset(samples: RaggedSamples): SampleLoader;
export function raggedDataset(samples: Pick<RaggedSamples, 'inputs'>): InputLoader;
export function raggedDataset(samples: {
  readonly inputs: RaggedSamples['inputs'];
  readonly targets?: RaggedSamples['targets'];
}): InputLoader {
  if (!isObject(samples) || !isObject(samples.inputs)) {
    throw wrongArgument(
      'raggedDataset',
      samples,
      "{ inputs: { x: { sequences, lengths: 'lengths' } }, targets }",
    );
  }
  checkOptionNames('raggedDataset', samples, samplesNames, { labels: 'targets' });
  const inputs = Object.entries(samples.inputs).map(
    ([name, part]) => [name, checkedPart(`input '${name}'`, part)] as const,
  );
  const targets = samples.targets === undefined ? undefined : checkedPart('targets', samples.targets, true);
  const length = commonCount(inputs, targets);
  checkLengthNames(inputs);
  const batch = (indices: Int32Array) => {
    checkIndices(indices, length);
    const arrays = inputs.flatMap(([name, part]) => inputArrays(name, part, indices));
    const read: SampleInputs = Object.fromEntries(arrays);
    return targets ? { inputs: read, targets: partAt(targets, indices) } : { inputs: read };
  };
  return { length, sizes: sizesOf(inputs, length), batch };
}

/** @throws E_INVALID_OPTION for an index that is no sample's */
function checkIndices(indices: Int32Array, length: number): void {
  if (!(indices instanceof Int32Array)) throw wrongArgument('batch', indices, 'an Int32Array of indices');
  const wrong = indices.find((index) => index < 0 || index >= length);
  if (wrong === undefined) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `There is no sample ${wrong}; the samples are 0 to ${length - 1}.`,
  );
}

/** PyTorch's ignored index, which is no class. */
const NO_CLASS = -100;

/** @param isTarget whether padding that is not said must be no target, so that a loss that is not told of it cannot count it */
function checkedPart(where: string, part: unknown, isTarget = false): Part {
  if (!isObject(part) || !('sequences' in part)) {
    checkArray(where, part);
    const array = part as SampleArray; // its type is checked here
    if (array.dtype !== 'float32' && array.dtype !== 'int32') throw wrongType(where, array);
    if (array.shape.length > 0) return array;
    throw new LstmOnnxError('E_SHAPE_MISMATCH', `${where} has shape []; expected [samples, ...].`);
  }
  checkOptionNames(`raggedDataset: ${where}`, part, raggedNames);
  const { sequences, lengths } = part;
  if (!Array.isArray(sequences)) {
    throw wrongArgument(`${where}: sequences`, sequences, 'a list with the steps of each sample');
  }
  if (lengths !== undefined && typeof lengths !== 'string') {
    throw wrongArgument(`${where}: lengths`, lengths, 'the name of an input');
  }
  const arrays = sequences.map((sequence, sample) => checkedSequence(`${where}, sample ${sample}`, sequence));
  const dtype = arrays[0]?.dtype ?? 'float32';
  const step = arrays[0]?.shape.slice(1) ?? [];
  const noTarget = dtype === 'int32' ? NO_CLASS : Number.NaN;
  const { padding = isTarget ? noTarget : 0 } = part;
  const isPadding = typeof padding === 'number' && (dtype === 'float32' || padding === (padding | 0));
  if (!isPadding) throw wrongArgument(`${where}: padding`, padding, `a number of the type ${dtype}`);
  arrays.forEach((array, sample) => {
    if (array.dtype !== dtype) {
      throw new LstmOnnxError(
        'E_DTYPE_MISMATCH',
        `${where}: sample ${sample} is ${array.dtype}, expected ${dtype} as sample 0 is.`,
      );
    }
    const own = array.shape.slice(1);
    if (own.length === step.length && own.every((size, axis) => size === step[axis])) return;
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${where}: the steps of sample ${sample} have shape [${own.join(', ')}], expected [${step.join(', ')}] as those of sample 0.`,
    );
  });
  return { arrays, dtype, step, lengths, padding };
}

function checkedSequence(where: string, sequence: unknown): SampleArray {
  const array = arrayOf(where, sequence);
  if (array.dtype !== 'float32' && array.dtype !== 'int32') throw wrongType(where, array);
  const [steps] = array.shape;
  if (steps !== undefined && steps > 0) return array;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${where} has no steps; leave such samples out, or give them a step of padding.`,
  );
}

function arrayOf(where: string, sequence: unknown): SampleArray {
  if (sequence instanceof Int32Array) return { dtype: 'int32', shape: [sequence.length], data: sequence };
  if (sequence instanceof Float32Array) return { dtype: 'float32', shape: [sequence.length], data: sequence };
  checkArray(where, sequence);
  return sequence as SampleArray; // its caller checks the type
}

function wrongType(where: string, { dtype }: { readonly dtype: string }): LstmOnnxError {
  return new LstmOnnxError('E_DTYPE_MISMATCH', `${where} is ${dtype}; expected float32 or int32.`);
}

function countOf(part: Part): number {
  return 'arrays' in part ? part.arrays.length : (part.shape[0] ?? 0);
}

/** How many samples each of them has. */
function commonCount(inputs: readonly (readonly [string, Part])[], targets: Part | undefined): number {
  const [first] = inputs;
  if (!first)
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'The data set has no inputs; expected at least one, by name.',
    );
  const length = countOf(first[1]);
  if (length === 0) {
    throw new LstmOnnxError('E_INVALID_OPTION', 'The data set has no samples; expected at least one.');
  }
  const others = inputs.map(([name, part]) => [`input '${name}'`, part] as const);
  for (const [name, part] of targets ? [...others, ['targets', targets] as const] : others) {
    if (countOf(part) === length) continue;
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `The ${name} has ${countOf(part)} samples and input '${first[0]}' has ${length}; expected as many of each.`,
    );
  }
  return length;
}

function checkLengthNames(inputs: readonly (readonly [string, Part])[]): void {
  const names = inputs.flatMap(([name, part]) =>
    'arrays' in part && part.lengths !== undefined ? [name, part.lengths] : [name],
  );
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return;
  throw new LstmOnnxError('E_DUPLICATE_NAME', `raggedDataset: two inputs are called '${twice}'.`);
}

/** The steps of each sample, those of all its inputs together. */
function sizesOf(inputs: readonly (readonly [string, Part])[], length: number): Int32Array {
  const sizes = new Int32Array(length);
  for (const [, part] of inputs) {
    if (!('arrays' in part)) continue;
    part.arrays.forEach(({ shape }, sample) => {
      sizes[sample] = (sizes[sample] ?? 0) + (shape[0] ?? 0);
    });
  }
  return sizes;
}

function inputArrays(name: string, part: Part, indices: Int32Array): [string, SampleArray][] {
  const array: [string, SampleArray] = [name, partAt(part, indices)];
  if (!('arrays' in part) || part.lengths === undefined) return [array];
  const steps = Int32Array.from(indices, (index) => part.arrays[index]?.shape[0] ?? 0);
  return [array, [part.lengths, { dtype: 'int32', shape: [indices.length], data: steps }]];
}

function partAt(part: Part, indices: Int32Array): SampleArray {
  return 'arrays' in part ? padded(part, indices) : gatherRows(part, indices);
}

/** The sequences as one array `[indices.length, time, ...]`, as long as the longest of them. */
function padded({ arrays, dtype, step, padding }: Checked, indices: Int32Array): SampleArray {
  let time = 0;
  for (const index of indices) time = Math.max(time, arrays[index]?.shape[0] ?? 0);
  const width = time * sizeOf(step);
  const shape = [indices.length, time, ...step];
  const size = indices.length * width;
  const data = dtype === 'float32' ? new Float32Array(size) : new Int32Array(size);
  if (padding !== 0) data.fill(padding);
  indices.forEach((index, row) => {
    data.set(arrays[index]?.data ?? [], row * width);
  });
  return { dtype, shape, data } as SampleArray; // of one type by the line above
}
