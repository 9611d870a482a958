/** Samples to learn from: named inputs and targets, in memory, whose first dimension counts the samples. */
import { isObject, wrongArgument } from '../arguments.js';
import { counted } from '../counted.js';
import { LstmOnnxError, textOf } from '../errors.js';
import { checkArray, type NdArray, sizeOf } from '../nd-array.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';

/** Data for training is float32 (values) or int32 (class numbers, tokens). */
export type SampleDType = 'float32' | 'int32';

/** `[samples, ...]`. */
export type SampleArray<D extends SampleDType = SampleDType> = NdArray<D>;

/** Inputs by name. */
export type SampleInputs = Readonly<Record<string, SampleArray>>;

/** Named inputs, and the targets that belong to them. */
export interface Samples<Inputs extends SampleInputs = SampleInputs> {
  readonly inputs: Inputs;
  readonly targets: SampleArray;
}

/** {@link Samples} that agree in their first dimension, as {@link dataset} checks. */
export interface Dataset<Inputs extends SampleInputs = SampleInputs> extends Samples<Inputs> {
  /** How many samples there are; at least 1. */
  readonly length: number;
}

const names = { inputs: true, targets: true, length: true } satisfies OptionNames<Dataset>;

/**
 * A data set of arrays that agree in their first dimension. The arrays are kept, not copied.
 * @throws E_INVALID_OPTION without inputs or without samples, for what is no array, and for other names such as weights; E_DTYPE_MISMATCH for other element types;
 * E_SHAPE_MISMATCH when an array has no dimensions, does not fill its shape or has another number of samples.
 */
export function dataset<Inputs extends SampleInputs>(arrays: Samples<Inputs>): Dataset<Inputs> {
  if (!isObject(arrays) || !isObject(arrays.inputs)) {
    throw wrongArgument('The data set', arrays, '{ inputs: { x: array }, targets: array }');
  }
  checkOptionNames('The data set', arrays, names, { labels: 'targets' });
  const inputs = Object.entries(arrays.inputs);
  if (inputs.length === 0) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'The data set has no inputs; expected at least one, by name.',
    );
  }
  const length = sampleCount('targets', arrays.targets);
  if (length === 0) {
    throw new LstmOnnxError('E_INVALID_OPTION', 'The data set has no samples; expected at least one.');
  }
  for (const [name, array] of inputs) {
    const samples = sampleCount(`input '${name}'`, array);
    if (samples !== length) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `input '${name}' has ${counted(samples, 'sample')} (its first dimension) and targets have ${length}; expected as many of each.`,
      );
    }
  }
  // fromEntries defines its keys, so that an input called __proto__ is one.
  return { length, inputs: Object.fromEntries(inputs) as Inputs, targets: arrays.targets }; // entry by entry the same
}

/**
 * Rows `indices[start]` to `indices[end - 1]` of an array, copied in that order: `[end - start, ...]`.
 * @param start Place in `indices`, 0 by default.
 * @param end Place in `indices`, its length by default.
 * @throws E_INVALID_OPTION when start and end are no range of `indices`, or an index is no row of the array.
 */
export function gatherRows<D extends SampleDType>(
  array: SampleArray<D>,
  indices: Int32Array | readonly number[],
  start = 0,
  end: number = indices.length,
): SampleArray<D> {
  checkRange(start, end, indices.length, 'indices');
  const gathered = emptySamples(array.dtype, [end - start, ...array.shape.slice(1)]);
  copyRows(array, indices, start, end, gathered.data);
  return gathered;
}

/** As {@link gatherRows}, into numbers that are there already. */
export function copyRows<D extends SampleDType>(
  array: SampleArray<D>,
  indices: Int32Array | readonly number[],
  start: number,
  end: number,
  to: Float32Array | Int32Array,
): void {
  const samples = array.shape[0] ?? 0;
  const rowSize = sizeOf(array.shape.slice(1));
  for (let place = start; place < end; place++) {
    const row = indices[place] ?? -1;
    if (!Number.isInteger(row) || row < 0 || row >= samples) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `indices[${place}] is ${row}; the array has the rows 0 to ${samples - 1}.`,
      );
    }
    to.set(array.data.subarray(row * rowSize, (row + 1) * rowSize), (place - start) * rowSize);
  }
}

/**
 * Samples `start` to `end - 1`, without copying.
 * @throws E_INVALID_OPTION when that is not a range of at least one sample.
 */
export function sliceDataset<Inputs extends SampleInputs>(
  data: Dataset<Inputs>,
  start: number,
  end?: number,
): Dataset<Inputs> {
  const { length } = dataset(data);
  const stop = end ?? length;
  checkRange(start, stop, length, 'the data set');
  return mapArrays(data, (array) => sliceRows(array, start, stop));
}

/**
 * Splits into `[train, validation]`.
 * @param validation How much goes to validation: a fraction (between 0 and 1, rounded to whole samples) or a count
 * (1 or more; 1 is one sample).
 * @param order The samples' order, each index once; the last ones are for validation. Without it the order is as
 * given and nothing is copied.
 * @throws E_INVALID_OPTION when either part would be empty, or `order` does not name each sample once.
 */
export function splitDataset<Inputs extends SampleInputs>(
  data: Dataset<Inputs>,
  validation: number,
  order?: Int32Array | readonly number[],
): [train: Dataset<Inputs>, validation: Dataset<Inputs>] {
  const { length } = dataset(data);
  const split = length - validationCount(length, validation);
  if (order === undefined) {
    return [sliceDataset(data, 0, split), sliceDataset(data, split)];
  }
  checkOrder(order, length);
  return [
    mapArrays(data, (array) => gatherRows(array, order, 0, split)),
    mapArrays(data, (array) => gatherRows(array, order, split)),
  ];
}

/** How many of so many samples a fraction or a count is. @throws E_INVALID_OPTION when either part would be empty */
export function validationCount(length: number, validation: number): number {
  if (typeof validation !== 'number')
    throw wrongArgument('The validation part', validation, 'a fraction or a count');
  const count = validation < 1 ? Math.round(length * validation) : validation;
  if (Number.isInteger(count) && count >= 1 && count < length) return count;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `A validation part of ${validation} leaves no split of ${counted(length, 'sample')}; expected a fraction between 0 and 1, or a count of 1 to ${length - 1}, with samples on both sides.`,
  );
}

function sampleCount(name: string, array: SampleArray): number {
  checkArray(name, array);
  const { dtype, shape }: NdArray = array;
  if (dtype !== 'float32' && dtype !== 'int32') {
    throw new LstmOnnxError('E_DTYPE_MISMATCH', `${name} is ${dtype}; expected float32 or int32.`);
  }
  const [samples] = shape;
  if (samples === undefined) {
    throw new LstmOnnxError('E_SHAPE_MISMATCH', `${name} has shape []; expected [samples, ...].`);
  }
  return samples;
}

function checkRange(start: number, end: number, length: number, what: string): void {
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end <= start || end > length) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${textOf(start)} to ${textOf(end)} is no range in ${what} of length ${length}; expected 0 <= start < end <= ${length}.`,
    );
  }
}

function checkOrder(order: Int32Array | readonly number[], length: number): void {
  if (!Array.isArray(order) && !(order instanceof Int32Array)) {
    throw wrongArgument('The order', order, 'the indices of the samples as an array or an Int32Array');
  }
  const seen = new Uint8Array(length);
  for (const index of order) {
    if (typeof index !== 'number') throw wrongArgument('The order', index, 'indices of samples');
    // Past the end this writes nothing, and the count below comes out short.
    seen[index] = 1;
  }
  if (order.length !== length || seen.includes(0)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The order has ${counted(order.length, 'index', 'indices')}; expected each of 0 to ${length - 1} once.`,
    );
  }
}

function emptySamples<D extends SampleDType>(dtype: D, shape: readonly number[]): SampleArray<D> {
  const of: { readonly [K in SampleDType]: () => SampleArray<K> } = {
    float32: () => ({ dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)) }),
    int32: () => ({ dtype: 'int32', shape, data: new Int32Array(sizeOf(shape)) }),
  };
  return of[dtype]();
}

function sliceRows(array: SampleArray, start: number, end: number): SampleArray {
  const rest = array.shape.slice(1);
  const rowSize = sizeOf(rest);
  const shape = [end - start, ...rest];
  return array.dtype === 'float32'
    ? { dtype: array.dtype, shape, data: array.data.subarray(start * rowSize, end * rowSize) }
    : { dtype: array.dtype, shape, data: array.data.subarray(start * rowSize, end * rowSize) };
}

function mapArrays<Inputs extends SampleInputs>(
  data: Dataset<Inputs>,
  map: (array: SampleArray) => SampleArray,
): Dataset<Inputs> {
  const inputs = Object.entries(data.inputs).map(([name, array]) => [name, map(array)] as const);
  return dataset({ inputs: Object.fromEntries(inputs) as Inputs, targets: map(data.targets) }); // of the same types
}
