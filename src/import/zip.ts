/**
 * Reads zip archives (.pt, .npz, .keras are such) without trusting what they claim: entries are opened one by
 * one, never unpacked past the declared size, and checked against their checksum.
 *
 * fflate inflates; it does not stop at a size, so the size is held here.
 */
import { Inflate } from 'fflate';
import { counted } from '../counted.js';
import { crc32 } from '../data/crc32.js';
import { isInflateError } from '../data/gunzip.js';
import { MemoryBudget } from '../data/memory-budget.js';
import { quoted } from './quoted.js';
import { damagedZip, readZipDirectory, type ZipRecord } from './zip-directory.js';

export interface ZipEntry {
  readonly name: string;
  /** Bytes of contents. */
  readonly size: number;
  /** Whether {@link bytes} takes memory of its own. */
  readonly isCompressed: boolean;
  /**
   * The contents: a view into the archive where they are stored plainly, else inflated anew by every call.
   * @throws E_INVALID_FILE when they do not inflate, are not of the declared size or fail their checksum
   */
  bytes(): Uint8Array;
}

/** Deflate cannot do better than 258 bytes for 2 bits, so a larger claim is a lie (https://zlib.net/zlib_tech.html). */
const MAX_DEFLATE_RATIO = 1032;
/** Compressed bytes given to fflate at once: what they can inflate to (8 MiB) bounds what it holds unseen. */
const CHUNK_BYTES = 2 ** 13;
/** Compressed bytes that may follow without giving any contents: more than the longest block of deflate. */
const MAX_SILENT_BYTES = 2 ** 17;

/** Whether the bytes start as a zip archive does, an empty one included. */
export function isZip(bytes: Uint8Array): boolean {
  const [p, k, third, fourth] = bytes;
  const isEntry = third === 0x03 && fourth === 0x04;
  const isEmpty = third === 0x05 && fourth === 0x06;
  return p === 0x50 && k === 0x4b && (isEntry || isEmpty);
}

/**
 * The files in a zip archive by name, in the order of its directory; nothing is unpacked until asked for.
 * @throws E_INVALID_FILE when the archive is damaged, contradicts itself, or its compressed entries declare more
 * contents than {@link MemoryBudget} allows; E_UNSUPPORTED for encryption, several disks and compression other
 * than deflate.
 */
export function readZip(bytes: Uint8Array): ReadonlyMap<string, ZipEntry> {
  const budget = new MemoryBudget(bytes.length);
  const entries = new Map<string, ZipEntry>();
  for (const record of readZipDirectory(bytes)) {
    const { name, size, isCompressed } = record;
    if (isCompressed) {
      budget.take(size, `the compressed zip entry ${quoted(name)} of ${counted(size, 'byte')}`);
    }
    entries.set(name, { name, size, isCompressed, bytes: () => contentsOf(bytes, record) });
  }
  return entries;
}

function contentsOf(archive: Uint8Array, record: ZipRecord): Uint8Array {
  const packed = archive.subarray(record.start, record.end);
  const contents = record.isCompressed ? inflateExactly(packed, record) : packed;
  // torch.save writes 0 where it is told to leave the checksum out.
  const checksum = record.crc === 0 ? 0 : crc32(contents);
  if (checksum !== record.crc) {
    throw damagedZip(
      `the entry ${quoted(record.name)} has the checksum ${hex(checksum)}, not ${hex(record.crc)} as declared`,
    );
  }
  return contents;
}

function inflateExactly(packed: Uint8Array, { name, size }: ZipRecord): Uint8Array {
  if (size > packed.length * MAX_DEFLATE_RATIO) {
    throw damagedZip(
      `${counted(packed.length, 'compressed byte')} cannot hold the ${size} that ${quoted(name)} declares`,
    );
  }
  const contents = new Uint8Array(size);
  let length = 0;
  let silent = 0;
  const stream = new Inflate((chunk) => {
    if (length + chunk.length > size) {
      throw damagedZip(`the entry ${quoted(name)} declares ${counted(size, 'byte')} and holds more`);
    }
    contents.set(chunk, length);
    length += chunk.length;
    if (chunk.length > 0) silent = 0;
  });
  try {
    for (let start = 0; start < packed.length; start += CHUNK_BYTES) {
      const end = start + CHUNK_BYTES;
      silent += CHUNK_BYTES;
      stream.push(packed.subarray(start, end), end >= packed.length);
      // fflate keeps what it cannot use, and copies it with every chunk: garbage must not pile up.
      if (silent > MAX_SILENT_BYTES) {
        throw damagedZip(`the entry ${quoted(name)} goes on after its compressed contents have ended`);
      }
    }
  } catch (error) {
    if (!isInflateError(error)) throw error;
    throw damagedZip(`the entry ${quoted(name)} does not inflate (${error.message})`, error);
  }
  if (length !== size) {
    throw damagedZip(`the entry ${quoted(name)} declares ${counted(size, 'byte')} and holds ${length}`);
  }
  return contents;
}

function hex(checksum: number): string {
  return `0x${checksum.toString(16).padStart(8, '0')}`;
}
