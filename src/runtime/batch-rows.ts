/** The rows of a batch in another order: what a beam search keeps of the states that a stream carries. */
import type { Tensor, TensorConstructor } from 'onnxruntime-common';
import { wrongArgument } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { emptyResults } from './results.js';
import { describeValue, type ModelValue, type Results } from './values.js';

/**
 * The states of other rows of the batch.
 *
 * @param rows places in the batch
 * @param fed the inputs that are no states
 * @throws E_INVALID_OPTION for rows that there are not, E_UNSUPPORTED where the batch of a state cannot be told
 */
export function reordered(
  states: Results,
  inputs: readonly ModelValue[],
  fed: readonly ModelValue[],
  rows: readonly number[],
  Tensor: TensorConstructor,
): Results {
  checkRows(rows);
  const next = emptyResults();
  for (const input of inputs) {
    const axis = batchAxis(input, fed);
    const carried = states[input.name];
    if (carried) next[input.name] = takeRows(input.name, carried, axis, rows, Tensor);
  }
  return next;
}

/**
 * The axis of a state that is the batch: the one that has the name of the first dimension of an input, or its only open one.
 *
 * @throws E_UNSUPPORTED where neither tells
 */
function batchAxis(state: ModelValue, fed: readonly ModelValue[]): number {
  const { shape = [] } = state;
  const names = new Set(fed.map((input) => input.shape?.[0]));
  const named = shape.findIndex((dim) => typeof dim === 'string' && names.has(dim));
  if (named !== -1) return named;
  const open = shape.flatMap((dim, axis) => (typeof dim === 'number' ? [] : [axis]));
  const [only] = open;
  if (only !== undefined && open.length === 1) return only;
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `Which dimension of the state ${describeValue(state)} is the batch cannot be told. Export the model with a name for the ` +
      'batch, the same in its inputs and states.',
  );
}

/** @throws E_INVALID_OPTION unless these are whole numbers from 0, one at least */
function checkRows(rows: unknown): asserts rows is readonly number[] {
  const isRow = (row: unknown) => Number.isSafeInteger(row) && Number(row) >= 0;
  if (Array.isArray(rows) && rows.length > 0 && rows.every(isRow)) return;
  throw wrongArgument('reorder', rows, 'a list of rows of the batch, such as [0, 0, 2]');
}

/** @throws E_INVALID_OPTION for a row that there is not, E_UNSUPPORTED for a tensor whose entries are not to be had */
function takeRows(
  name: string,
  tensor: Tensor,
  axis: number,
  rows: readonly number[],
  Tensor: TensorConstructor,
): Tensor {
  const { type, dims } = tensor;
  const count = dims[axis] ?? 0;
  const absent = rows.find((row) => row >= count);
  if (absent !== undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `reorder: there is no row ${absent} in the state '${name}' [${dims.join(', ')}], whose batch is ${count}.`,
    );
  }
  const [outer, inner] = [dims.slice(0, axis), dims.slice(axis + 1)].map((sizes) =>
    sizes.reduce((size, dim) => size * dim, 1),
  ) as [number, number];
  const from = tensor.location === 'cpu' ? tensor.data : undefined;
  if (from === undefined || !('set' in from)) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `reorder: the state '${name}' is ${type} on '${tensor.location}'; expected numbers in the memory of JavaScript.`,
    );
  }
  // One of the typed arrays, which are all made and copied alike.
  const numbers = from as Float32Array;
  const Numbers = numbers.constructor as Float32ArrayConstructor;
  const data = new Numbers(outer * rows.length * inner);
  for (let block = 0; block < outer; block++) {
    rows.forEach((row, to) => {
      const start = (block * count + row) * inner;
      data.set(numbers.subarray(start, start + inner), (block * rows.length + to) * inner);
    });
  }
  return new Tensor(type, data, dims.with(axis, rows.length));
}
