/**
 * Inflates a gzip file (RFC 1952) without trusting what it claims: one member, a stated limit, checksum checked.
 *
 * fflate inflates; it neither stops at a size nor looks at the trailer, so both happen here.
 */
import { Gunzip } from 'fflate';
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';
import { crc32 } from './crc32.js';

/**
 * What the contents may have, beyond {@link SPARE_BYTES}, for each byte of the file. Images of MNIST's kind take four to five
 * times their gzip file; deflate can claim a thousand times.
 */
const BYTES_PER_FILE_BYTE = 8;
/** 16 MiB: 20,000 images of one colour. As float32 they take four times that. */
const SPARE_BYTES = 2 ** 24;
/** 1 GiB: twice the largest data set of this kind (EMNIST by class, 547 MB of images). */
const MAX_INFLATED_BYTES = 2 ** 30;

/** Deflate cannot do better than 258 bytes for 2 bits, so a larger claim is a lie (https://zlib.net/zlib_tech.html). */
const MAX_DEFLATE_RATIO = 1032;
/** Compressed bytes given to fflate at once: what they can inflate to (16 MiB) bounds what it holds unseen. */
const CHUNK_BYTES = 2 ** 14;
/** The smallest gzip file: 10 bytes of header, 2 of an empty deflate block, 8 of trailer. */
const MIN_GZIP_BYTES = 20;

/** Whether it is fflate's word for bytes that do not inflate: others that it throws are faults, not damage. */
export function isInflateError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}

/** Whether the bytes start as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The most bytes that the contents of a gzip file may have: eight times the file and 16 MiB, and no more than 1 GiB. */
export function maxInflatedBytes(fileBytes: number): number {
  return Math.min(MAX_INFLATED_BYTES, BYTES_PER_FILE_BYTE * fileBytes + SPARE_BYTES);
}

/**
 * The contents of a gzip file of one member.
 * @param limit Bytes that the contents may have; by default {@link maxInflatedBytes} of the file.
 * @throws E_INVALID_FILE when the data is damaged, cut short, past the limit or not of the length it declares;
 * E_UNSUPPORTED when several members follow each other.
 */
export function gunzipWithin(bytes: Uint8Array, limit = maxInflatedBytes(bytes.length)): Uint8Array {
  if (bytes.length < MIN_GZIP_BYTES) {
    throw damaged(
      `it has ${counted(bytes.length, 'byte')}, and the smallest gzip file has ${MIN_GZIP_BYTES}`,
    );
  }
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8, 8);
  const declaredChecksum = trailer.getUint32(0, true);
  const declaredLength = trailer.getUint32(4, true);
  if (declaredLength > bytes.length * MAX_DEFLATE_RATIO) {
    throw damaged(
      `${counted(bytes.length, 'compressed byte')} cannot hold the ${declaredLength} it declares`,
    );
  }
  if (declaredLength > limit) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The gzip data declares ${declaredLength} bytes of contents; of a file of ${bytes.length} bytes at most ${limit} are read. If that is meant, decompress it first.`,
    );
  }

  const contents = new Uint8Array(declaredLength);
  const length = inflateInto(contents, bytes);
  if (length !== declaredLength) {
    throw damaged(`it declares ${counted(declaredLength, 'byte')} and holds ${length}`);
  }
  const checksum = crc32(contents);
  if (checksum !== declaredChecksum) {
    throw damaged(
      `its contents have the checksum ${hex(checksum)}, not ${hex(declaredChecksum)} as declared`,
    );
  }
  return contents;
}

/** Fills `contents` and returns how much was written. */
function inflateInto(contents: Uint8Array, bytes: Uint8Array): number {
  let length = 0;
  const stream = new Gunzip((chunk) => {
    if (length + chunk.length > contents.length) {
      throw damaged(`it declares ${counted(contents.length, 'byte')} and holds more`);
    }
    contents.set(chunk, length);
    length += chunk.length;
  });
  stream.onmember = () => {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      'The gzip data holds more than one member, or bytes after its end. Decompress it and compress it again with gzip.',
    );
  };
  try {
    for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
      const end = start + CHUNK_BYTES;
      stream.push(bytes.subarray(start, end), end >= bytes.length);
    }
  } catch (error) {
    if (!isInflateError(error)) throw error;
    throw damaged(`it does not inflate (${error.message})`, error);
  }
  return length;
}

function damaged(what: string, cause?: unknown): LstmOnnxError {
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `The gzip data is damaged or cut short: ${what}. Fetch it again.`,
    cause === undefined ? {} : { cause },
  );
}

function hex(checksum: number): string {
  return `0x${checksum.toString(16).padStart(8, '0')}`;
}
