import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onnx } from '#onnx-proto';
import { LstmOnnxError } from '../../src/errors.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { withTimeFirst } from '../../src/onnx/time-first.js';
import { Model } from '../../src/runtime/node.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { weights } from '../import/onnx-models.js';
import { decodeProto } from './proto-decoder.js';
import '../matcher.js';
import { cpuMilliseconds } from '../cpu-time.js';

const directory = temporaryDirectory();
const [I, H] = [3, 4];
const FLOAT = { tensorType: { elemType: 1 } };

type NodeFields = onnx.NodeProto.$Properties;

/** An LSTM node whose X and outputs have the batch first. */
function batchFirst(prefix = '', fields: NodeFields = {}): NodeFields {
  return {
    opType: 'LSTM',
    input: [`${prefix}x`, 'W', 'R'],
    output: [`${prefix}Y`, `${prefix}Y_h`, `${prefix}Y_c`],
    attribute: [
      { name: 'hidden_size', type: 2, i: H },
      { name: 'layout', type: 2, i: 1 },
    ],
    ...fields,
  };
}

const tensor = (name: string, ...shape: number[]): onnx.TensorProto.$Properties => ({
  name,
  dims: shape,
  dataType: 1,
  floatData: [...(weights(name, ...shape).data as Float32Array)],
});

function file(
  nodes: NodeFields[],
  graph: onnx.GraphProto.$Properties = {},
  more: onnx.ModelProto.$Properties = {},
) {
  return new Uint8Array(
    onnx.ModelProto.encode({
      irVersion: 8,
      opsetImport: [{ domain: '', version: 17 }],
      graph: {
        name: 'g',
        node: nodes,
        input: [
          {
            name: 'x',
            type: {
              tensorType: {
                elemType: 1,
                shape: { dim: [{ dimParam: 'b' }, { dimParam: 't' }, { dimValue: I }] },
              },
            },
          },
        ],
        output: ['Y', 'Y_h', 'Y_c'].map((name) => ({ name, type: FLOAT })),
        initializer: [tensor('W', 1, 4 * H, I), tensor('R', 1, 4 * H, H)],
        ...graph,
      },
      ...more,
    }).finish(),
  );
}

const opTypes = (bytes: Uint8Array) => decodeModel(bytes).graph.nodes.map(({ opType }) => opType);

describe('a file with batch-first LSTMs', () => {
  it('runs as the same LSTM does on the turned input', async () => {
    const layoutOne = file([batchFirst()]);
    const layoutZero = file([batchFirst('', { attribute: [{ name: 'hidden_size', type: 2, i: H }] })]);
    const [batch, time] = [3, 5];
    const x = weights('x', batch, time, I).data as Float32Array;
    const turned = Float32Array.from({ length: x.length }, (_, i) => {
      const [t, b, f] = [Math.floor(i / (batch * I)), Math.floor(i / I) % batch, i % I];
      return x[(b * time + t) * I + f]!;
    });
    await using first = await Model.load(layoutOne, { providers: ['cpu'] });
    await using second = await Model.load(layoutZero, { providers: ['cpu'] });
    const a = await first.run({ x: { data: x, dims: [batch, time, I] } });
    const b = await second.run({ x: { data: turned, dims: [time, batch, I] } });
    expect(a.Y?.dims).toEqual([batch, time, 1, H]);
    expect(a.Y_h?.dims).toEqual([batch, 1, H]);
    expect(a.Y_h?.data).toEqual(b.Y_h?.data);
    expect(a.Y_c?.data).toEqual(b.Y_c?.data);
    const y = a.Y?.data as Float32Array;
    const again = Float32Array.from({ length: y.length }, (_, i) => {
      const [t, n, f] = [Math.floor(i / (batch * H)), Math.floor(i / H) % batch, i % H];
      return y[(n * time + t) * H + f]!;
    });
    expect(b.Y?.data).toEqual(again);
  });

  it('keeps every other field of the file, also those that the parser passes over', () => {
    const original = file(
      [
        batchFirst('', { name: 'lstm', docString: 'kept', metadataProps: [{ key: 'a', value: 'b' }] }),
        {
          opType: 'Custom',
          domain: 'com.example',
          input: ['Y'],
          output: ['z'],
          attribute: [{ name: 's', type: 3, s: Uint8Array.of(0xff) }],
        },
      ],
      { metadataProps: [{ key: 'k', value: 'v' }] },
      {
        opsetImport: [
          { domain: '', version: 17 },
          { domain: 'com.example', version: 3 },
        ],
        metadataProps: [{ key: 'labels', value: '[]' }],
      },
    );
    // Field 20 (training info, which onnx.proto leaves out) with three bytes.
    const withUnknown = Buffer.concat([original, Uint8Array.of(0xa2, 1, 3, 7, 8, 9)]);
    const rewritten = withTimeFirst(withUnknown);
    expect(opTypes(rewritten)).toEqual([
      'Transpose',
      'LSTM',
      'Transpose',
      'Transpose',
      'Transpose',
      'Custom',
    ]);
    expect([...rewritten.slice(-6)]).toEqual([0xa2, 1, 3, 7, 8, 9]);
    const [before, after] = [decodeProto(original), decodeProto(rewritten)];
    const custom = (model: onnx.ModelProto) => model.graph?.node?.find(({ opType }) => opType === 'Custom');
    expect(custom(after)).toEqual(custom(before));
    const lstm = after.graph?.node?.find(({ opType }) => opType === 'LSTM');
    expect(lstm).toMatchObject({ name: 'lstm', docString: 'kept' });
    expect(lstm?.attribute?.map(({ name }) => name)).toEqual(['hidden_size']);
    expect({ ...after, graph: { ...after.graph, node: [] } }).toEqual({
      ...before,
      graph: { ...before.graph, node: [] },
    });
  });

  it('is rewritten in bodies of control flow and in functions, too', () => {
    const body = { name: 'body', node: [batchFirst('inner_')], output: [{ name: 'inner_Y' }] };
    const original = file(
      [{ opType: 'If', input: ['c'], output: ['Y'], attribute: [{ name: 'then_branch', type: 5, g: body }] }],
      {},
      {
        functions: [
          { name: 'F', domain: 'local', node: [batchFirst()], opsetImport: [{ domain: '', version: 17 }] },
        ],
      },
    );
    const rewritten = decodeProto(withTimeFirst(original));
    const expected = ['Transpose', 'LSTM', 'Transpose', 'Transpose', 'Transpose'];
    expect(rewritten.graph?.node?.[0]?.attribute?.[0]?.g?.node?.map(({ opType }) => opType)).toEqual(
      expected,
    );
    expect(rewritten.functions?.[0]?.node?.map(({ opType }) => opType)).toEqual(expected);
  });

  it('gets names that it does not have yet, and outputs that are left out stay out', () => {
    const nodes = [
      batchFirst('', { output: ['', 'Y_h'] }),
      { opType: 'Relu', input: ['Y_h'], output: ['time_first__0'] },
    ];
    const rewritten = decodeModel(withTimeFirst(file(nodes))).graph.nodes;
    expect(rewritten.map(({ opType }) => opType)).toEqual(['Transpose', 'LSTM', 'Transpose', 'Relu']);
    expect(rewritten[1]?.outputs[0]).toBe('');
    const names = rewritten.flatMap(({ name, outputs }) => [name, ...outputs]).filter((name) => name !== '');
    expect(new Set(names).size).toBe(names.length);
  });

  it('finds the weights that lie beside it', async () => {
    const data = weights('W', 1, 4 * H, I).data as Float32Array;
    writeFileSync(join(directory, 'w.bin'), new Uint8Array(data.buffer));
    const external = {
      name: 'W',
      dims: [1, 4 * H, I],
      dataType: 1,
      dataLocation: 1,
      externalData: [{ key: 'location', value: 'w.bin' }],
    };
    const path = join(directory, 'model.onnx');
    writeFileSync(path, file([batchFirst()], { initializer: [external, tensor('R', 1, 4 * H, H)] }));
    await using beside = await Model.load(path, { providers: ['cpu'] });
    await using whole = await Model.load(file([batchFirst()]), { providers: ['cpu'] });
    const feed = { x: { data: new Float32Array(I).fill(1), dims: [1, 1, I] } };
    expect((await beside.run(feed)).Y?.data).toEqual((await whole.run(feed)).Y?.data);
  });
});

describe('any other file', () => {
  it('is given back as it is, the very same bytes', () => {
    const others = readdirSync('fixtures/onnx').map(
      (name) => new Uint8Array(readFileSync(`fixtures/onnx/${name}`)),
    );
    for (const bytes of others) expect(withTimeFirst(bytes)).toBe(bytes);
    const timeFirst = file([batchFirst('', { attribute: [{ name: 'layout', type: 2, i: 0 }] })]);
    expect(withTimeFirst(timeFirst)).toBe(timeFirst);
    const foreign = file([batchFirst('', { domain: 'com.example' })]);
    expect(withTimeFirst(foreign)).toBe(foreign);
  });

  it('takes no time that its weights decide', () => {
    const rows = 1_000_000;
    const raw = { name: 'E', dims: [rows], dataType: 1, rawData: new Uint8Array(4 * rows) };
    const bytes = file([{ opType: 'Relu', input: ['x'], output: ['Y'] }], { initializer: [raw] });
    // The least of some, since in one of them garbage may be collected.
    const times = [1, 2, 3].map(() => cpuMilliseconds(() => expect(withTimeFirst(bytes)).toBe(bytes)));
    expect(Math.min(...times)).toBeLessThan(50);
  });

  it('that is no protobuf message is refused or left alone, never more', () => {
    const bytes = file([batchFirst()]);
    for (let length = 0; length <= bytes.length; length++) {
      for (const broken of [bytes.subarray(0, length), bytes.with(length % bytes.length, 0xff)]) {
        try {
          withTimeFirst(broken);
        } catch (error) {
          if (!(error instanceof LstmOnnxError)) throw error;
          expect(error.code).toBe('E_INVALID_FILE');
        }
      }
    }
  });

  it('with more underscores in its names than a name has is refused', () => {
    const nodes = [batchFirst(), { opType: 'Relu', input: ['Y'], output: [`time_first${'_'.repeat(1000)}`] }];
    expect(() => withTimeFirst(file(nodes))).toThrow(/1000 underscores/);
  });
});
