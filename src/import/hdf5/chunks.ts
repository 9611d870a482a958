/**
 * HDF5 data cut in chunks: a B-tree of version 1 says where each is (specification, section III.A.1), filters how it
 * was packed (section IV.A.2.l).
 */

import { unzlibSync } from 'fflate';
import { counted } from '../../counted.js';
import { isInflateError } from '../../data/gunzip.js';
import { dim } from '../../nd-array.js';
import { damagedHdf5, type Hdf5Bytes, unsupportedHdf5 } from './hdf5-bytes.js';
import type { Message } from './object-header.js';

/** Levels of a tree of chunks: see the tree of names. */
const MAX_TREE_LEVEL = 32;
const MAX_FILTERS = 32;
const [DEFLATE, SHUFFLE, FLETCHER32] = [1, 2, 3];
const CHECKSUM_BYTES = 4;
/** What a chunk takes in memory besides its data, about. */
const RECORD_BYTES = 256;

interface Filter {
  readonly id: number;
  /** Its index in the pipeline, which a chunk's mask counts by. */
  readonly index: number;
}

/** A filter pipeline message, version 1 or 2. @throws E_UNSUPPORTED for filters other than HDF5's usual ones */
export function readFilters(file: Hdf5Bytes, { at }: Message): Filter[] {
  const what = 'the filters';
  const version = file.u8(at, what);
  if (version !== 1 && version !== 2) throw damagedHdf5(`the filters at byte ${at} have version ${version}`);
  const count = file.u8(at + 1, what);
  if (count > MAX_FILTERS) throw damagedHdf5(`there are ${count} filters at byte ${at}`);
  let next = at + (version === 1 ? 8 : 2);
  return Array.from({ length: count }, (_, index) => {
    const id = file.u16(next, what);
    if (id !== DEFLATE && id !== SHUFFLE && id !== FLETCHER32)
      throw unsupportedHdf5(`data packed by filter ${id}`);
    // The second version leaves out the names of these three.
    const nameBytes = version === 1 ? Math.ceil(file.u16(next + 2, what) / 8) * 8 : 0;
    const countAt = next + (version === 1 ? 6 : 4);
    const values = file.u16(countAt, what);
    next = countAt + 2 + nameBytes + 4 * (version === 1 ? values + (values % 2) : values);
    return { id, index };
  });
}

export interface ChunkedLayout {
  readonly tree: number | undefined;
  readonly shape: readonly number[];
  readonly chunk: readonly number[];
  readonly itemBytes: number;
  readonly filters: readonly Filter[];
}

/** The whole data, row-major; what no chunk covers is zero. */
export function readChunks(file: Hdf5Bytes, layout: ChunkedLayout): Uint8Array {
  const { shape, chunk, itemBytes } = layout;
  const sizeOf = (dims: readonly number[]) => dims.reduce((size, dim) => size * dim, itemBytes);
  // Edge chunks are whole in the file, so a chunk larger than the data would be work without end for little data.
  const isScalar = shape.length === 0; // which HDF5 does not cut
  if (
    isScalar ||
    chunk.length !== shape.length ||
    chunk.some((size, axis) => size < 1 || size > dim(shape, axis))
  ) {
    throw unsupportedHdf5(`chunks of [${chunk.join(', ')}] for data of [${shape.join(', ')}]`);
  }
  file.budget.take(sizeOf(shape), 'a dataset');
  const data = new Uint8Array(sizeOf(shape));
  if (layout.tree === undefined) return data;
  const chunkBytes = sizeOf(chunk);
  const filled = new Set<string>();
  for (const { origin, at, size, mask } of chunksOf(file, layout.tree, shape.length)) {
    const fits = origin.every((start, axis) => start < dim(shape, axis) && start % dim(chunk, axis) === 0);
    if (!fits || filled.has(origin.join())) throw damagedHdf5(`a chunk starts at [${origin.join(', ')}]`);
    filled.add(origin.join());
    file.budget.take(chunkBytes, 'a chunk');
    const unpacked = unpack(file.bytes(at, size, 'a chunk'), layout, mask, chunkBytes);
    copyChunk(unpacked, data, origin, layout);
  }
  return data;
}

interface Chunk {
  readonly origin: readonly number[];
  readonly at: number;
  readonly size: number;
  /** Bits of filters that were left out for this chunk. */
  readonly mask: number;
}

function chunksOf(file: Hdf5Bytes, root: number, rank: number): Chunk[] {
  const what = 'a tree of chunks';
  const chunks: Chunk[] = [];
  const seen = new Set<number>();
  // Size, mask, and an offset for each dimension and for the bytes within an element.
  const keyBytes = 8 + 8 * (rank + 1);
  const visit = (node: number, parentLevel: number) => {
    if (seen.has(node)) throw damagedHdf5(`the tree node at byte ${node} is met twice`);
    seen.add(node);
    file.expect(node, 'TREE', what);
    const level = file.u8(node + 5, what);
    if (file.u8(node + 4, what) !== 1 || level >= parentLevel) {
      throw damagedHdf5(`the tree node at byte ${node} is not of the kind or level it should be`);
    }
    const count = file.u16(node + 6, what);
    for (let child = 0; child < count; child++) {
      const key = node + 24 + child * (keyBytes + 8);
      const at = file.place(key + keyBytes, what);
      if (level > 0) {
        visit(at, level);
        continue;
      }
      file.budget.take(RECORD_BYTES, what);
      const origin = Array.from({ length: rank }, (_, axis) => file.u64(key + 8 + axis * 8, what));
      chunks.push({ origin, at, size: file.u32(key, what), mask: file.u32(key + 4, what) });
    }
  };
  visit(root, MAX_TREE_LEVEL);
  return chunks;
}

/** Undoes the filters, the last one first. */
function unpack(
  packed: Uint8Array,
  { filters, itemBytes }: ChunkedLayout,
  mask: number,
  chunkBytes: number,
): Uint8Array {
  let bytes = packed;
  for (const { id, index } of filters.toReversed()) {
    if (((mask >>> index) & 1) === 1) continue;
    if (id === FLETCHER32) bytes = bytes.subarray(0, Math.max(0, bytes.length - CHECKSUM_BYTES));
    else if (id === SHUFFLE) bytes = unshuffle(bytes, itemBytes);
    else bytes = inflate(bytes, chunkBytes);
  }
  if (bytes.length !== chunkBytes) {
    throw damagedHdf5(`a chunk of ${counted(chunkBytes, 'byte')} unpacks to ${bytes.length}`);
  }
  return bytes;
}

function inflate(bytes: Uint8Array, chunkBytes: number): Uint8Array {
  try {
    // Writes past the given buffer are lost, so it holds what is inflated to the size.
    return unzlibSync(bytes, { out: new Uint8Array(chunkBytes + CHECKSUM_BYTES) });
  } catch (error) {
    if (!isInflateError(error)) throw error;
    throw damagedHdf5(`a chunk does not inflate (${error.message})`, error);
  }
}

/** The shuffle filter keeps all first bytes, then all second bytes, and so on. */
function unshuffle(bytes: Uint8Array, itemBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / itemBytes);
  const items = Uint8Array.from(bytes); // a remainder stays where it is, at the end
  for (let index = 0; index < count; index++) {
    for (let byte = 0; byte < itemBytes; byte++) {
      items[index * itemBytes + byte] = bytes[byte * count + index] ?? 0;
    }
  }
  return items;
}

/** Copies what of a chunk is within the data, row by row. */
function copyChunk(
  bytes: Uint8Array,
  data: Uint8Array,
  origin: readonly number[],
  layout: ChunkedLayout,
): void {
  const { shape, chunk, itemBytes } = layout;
  const last = shape.length - 1;
  const [rowStart, chunkRow, wholeRow] = [dim(origin, last), dim(chunk, last), dim(shape, last)];
  const rowItems = Math.min(chunkRow, wholeRow - rowStart);
  const rowBytes = rowItems * itemBytes;
  const visit = (axis: number, from: number, to: number) => {
    if (axis >= last) {
      const start = (to * wholeRow + rowStart) * itemBytes;
      const row = from * chunkRow * itemBytes;
      data.set(bytes.subarray(row, row + rowBytes), start);
      return;
    }
    const [size, whole, start] = [dim(chunk, axis), dim(shape, axis), dim(origin, axis)];
    for (let index = 0; index < Math.min(size, whole - start); index++) {
      visit(axis + 1, from * size + index, to * whole + start + index);
    }
  };
  visit(0, 0, 0);
}
