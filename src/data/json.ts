/** Reads an array from JSON text: nested lists of numbers, or an object of flat `data` with `dims` or `shape`. */
import { expectText } from '../arguments.js';
import { counted } from '../counted.js';
import { LstmOnnxError, reading } from '../errors.js';
import type { NdArray } from '../nd-array.js';
import { checkedElementCount, MAX_RANK } from './array-bytes.js';
import { parseJson } from './bounded-json.js';
import { scanNumbers } from './json-numbers.js';

/** 2^26 characters: some five million numbers. */
export const MAX_JSON_CHARACTERS = 2 ** 26;

/** The start of the list of numbers of an object, and what stands in its place while the rest is read. */
const DATA = /"data"\s*:\s*(?=\[)/;
const NUMBERS = '\u0000numbers';

/**
 * The array of JSON text: `[[1, 2], [3, 4]]`, `{ "data": [1, 2, 3, 4], "dims": [2, 2] }` or the same with `shape`. Beside
 * the text it takes the memory of the array alone, eight bytes a number.
 * @throws E_INVALID_FILE naming the place for ragged nesting, anything that is not a finite number, and nesting past
 * `MAX_RANK`; also when the text is not JSON, past {@link MAX_JSON_CHARACTERS}, or `data` does not fill `dims`.
 */
export function parseJsonArray(text: string): NdArray<'float64'> {
  expectText('parseJsonArray', text, 'JSON text');
  if (text.length > MAX_JSON_CHARACTERS) {
    throw invalid(
      `The JSON text has ${text.length} characters; at most ${MAX_JSON_CHARACTERS} are read. Save the array as .npy instead.`,
    );
  }
  return reading('the JSON text', () => readArray(text));
}

function readArray(text: string): NdArray<'float64'> {
  const array = /^\s*\{/.test(text) ? scanObject(text) : scanNumbers(text);
  if (array) return array;
  // Something else than numbers is in it: read as it is, to say what.
  const value = parseJson(text, 'The array');
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

/** The array of an object whose data is a list of finite numbers; undefined for others. */
function scanObject(text: string): NdArray<'float64'> | undefined {
  const key = DATA.exec(text);
  if (!key) return undefined;
  const start = key.index + key[0].length;
  const end = text.indexOf(']', start) + 1;
  const list = scanNumbers(text.slice(start, end));
  if (list?.shape.length !== 1) return undefined;
  const rest = parseJson(`${text.slice(0, start)}${JSON.stringify(NUMBERS)}${text.slice(end)}`, 'The array');
  const fields = new Map<string, unknown>(Object.entries(rest ?? {}));
  // Else the list is that of an object inside.
  return fields.get('data') === NUMBERS ? fromFields(fields.set('data', list.data)) : undefined;
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
      `${placeName(place)} has ${counted(list.length, 'element')}; the first list at its depth has ${shape[depth]}. Give lists at one depth the same length.`,
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
        `${placeName([...place, index])} is ${describe(value)}; expected ${isInnermost ? 'a finite number' : `a list of ${counted(shape[depth + 1] ?? 0, 'element')}`}.`,
      );
    }
  }
}

function fromObject(value: object): NdArray<'float64'> {
  return fromFields(new Map<string, unknown>(Object.entries(value)));
}

/** @param fields with `data` as a list, or as numbers that are read already */
function fromFields(fields: ReadonlyMap<string, unknown>): NdArray<'float64'> {
  const data = fields.get('data');
  const dims = fields.get('dims') ?? fields.get('shape');
  const isRead = data instanceof Float64Array;
  if (!(isRead || Array.isArray(data)) || !Array.isArray(dims)) {
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
      `The JSON data has ${counted(data.length, 'element')}; dims [${shape.join(', ')}] hold ${count}. Give data as one flat list.`,
    );
  }
  if (isRead) return { dtype: 'float64', shape, data };
  const numbers = new Float64Array(count);
  for (const [index, number] of data.entries()) {
    if (typeof number !== 'number' || !Number.isFinite(number)) {
      throw invalid(`data[${index}] is ${describe(number)}; expected a finite number.`);
    }
    numbers[index] = number;
  }
  return { dtype: 'float64', shape, data: numbers };
}

function placeName(place: readonly number[]): string {
  return place.length === 0 ? 'The outermost JSON list' : `JSON [${place.join('][')}]`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) {
    return `a list of ${counted(value.length, 'element')}`;
  }
  if (typeof value === 'object' && value !== null) {
    return 'an object';
  }
  return typeof value === 'string' ? `the text ${JSON.stringify(value.slice(0, 40))}` : String(value);
}

function invalid(message: string): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', message);
}
