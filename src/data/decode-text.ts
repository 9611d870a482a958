/** Text of bytes that may come piece by piece, in UTF-8 unless a byte order mark or the caller says otherwise. */

import { wrongArgument } from '../arguments.js';
import { joinBytes } from '../array-layout.js';
import { LstmOnnxError, messageOf } from '../errors.js';

/** Bytes, or pieces of them that come one after the other, such as `file.stream()` of a page. */
export type TableSource = Uint8Array | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

/** @throws E_INVALID_OPTION unless it is bytes, or pieces of them */
export function checkTextSource(where: string, source: unknown): void {
  const isPieces =
    typeof source === 'object' &&
    source !== null &&
    (Symbol.asyncIterator in source || 'getReader' in source);
  if (source instanceof Uint8Array || isPieces) return;
  throw wrongArgument(where, source, "the file's bytes, a Uint8Array, or pieces of them");
}

export function encodingNote(encoding: string): string {
  return `The text is ${encoding.toUpperCase()}, as its byte order mark says.`;
}

/** How bytes are text, and what messages say of them. */
export interface Decoding {
  /** The function that was called. */
  readonly where: string;
  /** What to save in UTF-8 instead, such as `the table as CSV`. */
  readonly what: string;
  /** A label of the Encoding Standard; UTF-8 when it is undefined, and UTF-16 where a byte order mark says so. */
  readonly encoding: string | undefined;
  /** Is told of UTF-16. */
  readonly said: (encoding: string) => void;
  /** How many lines have ended before the bytes that are decoded next. */
  readonly lines: () => number;
}

const BLOCK_BYTES = 2 ** 18;

/** Bytes in blocks, or those that come one after the other. */
async function* blocksOf(source: TableSource): AsyncGenerator<Uint8Array> {
  if (!(source instanceof Uint8Array)) {
    try {
      yield* Symbol.asyncIterator in source ? source : chunksOf(source);
    } catch (cause) {
      if (cause instanceof LstmOnnxError) throw cause;
      throw new LstmOnnxError('E_FILE_READ', `The source of the bytes failed: ${messageOf(cause)}`, {
        cause,
      });
    }
    return;
  }
  for (let start = 0; start < source.length; start += BLOCK_BYTES) {
    yield source.subarray(start, start + BLOCK_BYTES);
  }
}

/** Of streams that cannot be iterated, as those of some browsers. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value;
  } finally {
    // Whoever stops early wants no more of it.
    await reader.cancel();
  }
}

/**
 * The text of the bytes, piece by piece; there is at least one piece. A byte order mark is left out.
 *
 * @throws E_INVALID_FILE for bytes that are no text of the encoding, and null characters; E_FILE_READ where the source fails;
 *   E_INVALID_OPTION for an unknown encoding
 */
export async function* decodedPieces(source: TableSource, decoding: Decoding): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let start = new Uint8Array(0);
  for await (const block of blocksOf(source)) {
    if (!(block instanceof Uint8Array)) {
      throw new LstmOnnxError('E_INVALID_OPTION', `${decoding.where} got a piece that is no Uint8Array.`);
    }
    let bytes = block;
    if (decoder === undefined) {
      // The mark may be spread over pieces.
      start = joinBytes([start, block]);
      if (start.length < 3) continue;
      decoder = decoderFor(start, decoding);
      bytes = start;
    }
    yield decoded(decoder, bytes, decoding);
  }
  decoder ??= decoderFor(start, decoding);
  const end = start.length < 3 ? decoded(decoder, start, decoding) : '';
  yield end + decoded(decoder, undefined, decoding);
}

function decoderFor(start: Uint8Array, { where, encoding, said }: Decoding): TextDecoder {
  const [a, b] = start;
  const marked = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : undefined;
  if (encoding === undefined && marked !== undefined) said(marked);
  try {
    return new TextDecoder(encoding ?? marked ?? 'utf-8', { fatal: true });
  } catch (cause) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${where} does not know the encoding '${encoding}'; expected one such as 'utf-8', 'windows-1252' or 'utf-16le'.`,
      { cause },
    );
  }
}

/** @param bytes the next ones; undefined where they end */
function decoded(decoder: TextDecoder, bytes: Uint8Array | undefined, { lines, what }: Decoding): string {
  let text: string;
  try {
    text = bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `After line ${lines() + linesBefore(decoder.encoding, bytes)} there are bytes that are not ${decoder.encoding} text. Give the encoding, as in encoding: 'windows-1252', or save ${what} in UTF-8.`,
      { cause },
    );
  }
  if (text.includes('\0')) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `It holds null characters: a binary file, or UTF-16 without a byte order mark. Give encoding: 'utf-16le', or save ${what} in UTF-8.`,
    );
  }
  return text;
}

/** How many lines end before the first bytes that are no text; at least so many, where a piece begins inside a character. */
function linesBefore(encoding: string, bytes: Uint8Array | undefined): number {
  const [before = ''] = new TextDecoder(encoding).decode(bytes).split('\ufffd');
  return before.match(/\r\n?|\n/g)?.length ?? 0;
}
