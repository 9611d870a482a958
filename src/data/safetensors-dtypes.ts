/**
 * The element types of safetensors files: what each is called, how long an item is, what it is read as.
 *
 * Names: https://docs.rs/safetensors/latest/safetensors/tensor/enum.Dtype.html
 * Typed arrays use the machine's byte order, which is little-endian wherever JavaScript runs today.
 */
import type { NdArray, NdArrayDType } from '../nd-array.js';
import { widenBfloat16, widenFloat16 } from './half-precision.js';

export interface StoredType {
  readonly itemBytes: number;
  /** Makes the tensor of a buffer that holds exactly its bytes, little-endian. */
  readonly read: (buffer: ArrayBuffer, shape: readonly number[]) => NdArray;
}

/** The types that are read, by their name in the file. A Map, so that a name like `constructor` finds nothing. */
export const STORED_TYPES: ReadonlyMap<string, StoredType> = new Map<string, StoredType>([
  ['F64', { itemBytes: 8, read: (b, shape) => ({ dtype: 'float64', shape, data: new Float64Array(b) }) }],
  ['F32', { itemBytes: 4, read: (b, shape) => ({ dtype: 'float32', shape, data: new Float32Array(b) }) }],
  ['F16', { itemBytes: 2, read: (b, shape) => float32(shape, widenFloat16(new Uint16Array(b))) }],
  ['BF16', { itemBytes: 2, read: (b, shape) => float32(shape, widenBfloat16(new Uint16Array(b))) }],
  ['I64', { itemBytes: 8, read: (b, shape) => ({ dtype: 'int64', shape, data: new BigInt64Array(b) }) }],
  ['I32', { itemBytes: 4, read: (b, shape) => ({ dtype: 'int32', shape, data: new Int32Array(b) }) }],
  ['I16', { itemBytes: 2, read: (b, shape) => ({ dtype: 'int16', shape, data: new Int16Array(b) }) }],
  ['I8', { itemBytes: 1, read: (b, shape) => ({ dtype: 'int8', shape, data: new Int8Array(b) }) }],
  ['U64', { itemBytes: 8, read: (b, shape) => ({ dtype: 'uint64', shape, data: new BigUint64Array(b) }) }],
  ['U32', { itemBytes: 4, read: (b, shape) => ({ dtype: 'uint32', shape, data: new Uint32Array(b) }) }],
  ['U16', { itemBytes: 2, read: (b, shape) => ({ dtype: 'uint16', shape, data: new Uint16Array(b) }) }],
  ['U8', { itemBytes: 1, read: (b, shape) => ({ dtype: 'uint8', shape, data: new Uint8Array(b) }) }],
  // Any byte but 0 is true; 1 is the only one that other software is sure to take for it.
  ['BOOL', { itemBytes: 1, read: (b, shape) => ({ dtype: 'bool', shape, data: truths(new Uint8Array(b)) }) }],
]);

/** Types that the specification's library knows and that no typed array holds. */
export const UNREAD_TYPES: ReadonlySet<string> = new Set(
  'F4 F6_E2M3 F6_E3M2 F8_E4M3 F8_E4M3FNUZ F8_E5M2 F8_E5M2FNUZ F8_E8M0 C64'.split(' '),
);

/** What each of our types is written as. */
export const TYPE_NAMES: { readonly [K in NdArrayDType]: string } = {
  float64: 'F64',
  float32: 'F32',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint64: 'U64',
  uint32: 'U32',
  uint16: 'U16',
  uint8: 'U8',
  bool: 'BOOL',
};

function float32(shape: readonly number[], data: Float32Array): NdArray {
  return { dtype: 'float32', shape, data };
}

function truths(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte === 0 ? 0 : 1));
}
