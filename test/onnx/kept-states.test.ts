import { describe, expect, it } from 'vitest';
import { onnx } from '#onnx-proto';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { withKeptStates } from '../../src/onnx/kept-states.js';
import { Model } from '../../src/runtime/node.js';
import { weights } from '../import/onnx-models.js';

const [I, H] = [3, 4];
const FLOAT = 1;
const INT32 = 6;
const INT = 2;
const gates = { LSTM: 4, GRU: 3, RNN: 1 } as const;

function valueInfo(name: string, elemType: number, ...dims: (number | string)[]) {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function tensor(name: string, ...shape: number[]): onnx.TensorProto.$Properties {
  return { name, dims: shape, dataType: 1, floatData: [...(weights(name, ...shape).data as Float32Array)] };
}

/** One recurrent node over x `[time, batch, 3]`, or with the batch first. */
function file(
  opType: keyof typeof gates,
  { layout = 0, opset = 17, inputs = ['lengths', 'h0', 'c0'], outputs = ['Y', 'hn', 'cn'] } = {},
): Uint8Array {
  const isLstm = opType === 'LSTM';
  const count = isLstm ? 3 : 2;
  const state = layout === 1 ? (['b', 1, H] as const) : ([1, 'b', H] as const);
  const taken = inputs.slice(0, count);
  const attribute = [{ name: 'hidden_size', type: INT, i: H }];
  if (layout === 1) attribute.push({ name: 'layout', type: INT, i: 1 });
  const infos = [
    valueInfo('x', FLOAT, ...(layout === 1 ? ['b', 't', I] : ['t', 'b', I])),
    valueInfo('lengths', INT32, 'b'),
    valueInfo('h0', FLOAT, ...state),
    valueInfo('c0', FLOAT, ...state),
  ];
  const given = outputs.slice(0, count);
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name: 'g',
      node: [{ opType, input: ['x', 'W', 'R', '', ...taken], output: given, attribute }],
      input: infos.filter(({ name }) => name === 'x' || taken.includes(name)),
      output: given
        .filter((name) => name !== '')
        .map((name) => ({ name, type: { tensorType: { elemType: FLOAT } } })),
      initializer: [tensor('W', 1, gates[opType] * H, I), tensor('R', 1, gates[opType] * H, H)],
    },
  }).finish();
}

const opTypes = (bytes: Uint8Array) => decodeModel(bytes).graph.nodes.map(({ opType }) => opType);

describe.each(['cpu', 'wasm'] as const)('an empty sequence on %s', (provider) => {
  it.each([
    ['LSTM', 0],
    ['GRU', 0],
    ['RNN', 0],
    ['LSTM', 1],
  ] as const)('ends in the state that an %s of layout %d began with', async (opType, layout) => {
    await using model = await Model.load(file(opType, { layout }), { providers: [provider] });
    const turned = (first: number, second: number, last: number) =>
      layout === 1 ? [second, first, last] : [first, second, last];
    const h0 = { data: Float32Array.from({ length: 2 * H }, (_, i) => i / 10), dims: turned(1, 2, H) };
    const c0 = { data: h0.data.map((value) => value + 1), dims: h0.dims };
    const feeds = {
      x: { data: new Float32Array(5 * 2 * I).fill(0.5), dims: turned(5, 2, I) },
      h0,
      ...(opType === 'LSTM' ? { c0 } : {}),
    };
    const run = (...lengths: number[]) => model.run({ ...feeds, lengths: { data: lengths, dims: [2] } });
    const { hn, cn } = await run(0, 5);
    const whole = await run(5, 5);
    expect(hn!.dims).toEqual(h0.dims);
    expect(hn!.data.slice(0, H)).toEqual(h0.data.slice(0, H));
    expect(hn!.data.slice(H)).toEqual(whole.hn!.data.slice(H));
    if (opType !== 'LSTM') return;
    expect(cn!.data.slice(0, H)).toEqual(c0.data.slice(0, H));
    expect(cn!.data.slice(H)).toEqual(whole.cn!.data.slice(H));
    expect((await run(0, 0)).cn!.data).toEqual(c0.data);
  });
});

describe('withKeptStates', () => {
  it('adds to nodes that have lengths, a state and its end', () => {
    expect(opTypes(withKeptStates(file('LSTM')))).toEqual([
      'LSTM',
      'Cast',
      'Constant',
      'Reshape',
      'Where',
      'Where',
    ]);
    const onlyCell = withKeptStates(file('LSTM', { outputs: ['Y', '', 'cn'] }));
    expect(opTypes(onlyCell)).toEqual(['LSTM', 'Cast', 'Constant', 'Reshape', 'Where']);
  });

  it('leaves every other file as it is', () => {
    for (const plain of [
      file('LSTM', { inputs: ['', 'h0', 'c0'] }),
      file('LSTM', { inputs: ['lengths', '', ''] }),
      file('LSTM', { outputs: ['Y', '', ''] }),
    ]) {
      expect(withKeptStates(plain)).toBe(plain);
    }
  });

  it('is left out where the operator set has no Where', async () => {
    await using model = await Model.load(file('LSTM', { opset: 8 }), { providers: ['cpu'] });
    expect(model.outputs).toHaveLength(3);
  });
});
