import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxTensor } from '../../src/onnx/graph.js';
import { int64s, model, node, value } from '../onnx/broken-models.js';
import {
  CLOSE,
  expectSame,
  exported,
  feedsFor,
  float,
  int,
  numbers,
  run,
  text,
  texts,
  weights,
} from './onnx-models.js';
import '../matcher.js';

const [I, H] = [3, 4];

interface Cell {
  readonly directions?: number;
  /** Inputs after W and R, by their names in the specification. */
  readonly with?: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly parts?: Partial<OnnxGraph>;
}

const optionalInputs = ['B', 'sequence_lens', 'initial_h', 'initial_c', 'P'];

/** One LSTM node, its three outputs those of the graph. */
function cell({ directions = 1, with: given = [], attributes = {}, parts = {} }: Cell): OnnxModel {
  const D = directions;
  const constants: Record<string, OnnxTensor> = { B: weights('B', D, 8 * H), P: weights('P', D, 3 * H) };
  const types = {
    sequence_lens: value('sequence_lens', ['batch'], 'int32'),
    initial_h: value('initial_h', [D, 'batch', H]),
    initial_c: value('initial_c', [D, 'batch', H]),
  };
  const direction = D === 2 ? { direction: text('bidirectional') } : {};
  const all = { hidden_size: int(H), ...direction, ...attributes };
  const inputs = ['X', 'W', 'R', ...optionalInputs.map((name) => (given.includes(name) ? name : ''))];
  return model([node('LSTM', inputs, ['Y', 'Y_h', 'Y_c'], all, 'cell')], {
    inputs: [
      value('X', ['time', 'batch', I]),
      ...Object.entries(types).flatMap(([name, type]) => (given.includes(name) ? [type] : [])),
    ],
    outputs: [value('Y', [null, D, null, H]), value('Y_h', [D, null, H]), value('Y_c', [D, null, H])],
    initializers: [
      weights('W', D, 4 * H, I),
      weights('R', D, 4 * H, H),
      ...given.flatMap((name) => constants[name] ?? []),
    ],
    ...parts,
  });
}

const uneven = { batch: 3, time: 4 };

describe('an imported LSTM node computes what the node does', () => {
  it.each<[string, Cell]>([
    ['as it stands', {}],
    ['with a bias', { with: ['B'] }],
    ['in reverse', { with: ['B'], attributes: { direction: text('reverse') } }],
    ['in both directions', { directions: 2, with: ['B'] }],
    ['with given states', { directions: 2, with: ['initial_h', 'initial_c'] }],
    ['with a given state beside zeros', { with: ['B', 'initial_h'] }],
    ['with a given cell beside zeros, both directions', { directions: 2, with: ['initial_c'] }],
    ['with lengths', { with: ['B', 'sequence_lens'] }],
    ['with lengths in reverse', { with: ['sequence_lens'], attributes: { direction: text('reverse') } }],
    [
      'with lengths, states, both directions',
      { directions: 2, with: ['sequence_lens', 'initial_h', 'initial_c'] },
    ],
    ['with peepholes', { with: ['B', 'P'] }],
    ['with peepholes in both directions', { directions: 2, with: ['P', 'initial_h', 'initial_c'] }],
    ['with a clip', { attributes: { clip: float(0.3) } }],
    ['with coupled gates', { with: ['B'], attributes: { input_forget: int(1) } }],
    ['with other activations', { attributes: { activations: texts('HardSigmoid', 'Softsign', 'Relu') } }],
    [
      'with constants of activations, in the order of those that take some',
      {
        attributes: {
          activations: texts('HardSigmoid', 'Tanh', 'ScaledTanh'),
          activation_alpha: numbers(0.3, 0.9),
          activation_beta: numbers(0.4, 1.1),
        },
      },
    ],
    [
      'with an Affine whose beta is left out, which is 0 to all',
      {
        attributes: { activations: texts('Sigmoid', 'Affine', 'LeakyRelu'), activation_alpha: numbers(0.7) },
      },
    ],
    [
      'with fewer constants than activations that take some',
      {
        directions: 2,
        attributes: {
          activations: texts('Sigmoid', 'Elu', 'Affine', 'Sigmoid', 'Elu', 'Affine'),
          activation_alpha: numbers(0.7, 0.9, 0.7, 0.9),
        },
      },
    ],
  ])('%s', async (_, shape) => {
    await expectSame(cell(shape), uneven);
  });

  it('batch-first, as onnxruntime itself does not (layout 1)', async () => {
    for (const directions of [1, 2]) {
      const given = ['B', 'initial_h', 'initial_c', 'sequence_lens'];
      const timeFirst = cell({ directions, with: given });
      const batchFirst = cell({
        directions,
        with: given,
        attributes: { layout: int(1) },
        parts: {
          inputs: [
            value('X', ['batch', 'time', I]),
            value('sequence_lens', ['batch'], 'int32'),
            value('initial_h', ['batch', directions, H]),
            value('initial_c', ['batch', directions, H]),
          ],
          outputs: [
            value('Y', [null, null, directions, H]),
            value('Y_h', [null, directions, H]),
            value('Y_c', [null, directions, H]),
          ],
        },
      });
      const imported = await expectSame(batchFirst, { batch: 2, time: 3 });
      expect(imported.network.nodes.some((op) => op.op === 'lstm' && op.options.batchFirst)).toBe(true);
      // One sequence of one step is the same in both layouts.
      const feeds = feedsFor(timeFirst, { batch: 1, time: 1 });
      const turned = Object.fromEntries(
        Object.entries(feeds).map(([name, { data, dims }]) => [
          name,
          { data, dims: dims.length === 3 && name !== 'X' ? [1, directions, H] : dims },
        ]),
      );
      const [a, b] = [await run(encodeModel(timeFirst), feeds), await run(exported(imported), turned)];
      for (const name of ['Y', 'Y_h', 'Y_c'])
        expect(b.get(name)?.data).toBeCloseToArray(a.get(name)!.data, CLOSE);
    }
  });

  it('with hidden states of one number and sequences of one step', async () => {
    for (const D of [1, 2]) {
      const nodes = [
        node('LSTM', ['X', 'W', 'R'], ['Y', 'Y_h'], {
          hidden_size: int(1),
          ...(D === 2 ? { direction: text('bidirectional') } : {}),
        }),
        node('Squeeze', ['Y_h', 'zero'], ['last']),
      ];
      await expectSame(
        model(D === 1 ? nodes : nodes.slice(0, 1), {
          inputs: [value('X', [1, 1, 1])],
          outputs: [
            value('Y', [1, D, 1, 1]),
            ...(D === 1 ? [value('last', [1, 1])] : [value('Y_h', [2, 1, 1])]),
          ],
          initializers: [weights('W', D, 4, 1), weights('R', D, 4, 1), int64s('zero', 0)],
        }),
      );
    }
  });

  it('from states that are the same for every sequence, which become parameters', async () => {
    const states = [weights('h', 2, 1, H), weights('c', 1, 1, H)];
    const nodes = [
      node('Shape', ['X'], ['shape']),
      node('Slice', ['shape', 'one', 'two'], ['batch']),
      node('Concat', ['two', 'batch', 'four'], ['target'], { axis: int(0) }),
      node('Expand', ['h', 'target'], ['h0']),
      node('Expand', ['c', 'target'], ['c0']),
      node('LSTM', ['X', 'W', 'R', '', '', 'h0', 'c0'], ['Y'], {
        direction: text('bidirectional'),
        hidden_size: int(H),
      }),
    ];
    const { network, parameters } = await expectSame(
      model(nodes, {
        inputs: [value('X', ['time', 'batch', I])],
        outputs: [value('Y', [null, 2, null, H])],
        initializers: [
          ...states,
          weights('W', 2, 4 * H, I),
          weights('R', 2, 4 * H, H),
          int64s('one', 1),
          int64s('two', 2),
          int64s('four', H),
        ],
      }),
    );
    expect(network.nodes.find(({ op }) => op === 'lstm')?.options).toMatchObject({ learnedState: true });
    expect(parameters.get('lstm.h0')?.data).toEqual(states[0]?.data);
    expect(parameters.get('lstm.c0')?.shape).toEqual([2, H]);
  });

  it('of lengths that are all of the time', async () => {
    const lens: OnnxTensor = { name: 'lens', dtype: 'int32', shape: [3], data: Int32Array.of(4, 4, 4) };
    const whole = cell({});
    const graph = {
      ...whole.graph,
      inputs: [value('X', [4, 3, I])],
      nodes: [node('LSTM', ['X', 'W', 'R', '', 'lens'], ['Y', 'Y_h', 'Y_c'], { hidden_size: int(H) })],
      initializers: [...whole.graph.initializers, lens],
    };
    const { network } = await expectSame({ ...whole, graph });
    expect(Object.keys(network.inputs)).toEqual(['X']);
  });
});

describe('dimensions', () => {
  const stated = (...dims: [(string | null)[], (string | null)[]]) =>
    cell({
      with: ['initial_h', 'initial_c'],
      parts: {
        inputs: [
          value('X', [...dims[0], I]),
          value('initial_h', [1, dims[1][0] ?? null, H]),
          value('initial_c', [1, dims[1][1] ?? null, H]),
        ],
      },
    });

  it('that the file calls by several names are one where the node says so', () => {
    const { network } = readOnnx(encodeModel(stated(['time', 'batch'], ['batch_h', 'batch_c'])));
    const names = Object.values(network.inputs).map(({ shape }) => shape[1]);
    expect(new Set(names).size).toBe(1);
    expect(network.inputs.X?.shape[0]).toBe('time');
  });

  it('without names get some', () => {
    const { network } = readOnnx(encodeModel(stated([null, null], [null, null])));
    const [time, batch] = network.inputs.X?.shape ?? [];
    expect(time).not.toBe(batch);
    expect(network.inputs.initial_h?.shape).toEqual([1, batch, H]);
  });

  it('keep the difference of names that only differ in signs', () => {
    const { network } = readOnnx(encodeModel(stated(['a-b', 'a b'], ['a b', 'a b'])));
    expect(network.inputs.X?.shape.slice(0, 2)).toEqual(['a_b', 'a_b_2']);
  });
});

describe('parameters', () => {
  it('keep the gates of ONNX, i, o, f, c, under i, f, g, o', () => {
    const row = (gate: number) =>
      Float32Array.from({ length: 4 * H }, (_, i) => Math.floor(i / H)).filter((g) => g === gate);
    const whole = cell({ with: ['P'] });
    const W = {
      ...weights('W', 1, 4 * H, I),
      data: Float32Array.from({ length: 4 * H * I }, (_, i) => Math.floor(i / (H * I))),
    };
    const P = {
      ...weights('P', 1, 3 * H),
      data: Float32Array.from({ length: 3 * H }, (_, i) => Math.floor(i / H)),
    };
    const initializers = [W, P, ...whole.graph.initializers.filter(({ name }) => name === 'R')];
    const { parameters } = readOnnx(encodeModel({ ...whole, graph: { ...whole.graph, initializers } }));
    const blocks = (name: string, size: number) =>
      [...(parameters.get(name)?.data ?? [])].filter((_, i) => i % size === 0);
    expect(row(0)).toHaveLength(H);
    expect(blocks('cell.weight_ih_l0', H * I)).toEqual([0, 2, 3, 1]);
    expect(blocks('cell.weight_peephole_l0', H)).toEqual([0, 2, 1]);
  });

  it.each(['float16', 'bfloat16', 'float64'] as const)('of %s become float32', (dtype) => {
    const whole = cell({});
    const wide = { float16: [0x3800, 0.5], bfloat16: [0x3f00, 0.5], float64: [0, 0.5] } as const;
    const half = whole.graph.initializers.map(({ name, shape, data }): OnnxTensor => {
      const count = data?.length ?? 0;
      if (dtype === 'float64') return { name, dtype, shape, data: new Float64Array(count).fill(0.5) };
      return { name, dtype, shape, raw: new Uint8Array(new Uint16Array(count).fill(wide[dtype][0]).buffer) };
    });
    const inputs = whole.graph.inputs.map((input) => ({ ...input, dtype }));
    const { network, parameters } = readOnnx(
      encodeModel({ ...whole, graph: { ...whole.graph, inputs, initializers: half } }),
    );
    expect(network.inputs.X?.dtype).toBe('float32');
    expect(
      [...parameters.values()].every(({ data }) => data.length > 0 && data.every((x) => x === 0.5)),
    ).toBe(true);
  });

  it('are called after the node, or numbered, where the initializers do not tell', () => {
    const nodes = ['/enc/rnn/LSTM', 'node_lstm__2', '', 'a b/LSTM_3', 'x'].map((name, i) =>
      node('LSTM', ['x', 'W', 'R'], [`Y${i}`], {}, name),
    );
    const { network } = readOnnx(
      encodeModel(
        model(nodes, {
          inputs: [value('x', ['time', 'batch', I])],
          outputs: nodes.map((_, i) => value(`Y${i}`, [null, 1, null, H])),
          initializers: [weights('W', 1, 4 * H, I), weights('R', 1, 4 * H, H)],
        }),
      ),
    );
    const lstms = network.nodes.filter(({ op }) => op === 'lstm').map(({ name }) => name);
    expect(lstms).toEqual(['enc.rnn', 'lstm', 'lstm_1', 'a_b', 'x_1']);
  });

  it('are the numbers of the file even where its bytes do not begin at an even place', () => {
    const bytes = encodeModel(cell({ with: ['B'] }));
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(readOnnx(shifted.subarray(1)).parameters).toEqual(readOnnx(bytes).parameters);
  });
});
