/** Functions of an ONNX file, whose calls a runtime puts their nodes in the place of. */
import { describe, expect, it } from 'vitest';
import { onnx } from '#onnx-proto';
import { Model } from '../../src/runtime/node.js';
import { readOnnxFile } from '../../src/runtime/onnx-file.js';
import { failureOf } from '../data/failure.js';
import { failure } from '../runtime/models.js';

type Nodes = onnx.NodeProto.$Properties[];

const call = (name: string): onnx.NodeProto.$Properties => ({
  opType: name,
  domain: 'local',
  input: ['x'],
  output: ['y'],
});
const body = (node: Nodes): onnx.AttributeProto.$Properties => ({ name: 'body', type: 5, g: { node } });

function fileOf(functions: Record<string, Nodes>, graph: Nodes): Uint8Array {
  const opsetImport = [
    { domain: '', version: 17 },
    { domain: 'local', version: 1 },
  ];
  const value = { type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 1 }] } } } };
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport,
    graph: {
      name: 'calls',
      node: graph,
      input: [{ name: 'x', ...value }],
      output: [{ name: 'y', ...value }],
    },
    functions: Object.entries(functions).map(([name, node]) => ({
      name,
      domain: 'local',
      input: ['x'],
      output: ['y'],
      node,
      opsetImport,
    })),
  }).finish();
}

/** So many functions, each of which calls the one before it twice, by this node. */
function doubling(levels: number, by: (name: string) => onnx.NodeProto.$Properties = call): Uint8Array {
  const functions: Record<string, Nodes> = { f0: [{ opType: 'Add', input: ['x', 'x'], output: ['y'] }] };
  for (let i = 1; i < levels; i++) {
    const [first, second] = [by(`f${i - 1}`), by(`f${i - 1}`)];
    functions[`f${i}`] = [
      { ...first, output: ['a'] },
      { ...second, input: ['a'] },
    ];
  }
  return fileOf(functions, [call(`f${levels - 1}`)]);
}

describe('functions that call each other', () => {
  it('are taken where the calls come to a number of nodes that a runtime can put in', async () => {
    expect(() => readOnnxFile(doubling(12))).not.toThrow(); // 8,190 nodes
    await using model = await Model.load(doubling(5), { providers: ['cpu'] });
    const { y } = await model.run({ x: { data: Float32Array.of(3), dims: [1] } });
    expect(y!.data).toEqual(Float32Array.of(3 * 2 ** 16));
  });

  it.each<[string, Uint8Array]>([
    ['by calls', doubling(14)],
    ['by calls, two to the power of sixty times', doubling(60)],
    [
      'by calls in the bodies of loops',
      doubling(14, (name) => ({ ...call('Loop'), domain: '', attribute: [body([call(name)])] })),
    ],
  ])('are refused where they double past it %s', (_, bytes) => {
    const error = failureOf(() => readOnnxFile(bytes));
    expect(error.code).toBe('E_UNSUPPORTED');
    expect(error.message).toMatch(/more than 10000 nodes.*inline_local_functions/);
  });

  it.each(['cpu', 'wasm'] as const)('are refused before %s sees the model', async (provider) => {
    // onnxruntime would be busy with these 1,235 bytes for minutes.
    expect(await failure(() => Model.load(doubling(19), { providers: [provider] }))).toMatch(
      /^E_UNSUPPORTED: .*more than 10000 nodes/,
    );
  });

  it('are refused in a circle, and in a chain of thousands', () => {
    const circle = fileOf({ a: [call('b')], b: [call('a')] }, [call('a')]);
    expect(failureOf(() => readOnnxFile(circle)).message).toMatch(/"local:a:" calls itself/);
    const chain: Record<string, Nodes> = Object.fromEntries(
      Array.from({ length: 5000 }, (_, i) => [`f${i}`, [call(`f${i + 1}`)]]),
    );
    expect(failureOf(() => readOnnxFile(fileOf(chain, [call('f0')]))).message).toMatch(/deeper than 64/);
  });
});
