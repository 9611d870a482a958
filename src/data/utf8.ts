/** Text from bytes that may be none. */
import { LstmOnnxError } from '../errors.js';

const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** The longest string of V8, 2^29 - 24 characters, which other engines' are not below. */
const MAX_TEXT_BYTES = 0x1fff_ffe8;

/**
 * The text of bytes, with replacement characters for what is not UTF-8.
 * @throws E_INVALID_FILE for more than a string can hold
 */
export function decodeLenient(bytes: Uint8Array): string {
  if (bytes.length > MAX_TEXT_BYTES) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `A text of ${bytes.length} bytes is in it, which no string holds.`,
    );
  }
  return lenient.decode(bytes);
}

/** The text of bytes; undefined where they are not UTF-8, or more than a string can hold. @param keepMark whether a byte order mark stays, as the character that it is */
export function decodeUtf8(bytes: Uint8Array, keepMark = true): string | undefined {
  if (bytes.length > MAX_TEXT_BYTES) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: keepMark }).decode(bytes);
  } catch {
    // The one thing that the decoder throws, as a TypeError: the bytes are not UTF-8.
    return undefined;
  }
}
