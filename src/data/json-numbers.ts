/** Lists of numbers in JSON text, straight into a typed array: as values of their own they would take many times as much. */
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';
import type { NdArray } from '../nd-array.js';
import { MAX_RANK } from './array-bytes.js';
import {
  afterSpaces,
  closeList,
  comma,
  elementsOf,
  endOfString,
  endOfValue,
  type JsonText,
  openList,
  openObject,
  quote,
} from './json-text.js';

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Of a text or number in a message, in characters; of longer ones the length is said. */
const MAX_SHOWN = 1000;
const LITERALS: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/**
 * The array that text is: lists of one length at each depth, with finite numbers in the innermost.
 * @throws E_INVALID_FILE naming the place of what is something else
 */
export function scanLists(text: JsonText): NdArray<'float64'> {
  const name = (place: readonly number[]) =>
    place.length === 0 ? 'The outermost JSON list' : `JSON [${place.join('][')}]`;
  const lists = new NumberLists(text, afterSpaces(text, 0), text.length, name);
  const end = afterSpaces(text, lists.scan(undefined));
  if (end < text.length) throw notJson(text, end);
  return { dtype: 'float64', shape: lists.shape, data: lists.numbers() };
}

/** The finite numbers of the list that starts here, and where it ends. @throws E_INVALID_FILE as {@link scanLists} */
export function scanList(text: JsonText, start: number): { numbers: Float64Array<ArrayBuffer>; end: number } {
  let close = start;
  while (close < text.length && text.charCodeAt(close) !== closeList) close++;
  const lists = new NumberLists(text, start, close, ([index]) => `data[${index}]`);
  const end = lists.scan(1);
  return { numbers: lists.numbers(), end };
}

/** What the value here is, in words. @throws E_INVALID_FILE where there is none */
export function describeValue(text: JsonText, at: number): string {
  const code = text.charCodeAt(at);
  if (code === openList) return `a list of ${counted(elementsOf(text, at), 'element')}`;
  if (code === openObject) return 'an object';
  const end = endOfValue(text, at);
  if (end - at > MAX_SHOWN) return `a value of ${end - at} characters`;
  if (code === quote) return `the text ${JSON.stringify(stringAt(text, at).slice(0, 40))}`;
  const token = text.slice(at, end);
  if (LITERALS.has(token)) return token;
  if (NUMBER.test(token)) return String(Number(token));
  throw notJson(text, at);
}

/** The string that starts here. @throws E_INVALID_FILE where it is none of JSON */
export function stringAt(text: JsonText, start: number): string {
  try {
    return JSON.parse(text.slice(start, endOfString(text, start) + 1));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw notJson(text, start, cause);
  }
}

function notJson(text: JsonText, at: number, cause?: SyntaxError): LstmOnnxError {
  const found = text.slice(at, at + 40);
  return invalid(
    found === ''
      ? `The array is not JSON: the text ends at position ${at}, before the array does.`
      : `The array is not JSON: at position ${at} stands ${JSON.stringify(found)}.`,
    cause,
  );
}

function invalid(message: string, cause?: SyntaxError): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', message, cause && { cause });
}

/** Reads lists from a place on. */
class NumberLists {
  readonly #text: JsonText;
  readonly #name: (place: readonly number[]) => string;
  readonly #data: Float64Array<ArrayBuffer>;
  #length = 0;
  #at: number;
  /** The length of the lists at each depth, once one has ended. */
  readonly shape: number[] = [];
  /** How many elements the lists have so far that are open, and where they start. */
  readonly #counts: number[] = [];
  readonly #starts: number[] = [];
  /** How deep the numbers are, once it is known. */
  #rank: number | undefined;

  /**
   * @param end a place that no number is behind
   * @param name a value, by its place in the lists around it, for messages
   */
  constructor(text: JsonText, start: number, end: number, name: (place: readonly number[]) => string) {
    this.#text = text;
    this.#at = start;
    this.#name = name;
    let commas = 0;
    for (let at = start; at < end; at++) if (text.charCodeAt(at) === comma) commas++;
    this.#data = new Float64Array(commas + 1);
  }

  /** Reads one list, with those in it. @param rank how deep the numbers are; undefined for any depth @returns where it ends */
  scan(rank: number | undefined): number {
    this.#rank = rank;
    // Whether a value may be here: after a bracket or a comma.
    let expectsValue = true;
    do {
      const code = this.#text.charCodeAt(this.#at);
      if (code === closeList && (!expectsValue || this.#counts.at(-1) === 0)) {
        this.#close(expectsValue);
        expectsValue = false;
      } else if (!expectsValue) {
        if (code !== comma) throw notJson(this.#text, this.#at);
        this.#at++;
        expectsValue = true;
      } else if (code === openList) {
        this.#open();
      } else {
        this.#number();
        expectsValue = false;
      }
      if (this.#counts.length > 0) this.#at = afterSpaces(this.#text, this.#at);
    } while (this.#counts.length > 0);
    return this.#at;
  }

  numbers(): Float64Array<ArrayBuffer> {
    return this.#length === this.#data.length ? this.#data : this.#data.slice(0, this.#length);
  }

  #open(): void {
    const depth = this.#counts.length;
    this.#expectRoom();
    if (depth === this.#rank) throw this.#refusal();
    if (depth === MAX_RANK) {
      throw invalid(
        `The JSON lists are nested more than ${MAX_RANK} deep. Check that this is an array of numbers.`,
      );
    }
    this.#counts.push(0);
    this.#starts.push(this.#at++);
  }

  #close(isEmpty: boolean): void {
    const depth = this.#counts.length;
    // An empty list is innermost, as one of numbers is.
    if (isEmpty) this.#rank ??= depth;
    const count = this.#counts.at(-1) ?? 0;
    this.shape[depth - 1] ??= count;
    if (count !== this.shape[depth - 1]) throw this.#ragged();
    this.#counts.pop();
    this.#starts.pop();
    this.#countElement();
    this.#at++;
  }

  #number(): void {
    this.#expectRoom();
    this.#rank ??= this.#counts.length;
    const end = endOfValue(this.#text, this.#at);
    const token = this.#text.slice(this.#at, end);
    const value = NUMBER.test(token) ? Number(token) : Number.NaN;
    if (this.#counts.length !== this.#rank || !Number.isFinite(value)) throw this.#refusal();
    this.#data[this.#length++] = value;
    this.#countElement();
    this.#at = end;
  }

  #countElement(): void {
    const depth = this.#counts.length;
    if (depth > 0) this.#counts[depth - 1] = (this.#counts[depth - 1] ?? 0) + 1;
  }

  /** @throws E_INVALID_FILE where the list around this place has as many elements as the first at its depth */
  #expectRoom(): void {
    const depth = this.#counts.length;
    if (depth > 0 && this.#counts[depth - 1] === this.shape[depth - 1]) throw this.#ragged();
  }

  /** Of the list around this place. */
  #ragged(): LstmOnnxError {
    const depth = this.#counts.length;
    const elements = elementsOf(this.#text, this.#starts.at(-1) ?? 0);
    return invalid(
      `${this.#name(this.#counts.slice(0, -1))} has ${counted(elements, 'element')}; the first list at its depth has ${this.shape[depth - 1]}. Give lists at one depth the same length.`,
    );
  }

  /** Of the value at this place. */
  #refusal(): LstmOnnxError {
    const depth = this.#counts.length;
    const expected =
      depth === (this.#rank ?? depth)
        ? 'a finite number'
        : `a list of ${counted(this.shape[depth] ?? 0, 'element')}`;
    return invalid(
      `${this.#name(this.#counts)} is ${describeValue(this.#text, this.#at)}; expected ${expected}.`,
    );
  }
}
