/** Plain multi-dimensional data, as read from a file or given by a caller: row-major, no strides. */
import { inWords, isObject, wrongArgument } from './arguments.js';
import { counted } from './counted.js';
import { LstmOnnxError } from './errors.js';

/** The typed array that holds each element type. `bool` is one byte an element. */
export interface NdArrayData {
  float32: Float32Array;
  float64: Float64Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
}

export type NdArrayDType = keyof NdArrayData;

export type NdArray<D extends NdArrayDType = NdArrayDType> = {
  [K in D]: { readonly dtype: K; readonly shape: readonly number[]; readonly data: NdArrayData[K] };
}[D];

/** How many elements a shape holds; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}

/**
 * What a shape says of an axis, which is counted from the end when negative: for axes that are known to be there. A silent
 * 0 or 1 instead would make wrong numbers far from the fault.
 *
 * @param shape or another list with an entry for each axis
 * @throws E_INTERNAL where there is no such axis
 */
export function dim<T>(shape: readonly T[], axis: number): T {
  const size = shape.at(axis);
  if (size === undefined) {
    throw new LstmOnnxError(
      'E_INTERNAL',
      `Axis ${axis} of ${counted(shape.length, 'axis', 'axes')} is asked for: a fault in lstm-onnx. Please report it.`,
    );
  }
  return size;
}

/** The place of the first number that is NaN or infinite; -1 where all are finite. */
export function notFiniteAt(data: Float32Array | Float64Array): number {
  // 0, or NaN where a number is not finite: one sum is faster than to ask for each.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += (data[i] ?? 0) * 0;
  return sum === 0 ? -1 : data.findIndex((value) => !Number.isFinite(value));
}

/** The index along each axis of the element at a place of a row-major array. */
export function indexAt(place: number, shape: readonly number[]): number[] {
  let rest = place;
  return shape
    .toReversed()
    .map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    })
    .reverse();
}

/**
 * A float32 array of the given shape.
 *
 * @throws E_SHAPE_MISMATCH when the data does not fill the shape exactly; E_DTYPE_MISMATCH for text and whatever else is no
 *   number, and for numbers that are too large for float32; E_INVALID_OPTION for what is no list of sizes
 */
export function float32Array(shape: readonly number[], data: ArrayLike<number>): NdArray<'float32'> {
  checkShape('float32Array', shape);
  const isList = Array.isArray(data) || (ArrayBuffer.isView(data) && !(data instanceof DataView));
  if (!isList) throw wrongArgument('float32Array', data, 'the numbers as an array or a typed array');
  if (data.length !== sizeOf(shape)) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `Shape [${shape.join(', ')}] holds ${counted(sizeOf(shape), 'element')}, but got ${data.length}.`,
    );
  }
  return { dtype: 'float32', shape, data: data instanceof Float32Array ? data : toFloat32(data) };
}

function toFloat32(values: ArrayLike<number>): Float32Array {
  const floats = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value: unknown = values[i];
    if (typeof value !== 'number') {
      throw wrongArgument(`float32Array: element ${i}`, value, 'a number', 'E_DTYPE_MISMATCH');
    }
    floats[i] = value;
    if (Number.isFinite(value) && !Number.isFinite(floats[i])) {
      throw wrongArgument(
        `float32Array: element ${i}`,
        value,
        'at most 3.4e38, as float32 holds',
        'E_DTYPE_MISMATCH',
      );
    }
  }
  return floats;
}

const typedArrays = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const satisfies { readonly [D in NdArrayDType]: new (length: number) => NdArrayData[D] };

function checkShape(what: string, shape: unknown): asserts shape is readonly number[] {
  if (!Array.isArray(shape)) throw wrongArgument(what, shape, 'a shape: an array of sizes, such as [2, 3]');
  const wrong = shape.findIndex((size) => !Number.isSafeInteger(size) || size < 0);
  if (wrong !== -1) {
    throw wrongArgument(
      `${what}: size ${wrong} of the shape`,
      shape[wrong],
      'a whole number from 0',
      'E_SHAPE_MISMATCH',
    );
  }
}

/**
 * Checks that a value is an array whose data is of its element type and fills its shape.
 *
 * @param what The array's name, for the message
 * @throws E_INVALID_OPTION for what is no array, E_DTYPE_MISMATCH, E_SHAPE_MISMATCH
 */
export function checkArray(what: string, array: unknown): asserts array is NdArray {
  const { dtype, shape, data } = isObject(array) ? array : {};
  if (!Array.isArray(shape) || !ArrayBuffer.isView(data) || typeof dtype !== 'string') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${what} has no dtype, shape and data; expected an array such as float32Array([2, 1], [0.5, 1]), or ` +
        `{ dtype: 'int32', shape: [2], data: Int32Array.of(0, 1) }; got ${inWords(array)}.`,
    );
  }
  if (!Object.hasOwn(typedArrays, dtype)) {
    throw wrongArgument(
      what,
      dtype,
      `one of the element types ${Object.keys(typedArrays).join(', ')}`,
      'E_DTYPE_MISMATCH',
    );
  }
  const Typed = typedArrays[dtype as NdArrayDType]; // one of its keys, by the line above
  if (!(data instanceof Typed)) {
    throw new LstmOnnxError(
      'E_DTYPE_MISMATCH',
      `${what} says dtype ${dtype}, but its data is ${inWords(data)}; expected a ${Typed.name}.`,
    );
  }
  checkShape(what, shape);
  if (data.length !== sizeOf(shape)) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${what} has shape [${shape.join(', ')}] and ${counted(data.length, 'element')}; expected ${counted(sizeOf(shape), 'element')}.`,
    );
  }
}
