/** UTF-8 that is read as a string is, byte by byte: real text of it takes twice the memory where one character is not Latin-1. */
const WINDOW_BYTES = 2 ** 15;
const ASCII = /^[\0-\x7f]*$/;

export class Utf8Text {
  readonly length: number;
  readonly #bytes: Uint8Array;
  /** Bytes from here on as text, since short parts are asked for one after another; empty where it is not ASCII. */
  #windowStart = 0;
  #window = '';

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.length = bytes.length;
  }

  /** The byte at a place, which is the character where that is ASCII; NaN past the end. */
  charCodeAt(at: number): number {
    return this.#bytes[at] ?? Number.NaN;
  }

  /** The text of the bytes from one place to another. */
  slice(start: number, end = this.length): string {
    if (end - start >= WINDOW_BYTES) return this.#decode(start, end);
    if (start < this.#windowStart || end > this.#windowStart + WINDOW_BYTES) {
      const window = this.#decode(start, start + WINDOW_BYTES);
      this.#windowStart = start;
      this.#window = ASCII.test(window) ? window : '';
    }
    const from = start - this.#windowStart;
    return this.#window === '' ? this.#decode(start, end) : this.#window.slice(from, from + end - start);
  }

  #decode(start: number, end: number): string {
    return new TextDecoder().decode(this.#bytes.subarray(start, end));
  }
}
