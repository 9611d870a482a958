import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxAttribute, OnnxModel, OnnxTensor } from '../../src/onnx/graph.js';
import { floats, lstmModel, model, node, value } from './broken-models.js';
import { differences } from './differences.js';
import { anyModel } from './generated-models.js';

function fixture(name: string): OnnxModel {
  return decodeModel(readFileSync(`fixtures/onnx/${name}.onnx`));
}

const written = { producerName: 'onnx_files.py', producerVersion: '', metadata: new Map() };
const identity = [node('Identity', ['x'], ['y'])];
const xy = { inputs: [value('x', [2])], outputs: [value('y', [2])], valueInfo: [] };
const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('decodeModel', () => {
  it('reads tensors from the typed field of their element type', () => {
    const initializers: OnnxTensor[] = [
      { name: 'float32', dtype: 'float32', shape: [2, 2], data: Float32Array.of(1.5, -2, 0, 3e38) },
      { name: 'float64', dtype: 'float64', shape: [2], data: Float64Array.of(0.1, -1e300) },
      { name: 'int8', dtype: 'int8', shape: [2], data: Int8Array.of(-128, 127) },
      { name: 'uint8', dtype: 'uint8', shape: [2], data: Uint8Array.of(0, 255) },
      { name: 'int16', dtype: 'int16', shape: [2], data: Int16Array.of(-32768, 32767) },
      { name: 'uint16', dtype: 'uint16', shape: [2], data: Uint16Array.of(0, 65535) },
      { name: 'int32', dtype: 'int32', shape: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
      { name: 'uint32', dtype: 'uint32', shape: [2], data: Uint32Array.of(0, 2 ** 32 - 1) },
      {
        name: 'int64',
        dtype: 'int64',
        shape: [4],
        data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n, -1n),
      },
      {
        name: 'uint64',
        dtype: 'uint64',
        shape: [3],
        data: BigUint64Array.of(0n, 2n ** 64n - 1n, 2n ** 53n + 1n),
      },
      { name: 'bool', dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
      { name: 'string', dtype: 'string', shape: [2] },
      { name: 'float16', dtype: 'float16', shape: [3], raw: Uint8Array.of(0, 0x3c, 0, 0xc0, 0xff, 0x7b) },
      {
        name: 'complex64',
        dtype: 'complex64',
        shape: [1],
        raw: Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0, 0x40),
      },
      { name: 'scalar', dtype: 'float32', shape: [], data: Float32Array.of(7) },
    ];
    const expected: OnnxModel = {
      irVersion: 7,
      opsets: new Map([['', 14]]),
      ...written,
      graph: { name: 'typed', ...xy, initializers, nodes: identity },
    };
    expect(differences(fixture('typed-fields'), expected)).toEqual([]);
  });

  it('reads tensors from raw_data, aligned or not', () => {
    const initializers: OnnxTensor[] = [
      { name: 'float32', dtype: 'float32', shape: [1, 3], data: Float32Array.of(1.5, -2, 0.25) },
      { name: 'a', dtype: 'float64', shape: [2], data: Float64Array.of(0.1, -1e300) },
      {
        name: 'int64',
        dtype: 'int64',
        shape: [3],
        data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n),
      },
      { name: 'bb', dtype: 'int32', shape: [2], data: Int32Array.of(1, 2) },
      { name: 'uint16', dtype: 'uint16', shape: [2], data: Uint16Array.of(0, 65535) },
      { name: 'bool', dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) },
      { name: 'float16', dtype: 'float16', shape: [2], raw: Uint8Array.of(0, 0x3c, 0, 0xc0) },
      { name: 'empty', dtype: 'float32', shape: [0, 3], data: new Float32Array(0) },
      { name: 'scalar', dtype: 'float32', shape: [], data: Float32Array.of(7) },
      { name: 'int4', dtype: 'int4', shape: [3], raw: Uint8Array.of(0x21, 0x0f) },
      { name: 'bfloat16', dtype: 'bfloat16', shape: [2], raw: Uint8Array.of(0x80, 0x3f, 0, 0xc0) },
    ];
    const expected: OnnxModel = {
      irVersion: 10,
      opsets: new Map([['', 22]]),
      ...written,
      graph: { name: 'raw', ...xy, initializers, nodes: identity },
    };
    const file = readFileSync('fixtures/onnx/raw-data.onnx');
    for (let shift = 0; shift < 8; shift++) {
      const shifted = new Uint8Array(file.length + 8).subarray(shift, shift + file.length);
      shifted.set(file);
      expect(differences(decodeModel(shifted), expected)).toEqual([]);
      expect(differences(decodeModel(Buffer.from(shifted)), expected)).toEqual([]);
    }
  });

  it('reads the bodies of control flow', () => {
    const body = (name: string, op: string, output: string, more: object): OnnxAttribute => ({
      type: 'graph',
      value: {
        name,
        inputs: [],
        outputs: [value(output, [2])],
        initializers: [],
        nodes: [{ ...node(op, ['x'], [output]), ...more }],
        valueInfo: [],
      },
    });
    const branches = {
      else_branch: body('else', 'Neg', 'turned', { docString: 'the sign' }),
      then_branch: body('then', 'Relu', 'kept', { name: 'relu' }),
    };
    const expected: OnnxModel = {
      irVersion: 8,
      opsets: new Map([['', 17]]),
      ...written,
      graph: {
        name: 'subgraph',
        ...xy,
        inputs: [value('c', [], 'bool'), value('x', [2])],
        initializers: [],
        nodes: [node('If', ['c'], ['y'], branches, 'if')],
      },
    };
    expect(differences(fixture('subgraph'), expected)).toEqual([]);
  });

  it('reads every kind of attribute, integers past 2^53 as bigint', () => {
    const attributes: Record<string, OnnxAttribute> = {
      bigint: { type: 'bigint', value: 2n ** 63n - 1n },
      bigints: { type: 'bigints', value: [0n, -(2n ** 63n)] },
      bytes: { type: 'other' },
      float: { type: 'float', value: 0.5 },
      floats: { type: 'floats', value: [0.5, -1.5] },
      int: { type: 'int', value: -3 },
      ints: { type: 'ints', value: [1, -2, 3] },
      string: { type: 'string', value: 'Käse' },
      strings: { type: 'strings', value: ['a', ''] },
      tensor: {
        type: 'tensor',
        value: { name: 't', dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) },
      },
      type: { type: 'other' },
    };
    const everything = { ...node('Everything', ['x', '', 'x'], ['y'], attributes), domain: 'org.example' };
    const expected: OnnxModel = {
      irVersion: 8,
      opsets: new Map([
        ['', 17],
        ['org.example', 3],
      ]),
      ...written,
      graph: { name: 'attributes', ...xy, initializers: [], nodes: [everything] },
    };
    expect(differences(fixture('attributes'), expected)).toEqual([]);
  });

  it('reads names, docs, metadata and symbolic dimensions', () => {
    const { graph, ...head } = fixture('described');
    const expectedHead = {
      irVersion: 8,
      opsets: new Map([['', 17]]),
      producerName: 'onnx_files.py',
      producerVersion: '1.2',
      domain: 'org.example',
      modelVersion: 3,
      docString: 'a test',
      metadata: new Map([
        ['author', 'Nobody'],
        ['__proto__', 'polluted'],
        ['labels', '["a","b"]'],
      ]),
    };
    expect(differences(head, expectedHead)).toEqual([]);
    const { initializers, ...rest } = graph;
    const expectedRest = {
      name: 'described',
      docString: 'one layer',
      inputs: [{ ...value('x', ['time', null, 3]), docString: 'the sequence' }],
      outputs: [value('y', [null, 4])],
      nodes: [
        node('LSTM', ['x', 'W', 'R', 'B'], ['', 'h', ''], { hidden_size: { type: 'int', value: 4 } }, 'lstm'),
        { ...node('Squeeze', ['h', 'axes'], ['y'], {}, 'squeeze'), docString: 'drops the direction' },
      ],
      valueInfo: [value('h', [1, null, 4])],
    };
    expect(differences(rest, expectedRest)).toEqual([]);
    expect(initializers.map((tensor) => [tensor.name, tensor.shape, tensor.data?.[0]])).toEqual([
      ['W', [1, 16, 3], Math.fround(0.4731886386871338)],
      ['R', [1, 16, 4], Math.fround(0.7491028904914856)],
      ['B', [1, 32], Math.fround(0.21999937295913696)],
      ['axes', [1], 0n],
    ]);
  });

  it('says what it reads past', () => {
    const beyond = fixture('beyond');
    expect(beyond.localFunctions).toEqual(['org.example:Twice']);
    expect(beyond.graph.sparseInitializers).toEqual(['thin']);
    expect(beyond.graph.inputs[1]).toEqual({ name: 'seq', dtype: 'undefined', kind: 'sequence' });
    const location = new Map([
      ['location', 'weights.bin'],
      ['offset', '16'],
      ['length', '8'],
    ]);
    const far = { name: 'far', dtype: 'float32', shape: [2], externalData: location };
    expect(differences(beyond.graph.initializers, [far])).toEqual([]);
  });

  it('gives aligned tensors as views into the file', () => {
    const bytes = encodeModel(model(identity, { initializers: [floats('w', 64)] }));
    const shared = [0, 1, 2, 3].map((shift) => {
      const shifted = new Uint8Array(bytes.length + 4).subarray(shift, shift + bytes.length);
      shifted.set(bytes);
      return decodeModel(shifted).graph.initializers[0]?.data?.buffer === shifted.buffer;
    });
    expect(shared.filter(Boolean)).toHaveLength(1);
  });
});

describe('encodeModel', () => {
  it('writes what decodeModel reads back, whatever the model', () => {
    fc.assert(
      fc.property(anyModel, (original) => {
        expect(differences(decodeModel(encodeModel(original)), original)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('gives plain bytes with a buffer of their own', () => {
    const bytes = encodeModel(lstmModel());
    expect(Buffer.isBuffer(bytes)).toBe(false);
    expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
  });

  it('refuses a tensor whose data is not what it says', () => {
    const encode = (tensor: OnnxTensor) => () => encodeModel(model(identity, { initializers: [tensor] }));
    const short = { ...floats('w', 2), shape: [3] };
    expect(encode(short)).toThrow(refused('E_SHAPE_MISMATCH', /"w" of shape \[3\] needs .* length 3, not 2/));
    const doubles: OnnxTensor = { ...floats('w', 2), data: new Float64Array(2) };
    expect(encode(doubles)).toThrow(
      refused('E_DTYPE_MISMATCH', /must be a Float32Array, not a Float64Array/),
    );
    expect(encode({ name: 'w', dtype: 'float32', shape: [] })).toThrow(
      refused('E_UNSUPPORTED', /no elements/),
    );
  });

  it('refuses integers that the file could not give back', () => {
    const encode = (attribute: OnnxAttribute) => () =>
      encodeModel(model([node('Relu', ['x'], ['y'], { a: attribute })]));
    for (const wrong of [0.5, 2 ** 53, Number.NaN]) {
      expect(encode({ type: 'int', value: wrong })).toThrow(
        refused('E_INVALID_OPTION', /Attribute "a" of Relu/),
      );
    }
    expect(encode({ type: 'bigint', value: 2n ** 63n })).toThrow(refused('E_INVALID_OPTION', /64 bits/));
  });

  it('refuses to lose what was read past', () => {
    for (const name of ['beyond', 'attributes']) {
      expect(() => encodeModel(fixture(name))).toThrow(refused('E_UNSUPPORTED', /cannot be written/));
    }
  });
});

describe('schemas/onnx.js', () => {
  it('is what `npm run schema` makes of schemas/onnx.proto', () => {
    const directory = mkdtempSync(join(tmpdir(), 'onnx-schema-'));
    try {
      mkdirSync(join(directory, 'schemas'));
      copyFileSync('schemas/onnx.proto', join(directory, 'schemas/onnx.proto'));
      const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
      const PATH = [resolve('node_modules/.bin'), process.env.PATH].join(delimiter);
      execFileSync('sh', ['-c', scripts.schema], { cwd: directory, env: { ...process.env, PATH } });
      for (const file of ['schemas/onnx.js', 'schemas/onnx.d.ts']) {
        const same = readFileSync(join(directory, file), 'utf8') === readFileSync(file, 'utf8');
        expect(same, `${file} is stale: npm run schema`).toBe(true);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
