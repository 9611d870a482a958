/**
 * JSON from files that are not trusted. Three bytes of it (`[],`) become an object of sixty, so what it would take is
 * counted before it is parsed.
 */
import { LstmOnnxError } from '../errors.js';
import {
  closeList,
  closeObject,
  colon,
  comma,
  endOfString,
  openList,
  openObject,
  quote,
} from './json-text.js';
import { MemoryBudget } from './memory-budget.js';

/** Lists in lists in objects: configurations of models go down some twenty. */
const MAX_DEPTH = 1000;
/** What a list or object takes in memory, and a value in one. */
const CONTAINER_BYTES = 56;
const VALUE_BYTES = 16;
/** A member of an object that has many, which is a table of its names then. */
const TABLE_MEMBER_BYTES = 320;
/** An element of a list that has many, while the engine makes it: numbers are objects until all of them are there. */
const LONG_LIST_ELEMENT_BYTES = 40;
const MANY = 1000;

/**
 * The value of JSON text, where it takes no more memory than a file of its size may.
 *
 * @param what names the text, for the message
 * @param budget what it may take, where that is not what a file of this text may
 * @throws E_INVALID_FILE for text that is not JSON, or whose value would take more
 */
export function parseJson(text: string, what: string, budget = new MemoryBudget(text.length)): unknown {
  /** How many members each object has so far that is open, or how many commas a list, below 0. */
  const members: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
    } else if (code === comma) {
      const count = members.pop() ?? 0;
      members.push(count > 0 ? count : count - 1);
      budget.take(count < -MANY ? LONG_LIST_ELEMENT_BYTES : VALUE_BYTES, what);
    } else if (code === colon) {
      const count = (members.pop() ?? 0) + 1;
      members.push(count);
      budget.take(count > MANY ? TABLE_MEMBER_BYTES : VALUE_BYTES, what);
    } else if (code === openList || code === openObject) {
      budget.take(CONTAINER_BYTES, what);
      if (members.push(0) > MAX_DEPTH) throw invalid(`${what} is nested deeper than ${MAX_DEPTH} levels`);
    } else if (code === closeList || code === closeObject) {
      members.pop();
    }
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw invalid(`${what} is not JSON: ${cause.message.slice(0, 160)}`, cause);
  }
}

function invalid(what: string, cause?: SyntaxError): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', `${what}.`, cause && { cause });
}
