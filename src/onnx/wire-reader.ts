/**
 * Protobuf's wire format, read value by value. Nothing is believed: lengths end within their message, numbers within ten
 * bytes, and groups, which no ONNX file has, are refused. https://protobuf.dev/programming-guides/encoding/
 */
import { counted } from '../counted.js';
import { decodeLenient } from '../data/utf8.js';
import { LstmOnnxError } from '../errors.js';
import { type LongBits, narrow } from './integers.js';

/** How a field's value is written. */
export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Tags and lengths are numbers of 32 bits, which take five bytes. */
const TAG_BYTES = 5;
const VARINT_BYTES = 10;

export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Where the next value starts. */
  at = 0;
  /** Where the message under way ends. */
  #end: number;
  /** The halves of the varint that was read last. */
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length;
  }

  /** Whether the message under way is read to its end. */
  get isDone(): boolean {
    return this.at >= this.#end;
  }

  /** What is left of the message under way: a view. */
  get rest(): Uint8Array {
    return this.#bytes.subarray(this.at, this.#end);
  }

  /** The number and wire type of the next field. */
  tag(): { number: number; wireType: number } {
    const tag = this.#small(TAG_BYTES);
    const number = tag >>> 3;
    if (number === 0) throw this.#invalid('a field has the number 0');
    return { number, wireType: tag & 7 };
  }

  /** Passes over a value. */
  skip(wireType: number): void {
    switch (wireType) {
      case wireTypes.varint:
        this.#varint(VARINT_BYTES);
        return;
      case wireTypes.fixed64:
        this.#take(8);
        return;
      case wireTypes.bytes:
        this.#take(this.#small(TAG_BYTES));
        return;
      case wireTypes.fixed32:
        this.#take(4);
        return;
      default:
        throw this.#invalid(`a field has the wire type ${wireType}, which no ONNX file has`);
    }
  }

  /** Passes over packed numbers, each written so. @returns how many there are */
  skipPacked(wireType: number): number {
    return this.within(() => {
      let count = 0;
      for (; !this.isDone; count++) this.skip(wireType);
      return count;
    });
  }

  /** Reads what a length goes before: a message, or packed numbers. */
  within<T>(read: () => T): T {
    const end = this.#end;
    const start = this.#take(this.#small(TAG_BYTES));
    this.#end = this.at;
    this.at = start;
    const result = read();
    this.#end = end;
    return result;
  }

  int32(): number {
    this.#varint(VARINT_BYTES);
    return this.#low | 0;
  }

  /** A number where a double holds it exactly. */
  int64(): number | LongBits {
    this.#varint(VARINT_BYTES);
    return narrow({ low: this.#low, high: this.#high, unsigned: false });
  }

  /** A number where a double holds it exactly. */
  uint64(): number | LongBits {
    this.#varint(VARINT_BYTES);
    return narrow({ low: this.#low, high: this.#high, unsigned: true });
  }

  float(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** A view of the bytes. */
  bytes(): Uint8Array {
    const start = this.#take(this.#small(TAG_BYTES));
    return this.#bytes.subarray(start, this.at);
  }

  /** Names that are not UTF-8 have replacement characters; whether they are allowed is for the checker. */
  string(): string {
    return decodeLenient(this.bytes());
  }

  /** Goes so many bytes on. @returns where they start */
  #take(count: number): number {
    const start = this.at;
    if (count > this.#end - start) {
      throw this.#invalid(`a value of ${counted(count, 'byte')} passes the end of its message`);
    }
    this.at += count;
    return start;
  }

  /** A varint of 32 bits, unsigned. */
  #small(most: number): number {
    this.#varint(most);
    // Five bytes hold 35 bits.
    if (this.#high !== 0) throw this.#invalid('a tag or length has more than 32 bits');
    return this.#low >>> 0;
  }

  #varint(most: number): void {
    this.#low = 0;
    this.#high = 0;
    for (let i = 0; i < most && this.at < this.#end; i++) {
      const byte = this.#bytes[this.at++] ?? 0;
      const bits = byte & 0x7f;
      // Seven bits a byte: the fifth has bits of both halves.
      if (i < 5) this.#low |= bits << (7 * i);
      if (i === 4) this.#high = bits >>> 4;
      if (i > 4) this.#high |= bits << (7 * i - 32);
      if (byte < 0x80) return;
    }
    throw this.#invalid('a number does not end');
  }

  #invalid(what: string): LstmOnnxError {
    return new LstmOnnxError('E_INVALID_FILE', `${what} (before byte ${this.at})`);
  }
}
