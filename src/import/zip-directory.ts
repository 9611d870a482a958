/**
 * The central directory of a zip archive, zip64 included: which entries there are and where their bytes lie.
 *
 * Specification: APPNOTE.TXT 6.3.10 (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), sections 4.3
 * to 4.5. Every length and offset is checked against the archive before it is used, and entries must not share
 * bytes: overlapping entries are how a small archive unpacks to petabytes.
 */
import { counted } from '../counted.js';
import { decodeUtf8 } from '../data/utf8.js';
import { LstmOnnxError } from '../errors.js';
import { quoted } from './quoted.js';

export interface ZipRecord {
  readonly name: string;
  /** Bytes of contents as the directory declares them; not yet believed for compressed entries. */
  readonly size: number;
  /** The checksum of the contents; 0 where the writer left it out, as torch.save can. */
  readonly crc: number;
  readonly isCompressed: boolean;
  /** Where the stored or compressed bytes begin and end in the archive. */
  readonly start: number;
  readonly end: number;
}

/** As many as an archive without zip64 can have; a model file has some dozens. */
const MAX_ZIP_ENTRIES = 65_535;
const MAX_NAME_BYTES = 1024;
const MAX_COMMENT_BYTES = 65_535;

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END_SIGNATURE = 0x06064b50;
const ZIP64_END_BYTES = 56;
const RECORD_SIGNATURE = 0x02014b50;
const RECORD_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const ZIP64_EXTRA = 0x0001;
/** A 32-bit field of this value has its real value in the zip64 extra field. */
const IN_EXTRA = 0xffffffff;

const ENCRYPTED_FLAG = 1;
const STORED = 0;
const DEFLATED = 8;

interface Directory {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

/**
 * The files of an archive, folders left out, in the order of its directory.
 * @throws E_INVALID_FILE when the archive is damaged, cut short, has overlapping entries or two of one name;
 * E_UNSUPPORTED for encrypted entries, several disks and compression other than deflate.
 */
export function readZipDirectory(bytes: Uint8Array): ZipRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const directory = findDirectory(view);
  const records: ZipRecord[] = [];
  const names = new Set<string>();
  const spans: { readonly from: number; readonly end: number }[] = [];
  let at = directory.start;
  for (let index = 0; index < directory.count; index++) {
    const { record, from, next } = readRecord(bytes, view, at, directory);
    if (names.has(record.name)) {
      throw damagedZip(`two entries are called ${quoted(record.name)}`);
    }
    names.add(record.name);
    spans.push({ from, end: record.end });
    if (!record.name.endsWith('/')) records.push(record);
    at = next;
  }
  spans.sort((a, b) => a.from - b.from);
  let covered = 0;
  for (const { from, end } of spans) {
    if (from < covered) {
      throw damagedZip(`an entry begins at byte ${from}, inside another that ends at byte ${covered}`);
    }
    covered = end;
  }
  return records;
}

/** The error of a zip archive that is not whole or contradicts itself. */
export function damagedZip(what: string, cause?: unknown): LstmOnnxError {
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `The zip archive is damaged or cut short: ${what}. Fetch or write it again.`,
    cause === undefined ? {} : { cause },
  );
}

function findDirectory(view: DataView): Directory {
  const endAt = findEnd(view);
  const locatorAt = endAt - ZIP64_LOCATOR_BYTES;
  const isZip64 = locatorAt >= 0 && view.getUint32(locatorAt, true) === ZIP64_LOCATOR_SIGNATURE;
  const [limit, directory, disks] = isZip64 ? zip64Directory(view, locatorAt) : plainDirectory(view, endAt);
  if (disks) {
    throw new LstmOnnxError('E_UNSUPPORTED', 'The zip archive is split over several files; join it first.');
  }
  const { start, end, count } = directory;
  if (end > limit) {
    throw damagedZip(`its directory spans bytes ${start} to ${end}, but must end by byte ${limit}`);
  }
  if (count > MAX_ZIP_ENTRIES || count * RECORD_BYTES > end - start) {
    throw damagedZip(
      `it declares ${counted(count, 'entry', 'entries')} in a directory of ${counted(end - start, 'byte')}; at most ${MAX_ZIP_ENTRIES} are read, each of at least ${RECORD_BYTES} bytes`,
    );
  }
  return directory;
}

/** The end record is last but for a comment, whose length it states. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= 0 && at >= last - MAX_COMMENT_BYTES; at--) {
    if (view.getUint32(at, true) === END_SIGNATURE && view.getUint16(at + 20, true) === last - at) {
      return at;
    }
  }
  throw damagedZip(`it has ${counted(view.byteLength, 'byte')} and no directory at the end`);
}

function plainDirectory(view: DataView, at: number): [limit: number, Directory, disks: boolean] {
  const start = view.getUint32(at + 16, true);
  const end = start + view.getUint32(at + 12, true);
  const disks = view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 6, true) !== 0;
  return [at, { start, end, count: view.getUint16(at + 10, true) }, disks];
}

function zip64Directory(view: DataView, locatorAt: number): [limit: number, Directory, disks: boolean] {
  const at = uint64(view, locatorAt + 8, 'its zip64 directory');
  if (at + ZIP64_END_BYTES > locatorAt || view.getUint32(at, true) !== ZIP64_END_SIGNATURE) {
    throw damagedZip(`no zip64 directory is at byte ${at}, where it should be`);
  }
  const start = uint64(view, at + 48, 'its directory');
  const end = start + uint64(view, at + 40, 'its directory');
  const disks = view.getUint32(at + 16, true) !== 0 || view.getUint32(at + 20, true) !== 0;
  return [at, { start, end, count: uint64(view, at + 32, 'its count of entries') }, disks];
}

function readRecord(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  directory: Directory,
): { readonly record: ZipRecord; readonly from: number; readonly next: number } {
  if (at + RECORD_BYTES > directory.end || view.getUint32(at, true) !== RECORD_SIGNATURE) {
    throw damagedZip(`no directory record is at byte ${at}, where one should be`);
  }
  const nameEnd = at + RECORD_BYTES + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > directory.end) {
    throw damagedZip(`the directory record at byte ${at} is longer than the directory`);
  }
  const nameBytes = bytes.subarray(at + RECORD_BYTES, nameEnd);
  const name = decodeName(nameBytes);
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  if ((flags & ENCRYPTED_FLAG) !== 0 || (method !== STORED && method !== DEFLATED)) {
    const how = (flags & ENCRYPTED_FLAG) !== 0 ? 'encrypted' : `compressed by method ${method}`;
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The zip entry ${quoted(name)} is ${how}; read are plain and deflated entries. Pack the archive again without that.`,
    );
  }
  const extra = new DataView(view.buffer, view.byteOffset + nameEnd, extraEnd - nameEnd);
  const fields = [
    view.getUint32(at + 24, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 42, true),
  ];
  const [size = 0, packed = 0, from = 0] = withZip64(fields, extra, name);
  const start = dataStart(bytes, view, from, nameBytes, directory.start);
  const end = start + packed;
  if (end > directory.start) {
    throw damagedZip(`the entry ${quoted(name)} ends at byte ${end}, past the last byte of data`);
  }
  if (method === STORED && packed !== size) {
    throw damagedZip(
      `the uncompressed entry ${quoted(name)} declares ${counted(size, 'byte')} and has ${packed}`,
    );
  }
  const crc = view.getUint32(at + 16, true);
  return { record: { name, size, crc, isCompressed: method === DEFLATED, start, end }, from, next };
}

/** Size, packed size and offset, those that do not fit 32 bits taken from the zip64 extra field, in order. */
function withZip64(fields: readonly number[], extra: DataView, name: string): number[] {
  if (!fields.includes(IN_EXTRA)) return [...fields];
  let at = 0;
  while (at + 4 <= extra.byteLength && extra.getUint16(at, true) !== ZIP64_EXTRA) {
    at += 4 + extra.getUint16(at + 2, true);
  }
  at += 4;
  return fields.map((field) => {
    if (field !== IN_EXTRA) return field;
    if (at + 8 > extra.byteLength) {
      throw damagedZip(`the entry ${quoted(name)} lacks its zip64 sizes`);
    }
    at += 8;
    return uint64(extra, at - 8, `the entry ${quoted(name)}`);
  });
}

/** Where an entry's bytes begin: after its local header, which must carry the same name. */
function dataStart(bytes: Uint8Array, view: DataView, from: number, name: Uint8Array, limit: number): number {
  if (from + LOCAL_BYTES > limit || view.getUint32(from, true) !== LOCAL_SIGNATURE) {
    throw damagedZip(`no entry is at byte ${from}, where its directory says ${quoted(decodeName(name))} is`);
  }
  const nameStart = from + LOCAL_BYTES;
  const nameEnd = nameStart + view.getUint16(from + 26, true);
  const localName = bytes.subarray(nameStart, Math.min(nameEnd, limit));
  if (localName.length !== name.length || localName.some((byte, index) => byte !== name[index])) {
    throw damagedZip(`the entry at byte ${from} has another name than ${quoted(decodeName(name))}`);
  }
  return nameEnd + view.getUint16(from + 28, true);
}

function decodeName(bytes: Uint8Array): string {
  if (bytes.length > MAX_NAME_BYTES) {
    throw damagedZip(`an entry's name has ${bytes.length} bytes; at most ${MAX_NAME_BYTES} are read`);
  }
  const name = decodeUtf8(bytes);
  if (name === undefined) throw damagedZip("an entry's name is not UTF-8");
  return name;
}

function uint64(view: DataView, at: number, what: string): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw damagedZip(`${what} declares ${value}, more than any file has bytes`);
  }
  return Number(value);
}
