/** The text of a table's bytes, decoded as they come and cut between rows, so that no text is made of all of it. */
import { joinBytes } from '../../array-layout.js';
import { LstmOnnxError } from '../../errors.js';

/** Bytes, or pieces of them that come one after the other, such as `file.stream()` of a page. */
export type TableSource = Uint8Array | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

/** Some whole rows. */
export interface TextPiece {
  readonly text: string;
  /** How many lines there are before it, and how many it has. */
  readonly linesBefore: number;
  readonly lines: number;
  readonly hasQuotes: boolean;
}

/** Characters of one row, or of what is between two quotes. */
const MAX_ROW_CHARACTERS = 2 ** 21;
const BLOCK_BYTES = 2 ** 18;
const [QUOTE, LINE_FEED, CARRIAGE_RETURN] = [0x22, 0x0a, 0x0d] as const;

/** Bytes in blocks, or those that come one after the other. */
export async function* blocksOf(source: TableSource): AsyncGenerator<Uint8Array> {
  if (Symbol.asyncIterator in source) {
    yield* source;
    return;
  }
  if (!(source instanceof Uint8Array)) {
    yield* chunksOf(source);
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
 * Pieces of whole rows.
 *
 * @param encoding a label of the Encoding Standard; UTF-8 when it is left out, and UTF-16 where a byte order mark says so
 * @param said is told of UTF-16
 * @throws E_INVALID_FILE for bytes that are no text of the encoding, null characters, and a row that does not end
 */
export async function* rowPieces(
  blocks: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
  said: (encoding: string) => void,
): AsyncGenerator<TextPiece> {
  const cutter = new RowCutter();
  let decoder: TextDecoder | undefined;
  let start = new Uint8Array(0);
  for await (const block of blocks) {
    if (!(block instanceof Uint8Array)) {
      throw new LstmOnnxError('E_INVALID_OPTION', 'parseTable got a piece that is no Uint8Array.');
    }
    let bytes = block;
    if (decoder === undefined) {
      // The mark may be spread over pieces.
      start = joinBytes([start, block]);
      if (start.length < 3) continue;
      decoder = decoderFor(start, encoding, said);
      bytes = start;
    }
    const piece = cutter.push(decoded(decoder, bytes, cutter.lines));
    if (piece) yield piece;
  }
  decoder ??= decoderFor(start, encoding, said);
  const end = start.length < 3 ? decoded(decoder, start, 0) : '';
  const first = cutter.push(end + decoded(decoder, undefined, cutter.lines));
  if (first) yield first;
  const last = cutter.end();
  if (last) yield last;
}

function decoderFor(
  start: Uint8Array,
  encoding: string | undefined,
  said: (encoding: string) => void,
): TextDecoder {
  const [a, b] = start;
  const marked = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : undefined;
  if (encoding === undefined && marked !== undefined) said(marked);
  try {
    return new TextDecoder(encoding ?? marked ?? 'utf-8', { fatal: true });
  } catch (cause) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `parseTable does not know the encoding '${encoding}'; expected one such as 'utf-8', 'windows-1252' or 'utf-16le'.`,
      { cause },
    );
  }
}

/** @param bytes the next ones; undefined where they end */
function decoded(decoder: TextDecoder, bytes: Uint8Array | undefined, lines: number): string {
  let text: string;
  try {
    text = bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `After line ${lines} there are bytes that are not ${decoder.encoding} text. Give the encoding, as in encoding: 'windows-1252', or save the table as CSV in UTF-8.`,
      { cause },
    );
  }
  if (text.includes('\0')) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      "It holds null characters: a binary file, or UTF-16 without a byte order mark. Give encoding: 'utf-16le', or save the table as CSV in UTF-8.",
    );
  }
  return text;
}

/** Cuts text at the last line end that is outside of quotes. */
class RowCutter {
  /** What is behind the last cut. */
  #rest = '';
  #isQuoted = false;
  #hasQuotes = false;
  /** Whether the text ended in a carriage return, which may be the first half of a line end. */
  #isOpenEnd = false;
  #linesAtCut = 0;
  /** Lines that have ended. */
  lines = 0;

  push(text: string): TextPiece | undefined {
    let cut = -1;
    let linesAtCut = this.lines;
    const hadQuotes = this.#hasQuotes;
    let quoteBehindCut = false;
    const atEnd = (position: number) => {
      this.lines++;
      if (this.#isQuoted) return;
      cut = position;
      linesAtCut = this.lines;
      quoteBehindCut = false;
    };
    if (this.#isOpenEnd && text !== '' && text.charCodeAt(0) !== LINE_FEED) atEnd(0);
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.#isQuoted = !this.#isQuoted;
        this.#hasQuotes = quoteBehindCut = true;
      } else if (code === LINE_FEED) {
        atEnd(at + 1);
      } else if (code === CARRIAGE_RETURN && at + 1 < text.length && text.charCodeAt(at + 1) !== LINE_FEED) {
        atEnd(at + 1);
      }
    }
    if (text !== '') this.#isOpenEnd = text.charCodeAt(text.length - 1) === CARRIAGE_RETURN;
    if (cut < 0) {
      this.#rest += text;
      this.#checkRest();
      return undefined;
    }
    const piece = {
      text: this.#rest + text.slice(0, cut),
      linesBefore: this.#linesAtCut,
      lines: linesAtCut - this.#linesAtCut,
      hasQuotes: hadQuotes || this.#hasQuotes,
    };
    this.#rest = text.slice(cut);
    this.#linesAtCut = linesAtCut;
    this.#hasQuotes = quoteBehindCut;
    this.#checkRest();
    return piece;
  }

  end(): TextPiece | undefined {
    if (this.#rest === '') return undefined;
    const hasEnd = /[\r\n]$/.test(this.#rest);
    // A carriage return that may have had a second half has not been counted.
    const lines = this.lines - this.#linesAtCut + (this.#isOpenEnd || !hasEnd ? 1 : 0);
    return { text: this.#rest, linesBefore: this.#linesAtCut, lines, hasQuotes: this.#hasQuotes };
  }

  #checkRest(): void {
    if (this.#rest.length <= MAX_ROW_CHARACTERS) return;
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `From line ${this.#linesAtCut + 1} on there is a row of more than ${MAX_ROW_CHARACTERS} characters, or a quote that does not close.`,
    );
  }
}
