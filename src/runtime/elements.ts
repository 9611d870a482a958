/**
 * Turns callers' elements into the typed array that onnxruntime uses for the element type. A typed array must have the right
 * type already. Plain numbers are converted, and refused if the type cannot hold them: rounding to the nearest float is
 * allowed, overflow is not.
 */
import type { Tensor } from 'onnxruntime-common';
import { LstmOnnxError, textOf } from '../errors.js';
import { notFiniteAt } from '../nd-array.js';
import { float16Bits, float16BitsOf } from './float16.js';

/** How one element type is stored. */
interface Elements {
  /** The typed array, by its constructor's name, for messages. */
  readonly arrayName: string;
  readonly zeros: (length: number) => Tensor.DataType;
  /** The data as it is when it is this type's typed array. */
  readonly typed: (data: unknown) => Tensor.DataType | undefined;
  /** Plain values converted, or the index of the first that the type cannot hold. */
  readonly convert: (values: readonly unknown[]) => Tensor.DataType | number;
}

function elements<E extends number | bigint, A extends Tensor.DataType & { [index: number]: E }>(
  array: new (length: number) => A,
  element: (value: unknown) => E | undefined,
): Elements {
  return {
    arrayName: array.name,
    zeros: (length) => new array(length),
    typed: (data) => (data instanceof array ? data : undefined),
    convert: (values) => {
      const converted = new array(values.length);
      for (let index = 0; index < values.length; index += 1) {
        const value = element(values[index]);
        if (value === undefined) return index;
        converted[index] = value;
      }
      return converted;
    },
  };
}

const float =
  (fits: (value: number) => boolean) =>
  (value: unknown): number | undefined =>
    typeof value === 'number' && fits(value) ? value : undefined;

const integer =
  (min: number, max: number) =>
  (value: unknown): number | undefined =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined;

const bigInteger =
  (min: bigint, max: bigint) =>
  (value: unknown): bigint | undefined => {
    const big = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
    return typeof big === 'bigint' && big >= min && big <= max ? big : undefined;
  };

const boolean = (value: unknown): number | undefined =>
  typeof value === 'boolean' || value === 0 || value === 1 ? Number(value) : undefined;

const float16 = (value: unknown): number | undefined =>
  typeof value === 'number' ? float16Bits(value) : undefined;

/** The element types that hold numbers. The 4-bit ones are packed two to a byte and go in as Tensors only. */
const numeric = new Map<Tensor.Type, Elements>([
  [
    'float32',
    elements(
      Float32Array,
      float((value) => !Number.isFinite(value) || Number.isFinite(Math.fround(value))),
    ),
  ],
  [
    'float64',
    elements(
      Float64Array,
      float(() => true),
    ),
  ],
  // As bits, which also work in engines without a Float16Array.
  ['float16', elements(Uint16Array, float16)],
  ['int8', elements(Int8Array, integer(-(2 ** 7), 2 ** 7 - 1))],
  ['uint8', elements(Uint8Array, integer(0, 2 ** 8 - 1))],
  ['int16', elements(Int16Array, integer(-(2 ** 15), 2 ** 15 - 1))],
  ['uint16', elements(Uint16Array, integer(0, 2 ** 16 - 1))],
  ['int32', elements(Int32Array, integer(-(2 ** 31), 2 ** 31 - 1))],
  ['uint32', elements(Uint32Array, integer(0, 2 ** 32 - 1))],
  ['int64', elements(BigInt64Array, bigInteger(-(2n ** 63n), 2n ** 63n - 1n))],
  ['uint64', elements(BigUint64Array, bigInteger(0n, 2n ** 64n - 1n))],
  ['bool', elements(Uint8Array, boolean)],
]);

/** Zeros of an element type; `undefined` for strings and packed types. */
export function zeroElements(dtype: Tensor.Type, length: number): Tensor.DataType | undefined {
  return numeric.get(dtype)?.zeros(length);
}

/**
 * The typed array (strings: the array) for one input.
 * @throws E_DTYPE_MISMATCH for a typed array of another type and for values that the element type cannot hold;
 * E_UNSUPPORTED for plain data of a packed type.
 */
export function toElements(dtype: Tensor.Type, data: unknown, input: string): Tensor.DataType {
  if (dtype === 'string') return strings(data, input);
  const kind = numeric.get(dtype);
  if (kind === undefined) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `Input '${input}' is ${dtype}, two elements to a byte; feed it as an onnxruntime Tensor.`,
    );
  }
  const typed = kind.typed(data);
  if (typed !== undefined) {
    if (dtype === 'bool') checkBooleans(typed, input);
    return typed;
  }
  if (dtype === 'uint8' && data instanceof Uint8ClampedArray) {
    return new Uint8Array(data.buffer, data.byteOffset, data.length);
  }
  const bits = dtype === 'float16' ? float16BitsOf(data) : undefined;
  if (bits !== undefined) return bits;
  if (!Array.isArray(data)) {
    const wanted = dtype === 'float16' ? 'Float16Array, a Uint16Array of their bits' : kind.arrayName;
    throw wrongData(dtype, wanted, data, input);
  }
  const converted = kind.convert(data);
  if (typeof converted !== 'number') return converted;
  throw new LstmOnnxError(
    'E_DTYPE_MISMATCH',
    `Input '${input}' is ${dtype}, which cannot hold element ${converted} of its data, ${inWords(data[converted])}.`,
  );
}

/** The index of the first element that is NaN or infinite; -1 where all are finite, and for other types than floats. */
export function indexOfNonFinite(dtype: Tensor.Type, data: Tensor.DataType): number {
  if (dtype === 'float16') {
    // All ones in the exponent.
    return float16BitsOf(data)?.findIndex((bits) => (bits & 0x7c00) === 0x7c00) ?? -1;
  }
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return -1;
  return notFiniteAt(data);
}

/** Any other byte than 0 and 1 is undefined behaviour in a C++ bool, and so in onnxruntime. */
function checkBooleans(data: Tensor.DataType, input: string): void {
  for (let index = 0; index < data.length; index += 1) {
    const value = data[index];
    if (value !== 0 && value !== 1) {
      throw new LstmOnnxError(
        'E_DTYPE_MISMATCH',
        `Input '${input}' is bool: its bytes must be 0 or 1, but element ${index} is ${inWords(value)}.`,
      );
    }
  }
}

function strings(data: unknown, input: string): string[] {
  if (!Array.isArray(data)) throw wrongData('string', 'array of strings', data, input);
  const wrong = data.findIndex((value) => typeof value !== 'string');
  if (wrong === -1) return data;
  throw new LstmOnnxError(
    'E_DTYPE_MISMATCH',
    `Input '${input}' holds strings, but element ${wrong} of its data is ${inWords(data[wrong])}.`,
  );
}

function wrongData(dtype: Tensor.Type, wanted: string, data: unknown, input: string): LstmOnnxError {
  const got =
    typeof data === 'object' && data !== null ? `a ${data.constructor?.name ?? 'object'}` : inWords(data);
  return new LstmOnnxError(
    'E_DTYPE_MISMATCH',
    `Input '${input}' is ${dtype}: its data must be a ${wanted}${dtype === 'string' ? '' : ' or an array of numbers'}, not ${got}.`,
  );
}

function inWords(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 40)}'` : textOf(value);
}
