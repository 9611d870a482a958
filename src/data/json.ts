/** Reads an array from JSON text: nested lists of numbers, or an object of flat `data` with `dims` or `shape`. */
import { LstmOnnxError, messageOf } from '../errors.js';
import type { NdArray } from '../nd-array.js';
import { checkedElementCount, MAX_RANK } from './array-bytes.js';

/** 2^26 characters: some five million numbers, and an empty list every third character still fits in memory. */
export const MAX_JSON_CHARACTERS = 2 ** 26;

/**
 * The array of JSON text: `[[1, 2], [3, 4]]`, `{ "data": [1, 2, 3, 4], "dims": [2, 2] }` or the same with `shape`.
 * @throws E_INVALID_FILE naming the place for ragged nesting, anything that is not a finite number, and nesting past
 * `MAX_RANK`; also when the text is not JSON, past {@link MAX_JSON_CHARACTERS}, or `data` does not fill `dims`.
 */
export function parseJsonArray(text: string): NdArray<'float64'> {
  if (text.length > MAX_JSON_CHARACTERS) {
    throw invalid(
      `The JSON text has ${text.length} characters; at most ${MAX_JSON_CHARACTERS} are read. Save the array as .npy instead.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(`Not valid JSON: ${messageOf(error)}.`, error);
  }
  if (Array.isArray(value)) {
    return fromNested(value);
  }
  if (typeof value === 'object' && value !== null) {
    return fromObject(value);
  }
  throw invalid(
    `The JSON holds ${describe(value)}; expected nested lists of numbers, or { "data": [...], "dims": [...] }.`,
  );
}

function fromNested(list: readonly unknown[]): NdArray<'float64'> {
  const shape = shapeOf(list);
  const numbers: number[] = [];
  collect(list, shape, [], numbers);
  checkedElementCount(shape, 'JSON');
  return { dtype: 'float64', shape, data: Float64Array.from(numbers) };
}

/** The lengths met going down the first elements: what all the others must have, too. */
function shapeOf(list: readonly unknown[]): number[] {
  const shape: number[] = [];
  for (let value: unknown = list; Array.isArray(value); value = value[0]) {
    shape.push(value.length);
    if (shape.length > MAX_RANK) {
      throw invalid(
        `The JSON lists are nested more than ${MAX_RANK} deep. Check that this is an array of numbers.`,
      );
    }
  }
  return shape;
}

/** Appends the numbers of `list`, whose length and depth must be those of `shape`; `place` is where it is. */
function collect(
  list: readonly unknown[],
  shape: readonly number[],
  place: number[],
  numbers: number[],
): void {
  const depth = place.length;
  if (list.length !== shape[depth]) {
    throw invalid(
      `${placeName(place)} has ${list.length} elements; the first list at its depth has ${shape[depth]}. Give lists at one depth the same length.`,
    );
  }
  const isInnermost = depth === shape.length - 1;
  for (const [index, value] of list.entries()) {
    if (isInnermost && typeof value === 'number' && Number.isFinite(value)) {
      numbers.push(value);
    } else if (!isInnermost && Array.isArray(value)) {
      place.push(index);
      collect(value, shape, place, numbers);
      place.pop();
    } else {
      throw invalid(
        `${placeName([...place, index])} is ${describe(value)}; expected ${isInnermost ? 'a finite number' : `a list of ${shape[depth + 1]} elements`}.`,
      );
    }
  }
}

function fromObject(value: object): NdArray<'float64'> {
  const fields = new Map<string, unknown>(Object.entries(value));
  const data = fields.get('data');
  const dims = fields.get('dims') ?? fields.get('shape');
  if (!Array.isArray(data) || !Array.isArray(dims)) {
    throw invalid(
      `The JSON object has the keys ${[...fields.keys()].slice(0, 8).join(', ') || '(none)'}; expected { "data": [...], "dims": [...] } with both as lists.`,
    );
  }
  const shape = dims.map((dim: unknown, axis) => {
    if (typeof dim !== 'number') {
      throw invalid(`dims[${axis}] is ${describe(dim)}; expected a whole number.`);
    }
    return dim;
  });
  const count = checkedElementCount(shape, 'JSON');
  if (data.length !== count) {
    throw invalid(
      `The JSON data has ${data.length} elements; dims [${shape.join(', ')}] hold ${count}. Give data as one flat list.`,
    );
  }
  const numbers: number[] = [];
  for (const [index, number] of data.entries()) {
    if (typeof number !== 'number' || !Number.isFinite(number)) {
      throw invalid(`data[${index}] is ${describe(number)}; expected a finite number.`);
    }
    numbers.push(number);
  }
  return { dtype: 'float64', shape, data: Float64Array.from(numbers) };
}

function placeName(place: readonly number[]): string {
  return place.length === 0 ? 'The outermost JSON list' : `JSON [${place.join('][')}]`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) {
    return `a list of ${value.length} elements`;
  }
  if (typeof value === 'object' && value !== null) {
    return 'an object';
  }
  return typeof value === 'string' ? `the text ${JSON.stringify(value.slice(0, 40))}` : String(value);
}

function invalid(message: string, cause?: unknown): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', message, cause === undefined ? {} : { cause });
}
