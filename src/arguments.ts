/** Checks of what callers without types may pass to public functions: each refusal says what was got and expected. */
import type { StateDict } from './builder/parameters.js';
import { type ErrorCode, LstmOnnxError } from './errors.js';

/** A value in a few words: `undefined`, `the text 'adam'`, `an array`, `a Float64Array`, `a function`. */
export function inWords(value: unknown): string {
  if (value === undefined || value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'bigint') return `the bigint ${value}n`;
  if (typeof value === 'string') return `the text '${value.slice(0, 40)}'`;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  if (typeof name === 'string' && name !== 'Object') return `a ${name}`;
  const keys = Object.keys(value).slice(0, 5);
  return keys.length === 0 ? 'an empty object' : `an object with ${keys.join(', ')}`;
}

export function wrongArgument(
  where: string,
  got: unknown,
  expected: string,
  code: ErrorCode = 'E_INVALID_OPTION',
): LstmOnnxError {
  return new LstmOnnxError(code, `${where} got ${inWords(got)}; expected ${expected}.`);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether it is an array or a typed array. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** @throws E_INVALID_OPTION unless it is a finite number */
export function expectNumber(where: string, value: unknown): asserts value is number {
  if (!Number.isFinite(value)) throw wrongArgument(where, value, 'a finite number');
}

/** @throws E_INVALID_OPTION unless it is a map of names to `{ shape, data }` of float32 */
export function expectStateDict(where: string, parameters: unknown): asserts parameters is StateDict {
  if (!(parameters instanceof Map)) {
    throw wrongArgument(
      where,
      parameters,
      'parameters: a Map of names to { shape, data }, as fit, initParameters and decodeCheckpoint give',
    );
  }
  for (const [name, parameter] of parameters) {
    const { shape, data } = isObject(parameter) ? parameter : {};
    if (!Array.isArray(shape) || !(data instanceof Float32Array)) {
      throw wrongArgument(
        `${where}: parameter '${String(name)}'`,
        parameter,
        '{ shape, data: Float32Array }',
      );
    }
  }
}

/** @throws E_INVALID_OPTION unless it is the bytes of a file */
export function expectBytes(where: string, bytes: unknown): asserts bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw wrongArgument(where, bytes, "the file's bytes, a Uint8Array");
}

/** @throws E_INVALID_OPTION unless it is nothing, or files by their names */
export function expectFiles(where: string, files: unknown): void {
  if (files === undefined) return;
  const expected = 'a Map of file names to their bytes, as in new Map([[name, bytes]])';
  if (!(files instanceof Map)) throw wrongArgument(where, files, expected);
  for (const [name, bytes] of files) {
    if (typeof name !== 'string') throw wrongArgument(`${where}, in a name,`, name, expected);
    if (!(bytes instanceof Uint8Array)) throw wrongArgument(`${where}, under '${name}',`, bytes, expected);
  }
}

/** @throws E_INVALID_OPTION unless it is text */
export function expectText(where: string, text: unknown, expected = 'text'): asserts text is string {
  if (typeof text !== 'string') throw wrongArgument(where, text, expected);
}

/** @throws E_INVALID_OPTION unless it is a function */
export function expectFunction(where: string, value: unknown, expected: string): void {
  if (typeof value !== 'function') throw wrongArgument(where, value, expected);
}
