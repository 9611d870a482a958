/** The format of a model or of weights, told by the first bytes. */
import { MAX_HEADER_BYTES } from '../data/safetensors.js';
import { foreignFormat } from '../onnx/foreign-format.js';
import { findSuperblock } from './hdf5/superblock.js';

/** `weights` are tensors by name, which `state-dict.ts` tells apart further. */
export type ModelFormat = 'zip' | 'checkpoint' | 'weights' | 'hdf5' | 'onnx' | 'json';

/** Where a safetensors file that lstm-onnx wrote keeps its network: as a key in the JSON of its header. */
const networkKey = '"lstm_onnx.network"';
const SAFETENSORS_LENGTH_BYTES = 8;
const OPEN_BRACE = 0x7b;

/** https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT: a local file header, or the end of an empty archive. */
const zipSignatures = [
  [0x50, 0x4b, 0x03, 0x04],
  [0x50, 0x4b, 0x05, 0x06],
];
/** Field 1 of ModelProto, `ir_version`, which every writer puts first. */
const onnxStart = [0x08];
/** PROTO, which starts every pickle of protocol 2 and up; the versions are 2 to 5. */
const PICKLE_START = 0x80;

/** The format of the bytes; undefined where they are none that this library reads. */
export function detectFormat(bytes: Uint8Array, fileName = ''): ModelFormat | undefined {
  const starts = (signature: readonly number[]) => signature.every((byte, i) => bytes[i] === byte);
  // First, since a header's length may begin as a pickle or an ONNX model does.
  if (isSafetensors(bytes)) return hasNetwork(bytes) ? 'checkpoint' : 'weights';
  if (zipSignatures.some(starts)) return 'zip';
  if (bytes[0] === PICKLE_START && (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 0) <= 5) return 'weights';
  // After those that may hold such a file, before those that a user block may begin as.
  if (findSuperblock(bytes) !== undefined) return 'hdf5';
  if (firstCharacter(bytes) === OPEN_BRACE) return 'json';
  if (starts(onnxStart) || /\.onnx$/i.test(fileName)) return 'onnx';
  if (/\.safetensors$/i.test(fileName)) return 'weights'; // for its reader to say what is wrong
  return undefined;
}

/** JSON after a length below 4 GiB; text and other formats have something in the upper half of those bytes. */
export function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes[SAFETENSORS_LENGTH_BYTES] !== OPEN_BRACE) return false;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true) === 0;
}

function hasNetwork(bytes: Uint8Array): boolean {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const headerBytes = Math.min(length, MAX_HEADER_BYTES);
  const header = bytes.subarray(SAFETENSORS_LENGTH_BYTES, SAFETENSORS_LENGTH_BYTES + headerBytes);
  return new TextDecoder().decode(header).includes(networkKey);
}

/** The first byte that is no space and no byte order mark. */
function firstCharacter(bytes: Uint8Array): number | undefined {
  return bytes.subarray(0, 64).find((byte) => ![0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].includes(byte));
}

/** What the bytes are instead, where that is a format that people try. */
export function describeUnread(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'it is empty';
  if (findSuperblock(bytes) !== undefined) return 'it is an HDF5 file, such as Keras writes';
  const header = oddHeader(bytes);
  if (header !== undefined) return header;
  const foreign = foreignFormat(bytes, 'import');
  if (foreign !== undefined) return `it is ${foreign}`;
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `its bytes start with ${start}`;
}

/** Of what has the length of a safetensors header first, and then text that is none. */
function oddHeader(bytes: Uint8Array): string | undefined {
  const headerBytes = bytes.subarray(SAFETENSORS_LENGTH_BYTES, SAFETENSORS_LENGTH_BYTES + 8);
  const headerStart = new TextDecoder('latin1').decode(headerBytes);
  if (!/^[[\s"]/.test(headerStart)) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length === 0n || length > BigInt(bytes.length - SAFETENSORS_LENGTH_BYTES)) return undefined;
  return (
    `it looks like a safetensors file whose header of ${length} bytes starts with ${JSON.stringify(headerStart)}, where ` +
    'an object of tensors, {, belongs; save it again'
  );
}
