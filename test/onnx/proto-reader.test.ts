import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobufjs, { type Long } from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { LstmOnnxError } from '../../src/errors.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { modelFromProto } from '../../src/onnx/from-proto.js';
import type { OnnxModel } from '../../src/onnx/graph.js';
import { type LongBits, narrow } from '../../src/onnx/integers.js';
import { protoEnums, protoMessages } from '../../src/onnx/proto-messages.js';
import { readProto } from '../../src/onnx/proto-reader.js';
import { TensorNumbers } from '../../src/onnx/tensor-numbers.js';
import { seededNumbers } from '../seeded-numbers.js';
import { lstmModel, validModels } from './broken-models.js';
import { differences } from './differences.js';
import { decodeProto } from './proto-decoder.js';

/** Gives integers as the reader of this library does, so that both give the same model. */
class NarrowReader extends protobufjs.Reader {
  override int64(): Long {
    return narrow(super.int64() as LongBits) as unknown as Long;
  }

  override uint64(): Long {
    return narrow(super.uint64() as LongBits) as unknown as Long;
  }
}

type Outcome = { readonly model: OnnxModel } | { readonly refusal: string };

function outcomeOf(decode: () => OnnxModel): Outcome {
  try {
    return { model: decode() };
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : String(error) };
  }
}

const byProtobufjs = (bytes: Uint8Array) =>
  outcomeOf(() => modelFromProto(decodeProto(new NarrowReader(bytes))));

/** What protobufjs passes over and this library refuses: no program writes them. */
const stricter = /has the wire type \d/;

/** What comes of it where both agree, or where this library is stricter on purpose; else how they differ. */
function compared(bytes: Uint8Array): string {
  const ours = outcomeOf(() => decodeModel(bytes));
  const theirs = byProtobufjs(bytes);
  if ('model' in ours && 'model' in theirs) return differences(ours.model, theirs.model)[0] ?? 'taken';
  if ('model' in ours) return `taken here, refused by protobufjs: ${Object.values(theirs)[0]}`;
  if ('refusal' in theirs) return 'refused';
  return stricter.test(ours.refusal) ? 'stricter' : `refused here only: ${ours.refusal}`;
}

const fixtures = readdirSync('fixtures', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.onnx'))
  .map((name) => [name, new Uint8Array(readFileSync(join('fixtures', name)))] as const);

describe('the table of messages', () => {
  it('is that of onnx.proto', () => {
    const { root } = protobufjs.parse(readFileSync('schemas/onnx.proto', 'utf8'));
    root.resolveAll();
    const messages: Record<string, Record<number, unknown[]>> = {};
    const inPackage = (name: string) => name.replace(/^\.onnx\./, '');
    const add = (within: protobufjs.NamespaceBase) => {
      for (const type of within.nestedArray) {
        if (!(type instanceof protobufjs.Type)) continue;
        messages[inPackage(type.fullName)] = Object.fromEntries(
          type.fieldsArray.map(({ id, name, type: kind, resolvedType, repeated }) => {
            const isMessage = resolvedType instanceof protobufjs.Type;
            const of = isMessage ? inPackage(resolvedType.fullName) : (resolvedType?.name ?? kind);
            return [id, [name, of, ...(repeated ? [true] : [])]];
          }),
        );
        add(type);
      }
    };
    add(root.lookup('onnx') as protobufjs.Namespace);
    expect(protoMessages).toEqual(messages);
    for (const [name, count] of Object.entries(protoEnums)) {
      const values = Object.values(root.lookupEnum(name).values);
      expect(values).toEqual(Array.from({ length: count }, (_, value) => value));
    }
  });
});

describe('reading agrees with protobufjs', () => {
  it.each(fixtures)('on %s', (_, bytes) => {
    expect(compared(bytes)).toBe('taken');
  });

  it('on 12,000 damaged files, but for wire types that are not the field’s', () => {
    const below = seededNumbers(7);
    const files = [
      ...fixtures.map(([, bytes]) => bytes).filter(({ length }) => length < 20_000),
      ...Object.values(validModels).map(encodeModel),
      encodeModel(lstmModel()),
    ];
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const bytes = damaged(files[i % files.length]!, files[below(files.length)]!, below);
      const outcome = compared(bytes);
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted()).toEqual(['refused', 'stricter', 'taken']);
    // Each of these happens often, or the test would tell nothing.
    for (const count of counts.values()) expect(count).toBeGreaterThan(50);
  });
});

function damaged(file: Uint8Array, other: Uint8Array, below: (limit: number) => number): Uint8Array {
  const bytes = file.slice();
  switch (below(5)) {
    case 0:
      return bytes.subarray(0, below(bytes.length));
    case 1:
      return Uint8Array.of(...bytes.subarray(0, below(bytes.length)), ...other.subarray(below(other.length)));
    case 2: {
      const at = below(bytes.length);
      const added = Array.from({ length: 1 + below(4) }, () => below(256));
      return Uint8Array.of(...bytes.subarray(0, at), ...added, ...bytes.subarray(at));
    }
    case 3:
      bytes[below(bytes.length)] = below(256);
      return bytes;
    default:
      for (let flips = 1 + below(3); flips > 0; flips--) bytes[below(bytes.length)]! ^= 1 << below(8);
      return bytes;
  }
}

describe('the reader of messages', () => {
  /** The message, with the numbers of its typed fields as lists. */
  const tensor = (...bytes: number[]) =>
    Object.fromEntries(
      Object.entries(readProto('TensorProto', Uint8Array.from(bytes))).map(([name, value]) => [
        name,
        value instanceof TensorNumbers ? listOf(value) : value,
      ]),
    );
  const listOf = (numbers: TensorNumbers) => {
    const list: unknown[] = [];
    numbers.forEach((value, index) => {
      expect(index).toBe(list.push(value) - 1);
    });
    expect(list).toHaveLength(numbers.length);
    return list;
  };

  it('takes numbers one by one, packed, and both', () => {
    expect(tensor(0x08, 2, 0x08, 3)).toEqual({ dims: [2, 3] });
    expect(tensor(0x0a, 2, 2, 3)).toEqual({ dims: [2, 3] });
    expect(tensor(0x08, 1, 0x0a, 2, 2, 3, 0x08, 4)).toEqual({ dims: [1, 2, 3, 4] });
    expect(tensor(0x22, 8, 0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0, 0x25, 0, 0, 0x80, 0x3f)).toEqual({
      floatData: [1.5, -2, 1],
    });
  });

  it('takes negative numbers and those that no double holds', () => {
    const ones = Array.from({ length: 9 }, () => 0xff);
    expect(tensor(0x08, ...ones, 1)).toEqual({ dims: [-1] });
    expect(tensor(0x10, ...ones, 1)).toEqual({ dataType: -1 });
    expect(tensor(0x08, ...ones.slice(1), 0x7f)).toEqual({
      dims: [{ low: -1, high: 0x7fffffff, unsigned: false }],
    });
    expect(tensor(0x58, ...ones, 1)).toEqual({ uint64Data: [{ low: -1, high: -1, unsigned: true }] });
    expect(tensor(0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x08)).toEqual({ dims: [2 ** 52] });
  });

  it('takes the last of values that stand twice, and the fields of both of messages', () => {
    expect(tensor(0x10, 1, 0x10, 7)).toEqual({ dataType: 7 });
    expect(tensor(0x1a, 2, 0x08, 5, 0x1a, 2, 0x10, 6)).toEqual({ segment: { begin: 5, end: 6 } });
  });

  it('takes the numbers of a tensor that stands in pieces, packed or not, in their order', () => {
    // AttributeProto.t (field 5), twice: one message of the fields of both.
    const first = [0x2a, 8, 0x3a, 2, 1, 2, 0x38, 3, 0x42, 0];
    const second = [0x2a, 5, 0x10, 7, 0x3a, 1, 4];
    const { t } = readProto('AttributeProto', Uint8Array.from([...first, ...second])) as {
      t: { int64Data: TensorNumbers };
    };
    expect(listOf(t.int64Data)).toEqual([1, 2, 3, 4]);
  });

  it('passes over fields that it does not know', () => {
    // Field 100 as a varint, 8 bytes, 3 bytes and 4 bytes.
    const unknown = [0xa0, 6, 0x80, 1, 0xa1, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0xa2, 6, 3, 0xff, 0xff, 0xff];
    expect(tensor(...unknown, 0xa5, 6, 1, 2, 3, 4, 0x08, 5)).toEqual({ dims: [5] });
    expect(tensor(0x70, 9, 0x08, 5)).toEqual({ dims: [5], dataLocation: undefined });
  });

  it.each<[string, number[], RegExp]>([
    ['a string where a number belongs', [0x12, 1, 7], /field dataType has the wire type 2, not 0/],
    ['a number where a string belongs', [0x40, 1], /field name has the wire type 0, not 2/],
    ['a double among floats', [0x21, 0, 0, 0, 0, 0, 0, 0, 0], /field floatData has the wire type 1, not 5/],
    ['a message as a number', [0x18, 1], /field segment has the wire type 0, not 2/],
    ['a group', [0xa3, 6, 0xa4, 6], /wire type 3, which no ONNX file has/],
    ['a wire type that is none', [0xa7, 6], /wire type 7/],
    ['a field without a number', [0x00, 1], /number 0/],
    ['a string past the end', [0x42, 5, 65], /5 bytes passes the end/],
    ['a length past 32 bits', [0x42, 0xff, 0xff, 0xff, 0xff, 0x7f], /more than 32 bits/],
    ['a length that does not end', [0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0], /does not end/],
    ['a number cut off', [0x08, 0x80], /does not end/],
    ['a number of eleven bytes', [0x08, ...Array.from({ length: 10 }, () => 0x80), 0], /does not end/],
    ['a float cut off', [0x25, 0, 0], /4 bytes passes the end/],
    ['packed numbers that pass their length', [0x0a, 1, 0x80, 1], /does not end/],
    ['packed floats of an odd length', [0x22, 5, 0, 0, 0, 0, 0], /4 bytes passes the end/],
    ['a message inside that is cut off', [0x1a, 1, 0x08, 5], /does not end/],
  ])('refuses %s', (_, bytes, says) => {
    const read = () => tensor(...bytes);
    expect(read).toThrow(LstmOnnxError);
    expect(read).toThrow(says);
  });
});
