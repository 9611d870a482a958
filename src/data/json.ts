/** Reads an array from JSON text: nested lists of numbers, or an object of flat `data` with `dims` or `shape`. */
import { expectText } from '../arguments.js';
import { counted } from '../counted.js';
import { LstmOnnxError, reading } from '../errors.js';
import type { NdArray } from '../nd-array.js';
import { checkedElementCount } from './array-bytes.js';
import { parseJson } from './bounded-json.js';
import { describeValue, scanList, scanLists, stringAt } from './json-numbers.js';
import {
  afterSpaces,
  closeObject,
  colon,
  comma,
  endOfString,
  endOfValue,
  type JsonText,
  openList,
  openObject,
  quote,
} from './json-text.js';
import { MemoryBudget } from './memory-budget.js';
import { Utf8Text } from './utf8-text.js';

/** 2^26 characters, or bytes of a file: some five million numbers. */
export const MAX_JSON_CHARACTERS = 2 ** 26;

/** 2^24 characters, or bytes of a file, beside the numbers of an object: values are made of them. */
const MAX_REST = 2 ** 24;

/** How many keys of an object a message names. */
const SHOWN_KEYS = 8;
/** UTF-8 may begin with it; it is no part of the text. */
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/** What stands in the place of a list of numbers while the rest of its object is read. */
const NUMBERS = '\u0000numbers';

/**
 * The array of JSON text: `[[1, 2], [3, 4]]`, `{ "data": [1, 2, 3, 4], "dims": [2, 2] }` or the same with `shape`. Beside
 * the text it takes the memory of the array alone, eight bytes a number.
 * @throws E_INVALID_FILE naming the place for ragged nesting, anything that is not a finite number, and nesting past
 * `MAX_RANK`; also when the text is not JSON, past {@link MAX_JSON_CHARACTERS}, or `data` does not fill `dims`.
 */
export function parseJsonArray(text: string): NdArray<'float64'> {
  expectText('parseJsonArray', text, 'JSON text');
  return reading('the JSON text', () => readArray(text));
}

/** As {@link parseJsonArray}, of the bytes of such text, which have to be UTF-8. Places in messages count bytes. */
export function parseJsonArrayBytes(bytes: Uint8Array): NdArray<'float64'> {
  const hasMark = BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte);
  const text = new Utf8Text(hasMark ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes);
  return reading('the JSON text', () => readArray(text));
}

function readArray(text: JsonText): NdArray<'float64'> {
  if (text.length > MAX_JSON_CHARACTERS) {
    throw invalid(
      `The JSON text is ${text.length} long; at most ${MAX_JSON_CHARACTERS} is read. Save the array as .npy instead.`,
    );
  }
  const start = afterSpaces(text, 0);
  const code = text.charCodeAt(start);
  if (code === openObject) return readObject(text, start);
  if (code === openList) {
    const array = scanLists(text);
    checkedElementCount(array.shape, 'JSON');
    return array;
  }
  const value = describeValue(text, start);
  throw invalid(
    `The JSON holds ${value}; expected nested lists of numbers, or { "data": [...], "dims": [...] }.`,
  );
}

/** The array of the object that starts here: its lists of numbers are read apart from all else. */
function readObject(text: JsonText, start: number): NdArray<'float64'> {
  const names: string[] = [];
  let numbers: Float64Array<ArrayBuffer> | undefined;
  let rest = '';
  let copied = 0;
  const expectLittleRest = (end: number) => {
    const length = rest.length + end - copied;
    if (length <= MAX_REST) return;
    throw invalid(
      `The JSON object has more than ${MAX_REST} characters beside its numbers. Leave out what is no part of the array.`,
    );
  };
  let at = start;
  // What is no member is told by the parser of the rest.
  do {
    const key = afterSpaces(text, at + 1);
    if (text.charCodeAt(key) !== quote) break;
    const separator = afterSpaces(text, endOfString(text, key) + 1);
    if (text.charCodeAt(separator) !== colon) break;
    const value = afterSpaces(text, separator + 1);
    expectLittleRest(value);
    if (names.length < SHOWN_KEYS) names.push(stringAt(text, key));
    if (text.charCodeAt(value) === openList && stringAt(text, key) === 'data') {
      const list = scanList(text, value);
      numbers = list.numbers;
      rest += text.slice(copied, value) + JSON.stringify(NUMBERS);
      copied = list.end;
      at = list.end;
    } else {
      at = endOfValue(text, value);
    }
    at = afterSpaces(text, at);
  } while (text.charCodeAt(at) === comma);
  if (numbers === undefined && text.charCodeAt(at) === closeObject) throw noArray(names);
  const budget = new MemoryBudget(text.length);
  budget.take(text.length, 'The array');
  expectLittleRest(text.length);
  const fields = parseJson(rest + text.slice(copied), 'The array', budget);
  return fromFields(new Map(Object.entries(fields ?? {})), numbers);
}

/** @param numbers of the field `data`, where that is a list */
function fromFields(
  fields: ReadonlyMap<string, unknown>,
  numbers: Float64Array<ArrayBuffer> | undefined,
): NdArray<'float64'> {
  const data = fields.get('data') === NUMBERS ? numbers : undefined;
  const dims = fields.get('dims') ?? fields.get('shape');
  if (data === undefined || !Array.isArray(dims)) throw noArray([...fields.keys()]);
  const shape = dims.map((dim: unknown, axis) => {
    if (typeof dim !== 'number') {
      throw invalid(`dims[${axis}] is ${describeValue(JSON.stringify(dim), 0)}; expected a whole number.`);
    }
    return dim;
  });
  const count = checkedElementCount(shape, 'JSON');
  if (data.length !== count) {
    throw invalid(
      `The JSON data has ${counted(data.length, 'element')}; dims [${shape.join(', ')}] hold ${count}. Give data as one flat list.`,
    );
  }
  return { dtype: 'float64', shape, data };
}

function noArray(keys: readonly string[]): LstmOnnxError {
  return invalid(
    `The JSON object has the keys ${keys.slice(0, SHOWN_KEYS).join(', ') || '(none)'}; expected { "data": [...], "dims": [...] } with both as lists.`,
  );
}

function invalid(message: string): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', message);
}
