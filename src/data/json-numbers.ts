/** Lists of numbers in JSON text, straight into a typed array: as values of their own they would take many times as much. */
import type { NdArray } from '../nd-array.js';
import { MAX_RANK } from './array-bytes.js';

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const [open, close, comma, zero, nine] = ['[', ']', ',', '0', '9'].map((c) => c.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
];
const spaces = new Set([' ', '\n', '\r', '\t'].map((c) => c.charCodeAt(0)));
const inNumbers = new Set(['-', '+', '.', 'e', 'E'].map((c) => c.charCodeAt(0)));

/**
 * The array that the text is, where it is nothing but lists of one length at each depth with finite numbers in the
 * innermost. Undefined for all else, which is for a parser that says what it is.
 */
export function scanNumbers(text: string): NdArray<'float64'> | undefined {
  const data = new Float64Array(1 + countOf(text, comma));
  let length = 0;
  /** The length of the lists at each depth, once one has ended, and that of those that are open. */
  const shape: number[] = [];
  const counts: number[] = [];
  let rank: number | undefined;
  let at = afterSpaces(text, 0);
  // Whether a value may be here: after a bracket or a comma.
  let expectsValue = true;
  do {
    const code = text.charCodeAt(at);
    if (expectsValue && code === open) {
      if (counts.length === (rank ?? MAX_RANK)) return undefined;
      counts.push(0);
      at++;
    } else if (code === close && (!expectsValue || counts.at(-1) === 0)) {
      const depth = counts.length;
      const count = counts.pop();
      if (count === undefined) return undefined;
      // An empty list is innermost, as one of numbers is.
      if (expectsValue) rank ??= depth;
      shape[depth - 1] ??= count;
      if ((expectsValue && depth !== rank) || count !== shape[depth - 1]) return undefined;
      if (counts.length > 0) counts[depth - 2] = (counts[depth - 2] ?? 0) + 1;
      expectsValue = false;
      at++;
    } else if (!expectsValue && code === comma) {
      expectsValue = true;
      at++;
    } else if (expectsValue && counts.length > 0) {
      rank ??= counts.length;
      if (counts.length !== rank) return undefined;
      const end = endOfNumber(text, at);
      const number = text.slice(at, end);
      const value = NUMBER.test(number) ? Number(number) : Number.NaN;
      if (!Number.isFinite(value)) return undefined;
      data[length++] = value;
      counts[rank - 1] = (counts[rank - 1] ?? 0) + 1;
      expectsValue = false;
      at = end;
    } else {
      return undefined;
    }
    at = afterSpaces(text, at);
  } while (counts.length > 0);
  if (at < text.length) return undefined;
  return { dtype: 'float64', shape, data: length === data.length ? data : data.slice(0, length) };
}

function endOfNumber(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < zero || code > nine) && !inNumbers.has(code)) break;
  }
  return at;
}

function afterSpaces(text: string, start: number): number {
  let at = start;
  while (spaces.has(text.charCodeAt(at))) at++;
  return at;
}

function countOf(text: string, wanted: number): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) === wanted) count++;
  return count;
}
