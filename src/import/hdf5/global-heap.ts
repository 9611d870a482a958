/** HDF5 global heaps, which hold what is of variable length (specification, section III.E). */
import { counted } from '../../counted.js';
import { damagedHdf5, type Hdf5Bytes } from './hdf5-bytes.js';

interface HeapObject {
  readonly at: number;
  readonly size: number;
}

/** The objects of every heap met, so that many texts of one heap are found without going through it for each. */
export class GlobalHeaps {
  readonly #file: Hdf5Bytes;
  readonly #heaps = new Map<number, ReadonlyMap<number, HeapObject>>();

  constructor(file: Hdf5Bytes) {
    this.#file = file;
  }

  /** The bytes that an item of variable length refers to: a length, the address of a heap and an index there. */
  bytesAt(item: number): Uint8Array {
    const what = 'a global heap';
    const length = this.#file.u32(item, what);
    const heap = this.#file.address(item + 4, what);
    const index = this.#file.u32(item + 12, what);
    if (length === 0 || heap === undefined) return new Uint8Array();
    const found = this.#objects(heap).get(index);
    if (!found || found.size < length) {
      throw damagedHdf5(`the heap at byte ${heap} has no object ${index} of ${counted(length, 'byte')}`);
    }
    return this.#file.bytes(found.at, length, what);
  }

  #objects(heap: number): ReadonlyMap<number, HeapObject> {
    const known = this.#heaps.get(heap);
    if (known) return known;
    const what = 'a global heap';
    this.#file.expect(heap, 'GCOL', what);
    const end = heap + this.#file.u64(heap + 8, what);
    this.#file.check(heap, end - heap, what);
    const objects = new Map<number, HeapObject>();
    let next = heap + 16;
    while (next + 16 <= end) {
      const index = this.#file.u16(next, what);
      if (index === 0) break; // the free space, which is last
      const size = this.#file.u64(next + 8, what);
      this.#file.budget.take(64, what);
      objects.set(index, { at: next + 16, size });
      next += 16 + Math.ceil(size / 8) * 8;
    }
    this.#heaps.set(heap, objects);
    return objects;
  }
}
