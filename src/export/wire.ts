/**
 * Protobuf messages field by field, as bytes, to change a part of a file and keep every other byte as it is: also what
 * `onnx.proto` leaves out. https://protobuf.dev/programming-guides/encoding/
 */
import { LstmOnnxError } from '../errors.js';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

export interface WireField {
  readonly number: number;
  /** The whole field, its tag too. */
  readonly raw: Uint8Array;
  /** The contents of a string, bytes or message; empty for numbers. */
  readonly payload: Uint8Array;
  /** The value of an integer, its lowest 32 bits; 0 for others. */
  readonly integer: number;
}

/** The fields of a message in their order. @throws E_INVALID_FILE where they pass its end */
export function* wireFields(message: Uint8Array): Generator<WireField> {
  let at = 0;
  while (at < message.length) {
    const start = at;
    const tag = varint(message, at);
    at = tag.end;
    let payload = message.subarray(0, 0);
    let integer = 0;
    switch (tag.value & 7) {
      case VARINT: {
        const value = varint(message, at);
        integer = value.value;
        at = value.end;
        break;
      }
      case FIXED64:
        at += 8;
        break;
      case BYTES: {
        const length = varint(message, at);
        at = length.end + length.value;
        payload = message.subarray(length.end, at);
        break;
      }
      case FIXED32:
        at += 4;
        break;
      default:
        throw invalid(`field ${tag.value >>> 3} has wire type ${tag.value & 7}`);
    }
    if (at > message.length) throw invalid(`field ${tag.value >>> 3} passes the end of its message`);
    yield { number: tag.value >>> 3, raw: message.subarray(start, at), payload, integer };
  }
}

/** A varint's lowest 32 bits, unsigned. */
function varint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) break;
    if (i < 5) value = (value | ((byte & 0x7f) << (7 * i))) >>> 0;
    if (byte < 0x80) return { value, end: start + i + 1 };
  }
  throw invalid('a number does not end');
}

/** A string, bytes or message as a field. */
export function bytesField(number: number, payload: Uint8Array | string): Uint8Array {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  return joinBytes([encodedVarint((number << 3) | BYTES), encodedVarint(bytes.length), bytes]);
}

/** A small integer as a field. */
export function integerField(number: number, value: number): Uint8Array {
  return joinBytes([encodedVarint((number << 3) | VARINT), encodedVarint(value)]);
}

function encodedVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Uint8Array.of(...bytes, rest);
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

function invalid(what: string): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', `The file is not a valid protobuf message: ${what}.`);
}
