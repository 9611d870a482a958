/** Zip archives and pickles made by hand, for tests of what no real writer would make. */
import { deflateSync } from 'fflate';
import { crc32 } from '../../src/data/crc32.js';

const IN_EXTRA = 0xffffffff;

export interface ZippedFile {
  readonly bytes: Uint8Array;
  readonly isDeflated?: boolean;
  /** What the directory declares instead of the truth. */
  readonly size?: number;
  readonly packedSize?: number;
  readonly crc?: number;
  readonly method?: number;
  readonly flags?: number;
  readonly localName?: string;
  /** Extra fields of the directory; with them, sizes and offset are said to be there, as zip64 has it. */
  readonly zip64Extra?: readonly number[];
  /** Where the directory says that the entry begins. */
  readonly from?: number;
}

/** A zip archive of the files, in their order. */
export function zipOf(
  files: Readonly<Record<string, Uint8Array | ZippedFile>> | [string, ZippedFile][],
): Uint8Array {
  const data: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  const list = Array.isArray(files) ? files : Object.entries(files);
  let length = 0;
  for (const [name, given] of list) {
    const file: ZippedFile = given instanceof Uint8Array ? { bytes: given } : given;
    const packed = file.isDeflated ? deflateSync(file.bytes) : file.bytes;
    const method = file.method ?? (file.isDeflated ? 8 : 0);
    const size = file.size ?? file.bytes.length;
    const sizes = [
      ...u32(file.crc ?? crc32(file.bytes)),
      ...u32(file.packedSize ?? packed.length),
      ...u32(size),
    ];
    const start = [...u16(20), ...u16(file.flags ?? 0x800), ...u16(method), ...u32(0), ...sizes];
    const nameBytes = bytesOf(name);
    const localName = bytesOf(file.localName ?? name);
    const local = bytesOf('PK\x03\x04', start, u16(localName.length), u16(0), localName, packed);
    const extra = file.zip64Extra ?? [];
    const between = [...u16(nameBytes.length), ...u16(extra.length), ...new Array(10).fill(0)];
    const from = file.zip64Extra ? IN_EXTRA : (file.from ?? length);
    const declared = file.zip64Extra ? [...start.slice(0, -8), ...u32(IN_EXTRA), ...u32(IN_EXTRA)] : start;
    directory.push(bytesOf('PK\x01\x02', u16(20), declared, between, u32(from), nameBytes, extra));
    data.push(local);
    length += local.length;
  }
  const records = bytesOf(...directory);
  const counts = [...u16(list.length), ...u16(list.length)];
  return bytesOf(...data, records, 'PK\x05\x06', u32(0), counts, u32(records.length), u32(length), u16(0));
}

/** A PyTorch file in the zip format: a pickle, and storages by key. */
export function torchZipOf(
  pickle: Uint8Array,
  storages: Readonly<Record<string, Uint8Array>> = {},
): Uint8Array {
  const files = Object.entries(storages).map(([key, bytes]): [string, ZippedFile] => [
    `m/data/${key}`,
    { bytes },
  ]);
  return zipOf([['m/data.pkl', { bytes: pickle }], ...files]);
}

/** Texts as UTF-8, numbers as bytes, one after the other. */
export function bytesOf(...parts: readonly (string | ArrayLike<number>)[]): Uint8Array {
  const all = parts.map((part) => (typeof part === 'string' ? new TextEncoder().encode(part) : part));
  const bytes = new Uint8Array(all.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of all) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A pickle of protocol 2: opcodes as text or numbers, in order. */
export function pickleOf(...parts: readonly (string | ArrayLike<number>)[]): Uint8Array {
  return bytesOf([0x80, 2], ...parts, [0x2e]);
}

/** BINUNICODE: a string. */
export function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [0x58, ...u32(bytes.length), ...bytes];
}

/** GLOBAL: a class or function. */
export function global(module: string, name: string): string {
  return `c${module}\n${name}\n`;
}

/** BININT: an integer of 32 bits. */
export function int(value: number): number[] {
  return [0x4a, ...u32(value)];
}

/** A tuple of opcodes. */
export function tuple(...parts: readonly (string | readonly number[])[]): number[] {
  return [
    0x28,
    ...parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : part)),
    0x74,
  ];
}

/** The call of _rebuild_tensor_v2 for a tensor of storage '0'. */
export function tensor({
  elements = 4,
  offset = 0,
  shape = [2, 2],
  strides = [2, 1],
  storage = 'FloatStorage',
  key = '0',
}: {
  elements?: number;
  offset?: number;
  shape?: readonly number[];
  strides?: readonly number[];
  storage?: string;
  key?: string;
}): number[] {
  const id = tuple(text('storage'), global('torch', storage), text(key), text('cpu'), int(elements));
  const args = tuple(
    [...id, 0x51],
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    [0x89],
    '}',
  );
  return [...new TextEncoder().encode(global('torch._utils', '_rebuild_tensor_v2')), ...args, 0x52];
}

/** A dict of names and the opcodes of their values. */
export function dict(entries: Readonly<Record<string, string | readonly number[]>>): number[] {
  const items = Object.entries(entries).flatMap(([key, value]) => [
    ...text(key),
    ...(typeof value === 'string' ? new TextEncoder().encode(value) : value),
  ]);
  return [0x7d, 0x28, ...items, 0x75];
}

function u16(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff];
}

function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}
