import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { onnx } from '#onnx-proto';
import { LstmOnnxError } from '../../src/errors.js';
import { checkModel } from '../../src/onnx/check.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxAttribute } from '../../src/onnx/graph.js';
import { cpuMilliseconds } from '../cpu-time.js';
import { throwUnlessMeant } from '../import/damage.js';
import { seededNumbers } from '../seeded-numbers.js';
import { graph, lstmModel, model, node, validModels } from './broken-models.js';

function errorOf(bytes: Uint8Array): LstmOnnxError {
  try {
    decodeModel(bytes);
  } catch (error) {
    if (error instanceof LstmOnnxError) return error;
    throw error;
  }
  throw new Error('the bytes were taken for a model');
}

/** A file with these fields, however wrong; what is left out is right. */
function fileOf(fields: onnx.ModelProto.$Properties, inGraph: onnx.GraphProto.$Properties = {}): Uint8Array {
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: { node: [{ opType: 'Relu', input: ['x'], output: ['y'] }], ...inGraph },
    ...fields,
  }).finish();
}

const withTensor = (tensor: onnx.TensorProto.$Properties) =>
  fileOf({}, { initializer: [{ name: 'w', ...tensor }] });

describe('decodeModel refuses', () => {
  it.each<[string, string | number[], RegExp]>([
    ['nothing', '', /this is an empty file/],
    ['a text', 'ir_version: 8\ngraph {}\n', /this is a text file/],
    ['JSON', '{"modelTopology": {}}', /this is a JSON text/],
    ['a web page', '<!DOCTYPE html><html></html>', /this is an HTML or XML page/],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\n', /Git LFS pointer/],
    [
      'safetensors',
      [16, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from('{"__metadata__":{}}')],
      /safetensors checkpoint/,
    ],
    ['a PyTorch checkpoint', 'PK\x03\x04....', /PyTorch .pt checkpoint/],
    ['a pickle', [0x80, 2, 0x8a, 0x0a], /Python pickle/],
    ['Keras HDF5', [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0], /HDF5/],
    ['a NumPy array', [0x93, ...Buffer.from('NUMPY\x01\x00')], /NumPy .npy/],
    ['an .ort file', [0x20, 0, 0, 0, ...Buffer.from('ORTM')], /onnxruntime .ort/],
    ['bytes of nothing known', [0xff, 0xff, 0xff, 0xff, 0xff], /Not an ONNX model, or cut off/],
  ])('%s, and names it', (_, bytes, says) => {
    const error = errorOf(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Uint8Array.from(bytes));
    expect(error.code).toBe('E_INVALID_FILE');
    expect(error.message).toMatch(says);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a file without a graph', fileOf({ graph: null }), /no graph/],
    ['a file without ir_version', fileOf({ irVersion: null }), /no ir_version/],
    ['a file without an operator set', fileOf({ opsetImport: [] }), /no operator set/],
    ['a graph without nodes and outputs', fileOf({ graph: {} }), /no nodes and no outputs/],
    ['a node without an operator', fileOf({}, { node: [{ name: 'n' }] }), /Node 0 "n" has no op_type/],
    [
      'too few bytes',
      withTensor({ dataType: 1, dims: [3], rawData: new Uint8Array(8) }),
      /needs 12 bytes .* has 8/,
    ],
    ['too many values', withTensor({ dataType: 1, dims: [1], floatData: [1, 2] }), /needs 1 value .* has 2/],
    ["values in another type's field", withTensor({ dataType: 1, dims: [1], int32Data: [1] }), /floatData/],
    ['no values', withTensor({ dataType: 7, dims: [2] }), /needs 2 values in int64Data, but the file has 0/],
    ['missing strings', withTensor({ dataType: 8, dims: [2], stringData: [] }), /needs 2 strings/],
    ['a huge shape', withTensor({ dataType: 1, dims: [2 ** 40, 2 ** 40] }), /but the file has 0/],
    ['a negative shape', withTensor({ dataType: 1, dims: [-1] }), /negative dimension/],
    ['an unknown element type', withTensor({ dataType: 99, dims: [] }), /data type 99/],
    [
      'a value past its type',
      withTensor({ dataType: 2, dims: [1], int32Data: [256] }),
      /value 256 at element 0/,
    ],
    ['a bool of 2', withTensor({ dataType: 9, dims: [1], int32Data: [2] }), /value 2 at element 0/],
    [
      'two places for the elements',
      withTensor({ dataType: 1, dims: [1], rawData: new Uint8Array(4), floatData: [1] }),
      /raw_data and in a typed field/,
    ],
    [
      'an attribute given twice',
      fileOf({}, { node: [{ opType: 'A', attribute: [{ name: 'a' }, { name: 'a' }] }] }),
      /Attribute "a" stands twice/,
    ],
  ])('%s', (_, bytes, says) => {
    const error = errorOf(bytes);
    expect(error.code).toBe('E_INVALID_FILE');
    expect(error.message).toMatch(says);
  });

  it('a dimension that a double cannot hold', () => {
    // dims = [2^63 - 1] by hand: the encoder of this library has no way to write it.
    const varint = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    const tensor = [0x08, ...varint, 0x10, 1];
    const inGraph = [0x0a, 3, 0x22, 1, 0x41, 0x2a, tensor.length, ...tensor];
    const file = [0x08, 8, 0x42, 2, 0x10, 17, 0x3a, inGraph.length, ...inGraph];
    expect(errorOf(Uint8Array.from(file)).message).toMatch(/9223372036854775807; expected an integer/);
  });

  it('graphs nested past the limit, and takes those within', () => {
    const nested = (depth: number) => {
      let inner = graph([node('Relu', ['x'], ['y'])]);
      for (let level = 0; level < depth; level++) {
        const body: OnnxAttribute = { type: 'graph', value: inner };
        inner = graph([node('Loop', ['x'], ['y'], { body })]);
      }
      return encodeModel({ ...model([]), graph: inner });
    };
    expect(decodeModel(nested(24)).graph.nodes).toHaveLength(1);
    expect(errorOf(nested(25)).message).toMatch(/nested deeper than 24/);
    expect(errorOf(nested(30)).code).toBe('E_INVALID_FILE');
  });

  it('types nested a hundred thousand deep', () => {
    // sequence_type (field 4) of elem_type (field 1) of ... from the inside out, lengths as varints.
    const parts: number[][] = [];
    let length = 0;
    const wrap = (tag: number) => {
      const head = [tag];
      for (let rest = length; ; rest >>>= 7) {
        head.push(rest > 127 ? (rest & 127) | 128 : rest);
        if (rest <= 127) break;
      }
      parts.push(head);
      length += head.length;
    };
    for (let i = 0; i < 100_000; i++) wrap(i % 2 ? 0x22 : 0x0a);
    for (const tag of [0x12, 0x5a, 0x3a]) wrap(tag);
    expect(errorOf(Uint8Array.from(parts.reverse().flat())).code).toBe('E_INVALID_FILE');
  });

  it('more messages than a model has, before they fill the memory', () => {
    const node = [0x0a, 0];
    const count = 2_500_000;
    const inGraph = new Uint8Array(node.length * count);
    for (let i = 0; i < inGraph.length; i += 2) inGraph.set(node, i);
    const head = [0x08, 8, 0x42, 2, 0x10, 17, 0x3a];
    for (let rest = inGraph.length; rest > 0; rest >>>= 7) head.push(rest > 127 ? (rest & 127) | 128 : rest);
    expect(errorOf(Buffer.concat([Uint8Array.from(head), inGraph])).message).toMatch(
      /its names and messages would take the memory/,
    );
  });
});

describe('decodeModel keeps to its memory', () => {
  const packed = (dims: number[], field: Partial<onnx.TensorProto.$Properties>) =>
    withTensor({ dims, dataType: 7, ...field });

  it('in numbers of a byte that become eight, up to twice the file and 64 MiB', () => {
    const count = 12_000_000;
    const many = Buffer.alloc(count, 1);
    const small = packed([4], { int64Data: [1, 1, 1, 1] });
    expect(decodeModel(small).graph.initializers[0]?.data).toEqual(BigInt64Array.of(1n, 1n, 1n, 1n));
    // By hand: the encoder would take a list of as many.
    const varint = (value: number) => {
      const bytes: number[] = [];
      let rest = value;
      for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
      return Buffer.from([...bytes, rest]);
    };
    const field = (number: number, payload: Buffer) =>
      Buffer.concat([varint((number << 3) | 2), varint(payload.length), payload]);
    const wrapped = (tensor: Buffer) =>
      Buffer.concat([
        Buffer.from([0x08, 8, 0x42, 2, 0x10, 17]),
        field(7, Buffer.concat([field(1, Buffer.from([0x22, 1, 0x41])), field(5, tensor)])),
      ]);
    const dims = Buffer.concat([Buffer.from([0x08]), varint(count)]);
    const int64 = wrapped(Buffer.concat([dims, Buffer.from([0x10, 7]), field(7, many)]));
    expect(errorOf(int64).message).toMatch(/numbers of its tensors, which take less in raw_data, would take/);
    expect(errorOf(wrapped(field(1, many))).message).toMatch(/the numbers of dims would take the memory/);
    // As floats they are what the file has.
    const floats = wrapped(
      Buffer.concat([Buffer.from([0x08]), varint(count / 4), Buffer.from([0x10, 1]), field(4, many)]),
    );
    expect(decodeModel(floats).graph.initializers[0]?.data).toHaveLength(count / 4);
  });

  it('in the dimensions of a tensor', () => {
    const error = errorOf(packed(Array(65).fill(1), { int64Data: [1] }));
    expect(error.message).toMatch(/has 65 dimensions; at most 64/);
  });
});

describe('hostile bytes', () => {
  const files = [
    ...readdirSync('fixtures/onnx').map((name) => new Uint8Array(readFileSync(`fixtures/onnx/${name}`))),
    ...Object.values(validModels).map(encodeModel),
    encodeModel(lstmModel()),
  ];

  /** True where the bytes are a model; whatever is not must be refused by name. */
  function survives(bytes: Uint8Array): boolean {
    try {
      checkModel(decodeModel(bytes));
      return true;
    } catch (error) {
      throwUnlessMeant(error);
      if ((error as LstmOnnxError).message.length > 20) return false;
      throw error;
    }
  }

  it('never do more than be refused, through parser and checker', () => {
    const below = seededNumbers(1);
    const counts = { truncated: 0, flipped: 0, spliced: 0, random: 0 };
    let slowest = 0;
    const attempt = (kind: keyof typeof counts, bytes: Uint8Array) => {
      slowest = Math.max(
        slowest,
        cpuMilliseconds(() => survives(bytes)),
      );
      counts[kind]++;
    };
    for (const file of files) {
      for (let length = 0; length < file.length; length++) attempt('truncated', file.subarray(0, length));
    }
    for (let i = 0; i < 6000; i++) {
      const bytes = (files[i % files.length] ?? new Uint8Array()).slice();
      for (let flips = 1 + below(4); flips > 0; flips--) bytes[below(bytes.length)]! ^= 1 << below(8);
      attempt('flipped', bytes);
    }
    for (let i = 0; i < 3000; i++) {
      const [a, b] = [files[below(files.length)]!, files[below(files.length)]!];
      attempt('spliced', Buffer.concat([a.subarray(0, below(a.length)), b.subarray(below(b.length))]));
    }
    for (let i = 0; i < 3000; i++) {
      attempt(
        'random',
        Uint8Array.from({ length: below(200) }, () => below(256)),
      );
    }
    expect(Object.values(counts).reduce((sum, count) => sum + count)).toBeGreaterThan(15_000);
    expect(slowest).toBeLessThan(1000);
    expect(files.every(survives)).toBe(true);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
