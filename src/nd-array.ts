/** Plain multi-dimensional data, as read from a file or given by a caller: row-major, no strides. */
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

/** A float32 array of the given shape. @throws E_SHAPE_MISMATCH when the data does not fill it exactly. */
export function float32Array(shape: readonly number[], data: ArrayLike<number>): NdArray<'float32'> {
  if (data.length !== sizeOf(shape)) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `Shape [${shape.join(', ')}] holds ${sizeOf(shape)} elements, but ${data.length} were given.`,
    );
  }
  return { dtype: 'float32', shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}
