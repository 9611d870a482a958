/**
 * Reads and writes .npy, NumPy's file of one array
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 */
import { expectBytes } from '../arguments.js';
import { copyStrided } from '../array-layout.js';
import { counted } from '../counted.js';
import { LstmOnnxError, reading } from '../errors.js';
import { checkArray, type NdArray, type NdArrayDType } from '../nd-array.js';
import { arrayOver, type ByteOrder, checkedElementCount, elementBytes } from './array-bytes.js';
import { widenFloat16 } from './half-precision.js';
import { type NpyHeader, parseNpyHeader } from './npy-header.js';

/** Element types by NumPy's kind and size, without the byte order. A Map, so that no inherited name is found. */
const DTYPES: ReadonlyMap<string, { readonly dtype: NdArrayDType | 'float16'; readonly itemBytes: number }> =
  new Map([
    ['b1', { dtype: 'bool', itemBytes: 1 }],
    ['i1', { dtype: 'int8', itemBytes: 1 }],
    ['i2', { dtype: 'int16', itemBytes: 2 }],
    ['i4', { dtype: 'int32', itemBytes: 4 }],
    ['i8', { dtype: 'int64', itemBytes: 8 }],
    ['u1', { dtype: 'uint8', itemBytes: 1 }],
    ['u2', { dtype: 'uint16', itemBytes: 2 }],
    ['u4', { dtype: 'uint32', itemBytes: 4 }],
    ['u8', { dtype: 'uint64', itemBytes: 8 }],
    ['f2', { dtype: 'float16', itemBytes: 2 }],
    ['f4', { dtype: 'float32', itemBytes: 4 }],
    ['f8', { dtype: 'float64', itemBytes: 8 }],
  ]);

const DESCRS: { readonly [D in NdArrayDType]: string } = {
  bool: '|b1',
  int8: '|i1',
  int16: '<i2',
  int32: '<i4',
  int64: '<i8',
  uint8: '|u1',
  uint16: '<u2',
  uint32: '<u4',
  uint64: '<u8',
  float32: '<f4',
  float64: '<f8',
};

/** numpy.save starts the elements at a multiple of this. */
const DATA_ALIGNMENT = 64;

/**
 * The array of a .npy file, row-major whatever order the file has. float16 is widened to float32.
 * @throws E_INVALID_FILE when the bytes are not .npy, cut short, or longer than one array;
 * E_UNSUPPORTED for element types that no typed array holds (objects, strings, complex, dates, records).
 */
export function parseNpy(bytes: Uint8Array): NdArray {
  expectBytes('parseNpy', bytes);
  return reading('the .npy file', () => readArray(bytes));
}

function readArray(bytes: Uint8Array): NdArray {
  const header = parseNpyHeader(bytes);
  const { dtype, itemBytes, order } = elementType(header.descr);
  const expected = checkedElementCount(header.shape, '.npy') * itemBytes;
  const elements = bytes.subarray(header.dataStart);
  if (elements.length !== expected) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The .npy file holds ${counted(elements.length, 'byte')} of elements; ${header.descr} (${header.shape.join(', ')}) takes ${expected}. Expected one whole array; write it again with numpy.save.`,
    );
  }
  const rowMajor = header.fortranOrder ? toRowMajor(elements, header, itemBytes) : undefined;
  if (dtype === 'float16') {
    const bits = halves(rowMajor ?? elements, order);
    return { dtype: 'float32', shape: header.shape, data: widenFloat16(bits) };
  }
  // Not elements.slice(): a Node Buffer's slice shares its memory.
  const own = rowMajor ?? new Uint8Array(elements);
  return arrayOver(dtype, header.shape, own, itemBytes, order);
}

/** The 16 bits of each element: where they are in the file already, without a copy. */
function halves(bytes: Uint8Array, order: ByteOrder): Uint16Array {
  return order === 'little' && bytes.byteOffset % 2 === 0
    ? new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
    : new Uint16Array(elementBytes(bytes, 2, order).buffer);
}

/**
 * A .npy file (version 1.0, little-endian, row-major) of an array; `numpy.load` reads it.
 * @throws E_SHAPE_MISMATCH when the data does not fill the shape.
 */
export function encodeNpy(array: NdArray): Uint8Array {
  checkArray('encodeNpy: the array', array);
  const { dtype, shape, data } = array;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${DESCRS[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const dataStart = Math.ceil((10 + dict.length + 1) / DATA_ALIGNMENT) * DATA_ALIGNMENT;
  const file = new Uint8Array(dataStart + data.byteLength);
  file.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  new DataView(file.buffer).setUint16(8, dataStart - 10, true);
  file.set(new TextEncoder().encode(`${dict.padEnd(dataStart - 11)}\n`), 10);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), dataStart);
  return file;
}

function elementType(descr: string): {
  dtype: NdArrayDType | 'float16';
  itemBytes: number;
  order: ByteOrder;
} {
  const type = DTYPES.get(descr.slice(1));
  const mark = descr[0];
  // `|` (no order) is only for single bytes; elsewhere it would leave the order open.
  if (type === undefined || !(mark === '<' || mark === '>' || (mark === '|' && type.itemBytes === 1))) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The .npy file has the element type ${JSON.stringify(descr.slice(0, 40))}; read are ${[...DTYPES.keys()].join(', ')}, little- or big-endian. Convert it first, for example with array.astype('float32').`,
    );
  }
  return { ...type, order: mark === '>' ? 'big' : 'little' };
}

/** Elements stored first dimension fastest (Fortran's order), copied to last dimension fastest, in a buffer of their own. */
function toRowMajor(bytes: Uint8Array, { shape }: NpyHeader, itemBytes: number): Uint8Array<ArrayBuffer> {
  // In words of four bytes, where elements are made of them, it takes a quarter of the time.
  const isOfWords = itemBytes % 4 === 0 && bytes.byteOffset % 4 === 0;
  const units = isOfWords ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) : bytes;
  const copy = isOfWords ? new Int32Array(units.length) : new Uint8Array(units.length);
  const unitsOfItem = isOfWords ? itemBytes / 4 : itemBytes;
  const strides: number[] = [];
  let stride = unitsOfItem;
  for (const dim of shape) {
    strides.push(stride);
    stride *= dim;
  }
  // The units of an element are one more axis, the last.
  const layout = { shape: [...shape, unitsOfItem], strides: [...strides, 1], offset: 0 };
  copyStrided<Int32Array | Uint8Array>(units, layout, copy);
  return new Uint8Array(copy.buffer);
}
