/**
 * Rows of CSV that are nothing but numbers, quoted or not, commas or tabs, and blanks: nearly all rows of nearly all files.
 * They are read here, without a string for each cell; all other rows are for the parser, which says what is wrong with them.
 */
import { CARRIAGE_RETURN, LINE_FEED, QUOTE, SPACE, TAB } from './csv-pieces.js';
import { decodeLenient } from './utf8.js';

/** Whole numbers of so many digits are all float64, and so are powers of ten up to 10^22. */
const EXACT_DIGITS = 15;
const POWERS = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

const [MINUS, PLUS, POINT, ZERO, NINE, SMALL_E] = [0x2d, 0x2b, 0x2e, 0x30, 0x39, 0x65] as const;
/** The bit by which a small letter differs from a capital. */
const SMALL = 0x20;

/** Reads plain rows of bytes, one after the other, until there is one that is not. */
export class PlainRows {
  readonly #bytes: Uint8Array;
  readonly #delimiter: number;
  /** The bytes as text, up to the first character that is not ASCII place for place. */
  #text: string | undefined;
  /** The byte that comes next, or what is past the last. */
  #at = 0;
  /** How many bytes the rows have that were read, and how many lines. */
  end = 0;
  lines = 0;

  /** @param bytes whole rows */
  constructor(bytes: Uint8Array, delimiter: number) {
    this.#bytes = bytes;
    this.#delimiter = delimiter;
  }

  /**
   * Puts the numbers of the next row into an array, from a place on.
   *
   * @param columns how many numbers it has to have; undefined for any
   * @returns how many it has; 0 where there is none more, or where the next row is not plain
   */
  next(into: Float64Array, start: number, columns: number | undefined): number {
    this.#skipBlankLines();
    let length = start;
    while (this.#at < this.#bytes.length) {
      this.#skipBlanks();
      const isQuoted = this.#code() === QUOTE;
      if (isQuoted) this.#at++;
      const value = this.#number();
      if (!Number.isFinite(value) || (isQuoted && this.#bytes[this.#at++] !== QUOTE)) return 0;
      into[length++] = value;
      this.#skipBlanks();
      if (this.#skipLineEnd()) {
        const count = length - start;
        if (count !== (columns ?? count)) return 0;
        this.#countLine();
        return count;
      }
      if (this.#bytes[this.#at++] !== this.#delimiter) return 0;
    }
    return 0;
  }

  #skipBlankLines(): void {
    this.#skipBlanks();
    while (this.#at < this.#bytes.length && this.#skipLineEnd()) {
      this.#countLine();
      this.#skipBlanks();
    }
  }

  #countLine(): void {
    this.end = this.#at;
    this.lines++;
  }

  #skipBlanks(): void {
    for (let code = this.#code(); code === SPACE || code === TAB; code = this.#bytes[++this.#at] ?? 0) {
      if (code === this.#delimiter) return;
    }
  }

  #code(): number {
    return this.#bytes[this.#at] ?? 0;
  }

  /** Whether a line ends here; then goes behind it. */
  #skipLineEnd(): boolean {
    if (this.#at >= this.#bytes.length) return true;
    const code = this.#code();
    if (code !== LINE_FEED && code !== CARRIAGE_RETURN) return false;
    this.#at++;
    if (code === CARRIAGE_RETURN && this.#code() === LINE_FEED) this.#at++;
    return true;
  }

  /** The decimal number here, as `Number` has it, and goes behind it; NaN where there is none. */
  #number(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let code = bytes[at] ?? 0;
    const isNegative = code === MINUS;
    if (isNegative || code === PLUS) code = bytes[++at] ?? 0;
    let digits = 0;
    let decimals = 0;
    let whole = 0;
    for (; code >= ZERO && code <= NINE; code = bytes[++at] ?? 0) {
      whole = 10 * whole + (code - ZERO);
      digits++;
    }
    if (code === POINT) {
      code = bytes[++at] ?? 0;
      for (; code >= ZERO && code <= NINE; code = bytes[++at] ?? 0) {
        whole = 10 * whole + (code - ZERO);
        digits++;
        decimals++;
      }
    }
    if (digits === 0) return Number.NaN;
    const hasExponent = (code | SMALL) === SMALL_E;
    if (hasExponent) at = this.#endOfExponent(at + 1);
    this.#at = at;
    if (hasExponent || digits > EXACT_DIGITS) {
      this.#text ??= decodeLenient(bytes);
      return Number(this.#text.slice(start, at));
    }
    // Both are exact, so that the quotient is rounded once, as the number itself would be.
    const value = whole / (POWERS[decimals] ?? 1);
    return isNegative ? -value : value;
  }

  /** Behind the digits of an exponent; where there are none, `Number` refuses what was read. */
  #endOfExponent(start: number): number {
    const sign = this.#bytes[start];
    let at = sign === MINUS || sign === PLUS ? start + 1 : start;
    for (let code = this.#bytes[at] ?? 0; code >= ZERO && code <= NINE; code = this.#bytes[at] ?? 0) at++;
    return at;
  }
}
