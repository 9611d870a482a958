/** An HDF5 dataset of floats (specification, section IV.A.2.i): compact, contiguous or chunked. */
import { counted } from '../../counted.js';
import { elementBytes } from '../../data/array-bytes.js';
import { widenBfloat16, widenFloat16 } from '../../data/half-precision.js';
import { readTexts } from './attributes.js';
import { readChunks, readFilters } from './chunks.js';
import { type Dataspace, type Datatype, readDataspace, readDatatype } from './datatype.js';
import type { GlobalHeaps } from './global-heap.js';
import { damagedHdf5, type Hdf5Bytes, unsupportedHdf5 } from './hdf5-bytes.js';
import { findMessage, MESSAGE, type Message } from './object-header.js';

const [COMPACT, CONTIGUOUS, CHUNKED] = [0, 1, 2];
/** What the widest of Keras' weights has, and some. */
const MAX_RANK = 8;

export interface Hdf5Array {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The dataset of these messages, widened or narrowed to float32. @throws E_INVALID_FILE, E_UNSUPPORTED */
export function readDataset(
  file: Hdf5Bytes,
  heaps: GlobalHeaps,
  messages: readonly Message[],
  name: string,
): Hdf5Array {
  const [typeMessage, spaceMessage, layout] = [MESSAGE.datatype, MESSAGE.dataspace, MESSAGE.layout].map(
    (type) => findMessage(messages, type),
  );
  if (!typeMessage || !spaceMessage || !layout) throw damagedHdf5(`${JSON.stringify(name)} is no dataset`);
  const type = readDatatype(file, typeMessage.at);
  const space = readDataspace(file, spaceMessage.at);
  if (space.shape.length > MAX_RANK)
    throw damagedHdf5(`${JSON.stringify(name)} has ${space.shape.length} dimensions`);
  const format = formatOf(file, heaps, type, messages, name);
  const bytes = readLayout(file, layout, messages, type, space);
  file.budget.take(space.count * Float32Array.BYTES_PER_ELEMENT, `the dataset ${JSON.stringify(name)}`);
  return { shape: space.shape, data: toFloat32(bytes, type.itemBytes, format) };
}

type Format = { readonly name: 'float16' | 'bfloat16' | 'float32' | 'float64'; readonly isBig: boolean };

function formatOf(
  file: Hdf5Bytes,
  heaps: GlobalHeaps,
  type: Datatype,
  messages: readonly Message[],
  name: string,
): Format {
  if (type.kind === 'float') return { name: type.format, isBig: type.isBig };
  // h5py has no bfloat16, so Keras stores bits and an attribute that says what they are.
  const isBfloat16 =
    type.kind === 'opaque' &&
    type.itemBytes === 2 &&
    readTexts(file, heaps, messages).get('dtype') === 'bfloat16';
  if (isBfloat16) return { name: 'bfloat16', isBig: false };
  if (type.kind === 'integer') {
    throw unsupportedHdf5(
      `integers of ${8 * type.itemBytes} bits in ${JSON.stringify(name)} instead of floats`,
      'A Keras model has those where it is quantized: save it before quantize().',
    );
  }
  throw unsupportedHdf5(
    `${type.kind === 'other' ? type.name : type.kind} in ${JSON.stringify(name)} instead of floats`,
  );
}

function readLayout(
  file: Hdf5Bytes,
  { at }: Message,
  messages: readonly Message[],
  { itemBytes }: Datatype,
  { shape, count }: Dataspace,
): Uint8Array {
  const what = 'a data layout';
  const version = file.u8(at, what);
  const kind = file.u8(at + 1, what);
  const isRead = kind === COMPACT || kind === CONTIGUOUS ? version === 3 || version === 4 : version === 3;
  if (!isRead || kind > CHUNKED) throw unsupportedHdf5(`a data layout of version ${version}, class ${kind}`);
  const size = count * itemBytes;
  if (kind === COMPACT) {
    const there = file.u16(at + 2, what);
    if (there < size)
      throw damagedHdf5(`the data at byte ${at} has ${counted(there, 'byte')}, expected ${size}`);
    return file.bytes(at + 4, size, 'compact data');
  }
  if (kind === CONTIGUOUS) {
    const address = file.address(at + 2, what);
    if (address !== undefined) return file.bytes(address, size, 'contiguous data');
    // Space that was never written to: the fill value, which is zero where nobody set one.
    file.budget.take(size, 'a dataset');
    return new Uint8Array(size);
  }
  const filters = findMessage(messages, MESSAGE.filters);
  const rank = file.u8(at + 2, what) - 1;
  if (rank > MAX_RANK) throw damagedHdf5(`the chunks at byte ${at} have ${rank} dimensions`);
  return readChunks(file, {
    tree: file.address(at + 3, what),
    shape,
    chunk: Array.from({ length: Math.max(0, rank) }, (_, axis) => file.u32(at + 11 + axis * 4, what)),
    itemBytes,
    filters: filters ? readFilters(file, filters) : [],
  });
}

function toFloat32(bytes: Uint8Array, itemBytes: number, { name, isBig }: Format): Float32Array {
  const { buffer } = elementBytes(bytes, itemBytes, isBig ? 'big' : 'little');
  switch (name) {
    case 'float16':
      return widenFloat16(new Uint16Array(buffer));
    case 'bfloat16':
      return widenBfloat16(new Uint16Array(buffer));
    case 'float32':
      return new Float32Array(buffer);
    case 'float64':
      return Float32Array.from(new Float64Array(buffer));
  }
}
