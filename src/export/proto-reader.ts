/** Reads the messages of an ONNX file, which `proto-messages.ts` lists, into objects of their fields. */
import { LstmOnnxError } from '../errors.js';
import { protoEnums, protoMessages } from './proto-messages.js';
import { WireReader, wireTypes } from './wire-reader.js';

/** As protobuf's own readers have it; a graph in a graph is three messages deeper. */
const MAX_DEPTH = 100;

/**
 * Names, tensors and messages in one file. An empty message takes two bytes in the file and many more in memory, so a
 * small hostile file could ask for all of it; real models of 100,000 nodes stay under this.
 */
const MAX_PARTS = 2_000_000;

/** The fields that the file has, by name. */
type Message = Record<string, unknown>;

interface Scalar {
  readonly wireType: number;
  readonly read: (wire: WireReader) => unknown;
}

const { varint, bytes, fixed32, fixed64 } = wireTypes;

const scalars = new Map<string, Scalar>([
  ['int32', { wireType: varint, read: (wire) => wire.int32() }],
  ['int64', { wireType: varint, read: (wire) => wire.int64() }],
  ['uint64', { wireType: varint, read: (wire) => wire.uint64() }],
  ['float', { wireType: fixed32, read: (wire) => wire.float() }],
  ['double', { wireType: fixed64, read: (wire) => wire.double() }],
  ['string', { wireType: bytes, read: (wire) => wire.string() }],
  ['bytes', { wireType: bytes, read: (wire) => wire.bytes() }],
]);

/**
 * @param name of the message in `onnx.proto`
 * @returns views into the file where fields are bytes
 * @throws E_INVALID_FILE for bytes that are no such message: cut off, fields of another wire type, nested or many past
 *   all measure
 */
export function readProto(name: string, file: Uint8Array): Message {
  return new ProtoReader(file).message(name, 0, {});
}

class ProtoReader {
  readonly #wire: WireReader;
  #parts = 0;

  constructor(file: Uint8Array) {
    this.#wire = new WireReader(file);
  }

  /** @param message what the fields go into: one that stands twice is one message of the fields of both */
  message(kind: string, depth: number, message: Message): Message {
    if (depth > MAX_DEPTH) throw invalid(`messages are nested deeper than ${MAX_DEPTH} levels`);
    const wire = this.#wire;
    const fields = protoMessages[kind] ?? {};
    while (!wire.isDone) {
      const { number, wireType } = wire.tag();
      if (wireType === bytes && ++this.#parts > MAX_PARTS) {
        throw invalid(`the file has more than ${MAX_PARTS} names and messages`);
      }
      const field = fields[number];
      if (!field) {
        wire.skip(wireType);
        continue;
      }
      const [name, of, repeated] = field;
      const before = message[name];
      const scalar = scalars.get(of);
      const expected = scalar?.wireType ?? (of in protoEnums ? varint : bytes);
      if (!repeated && wireType === expected) {
        message[name] = this.#value(of, depth, before);
        continue;
      }
      const list: unknown[] = Array.isArray(before) ? before : [];
      message[name] = list;
      if (wireType === expected) {
        list.push(this.#value(of, depth, undefined));
      } else if (repeated && scalar && wireType === bytes) {
        // Numbers may be packed, whether the schema says so or not.
        wire.within(() => {
          while (!wire.isDone) list.push(scalar.read(wire));
        });
      } else {
        throw invalid(`the field ${name} has the wire type ${wireType}, not ${expected}`);
      }
    }
    return message;
  }

  /** @param before what the field had */
  #value(kind: string, depth: number, before: unknown): unknown {
    const wire = this.#wire;
    const scalar = scalars.get(kind);
    if (scalar) return scalar.read(wire);
    const values = protoEnums[kind];
    if (values !== undefined) {
      const value = wire.int32();
      return value >= 0 && value < values ? value : before;
    }
    // What a field of messages had is a message, read here.
    return wire.within(() => this.message(kind, depth + 1, (before as Message | undefined) ?? {}));
  }
}

function invalid(what: string): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', what);
}
