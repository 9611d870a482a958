/**
 * Reads and writes safetensors files: an 8-byte little-endian header length N, N bytes of JSON
 * (`name -> { dtype, shape, data_offsets }`, and `__metadata__`: strings to strings), then the tensors' bytes,
 * little-endian and row-major, without holes.
 *
 * Specification: https://github.com/huggingface/safetensors#format
 */

import { expectBytes, expectText, wrongArgument } from '../arguments.js';
import { counted } from '../counted.js';
import { LstmOnnxError, reading } from '../errors.js';
import { type NdArray, sizeOf } from '../nd-array.js';
import { parseJson } from './bounded-json.js';
import { STORED_TYPES, type StoredType, TYPE_NAMES, UNREAD_TYPES } from './safetensors-dtypes.js';
import { decodeUtf8 } from './utf8.js';

export interface SafetensorsFile {
  /** The tensors by name, in the order in which their data lies in the file. */
  readonly tensors: Map<string, NdArray>;
  /** The file's `__metadata__`; empty where it has none. */
  readonly metadata: Map<string, string>;
}

/**
 * A tensor takes some hundred bytes of the header, so this is 150,000 of them; the largest published files have some
 * thousand. The format allows 100 MB, which as JSON would take more memory than the weights.
 */
export const MAX_HEADER_BYTES = 2 ** 24;
/** numpy's limit; keeps a hostile header from naming a shape of a million ones. */
const MAX_RANK = 64;
const LENGTH_BYTES = 8;
const METADATA_KEY = '__metadata__';

interface Entry {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Parses a safetensors file. Every tensor's data is a copy, aligned and independent of `bytes`;
 * F16 and BF16 tensors are widened to float32.
 *
 * @throws E_INVALID_FILE when the bytes are not a whole and consistent safetensors file.
 * @throws E_UNSUPPORTED when a tensor has a type such as F8_E4M3 that this library does not read.
 */
export function parseSafetensors(bytes: Uint8Array): SafetensorsFile {
  expectBytes('parseSafetensors', bytes);
  return reading('the safetensors file', () => readFile(bytes));
}

function readFile(bytes: Uint8Array): SafetensorsFile {
  const headerBytes = readHeaderLength(bytes);
  const dataStart = LENGTH_BYTES + headerBytes;
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart));
  const dataBytes = bytes.length - dataStart;

  const metadata = new Map<string, string>();
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA_KEY) {
      readMetadata(value, metadata);
    } else {
      entries.push(readEntry(name, value, dataBytes));
    }
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);

  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) {
      throw invalid(
        `tensor ${quote(name)} starts at byte ${begin} of the data, expected ${covered}; tensors must follow each other without holes or overlaps`,
      );
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw invalid(
      `its tensors cover ${counted(covered, 'byte')}, and the data behind the header has ${dataBytes}`,
    );
  }

  const tensors = new Map<string, NdArray>();
  for (const { name, type, shape, begin, end } of entries) {
    // Constructing from a typed array copies into a buffer of its own (Buffer.slice would not).
    const own = new Uint8Array(bytes.subarray(dataStart + begin, dataStart + end));
    tensors.set(name, type.read(own.buffer, shape));
  }
  return { tensors, metadata };
}

/**
 * Writes tensors as a safetensors file that Python's `safetensors` opens. Types with larger items come first
 * so that all data is aligned; otherwise the given order is kept.
 *
 * @throws E_INVALID_OPTION when a tensor is called `__metadata__` or the header would pass 16 MiB.
 * @throws E_SHAPE_MISMATCH when a tensor's data does not fill its shape.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NdArray>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array<ArrayBuffer> {
  checkTensors(tensors, metadata);
  for (const [name, tensor] of tensors) checkWritable(name, tensor);
  const ordered = [...tensors].sort(
    ([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT, // sort is stable
  );

  // Joined as text: an object literal would reorder names such as "0" and lose one called "__proto__".
  const members: string[] = [];
  if (metadata.size > 0) {
    const pairs = [...metadata].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    members.push(`${JSON.stringify(METADATA_KEY)}:{${pairs.join(',')}}`);
  }
  let dataBytes = 0;
  for (const [name, tensor] of ordered) {
    const end = dataBytes + tensor.data.byteLength;
    const entry = { dtype: TYPE_NAMES[tensor.dtype], shape: tensor.shape, data_offsets: [dataBytes, end] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    dataBytes = end;
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The safetensors header would take ${headerBytes} bytes, but ${MAX_HEADER_BYTES} is the most that is read again: shorten the metadata or the tensors' names.`,
    );
  }

  const file = new Uint8Array(LENGTH_BYTES + headerBytes + dataBytes);
  new DataView(file.buffer).setUint32(0, headerBytes, true); // below 2^32, so the upper half stays 0
  file.set(json, LENGTH_BYTES);
  file.fill(0x20, LENGTH_BYTES + json.length, LENGTH_BYTES + headerBytes);
  let at = LENGTH_BYTES + headerBytes;
  for (const [, { data }] of ordered) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

function readHeaderLength(bytes: Uint8Array): number {
  if (bytes.length < LENGTH_BYTES) {
    throw invalid(
      `it has ${counted(bytes.length, 'byte')}, but starts with a header length of ${LENGTH_BYTES} bytes`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw invalid(`its header length is ${length}, above ${MAX_HEADER_BYTES}, the most that is read`);
  }
  const rest = bytes.length - LENGTH_BYTES;
  if (length > BigInt(rest)) {
    throw invalid(
      `its header length is ${length}, but what follows has ${counted(rest, 'byte')}; the file looks truncated`,
    );
  }
  return Number(length);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  const text = decodeUtf8(bytes);
  if (text === undefined) throw invalid('its header is not JSON in UTF-8');
  const header = parseJson(text, 'The header of the safetensors file');
  if (!isRecord(header)) {
    throw invalid('its header is not a JSON object of tensor names');
  }
  return header;
}

function readMetadata(value: unknown, into: Map<string, string>): void {
  if (!isRecord(value)) {
    throw invalid(`its ${METADATA_KEY} is not an object of strings`);
  }
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') {
      throw invalid(`its ${METADATA_KEY} entry ${quote(key)} is not a string`);
    }
    into.set(key, text);
  }
}

function readEntry(name: string, value: unknown, dataBytes: number): Entry {
  const where = `tensor ${quote(name)}`;
  if (!isRecord(value)) {
    throw invalid(`${where} is not described by an object with dtype, shape and data_offsets`);
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') {
    throw invalid(`${where} has no dtype`);
  }
  if (UNREAD_TYPES.has(dtype)) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `The safetensors file's ${where} is of type ${dtype}; convert it to F32, F16 or BF16 first.`,
    );
  }
  const type = STORED_TYPES.get(dtype);
  if (type === undefined) {
    throw invalid(
      `${where} has the unknown dtype ${quote(dtype)}; known: ${[...STORED_TYPES.keys()].join(', ')}`,
    );
  }
  if (!isSizes(shape) || shape.length > MAX_RANK) {
    throw invalid(`${where} has a shape that is not a list of at most ${MAX_RANK} whole numbers`);
  }
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw invalid(`${where} has data_offsets that are not two whole numbers`);
  }
  const [begin = 0, end = 0] = offsets;
  if (begin > end || end > dataBytes) {
    throw invalid(`${where} lies at bytes ${begin} to ${end} of the data, which has ${dataBytes}`);
  }
  const needed = checkedBytes(shape, type.itemBytes);
  if (needed !== end - begin) {
    throw invalid(
      `${where} of type ${dtype} and shape [${shape.join(', ')}] takes ${needed === undefined ? 'more than 2^53 bytes' : counted(needed, 'byte')}, but its data_offsets span ${end - begin}`,
    );
  }
  return { name, type, shape, begin, end };
}

/** The bytes of a tensor; undefined where some product on the way is no longer exact. */
function checkedBytes(shape: readonly number[], itemBytes: number): number | undefined {
  let bytes = itemBytes;
  for (const dim of shape) {
    bytes *= dim;
    if (!Number.isSafeInteger(bytes)) {
      return undefined;
    }
  }
  return bytes;
}

function checkWritable(name: string, { shape, data }: NdArray): void {
  if (name === METADATA_KEY) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `A tensor cannot be called ${quote(METADATA_KEY)}: safetensors keeps its metadata there. Rename it.`,
    );
  }
  if (!Array.isArray(shape))
    throw wrongArgument(`Tensor ${quote(name)}: its shape`, shape, 'an array of sizes');
  if (!isSizes(shape) || sizeOf(shape) !== data.length) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `Tensor ${quote(name)} of shape [${shape.join(', ')}] holds ${counted(sizeOf(shape), 'element')}, but has data of ${data.length}.`,
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function invalid(what: string): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', `Not a usable safetensors file: ${what}.`);
}

/** A name from a file may be as long as its header; a message should not. */
function quote(name: string): string {
  return JSON.stringify(shorten(name));
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/** What callers without types may have given. */
function checkTensors(tensors: unknown, metadata: unknown): void {
  if (!(tensors instanceof Map))
    throw wrongArgument('encodeSafetensors', tensors, 'a Map of names to arrays');
  if (!(metadata instanceof Map))
    throw wrongArgument('encodeSafetensors', metadata, 'metadata as a Map of texts');
  for (const [name, array] of tensors) {
    expectText('encodeSafetensors', name, 'a name as text');
    if (!isRecord(array) || !ArrayBuffer.isView(array.data)) {
      throw wrongArgument(`encodeSafetensors: tensor '${name}'`, array, '{ dtype, shape, data }');
    }
    expectText(
      `encodeSafetensors: the dtype of tensor '${name}'`,
      array.dtype,
      'an element type, such as float32',
    );
  }
  for (const [key, value] of metadata) {
    expectText('encodeSafetensors: a key of the metadata', key);
    expectText(`encodeSafetensors: the metadata '${key}'`, value);
  }
}
