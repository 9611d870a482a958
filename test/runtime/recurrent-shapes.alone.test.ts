import { readdirSync, readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { messageOf } from '../../src/errors.js';
import { sizeOf } from '../../src/nd-array.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxNode } from '../../src/onnx/graph.js';
import * as infer from '../../src/onnx/infer.js';
import { Model } from '../../src/runtime/node.js';
import { recurrentCheck } from '../../src/runtime/recurrent-shapes.js';
import { sequenceInputs } from '../../src/runtime/sequence-inputs.js';
import { floats, graph, int, int64s, model, node, value } from '../onnx/broken-models.js';

vi.mock('../../src/onnx/infer.js', { spy: true });

const H = 2;
const layer = (x: string, y = 'y') =>
  node('LSTM', [x, 'W', 'R'], [y], { hidden_size: int(H) }, `lstm of ${x}`);

function modelOf(nodes: OnnxNode[], shape: Parameters<typeof value>[1]) {
  return model([...nodes, layer('s')], {
    inputs: [value('x', shape)],
    outputs: [value('y')],
    initializers: [
      floats('W', 1, 4 * H, 3),
      floats('R', 1, 4 * H, H),
      int64s('one', 1),
      int64s('end', 2 ** 40),
      int64s('threes', -1, 2, 3),
    ],
  });
}

const ofUnknownRank = modelOf([node('Identity', ['x'], ['s'])], undefined);
const sliced = modelOf([node('Slice', ['x', 'one', 'end', 'one'], ['s'])], ['time', 'batch', 3]);
const slicedBehindAnother = model(
  [
    node('LSTM', ['x', 'W', 'R'], ['first'], { hidden_size: int(H) }),
    node('Squeeze', ['first', 'one'], ['flat']),
    node('Slice', ['flat', 'one', 'end', 'one'], ['s']),
    node('LSTM', ['s', 'W2', 'R'], ['y'], { hidden_size: int(H) }),
  ],
  {
    inputs: [value('x', ['time', 'batch', 3])],
    outputs: [value('y')],
    initializers: [
      floats('W', 1, 4 * H, 3),
      floats('W2', 1, 4 * H, H),
      floats('R', 1, 4 * H, H),
      int64s('one', 1),
      int64s('end', 2 ** 40),
    ],
  },
);

// onnxruntime-node would end the process, and the tests with it.
it.each([
  [
    'an input of rank 2 where none is declared',
    ofUnknownRank,
    [2, 3],
    /"lstm of s" would read \[2, 3\], where three/,
  ],
  ['an input of rank 4 where none is declared', ofUnknownRank, [1, 2, 1, 3], /would read \[1, 2, 1, 3\]/],
  [
    'a batch that a slice makes empty',
    sliced,
    [4, 1, 3],
    /"lstm of s" would read \[4, 0, 3\], which is empty/,
  ],
  ['a batch that is cut behind another layer', slicedBehindAnother, [4, 1, 3], /"s" would read \[4, 0, 2\]/],
])('%s is refused, and others run', async (_, of, dims, message) => {
  await using opened = await Model.load(encodeModel(of), { providers: ['cpu'] });
  const run = (shape: readonly number[]) =>
    opened.run({ x: { data: new Float32Array(sizeOf(shape)), dims: [...shape] } });
  for (let again = 0; again < 2; again++) {
    const error = await run(dims).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'E_RUN_FAILED', cause: { code: 'E_SHAPE_MISMATCH' } });
    expect(messageOf(error)).toMatch(message);
    expect((await run([4, 2, 3])).y?.dims).toHaveLength(4);
  }
});

it('believes no shape that the file states of a value between, and judges no layer in a body', () => {
  const stated = modelOf([node('Foo', ['x'], ['s'])], ['time', 'batch', 3]);
  const wrong = { ...stated, graph: { ...stated.graph, valueInfo: [value('s', [0, 1])] } };
  expect(() => recurrentCheck(wrong, new Set())?.({ x: { dims: [1, 1, 3] } })).not.toThrow();
  const body = { type: 'graph', value: graph([layer('x')], { inputs: [] }) } as const;
  expect(recurrentCheck(model([node('If', ['x'], ['y'], { then_branch: body })]), new Set())).toBeUndefined();
});

it('infers a shape of feeds once', () => {
  const check = recurrentCheck(ofUnknownRank, new Set());
  const inferred = vi.mocked(infer.inferTypes).mockClear();
  for (let again = 0; again < 3; again++) check?.({ x: { dims: [2, 3, 3] } });
  expect(inferred).toHaveBeenCalledTimes(1);
  check?.({ x: { dims: [2, 4, 3] } });
  expect(inferred).toHaveBeenCalledTimes(2);
});

it('costs most models of exporters nothing: their declared inputs tell enough', () => {
  const folder = 'fixtures/data/onnx-imports/';
  const open = readdirSync(folder)
    .filter((file) => file.endsWith('.onnx'))
    .filter((file) => {
      const of = decodeModel(new Uint8Array(readFileSync(folder + file)));
      return recurrentCheck(of, sequenceInputs(of.graph)) !== undefined;
    });
  // Between its layers, torch.export computes a shape with products, which are not followed.
  const twoLayers = ['states-both', 'states', 'two-layers-both', 'two-layers'];
  expect(open).toEqual(twoLayers.map((name) => `${name}-dynamo.onnx`));
});
