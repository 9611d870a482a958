/**
 * Reads HDF5 files as h5py writes them for Keras: groups, attributes of text, datasets of floats. Bytes from outside:
 * every address is checked, and the C library, which is not made for hostile files, is not involved.
 */

import { MemoryBudget } from '../../data/memory-budget.js';
import { readTexts, type Texts } from './attributes.js';
import { type Hdf5Array, readDataset } from './dataset.js';
import { GlobalHeaps } from './global-heap.js';
import { Hdf5Bytes } from './hdf5-bytes.js';
import { readLinks } from './links.js';
import { type Message, readMessages } from './object-header.js';
import { findSuperblock, rootAddress } from './superblock.js';

/** A group or a dataset; nothing of it is read before it is asked for. */
export class Hdf5Object {
  /** For messages. */
  readonly path: string;
  readonly #file: Hdf5Bytes;
  readonly #heaps: GlobalHeaps;
  readonly #messages: readonly Message[];
  #links: ReadonlyMap<string, number> | undefined;
  readonly #children = new Map<string, Hdf5Object>();

  constructor(file: Hdf5Bytes, heaps: GlobalHeaps, address: number, path: string) {
    this.path = path;
    this.#file = file;
    this.#heaps = heaps;
    this.#messages = readMessages(file, address);
  }

  /** The attributes that are texts or lists of texts. @throws E_INVALID_FILE, E_UNSUPPORTED */
  texts(): Texts {
    return readTexts(this.#file, this.#heaps, this.#messages);
  }

  /** The names in a group, in the file's order; none in a dataset. */
  names(): string[] {
    return [...this.#members().keys()];
  }

  /** What is at a path below this group, its parts in order; undefined where there is nothing. */
  find(path: readonly string[]): Hdf5Object | undefined {
    return path.reduce<Hdf5Object | undefined>(
      (parent, name) => (parent ? parent.#child(name) : undefined),
      this,
    );
  }

  /** The numbers of a dataset as float32. @throws E_INVALID_FILE, E_UNSUPPORTED */
  array(): Hdf5Array {
    return readDataset(this.#file, this.#heaps, this.#messages, this.path);
  }

  #members(): ReadonlyMap<string, number> {
    this.#links ??= readLinks(this.#file, this.#messages);
    return this.#links;
  }

  #child(name: string): Hdf5Object | undefined {
    const known = this.#children.get(name);
    if (known) return known;
    const address = this.#members().get(name);
    if (address === undefined) return undefined;
    const child = new Hdf5Object(this.#file, this.#heaps, address, `${this.path}/${name}`);
    this.#children.set(name, child);
    return child;
  }
}

/**
 * The root group of an HDF5 file.
 *
 * @param budget what everything read of it may take; default as for a file of its own
 * @throws E_INVALID_FILE, E_UNSUPPORTED
 */
export function openHdf5(bytes: Uint8Array, budget = new MemoryBudget(bytes.length)): Hdf5Object {
  const file = new Hdf5Bytes(bytes.subarray(findSuperblock(bytes) ?? 0), budget);
  return new Hdf5Object(file, new GlobalHeaps(file), rootAddress(file), '');
}
