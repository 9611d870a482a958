/**
 * Protobuf messages field by field, as bytes, to change a part of a file and keep every other byte as it is: also what
 * `onnx.proto` leaves out. https://protobuf.dev/programming-guides/encoding/
 */
import { joinBytes } from '../array-layout.js';
import { WireReader, wireTypes } from './wire-reader.js';

export interface WireField {
  readonly number: number;
  /** The whole field, its tag too. */
  readonly raw: Uint8Array;
  /** The contents of a string, bytes or message; empty for numbers. */
  readonly payload: Uint8Array;
  /** The value of an integer, its lowest 32 bits; 0 for others. */
  readonly integer: number;
}

const nothing = new Uint8Array(0);

/** The fields of a message in their order. @throws E_INVALID_FILE where they pass its end */
export function* wireFields(message: Uint8Array): Generator<WireField> {
  const reader = new WireReader(message);
  while (!reader.isDone) {
    const start = reader.at;
    const { number, wireType } = reader.tag();
    const payload = wireType === wireTypes.bytes ? reader.bytes() : nothing;
    const integer = wireType === wireTypes.varint ? reader.int32() : 0;
    if (wireType !== wireTypes.bytes && wireType !== wireTypes.varint) reader.skip(wireType);
    yield { number, raw: message.subarray(start, reader.at), payload, integer };
  }
}

/** A string, bytes or message as a field. */
export function bytesField(number: number, payload: Uint8Array | string): Uint8Array {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  return joinBytes([encodedVarint((number << 3) | wireTypes.bytes), encodedVarint(bytes.length), bytes]);
}

/** A small integer as a field. */
export function integerField(number: number, value: number): Uint8Array {
  return joinBytes([encodedVarint((number << 3) | wireTypes.varint), encodedVarint(value)]);
}

function encodedVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Uint8Array.of(...bytes, rest);
}
