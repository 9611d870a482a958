/** CSV text as bytes in UTF-8, cut into pieces of whole rows, so that nothing is made of all of it at once. */
import { joinBytes } from '../array-layout.js';
import { LstmOnnxError } from '../errors.js';

/** Bytes of the text, one block after the other, as often as they are asked for. A block holds until the next comes. */
export type CsvBlocks = () => Iterable<Uint8Array>;

/** Bytes, or characters, of a block. A piece has as many, or more up to the end of a row. */
export const BLOCK = 2 ** 14;
/** Of one row: a million numbers. */
export const MAX_ROW_BYTES = 2 ** 24;

export const [QUOTE, LINE_FEED, CARRIAGE_RETURN, SPACE, TAB] = [0x22, 0x0a, 0x0d, 0x20, 0x09] as const;

export function blocksOfText(text: string): CsvBlocks {
  const encoder = new TextEncoder();
  return function* blocks() {
    const buffer = new Uint8Array(3 * (BLOCK + 1));
    let end: number;
    for (let start = 0; start < text.length; start = end) {
      end = start + BLOCK;
      // Not between the halves of a character of two.
      if ((text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end++;
      yield buffer.subarray(0, encoder.encodeInto(text.slice(start, end), buffer).written);
    }
  };
}

export function blocksOfBytes(bytes: Uint8Array, length = BLOCK): CsvBlocks {
  return function* blocks() {
    for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
  };
}

/** As many cells as the text has, where no line is of blanks that only Unicode has, and never fewer. */
export function countCells(blocks: CsvBlocks, delimiter: number): number {
  let cells = 0;
  let isBlank = true;
  let isQuoted = false;
  for (const block of blocks()) {
    for (const code of block) {
      if (code === QUOTE) isQuoted = !isQuoted;
      const isEnd = code === LINE_FEED || code === CARRIAGE_RETURN;
      if (isQuoted) {
        isBlank = false;
      } else if (code === delimiter) {
        cells++;
        isBlank = false;
      } else if (!isEnd) {
        if (code > SPACE) isBlank = false;
      } else if (!isBlank) {
        cells++;
        isBlank = true;
      }
    }
  }
  return isBlank ? cells : cells + 1;
}

/**
 * The text, cut between rows: at a line end outside of quotes. A piece holds until the next comes.
 * @throws E_INVALID_FILE for a row that does not end
 */
export function* piecesOf(blocks: CsvBlocks): Generator<Uint8Array> {
  // What has come behind the last piece, and the block that follows. One for all pieces: new ones stay in
  // memory until they are collected.
  let buffer = new Uint8Array(2 * BLOCK);
  let length = 0;
  let isQuoted = false;
  // Whether the block before ended in a line end that may have a second character, as Windows writes it.
  let isOpenEnd = false;
  for (const block of blocks()) {
    const filled = length + block.length;
    if (filled > buffer.length) buffer = joinBytes([buffer, new Uint8Array(filled)]);
    buffer.set(block, length);
    let end = isOpenEnd ? length : 0;
    for (let at = length; at < filled; at++) {
      const code = buffer[at];
      if (code === QUOTE) isQuoted = !isQuoted;
      // A carriage return that is the last byte is looked at with the next block.
      const isEnd = code === LINE_FEED || (at + 1 < filled && isLineEnd(buffer, at));
      if (isEnd && !isQuoted) end = at + 1;
    }
    isOpenEnd = !isQuoted && block.at(-1) === CARRIAGE_RETURN;
    if (end > 0) {
      yield buffer.subarray(0, end);
      buffer.copyWithin(0, end, filled);
    }
    length = filled - end;
    if (length > MAX_ROW_BYTES) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `The CSV text has a row of more than ${MAX_ROW_BYTES - BLOCK} bytes, or a quote that does not close. Save the array as .npy instead.`,
      );
    }
  }
  yield buffer.subarray(0, length);
}

/** The ends of lines in bytes: one for the two characters of a Windows line end. */
export function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = 0; at < bytes.length; at++) if (isLineEnd(bytes, at)) lines++;
  return lines;
}

/** Whether a line ends behind this byte, and not behind the next. */
function isLineEnd(bytes: Uint8Array, at: number): boolean {
  const code = bytes[at];
  return code === LINE_FEED || (code === CARRIAGE_RETURN && bytes[at + 1] !== LINE_FEED);
}
