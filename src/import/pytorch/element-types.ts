/**
 * PyTorch's element types: how long an element is, and how those that weights have become float32.
 *
 * Storage classes: torch/storage.py. Types without a storage class of their own come as `torch.<dtype>` beside an
 * UntypedStorage (torch._utils._rebuild_tensor_v3).
 */

import { forEachElement } from '../../array-layout.js';
import { widenBfloat16, widenFloat16 } from '../../data/half-precision.js';
import { isContiguous, type Layout } from './layout.js';

interface ElementTypeBase {
  /** As in `torch.float32`. */
  readonly name: string;
  readonly itemBytes: number;
}

/** What weights are made of. */
export interface FloatType extends ElementTypeBase {
  readonly kind: 'float';
  /** The elements that the layout places in the storage's bytes, little-endian, as float32. */
  readonly read: (storage: Uint8Array, layout: Layout) => Float32Array;
}

/** `integer` types count and mask; `unread` ones could be weights in a form that this library does not know. */
interface OtherType extends ElementTypeBase {
  readonly kind: 'integer' | 'unread';
}

export type ElementType = FloatType | OtherType;

/** 16-bit elements are widened by so many at once, which bounds what that takes. */
const CHUNK_ELEMENTS = 2 ** 14;

const FLOATS: readonly FloatType[] = [
  { name: 'float32', itemBytes: 4, kind: 'float', read: readFloat32 },
  { name: 'float64', itemBytes: 8, kind: 'float', read: readFloat64 },
  { name: 'float16', itemBytes: 2, kind: 'float', read: readWidened(widenFloat16) },
  { name: 'bfloat16', itemBytes: 2, kind: 'float', read: readWidened(widenBfloat16) },
];

const OTHERS: readonly OtherType[] = [
  ...typesOf('integer', 1, 'int8 uint8 bool'),
  ...typesOf('integer', 2, 'int16 uint16'),
  ...typesOf('integer', 4, 'int32 uint32'),
  ...typesOf('integer', 8, 'int64 uint64'),
  ...typesOf('unread', 1, 'float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu'),
  ...typesOf('unread', 1, 'qint8 quint8 quint4x2 quint2x4'),
  ...typesOf('unread', 4, 'qint32 complex32'),
  ...typesOf('unread', 8, 'complex64'),
  ...typesOf('unread', 16, 'complex128'),
];

/** By name, such as `float32`. A Map, so that a name like `constructor` finds nothing. */
export const ELEMENT_TYPES: ReadonlyMap<string, ElementType> = new Map(
  [...FLOATS, ...OTHERS].map((type) => [type.name, type]),
);

/** The element types of PyTorch's storage classes, by the class's name; `UntypedStorage` is of bytes. */
export const STORAGE_CLASSES: ReadonlyMap<string, string> = new Map([
  ['FloatStorage', 'float32'],
  ['DoubleStorage', 'float64'],
  ['HalfStorage', 'float16'],
  ['BFloat16Storage', 'bfloat16'],
  ['CharStorage', 'int8'],
  ['ByteStorage', 'uint8'],
  ['BoolStorage', 'bool'],
  ['ShortStorage', 'int16'],
  ['IntStorage', 'int32'],
  ['LongStorage', 'int64'],
  ['ComplexFloatStorage', 'complex64'],
  ['ComplexDoubleStorage', 'complex128'],
  ['QInt8Storage', 'qint8'],
  ['QUInt8Storage', 'quint8'],
  ['QInt32Storage', 'qint32'],
  ['QUInt4x2Storage', 'quint4x2'],
  ['QUInt2x4Storage', 'quint2x4'],
  ['UntypedStorage', 'uint8'],
]);

function typesOf(kind: OtherType['kind'], itemBytes: number, names: string): OtherType[] {
  return names.split(' ').map((name) => ({ name, itemBytes, kind }));
}

function readFloat32(storage: Uint8Array, layout: Layout): Float32Array {
  const { offset, count } = layout;
  const bits = new Uint32Array(count); // as bits, which keeps what a NaN carries
  if (isContiguous(layout)) {
    new Uint8Array(bits.buffer).set(storage.subarray(4 * offset, 4 * (offset + count)));
  } else {
    const view = viewOf(storage);
    forEachElement(layout, (position, place) => {
      bits[position] = view.getUint32(4 * place, true);
    });
  }
  return new Float32Array(bits.buffer);
}

/** Rounds to the nearest float32, as Tensor.float() does. */
function readFloat64(storage: Uint8Array, layout: Layout): Float32Array {
  const narrowed = new Float32Array(layout.count);
  const view = viewOf(storage);
  forEachElement(layout, (position, place) => {
    narrowed[position] = view.getFloat64(8 * place, true);
  });
  return narrowed;
}

function readWidened(widen: (bits: Uint16Array) => Float32Array): FloatType['read'] {
  return (storage, layout) => {
    const { count } = layout;
    const widened = new Float32Array(count);
    const chunk = new Uint16Array(Math.min(CHUNK_ELEMENTS, count));
    const view = viewOf(storage);
    forEachElement(layout, (position, place) => {
      const inChunk = position % CHUNK_ELEMENTS;
      chunk[inChunk] = view.getUint16(2 * place, true);
      if (inChunk === CHUNK_ELEMENTS - 1 || position === count - 1) {
        widened.set(widen(chunk.subarray(0, inChunk + 1)), position - inChunk);
      }
    });
    return widened;
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
