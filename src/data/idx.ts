/**
 * Reads the idx format of the MNIST files: a magic number 0 0 type rank, the dimensions, then the elements, all
 * big-endian (http://yann.lecun.com/exdb/mnist/, "the IDX file format").
 */
import { expectBytes } from '../arguments.js';
import { counted } from '../counted.js';
import { LstmOnnxError, reading } from '../errors.js';
import type { NdArray, NdArrayDType } from '../nd-array.js';
import { arrayOfBytes, checkedElementCount, MAX_RANK } from './array-bytes.js';
import { gunzipWithin, isGzip } from './gunzip.js';

const ELEMENT_TYPES: ReadonlyMap<number, { readonly dtype: NdArrayDType; readonly itemBytes: number }> =
  new Map([
    [0x08, { dtype: 'uint8', itemBytes: 1 }],
    [0x09, { dtype: 'int8', itemBytes: 1 }],
    [0x0b, { dtype: 'int16', itemBytes: 2 }],
    [0x0c, { dtype: 'int32', itemBytes: 4 }],
    [0x0d, { dtype: 'float32', itemBytes: 4 }],
    [0x0e, { dtype: 'float64', itemBytes: 8 }],
  ]);

/** What an idx file holds. */
export interface IdxParts {
  readonly dtype: NdArrayDType;
  readonly shape: readonly number[];
  readonly itemBytes: number;
  /** Exactly the elements of the shape, big-endian: a view of the file where that is not compressed. */
  readonly elements: Uint8Array;
}

/**
 * The array of an idx file, plain or gzipped, of any of its six element types. The contents of a gzip file may be eight times
 * as long as the file and 16 MiB.
 * @throws E_INVALID_FILE when the bytes are not idx, cut short or longer than they declare, or when the gzip
 * data is damaged or its contents are longer than that; E_UNSUPPORTED for gzip data of several members.
 */
export function parseIdx(bytes: Uint8Array): NdArray {
  return reading('the idx file', () => {
    const { dtype, shape, elements, itemBytes } = readIdx(bytes);
    return arrayOfBytes(dtype, shape, elements, itemBytes, 'big');
  });
}

/** As {@link parseIdx}, without an array of its own. */
export function readIdx(bytes: Uint8Array): IdxParts {
  expectBytes('parseIdx', bytes);
  const contents = isGzip(bytes) ? gunzipWithin(bytes) : bytes;
  const [zero1, zero2, typeCode = 0, rank = 0] = contents;
  const elementType = ELEMENT_TYPES.get(typeCode);
  if (contents.length < 4 || zero1 !== 0 || zero2 !== 0 || elementType === undefined) {
    const start = [...contents.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `Not an idx file: it starts with [${start}] (hexadecimal); expected 00 00, a type of 08, 09, 0b, 0c, 0d or 0e, and the number of dimensions.`,
    );
  }
  if (rank === 0 || rank > MAX_RANK) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The idx file claims ${rank} dimensions; 1 to ${MAX_RANK} are read. It is damaged or not idx.`,
    );
  }
  const headerBytes = 4 + 4 * rank;
  if (contents.length < headerBytes) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The idx file ends inside its header: ${counted(contents.length, 'byte')}, expected ${headerBytes} for ${counted(rank, 'dimension')}. Fetch it again.`,
    );
  }
  const header = new DataView(contents.buffer, contents.byteOffset, headerBytes);
  const shape = Array.from({ length: rank }, (_, axis) => header.getUint32(4 + 4 * axis));
  const { dtype, itemBytes } = elementType;
  const expected = checkedElementCount(shape, 'idx') * itemBytes;
  const elements = contents.subarray(headerBytes);
  if (elements.length !== expected) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The idx file holds ${counted(elements.length, 'byte')} of elements; ${dtype} [${shape.join(', ')}] takes ${expected}. It is cut short or damaged; fetch it again.`,
    );
  }
  return { dtype, shape, itemBytes, elements };
}
