/** Reads the messages of an ONNX file, which `proto-messages.ts` lists, into objects of their fields. */
import { MemoryBudget } from '../data/memory-budget.js';
import { LstmOnnxError } from '../errors.js';
import type { LongBits } from './integers.js';
import { protoEnums, protoMessages } from './proto-messages.js';
import { TensorNumbers } from './tensor-numbers.js';
import { WireReader, wireTypes } from './wire-reader.js';

/** As protobuf's own readers have it; a graph in a graph is three messages deeper. */
const MAX_DEPTH = 100;

/** Numbers in one list that is no tensor's: past this, JavaScript engines keep lists otherwise, or end. */
const MAX_LIST = 2 ** 24;
/**
 * What a number in a list takes, with the room that a list leaves to grow; a message, which may be two bytes in the file;
 * and a name, or a view of bytes.
 */
const NUMBER_BYTES = 16;
const MESSAGE_BYTES = 120;
const NAME_BYTES = 32;

/** The fields of a tensor that may be as long as the file, and the bytes that a number takes as an element. */
const elementBytes = new Map([
  ['floatData', 4],
  ['int32Data', 4],
  ['int64Data', 8],
  ['doubleData', 8],
  ['uint64Data', 8],
]);

/** The fields that the file has, by name. */
type Message = Record<string, unknown>;

interface Scalar<T = unknown> {
  readonly wireType: number;
  readonly read: (wire: WireReader) => T;
}

const { varint, bytes, fixed32, fixed64 } = wireTypes;

const numbers = new Map<string, Scalar<number | LongBits>>([
  ['int32', { wireType: varint, read: (wire) => wire.int32() }],
  ['int64', { wireType: varint, read: (wire) => wire.int64() }],
  ['uint64', { wireType: varint, read: (wire) => wire.uint64() }],
  ['float', { wireType: fixed32, read: (wire) => wire.float() }],
  ['double', { wireType: fixed64, read: (wire) => wire.double() }],
]);

const scalars = new Map<string, Scalar>([
  ...numbers,
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
  readonly #budget: MemoryBudget;

  constructor(file: Uint8Array) {
    this.#wire = new WireReader(file);
    this.#budget = new MemoryBudget(file.length);
  }

  /** @param message what the fields go into: one that stands twice is one message of the fields of both */
  message(kind: string, depth: number, message: Message): Message {
    if (depth > MAX_DEPTH) throw invalid(`messages are nested deeper than ${MAX_DEPTH} levels`);
    const wire = this.#wire;
    const fields = protoMessages[kind] ?? {};
    const whole = kind === 'TensorProto' ? wire.rest : undefined;
    while (!wire.isDone) {
      const { number, wireType } = wire.tag();
      const field = fields[number];
      if (!field) {
        wire.skip(wireType);
        continue;
      }
      const [name, of, repeated] = field;
      if (wireType === bytes) {
        this.#budget.take(scalars.has(of) ? NAME_BYTES : MESSAGE_BYTES, 'its names and messages');
      }
      const before = message[name];
      const scalar = scalars.get(of);
      const expected = scalar?.wireType ?? (of in protoEnums ? varint : bytes);
      if (!repeated && wireType === expected) {
        message[name] = this.#value(of, depth, before);
        continue;
      }
      // Numbers may be packed, whether the schema says so or not.
      const isPacked = repeated && scalar && wireType === bytes && expected !== bytes;
      if (wireType !== expected && !isPacked) {
        throw invalid(`the field ${name} has the wire type ${wireType}, not ${expected}`);
      }
      const itemBytes = elementBytes.get(name);
      const numeric = numbers.get(of);
      if (whole && numeric && itemBytes !== undefined) {
        const count = isPacked ? wire.skipPacked(expected) : 1;
        if (!isPacked) wire.skip(wireType);
        this.#budget.take(itemBytes * count, 'the numbers of its tensors, which take less in raw_data,');
        const elements = before instanceof TensorNumbers ? before : new TensorNumbers(number, numeric.read);
        elements.add(whole, count);
        message[name] = elements;
        continue;
      }
      const list: unknown[] = Array.isArray(before) ? before : [];
      message[name] = list;
      const room = (count: number) => {
        if (list.length + count > MAX_LIST) {
          throw invalid(`the list ${name} has more than ${MAX_LIST} entries`);
        }
        if (expected !== bytes) this.#budget.take(NUMBER_BYTES * count, `the numbers of ${name}`);
      };
      if (isPacked) {
        const start = wire.at;
        const count = wire.skipPacked(expected);
        wire.at = start;
        room(count);
        let at = list.length;
        // At once: a list that grows number by number is there twice.
        list.length += count;
        wire.within(() => {
          while (!wire.isDone) list[at++] = scalar.read(wire);
        });
      } else {
        room(1);
        list.push(this.#value(of, depth, undefined));
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
