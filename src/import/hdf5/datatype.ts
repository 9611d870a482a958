/** The element types and sizes of HDF5 data (specification, sections IV.A.2.b and IV.A.2.d). */
import { counted } from '../../counted.js';
import { checkedElementCount } from '../../data/array-bytes.js';
import { damagedHdf5, type Hdf5Bytes, unsupportedHdf5 } from './hdf5-bytes.js';

/** An element type, as far as Keras' files need it told. */
export type Datatype = {
  readonly itemBytes: number;
} & (
  | {
      readonly kind: 'float';
      readonly format: 'float16' | 'bfloat16' | 'float32' | 'float64';
      readonly isBig: boolean;
    }
  | { readonly kind: 'text' }
  /** Each item is a length and where in a global heap the characters are. */
  | { readonly kind: 'variableText' }
  /** Bits that the file does not explain; Keras puts bfloat16 there. */
  | { readonly kind: 'opaque' }
  | { readonly kind: 'integer' }
  | { readonly kind: 'other'; readonly name: string }
);

const CLASS_NAMES =
  'integers|floats|times|strings|bit fields|opaque|compounds|references|enumerations|variable lengths|arrays'.split(
    '|',
  );
const [INTEGER, FLOAT, STRING, OPAQUE, VARIABLE_LENGTH] = [0, 1, 3, 5, 9];
/** Kept small, since a claim is multiplied by the number of elements. */
const MAX_ITEM_BYTES = 2 ** 26;

/** The formats of IEEE 754 and bfloat16, by the bits of exponent and mantissa. */
const FLOAT_FORMATS = new Map([
  ['2:5:10', 'float16'],
  ['2:8:7', 'bfloat16'],
  ['4:8:23', 'float32'],
  ['8:11:52', 'float64'],
] as const);

export function readDatatype(file: Hdf5Bytes, at: number): Datatype {
  const what = 'a datatype';
  const typeClass = file.u8(at, what) & 0x0f;
  const flags = file.u8(at + 1, what);
  const itemBytes = file.u32(at + 4, what);
  if (itemBytes === 0 || itemBytes > MAX_ITEM_BYTES) {
    throw damagedHdf5(`the datatype at byte ${at} has elements of ${counted(itemBytes, 'byte')}`);
  }
  if (typeClass === INTEGER) return { kind: 'integer', itemBytes };
  if (typeClass === STRING) return { kind: 'text', itemBytes };
  if (typeClass === OPAQUE) return { kind: 'opaque', itemBytes };
  if (typeClass === VARIABLE_LENGTH && (flags & 0x0f) === 1) {
    if (itemBytes !== 16)
      throw damagedHdf5(`the text type at byte ${at} has elements of ${counted(itemBytes, 'byte')}`);
    return { kind: 'variableText', itemBytes };
  }
  if (typeClass === FLOAT) {
    const key = `${itemBytes}:${file.u8(at + 13, what)}:${file.u8(at + 15, what)}`;
    // A Map of literal keys takes no other string; the look-up itself is what tells.
    const format = (FLOAT_FORMATS as ReadonlyMap<string, 'float16' | 'bfloat16' | 'float32' | 'float64'>).get(
      key,
    );
    const isVax = (flags & 0x40) !== 0;
    if (!format || isVax) throw unsupportedHdf5(`floats of an unusual format at byte ${at}`);
    return { kind: 'float', format, isBig: (flags & 0x01) !== 0, itemBytes };
  }
  return { kind: 'other', name: CLASS_NAMES[typeClass] ?? `class ${typeClass}`, itemBytes };
}

export interface Dataspace {
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  readonly count: number;
}

export function readDataspace(file: Hdf5Bytes, at: number): Dataspace {
  const what = 'a dataspace';
  const version = file.u8(at, what);
  if (version !== 1 && version !== 2) throw damagedHdf5(`the dataspace at byte ${at} has version ${version}`);
  const rank = file.u8(at + 1, what);
  const isNull = version === 2 && file.u8(at + 3, what) === 2;
  const dimsAt = at + (version === 1 ? 8 : 4);
  file.check(dimsAt, rank * 8, what);
  const shape = Array.from({ length: rank }, (_, axis) => file.u64(dimsAt + axis * 8, what));
  return { shape, count: isNull ? 0 : checkedElementCount(shape, 'HDF5') };
}
