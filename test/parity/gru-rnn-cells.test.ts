/** The GRU and RNN cells that ONNX adds: each fixture as one node gives the fixture's outputs in onnxruntime. */
import { describe, expect, it } from 'vitest';
import type { NdArray } from '../../src/nd-array.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxAttribute, OnnxTensor } from '../../src/onnx/graph.js';
import { Model } from '../../src/runtime/node.js';
import { type Fixture, type GruRnnCellCase, listFixtures, loadFixture } from '../fixtures.js';
import { int, numbers, text, texts } from '../import/onnx-models.js';
import { model, node, value } from '../onnx/broken-models.js';
import '../matcher.js';

const upperFirst = (name: string) => name[0]!.toUpperCase() + name.slice(1);

/** Rows r, z, n in ONNX's order z, r, n; an RNN has one block of rows. */
function inOnnxOrder({ shape, data }: NdArray<'float32'>, kind: 'gru' | 'rnn'): Float32Array {
  if (kind === 'rnn') return data;
  const block = (data.length / shape[0]!) * (shape[0]! / 3);
  const [r, z, n] = [0, 1, 2].map((gate) => data.subarray(gate * block, (gate + 1) * block));
  return Float32Array.from([...z!, ...r!, ...n!]);
}

/** The weights of all directions, one after the other, as W, R, B and initial_h. */
function initializersOf({ case: config, params }: Fixture<GruRnnCellCase>): OnnxTensor[] {
  const { kind, inputSize, hiddenSize, batch, bidirectional } = config;
  const ends = bidirectional ? ['_l0', '_l0_reverse'] : ['_l0'];
  const rows = hiddenSize * (kind === 'gru' ? 3 : 1);
  const stacked = (name: string, shape: number[], ...parts: string[]): OnnxTensor => {
    const blocks = ends.flatMap((end) =>
      parts.map((part) => inOnnxOrder(params.get(`${kind}.${part}${end}`)!, kind)),
    );
    const data = Float32Array.from(blocks.flatMap((block) => [...block]));
    return { name, dtype: 'float32', shape: [ends.length, ...shape], data };
  };
  const h0 = params.get(`${kind}.h0`)?.data ?? new Float32Array(ends.length * hiddenSize);
  const expanded = ends.flatMap((_, row) =>
    Array.from({ length: batch }, () => [...h0.subarray(row * hiddenSize, (row + 1) * hiddenSize)]),
  );
  return [
    stacked('W', [rows, inputSize], 'weight_ih'),
    stacked('R', [rows, hiddenSize], 'weight_hh'),
    stacked('B', [2 * rows], 'bias_ih', 'bias_hh'),
    {
      ...{ name: 'h0', dtype: 'float32', shape: [ends.length, batch, hiddenSize] },
      data: Float32Array.from(expanded.flat()),
    },
  ];
}

function attributesOf({
  kind,
  hiddenSize,
  bidirectional,
  reverse,
  resetAfter,
  clip,
  activations,
}: GruRnnCellCase) {
  const one = kind === 'gru' ? [activations.gates!, activations.hidden] : [activations.hidden];
  const all = bidirectional ? [...one, ...one] : one;
  const given = (key: 'alpha' | 'beta') => all.flatMap((activation) => activation[key] ?? []);
  const attributes: Record<string, OnnxAttribute> = {
    hidden_size: int(hiddenSize),
    direction: text(bidirectional ? 'bidirectional' : reverse ? 'reverse' : 'forward'),
    activations: texts(...all.map(({ name }) => upperFirst(name))),
    ...(given('alpha').length > 0 ? { activation_alpha: numbers(...given('alpha')) } : {}),
    ...(given('beta').length > 0 ? { activation_beta: numbers(...given('beta')) } : {}),
    ...(kind === 'gru' ? { linear_before_reset: int(Number(resetAfter)) } : {}),
    ...(clip === undefined ? {} : { clip: { type: 'float', value: clip } as const }),
  };
  return attributes;
}

describe('a GRU or RNN cell beyond PyTorch', () => {
  it.each(listFixtures('gru-rnn/cells'))('is what onnxruntime computes: %s', async (name) => {
    const fixture = loadFixture<GruRnnCellCase>(name);
    const { case: config, inputs, outputs } = fixture;
    const { batch, time, hiddenSize, bidirectional } = config;
    const directions = bidirectional ? 2 : 1;
    const layer = node(
      config.kind.toUpperCase(),
      ['X', 'W', 'R', 'B', '', 'h0'],
      ['Y', 'hn'],
      attributesOf(config),
    );
    const perm = { type: 'ints', value: [2, 0, 1, 3] } as const;
    const both = node('Transpose', ['Y'], ['output'], { perm });
    const first = node('Transpose', ['x'], ['X'], { perm: { type: 'ints', value: [1, 0, 2] } });
    const bytes = encodeModel(
      model([first, layer, both], {
        inputs: [value('x', [batch, time, config.inputSize])],
        outputs: [
          value('output', [batch, time, directions, hiddenSize]),
          value('hn', [directions, batch, hiddenSize]),
        ],
        initializers: initializersOf(fixture),
      }),
    );
    await using opened = await Model.load(bytes, { providers: ['cpu'] });
    const { data, shape } = inputs.get('x')!;
    const results = await opened.run({ x: { data: data as Float32Array, dims: shape } });
    for (const key of ['output', 'hn'])
      expect(results[key]!.data, key).toBeCloseToArray(outputs.get(key)!.data, { atol: 2e-6 });
    expect(outputs.get('output')!.shape).toEqual([batch, time, directions * hiddenSize]);
    expect(outputs.get('hn')!.shape).toEqual([directions, batch, hiddenSize]);
  });

  it.each(listFixtures('gru-rnn/cells'))('has a gradient of each parameter and of x: %s', (name) => {
    const { params, grads, inputs, inputGrads } = loadFixture(name);
    expect([...grads].map(([key, { shape }]) => [key, shape])).toEqual(
      [...params].map(([key, { shape }]) => [key, shape]),
    );
    expect(inputGrads.get('x')?.shape).toEqual(inputs.get('x')?.shape);
  });
});
