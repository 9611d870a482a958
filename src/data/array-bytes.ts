/**
 * Arrays as files hold them: a shape, then consecutive elements of one type in a stated byte order.
 *
 * Typed arrays use the machine's byte order, which is little-endian wherever JavaScript runs today.
 */
import { LstmOnnxError } from '../errors.js';
import type { NdArray, NdArrayDType } from '../nd-array.js';

/** No array of this field has more dimensions; NumPy's own limit was 32 until version 2. */
export const MAX_RANK = 32;

export type ByteOrder = 'little' | 'big';

const ARRAY_OF: {
  readonly [D in NdArrayDType]: (shape: readonly number[], buffer: ArrayBuffer) => NdArray<D>;
} = {
  float32: (shape, buffer) => ({ dtype: 'float32', shape, data: new Float32Array(buffer) }),
  float64: (shape, buffer) => ({ dtype: 'float64', shape, data: new Float64Array(buffer) }),
  int8: (shape, buffer) => ({ dtype: 'int8', shape, data: new Int8Array(buffer) }),
  uint8: (shape, buffer) => ({ dtype: 'uint8', shape, data: new Uint8Array(buffer) }),
  int16: (shape, buffer) => ({ dtype: 'int16', shape, data: new Int16Array(buffer) }),
  uint16: (shape, buffer) => ({ dtype: 'uint16', shape, data: new Uint16Array(buffer) }),
  int32: (shape, buffer) => ({ dtype: 'int32', shape, data: new Int32Array(buffer) }),
  uint32: (shape, buffer) => ({ dtype: 'uint32', shape, data: new Uint32Array(buffer) }),
  int64: (shape, buffer) => ({ dtype: 'int64', shape, data: new BigInt64Array(buffer) }),
  uint64: (shape, buffer) => ({ dtype: 'uint64', shape, data: new BigUint64Array(buffer) }),
  bool: (shape, buffer) => ({ dtype: 'bool', shape, data: truths(new Uint8Array(buffer)) }),
};

/** A row-major array of bytes that hold exactly its elements. The bytes are copied, so they may be unaligned. */
export function arrayOfBytes(
  dtype: NdArrayDType,
  shape: readonly number[],
  bytes: Uint8Array,
  itemBytes: number,
  order: ByteOrder,
): NdArray {
  return arrayOver(dtype, shape, new Uint8Array(bytes), itemBytes, order);
}

/** As {@link arrayOfBytes}, over the bytes themselves: all of their buffer, of which nothing else makes use. */
export function arrayOver(
  dtype: NdArrayDType,
  shape: readonly number[],
  own: Uint8Array<ArrayBuffer>,
  itemBytes: number,
  order: ByteOrder,
): NdArray {
  return ARRAY_OF[dtype](shape, inMachineOrder(own, itemBytes, order).buffer);
}

/** A copy of the bytes, aligned for any typed array and in the machine's order. */
export function elementBytes(
  bytes: Uint8Array,
  itemBytes: number,
  order: ByteOrder,
): Uint8Array<ArrayBuffer> {
  // Not bytes.slice(): a Node Buffer's slice shares its memory.
  return inMachineOrder(new Uint8Array(bytes), itemBytes, order);
}

/** The same bytes, those of each item turned round where the order is not the machine's. */
function inMachineOrder(
  own: Uint8Array<ArrayBuffer>,
  itemBytes: number,
  order: ByteOrder,
): Uint8Array<ArrayBuffer> {
  if (order === 'little') return own;
  for (let start = 0; start < own.length; start += itemBytes) {
    for (let first = start, last = start + itemBytes - 1; first < last; first++, last--) {
      const byte = own[first] ?? 0;
      own[first] = own[last] ?? 0;
      own[last] = byte;
    }
  }
  return own;
}

/**
 * How many elements a shape from outside holds.
 * @throws E_INVALID_FILE when it has too many dimensions, one that is not a count, or a size past 2^53 - 1.
 */
export function checkedElementCount(shape: readonly number[], format: string): number {
  if (shape.length > MAX_RANK) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The ${format} data claims ${shape.length} dimensions; at most ${MAX_RANK} are read. Check that the file is what its name says.`,
    );
  }
  let count = 1;
  let isEmpty = false;
  for (const dim of shape) {
    if (!Number.isSafeInteger(dim) || dim < 0) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `The ${format} shape [${shape.join(', ')}] has the dimension ${dim}; each must be a whole number of at least 0.`,
      );
    }
    // An empty array may still name absurd sizes (0, 2^50, 2^50): their product must stay exact for sizeOf.
    isEmpty ||= dim === 0;
    count *= dim === 0 ? 1 : dim;
    if (!Number.isSafeInteger(count)) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `The ${format} shape [${shape.join(', ')}] holds more elements than can be counted. The file is damaged or not ${format}.`,
      );
    }
  }
  return isEmpty ? 0 : count;
}

/** Any byte but 0 is true; 1 is the only one that other software is sure to take for it. */
function truths(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte === 0 ? 0 : 1));
}
