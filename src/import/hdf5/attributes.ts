/**
 * The texts among an HDF5 object's attributes (specification, section IV.A.2.m): of fixed length, in place, or of
 * variable length, in a global heap. Keras keeps its configuration and names in such.
 */
import { counted } from '../../counted.js';
import { decodeLenient } from '../../data/utf8.js';
import { type Dataspace, type Datatype, readDataspace, readDatatype } from './datatype.js';
import type { GlobalHeaps } from './global-heap.js';
import { damagedHdf5, type Hdf5Bytes, unsupportedHdf5 } from './hdf5-bytes.js';
import { hasHeap } from './links.js';
import { findMessage, MESSAGE, type Message } from './object-header.js';

/** A single text, or a list of them. Attributes of other types are left out; an empty list of any type is a list. */
export type Texts = ReadonlyMap<string, string | readonly string[]>;

const MAX_NAME_BYTES = 1_000;
/** Of one attribute: the names of a model's layers or a layer's weights. */
const MAX_TEXTS = 100_000;

export function readTexts(file: Hdf5Bytes, heaps: GlobalHeaps, messages: readonly Message[]): Texts {
  const info = findMessage(messages, MESSAGE.attributeInfo);
  if (info && hasHeap(file, info)) throw unsupportedHdf5('attributes in a fractal heap');
  const texts = new Map<string, string | readonly string[]>();
  for (const message of messages) {
    if (message.type !== MESSAGE.attribute) continue;
    const attribute = readAttribute(file, heaps, message);
    if (attribute) texts.set(attribute.name, attribute.value);
  }
  return texts;
}

function readAttribute(file: Hdf5Bytes, heaps: GlobalHeaps, { at, size, isShared }: Message) {
  const what = 'an attribute';
  if (isShared) throw unsupportedHdf5('an attribute shared between objects');
  const version = file.u8(at, what);
  if (version < 1 || version > 3) throw damagedHdf5(`the attribute at byte ${at} has version ${version}`);
  const hasSharedParts = version > 1 && file.u8(at + 1, what) !== 0;
  const sizes = [2, 4, 6].map((offset) => file.u16(at + offset, what));
  // The first version pads its three parts to multiples of 8; the third has a byte for the name's character set.
  const [nameBytes = 0, typeBytes = 0, spaceBytes = 0] = sizes.map((bytes) =>
    version === 1 ? Math.ceil(bytes / 8) * 8 : bytes,
  );
  const nameAt = at + 8 + (version === 3 ? 1 : 0);
  const dataAt = nameAt + nameBytes + typeBytes + spaceBytes;
  if (dataAt > at + size || nameBytes > MAX_NAME_BYTES) {
    throw damagedHdf5(`the attribute at byte ${at} goes past its message`);
  }
  const name = upToZero(file.bytes(nameAt, nameBytes, what));
  if (hasSharedParts) return undefined;
  const type = readDatatype(file, nameAt + nameBytes);
  const space = readDataspace(file, nameAt + nameBytes + typeBytes);
  const values = textsAt(file, heaps, type, space, dataAt, at + size);
  if (!values) return undefined;
  const [only] = values;
  return { name, value: space.shape.length === 0 && only !== undefined ? only : values };
}

function textsAt(
  file: Hdf5Bytes,
  heaps: GlobalHeaps,
  type: Datatype,
  { count }: Dataspace,
  at: number,
  end: number,
): string[] | undefined {
  if (count === 0) return [];
  if (type.kind !== 'text' && type.kind !== 'variableText') return undefined;
  if (count > MAX_TEXTS || at + count * type.itemBytes > end) {
    throw damagedHdf5(`an attribute ends before its ${counted(count, 'text')} at byte ${at}`);
  }
  return Array.from({ length: count }, (_, index) => {
    const item = at + index * type.itemBytes;
    const characters =
      type.kind === 'text' ? file.bytes(item, type.itemBytes, 'a text') : heaps.bytesAt(item);
    file.budget.take(2 * characters.length + 64, 'the texts of an attribute');
    return upToZero(characters);
  });
}

/** Texts end at a zero or are padded with zeros. */
function upToZero(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeLenient(end === -1 ? bytes : bytes.subarray(0, end));
}
