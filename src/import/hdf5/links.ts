/**
 * What an HDF5 group contains: names and the addresses of their object headers. Groups are symbol tables (a B-tree
 * of version 1, its names in a local heap; specification, sections III.A.1, III.B, III.D), or link messages (IV.A.2.g).
 */
import { counted } from '../../counted.js';
import { decodeLenient } from '../../data/utf8.js';
import { damagedHdf5, type Hdf5Bytes, unsupportedHdf5 } from './hdf5-bytes.js';
import { findMessage, MESSAGE, type Message } from './object-header.js';

/** Levels of a tree of groups: one of 2 entries a node would have room for more names than a file has bytes. */
const MAX_TREE_LEVEL = 32;
const MAX_NAME_BYTES = 1_000;
const SYMBOL_BYTES = 40;

/** The addresses of a group's members by name, in the file's order. */
export function readLinks(file: Hdf5Bytes, messages: readonly Message[]): ReadonlyMap<string, number> {
  const links = new Map<string, number>();
  const add = (name: string, address: number) => {
    file.budget.take(2 * name.length + 64, 'the names in a group');
    links.set(name, address);
  };
  const table = findMessage(messages, MESSAGE.symbolTable);
  if (table) readSymbolTable(file, table, add);
  const info = findMessage(messages, MESSAGE.linkInfo);
  if (info && hasHeap(file, info)) throw unsupportedHdf5('a group with its links in a fractal heap');
  for (const message of messages) if (message.type === MESSAGE.link) readLink(file, message, add);
  return links;
}

type Add = (name: string, address: number) => void;

/** Whether a link info or attribute info message says that the entries are in a fractal heap. */
export function hasHeap(file: Hdf5Bytes, { at, type }: Message): boolean {
  const tracksOrder = (file.u8(at + 1, 'a group') & 0x01) !== 0;
  const indexBytes = type === MESSAGE.linkInfo ? 8 : 2;
  return file.address(at + 2 + (tracksOrder ? indexBytes : 0), 'a group') !== undefined;
}

function readSymbolTable(file: Hdf5Bytes, { at, size }: Message, add: Add): void {
  if (size < 16) throw damagedHdf5(`the symbol table at byte ${at} has ${counted(size, 'byte')}`);
  const heap = file.place(at + 8, 'a group');
  file.expect(heap, 'HEAP', 'local heap');
  const namesSize = file.u64(heap + 8, 'a local heap');
  const names = file.bytes(file.place(heap + 24, 'a local heap'), namesSize, 'a local heap');
  for (const node of leaves(file, file.place(at, 'a group'))) {
    file.expect(node, 'SNOD', 'symbol table node');
    const count = file.u16(node + 6, 'a symbol table node');
    file.check(node + 8, count * SYMBOL_BYTES, 'a symbol table node');
    for (let entry = node + 8; entry < node + 8 + count * SYMBOL_BYTES; entry += SYMBOL_BYTES) {
      const name = nameAt(names, file.u64(entry, 'a symbol'));
      const cacheType = file.u32(entry + 16, 'a symbol');
      if (cacheType === 2) throw unsupportedHdf5(`a symbolic link, ${JSON.stringify(name)}`);
      add(name, file.place(entry + 8, 'a symbol'));
    }
  }
}

/** The children of the leaves of a group's B-tree, left to right. */
function leaves(file: Hdf5Bytes, root: number): number[] {
  const found: number[] = [];
  const seen = new Set<number>();
  const visit = (node: number, parentLevel: number) => {
    if (seen.has(node)) throw damagedHdf5(`the tree node at byte ${node} is met twice`);
    seen.add(node);
    file.expect(node, 'TREE', 'tree of names');
    const level = file.u8(node + 5, 'a tree of names');
    if (file.u8(node + 4, 'a tree of names') !== 0 || level >= parentLevel) {
      throw damagedHdf5(`the tree node at byte ${node} is not of the kind or level it should be`);
    }
    const count = file.u16(node + 6, 'a tree of names');
    for (let child = 0; child < count; child++) {
      const address = file.place(node + 24 + 8 + child * 16, 'a tree of names');
      if (level > 0) visit(address, level);
      else if (seen.has(address)) throw damagedHdf5(`the symbols at byte ${address} are met twice`);
      else found.push(address);
      seen.add(address);
    }
  };
  visit(root, MAX_TREE_LEVEL);
  return found;
}

function nameAt(names: Uint8Array, start: number): string {
  const end = names.indexOf(0, start);
  if (start >= names.length || end === -1 || end - start > MAX_NAME_BYTES) {
    throw damagedHdf5(`the name at ${start} of a local heap has no end within ${MAX_NAME_BYTES} bytes`);
  }
  return decodeLenient(names.subarray(start, end));
}

/** A link message: flags, optional type, creation order and character set, then the name and where it leads. */
function readLink(file: Hdf5Bytes, { at, isShared }: Message, add: Add): void {
  if (isShared) throw unsupportedHdf5('a link shared between groups');
  const version = file.u8(at, 'a link');
  if (version !== 1) throw unsupportedHdf5(`a link of version ${version}`);
  const flags = file.u8(at + 1, 'a link');
  let next = at + 2;
  const type = (flags & 0x08) !== 0 ? file.u8(next++, 'a link') : 0;
  if ((flags & 0x04) !== 0) next += 8;
  if ((flags & 0x10) !== 0) next += 1;
  const lengthBytes = 1 << (flags & 0x03);
  const length = lengthBytes === 1 ? file.u8(next, 'a link') : file.u16(next, 'a link');
  if (lengthBytes > 2 || length > MAX_NAME_BYTES) {
    throw damagedHdf5(`the link at byte ${at} has a name of more than ${MAX_NAME_BYTES} bytes`);
  }
  next += lengthBytes;
  const name = decodeLenient(file.bytes(next, length, 'a link'));
  if (type !== 0) throw unsupportedHdf5(`a soft or external link, ${JSON.stringify(name)}`);
  add(name, file.place(next + length, 'a link'));
}
