/** Reads a pickle's bytes in order; every length is checked against what is left before it is used. */
import { counted } from '../../counted.js';
import { decodeUtf8 } from '../../data/utf8.js';
import { LstmOnnxError } from '../../errors.js';

/** Names of modules and classes are shorter by far. */
const MAX_LINE_BYTES = 1024;
const NEWLINE = 0x0a;

export class PickleBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  /** @param at where to begin reading */
  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = at;
  }

  /** The place of the next byte. */
  get position(): number {
    return this.#at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** A view of the next bytes. @throws E_INVALID_FILE when there are fewer */
  take(length: number): Uint8Array {
    const from = this.#skip(length);
    return this.#bytes.subarray(from, from + length);
  }

  uint8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  /** A length or count of eight bytes. @throws E_INVALID_FILE when it is past 2^53 - 1 */
  uint64(): number {
    const value = this.#view.getBigUint64(this.#skip(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw this.error(`a length of ${value} is declared`);
    }
    return Number(value);
  }

  /** Pickles keep floats big-endian. */
  float64(): number {
    return this.#view.getFloat64(this.#skip(8), false);
  }

  /** UTF-8. */
  text(length: number): string {
    const text = this.textOrBytes(length);
    if (typeof text !== 'string') {
      throw this.error(`a string of ${counted(length, 'byte')} is not UTF-8`);
    }
    return text;
  }

  /** UTF-8, or the bytes themselves where they are not. */
  textOrBytes(length: number): string | Uint8Array {
    const bytes = this.take(length);
    return decodeUtf8(bytes) ?? bytes;
  }

  /** Text up to a newline, which is read too and left out. */
  line(): string {
    const length = this.#bytes.subarray(this.#at, this.#at + MAX_LINE_BYTES).indexOf(NEWLINE);
    if (length < 0) {
      throw this.error(`no name of at most ${MAX_LINE_BYTES} bytes is there`);
    }
    const text = this.text(length);
    this.#skip(1);
    return text;
  }

  /** The error of a pickle that is broken here. */
  error(what: string): LstmOnnxError {
    return new LstmOnnxError(
      'E_INVALID_FILE',
      `The PyTorch file's pickle is damaged or cut short: ${what}, before byte ${this.#at}. Fetch or save it again.`,
    );
  }

  #skip(length: number): number {
    if (length > this.left) {
      throw this.error(`it declares ${counted(length, 'byte')} and has ${this.left} left`);
    }
    const from = this.#at;
    this.#at += length;
    return from;
  }
}
