/**
 * Element types of ONNX tensors: the number a file gives each (TensorProto.DataType), how many bits an element
 * takes in `raw_data`, which typed field may hold it instead, and the typed array its elements unpack into.
 */
import type { OnnxDType } from './graph.js';

/** The fields of a TensorProto that hold elements as numbers. */
type TypedField = 'floatData' | 'doubleData' | 'int32Data' | 'int64Data' | 'uint64Data';

/** The constructors of the typed arrays. */
export type TypedArrayConstructor =
  | typeof Float32Array
  | typeof Float64Array
  | typeof Int8Array
  | typeof Uint8Array
  | typeof Int16Array
  | typeof Uint16Array
  | typeof Int32Array
  | typeof Uint32Array
  | typeof BigInt64Array
  | typeof BigUint64Array;

interface DTypeFacts {
  readonly code: number;
  readonly bits: number;
  /** The typed field of the specification; absent where only `raw_data` is read (strings, 6-bit floats). */
  readonly field?: TypedField;
  /** One unit of the typed field: an element, or its bits. Complex numbers are two units, two int4 are one. */
  readonly unit: TypedArrayConstructor;
  /** True where the elements are the numbers of the typed array, not bits for something else to decode. */
  readonly plain: boolean;
}

function plain(code: number, unit: TypedArrayConstructor, field: TypedField): DTypeFacts {
  return { code, bits: unit.BYTES_PER_ELEMENT * 8, field, unit, plain: true };
}

function packed(code: number, bits: number, unit: TypedArrayConstructor, field?: TypedField): DTypeFacts {
  return { code, bits, unit, plain: false, ...(field && { field }) };
}

export const dtypeFacts: Readonly<Record<OnnxDType, DTypeFacts>> = {
  undefined: packed(0, 0, Uint8Array),
  float32: plain(1, Float32Array, 'floatData'),
  uint8: plain(2, Uint8Array, 'int32Data'),
  int8: plain(3, Int8Array, 'int32Data'),
  uint16: plain(4, Uint16Array, 'int32Data'),
  int16: plain(5, Int16Array, 'int32Data'),
  int32: plain(6, Int32Array, 'int32Data'),
  int64: plain(7, BigInt64Array, 'int64Data'),
  string: packed(8, 0, Uint8Array),
  bool: plain(9, Uint8Array, 'int32Data'),
  float16: packed(10, 16, Uint16Array, 'int32Data'),
  float64: plain(11, Float64Array, 'doubleData'),
  uint32: plain(12, Uint32Array, 'uint64Data'),
  uint64: plain(13, BigUint64Array, 'uint64Data'),
  complex64: packed(14, 64, Float32Array, 'floatData'),
  complex128: packed(15, 128, Float64Array, 'doubleData'),
  bfloat16: packed(16, 16, Uint16Array, 'int32Data'),
  float8e4m3fn: packed(17, 8, Uint8Array, 'int32Data'),
  float8e4m3fnuz: packed(18, 8, Uint8Array, 'int32Data'),
  float8e5m2: packed(19, 8, Uint8Array, 'int32Data'),
  float8e5m2fnuz: packed(20, 8, Uint8Array, 'int32Data'),
  uint4: packed(21, 4, Uint8Array, 'int32Data'),
  int4: packed(22, 4, Uint8Array, 'int32Data'),
  float4e2m1: packed(23, 4, Uint8Array, 'int32Data'),
  float8e8m0: packed(24, 8, Uint8Array, 'int32Data'),
  uint2: packed(25, 2, Uint8Array, 'int32Data'),
  int2: packed(26, 2, Uint8Array, 'int32Data'),
  float6e2m3: packed(27, 6, Uint8Array),
  float6e3m2: packed(28, 6, Uint8Array),
};

const namesByCode = new Map(
  // Object.entries widens the keys of a record to string; these are its keys by construction.
  Object.entries(dtypeFacts).map(([name, { code }]) => [code, name as OnnxDType]),
);

/** The element type with this number in a file, if the specification has one. */
export function dtypeOfCode(code: number): OnnxDType | undefined {
  return namesByCode.get(code);
}
