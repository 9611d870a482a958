/** What a model's file says of how text is generated with it. */
import { isObject } from '../arguments.js';
import { vocabulariesOf } from '../data/text/vocabulary-json.js';
import { LstmOnnxError } from '../errors.js';
import { jsonOf } from '../json-of.js';

/** The key; its value is JSON. */
const KEY = 'lstm_onnx.generate';
const VERSION = 1;
/** Of the JSON, which is a few numbers. */
const MAX_LENGTH = 1000;

export interface GenerateMetadata {
  /** The token before the first one. */
  readonly start?: number;
  /** The token behind the last one. */
  readonly end?: number;
  /** What the two files of an encoder and a decoder have in common, and other files do not. */
  readonly pair?: string;
}

export function generateMetadata(values: GenerateMetadata): Record<string, string> {
  return { [KEY]: JSON.stringify({ version: VERSION, ...values }) };
}

/** @throws E_INVALID_FILE for metadata that is there and is not what {@link generateMetadata} writes */
export function readGenerateMetadata(metadata: ReadonlyMap<string, string>): GenerateMetadata {
  const text = metadata.get(KEY);
  if (text === undefined) return {};
  const read = text.length > MAX_LENGTH ? undefined : jsonOf(text);
  const { version, start, end, pair } = isObject(read) ? read : {};
  const isToken = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
  const fits = (value: unknown) => value === undefined || isToken(value);
  if (
    version !== VERSION ||
    !fits(start) ||
    !fits(end) ||
    !(pair === undefined || typeof pair === 'string')
  ) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The model's metadata '${KEY}' must be JSON such as {"version":1,"start":1,"end":2}, not ${text.slice(0, 80)}`,
    );
  }
  return {
    ...(isToken(start) ? { start } : {}),
    ...(isToken(end) ? { end } : {}),
    ...(typeof pair === 'string' ? { pair } : {}),
  };
}

/**
 * The start and end tokens of a model: what its file says, else those of the vocabulary of its tokens.
 *
 * @param input the one that takes the tokens
 * @throws E_INVALID_FILE for metadata that is not read
 */
export function startAndEnd(
  metadata: ReadonlyMap<string, string>,
  input: string,
): Pick<GenerateMetadata, 'start' | 'end'> {
  const vocabularies = vocabulariesOf(metadata);
  const { start, end } = Object.hasOwn(vocabularies, input) ? (vocabularies[input]?.special ?? {}) : {};
  const special = { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
  return { ...special, ...readGenerateMetadata(metadata) };
}
