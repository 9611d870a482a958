/** The text of a table, decoded as its bytes come and cut between rows, so that no text is made of all of it. */
import { LstmOnnxError } from '../../errors.js';
import { decodedPieces, type TableSource } from '../decode-text.js';

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
const [QUOTE, LINE_FEED, CARRIAGE_RETURN] = [0x22, 0x0a, 0x0d] as const;

/**
 * Pieces of whole rows.
 *
 * @param encoding a label of the Encoding Standard; UTF-8 when it is left out, and UTF-16 where a byte order mark says so
 * @param said is told of UTF-16
 * @throws E_INVALID_FILE for bytes that are no text of the encoding, null characters, and a row that does not end
 */
export async function* rowPieces(
  source: TableSource,
  encoding: string | undefined,
  said: (encoding: string) => void,
): AsyncGenerator<TextPiece> {
  const cutter = new RowCutter();
  const lines = () => cutter.lines;
  const decoding = { where: 'parseTable', what: 'the table as CSV', encoding, said, lines };
  for await (const text of decodedPieces(source, decoding)) {
    const piece = cutter.push(text);
    if (piece) yield piece;
  }
  const last = cutter.end();
  if (last) yield last;
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
