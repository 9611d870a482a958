import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { relu, softmax } from '../../src/builder/ops/activations.js';
import { add } from '../../src/builder/ops/arithmetic.js';
import { flip } from '../../src/builder/ops/flip.js';
import { gru } from '../../src/builder/ops/gru.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { matmul } from '../../src/builder/ops/matmul.js';
import { max, mean } from '../../src/builder/ops/reduce.js';
import { reshape } from '../../src/builder/ops/reshape.js';
import { rnn } from '../../src/builder/ops/rnn.js';
import { transpose } from '../../src/builder/ops/transpose.js';
import { initParameters } from '../../src/builder/parameters.js';
import { predict } from '../../src/builder/predict.js';
import { statePairs, withStates } from '../../src/builder/recurrent/states.js';
import { float32, type SymbolicTensor, type Value } from '../../src/builder/tensor.js';
import { exportOnnx, toOnnxModel } from '../../src/export/export.js';
import { Model } from '../../src/runtime/node.js';
import { simpleLSTM } from '../parity/networks.js';
import { expectSameNumbers, FORWARD, normal, numbersOf, toFeeds } from './running.js';

const sequence = float32('batch', 'time', 4);
const pairsOf = (network: Parameters<typeof statePairs>[0]) => Object.fromEntries(statePairs(network));

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'LstmOnnxError', code, message: expect.stringMatching(message) });

describe('withStates', () => {
  it('adds h0, c0, hn and cn for one LSTM, after what is there', () => {
    const shown = withStates(simpleLSTM);
    const state = { dtype: 'float32', shape: [1, 'batch', 64] };
    expect(Object.entries(shown.inputs)).toEqual([
      ['x', simpleLSTM.inputs.x],
      ['h0', state],
      ['c0', state],
    ]);
    expect(Object.entries(shown.outputs)).toEqual([
      ['logits', simpleLSTM.outputs.logits],
      ['hn', { ...state, from: 'lstm:h' }],
      ['cn', { ...state, from: 'lstm:c' }],
    ]);
    expect(pairsOf(shown)).toEqual({ h0: 'hn', c0: 'cn' });
  });

  it('leaves the network it was given as it was', () => {
    const before = structuredClone(simpleLSTM);
    withStates(simpleLSTM);
    expect(simpleLSTM).toEqual(before);
    expect(pairsOf(simpleLSTM)).toEqual({});
  });

  it('gives layers times directions states', async () => {
    const network = defineNetwork({ x: float32('time', 'batch', 4) }, ({ x }) => ({
      y: lstm('lstm', x, { hiddenSize: 3, numLayers: 3, bidirectional: true }).output,
    }));
    const shown = withStates(network);
    expect(shown.inputs.c0?.shape).toEqual([6, 'batch', 3]);
    expect(shown.outputs.hn?.shape).toEqual([6, 'batch', 3]);
    await expectSameNumbers(shown, { batch: 2, time: 4 });
  });

  it.each<[string, boolean, (steps: SymbolicTensor<'float32', readonly ['batch', 'time', 3]>) => Value]>([
    ['the last step', true, (steps) => linear('fc', steps.at(-1), 2)],
    ['every step', true, (steps) => linear('fc', reshape(relu(steps), ['batch', 'time', 3, 1]), 2)],
    ['the mean', false, (steps) => mean(relu(steps), 1)],
    ['weights over the features', true, (steps) => softmax(steps, 2)],
    ['a residual', true, (steps) => add(steps, relu(steps))],
    [
      'steps with steps',
      false,
      (steps) => add(reshape(steps, ['batch', 'time', 1, 3]), reshape(steps, ['batch', 1, 'time', 3])),
    ],
    ['products of steps', false, (steps) => matmul(steps, transpose(steps, [0, 2, 1]))],
    ['the maximum', false, (steps) => max(transpose(steps, [1, 0, 2]), 0)],
    ['the first step', false, (steps) => steps.at(0)],
    ['a softmax over the steps', false, (steps) => softmax(steps, 1)],
    ['the steps turned round', false, (steps) => flip(steps, 1)],
  ])('carries states on where a piece gives what the whole gives: %s', (_what, carried, head) => {
    const network = defineNetwork({ x: sequence }, ({ x }) => ({
      y: head(lstm('lstm', x, { hiddenSize: 3 }).output),
    }));
    expect(pairsOf(withStates(network))).toEqual({ h0: carried ? 'hn' : null, c0: carried ? 'cn' : null });
  });

  it('prefixes the states of several LSTMs with their names', async () => {
    const network = defineNetwork({ x: sequence }, ({ x }) => {
      const { output } = lstm('encoder.first', x, { hiddenSize: 3 });
      return { y: lstm('second', output, { hiddenSize: 2, numLayers: 2 }).output };
    });
    const shown = withStates(network);
    expect(pairsOf(shown)).toEqual({
      encoder_first_h0: 'encoder_first_hn',
      encoder_first_c0: 'encoder_first_cn',
      second_h0: 'second_hn',
      second_c0: 'second_cn',
    });
    await expectSameNumbers(shown);
  });

  it('keeps states that are inputs and outputs already, under their names', () => {
    const state = float32(1, 'batch', 3);
    const network = defineNetwork({ x: sequence, hidden: state, cell: state }, ({ x, hidden, cell }) => {
      const { output, h, c } = lstm('lstm', x, { hiddenSize: 3, initialState: { h: hidden, c: cell } });
      return { y: output, nextHidden: h, nextCell: c };
    });
    expect(withStates(network)).toEqual(network);
    const model = toOnnxModel(network, initParameters(network, 1));
    expect(JSON.parse(model.metadata.get('lstm_onnx.states')!)).toEqual({
      hidden: 'nextHidden',
      cell: 'nextCell',
    });
  });

  it('adds the outputs where only the inputs are there, and the inputs where only an output is', () => {
    const state = float32(1, 'batch', 3);
    const given = defineNetwork({ x: sequence, hidden: state, cell: state }, ({ x, hidden, cell }) => ({
      y: lstm('lstm', x, { hiddenSize: 3, initialState: { h: hidden, c: cell } }).output,
    }));
    expect(pairsOf(given)).toEqual({});
    expect(pairsOf(withStates(given))).toEqual({ hidden: 'hn', cell: 'cn' });
    const shown = defineNetwork({ x: sequence }, ({ x }) => {
      const { output, c } = lstm('lstm', x, { hiddenSize: 3 });
      return { y: output, memory: c };
    });
    expect(pairsOf(withStates(shown))).toEqual({ h0: 'hn', c0: 'memory' });
  });

  it('leaves an LSTM alone that starts from computed states', async () => {
    const network = defineNetwork({ x: sequence }, ({ x }) => {
      const encoder = lstm('encoder', x, { hiddenSize: 3 });
      return { y: lstm('decoder', x, { hiddenSize: 3, initialState: encoder }).output };
    });
    const shown = withStates(network);
    // A piece by itself would start the decoder anew, so that no state is carried.
    expect(pairsOf(shown)).toEqual({ encoder_h0: null, encoder_c0: null });
    expect(Object.keys(shown.outputs)).toEqual(['y', 'encoder_hn', 'encoder_cn']);
    await expectSameNumbers(shown);
  });

  it('carries no state beside a layer that starts every piece from learned states', () => {
    const network = defineNetwork({ x: sequence }, ({ x }) => {
      const first = gru('first', x, { hiddenSize: 3, initialState: 'learned' });
      return { y: rnn('second', first.output, { hiddenSize: 3 }).output };
    });
    expect(pairsOf(withStates(network))).toEqual({ second_h0: null });
  });

  it('refuses a network in which every layer starts from learned states', () => {
    const network = defineNetwork({ x: sequence }, ({ x }) => ({
      y: gru('gru', x, { hiddenSize: 3, initialState: 'learned' }).output,
    }));
    expect(() => withStates(network)).toThrow(refused('E_INVALID_OPTION', /learned or computed states/));
  });

  it('says of a state that two LSTMs start from that nothing carries it', () => {
    const state = float32(1, 'batch', 3);
    const network = defineNetwork({ x: sequence, h0: state, c0: state }, ({ x, h0, c0 }) => {
      const initialState = { h: h0, c: c0 };
      const first = lstm('first', x, { hiddenSize: 3, initialState });
      return { y: lstm('second', first.output, { hiddenSize: 3, initialState }).output };
    });
    expect(pairsOf(withStates(network))).toEqual({ h0: null, c0: null });
    const both = defineNetwork({ x: sequence, s: state }, ({ x, s }) => ({
      y: lstm('lstm', x, { hiddenSize: 3, initialState: { h: s, c: s } }).output,
    }));
    expect(pairsOf(withStates(both))).toEqual({ s: null });
  });

  it.each([{ bidirectional: true }, { reverse: true }])(
    'says that nothing carries the state of %j on',
    (how) => {
      const network = defineNetwork({ x: sequence }, ({ x }) => ({
        y: lstm('lstm', x, { hiddenSize: 3, ...how }).output,
      }));
      expect(pairsOf(withStates(network))).toEqual({ h0: null, c0: null });
    },
  );

  it.each(['h0', 'c0', 'hn', 'cn'])('refuses a network whose %s is something else', (name) => {
    const isInput = name.endsWith('0');
    const network = defineNetwork(
      { x: sequence, [isInput ? name : 'other']: float32('batch', 2) },
      (inputs) => {
        const { output } = lstm('lstm', inputs.x as Parameters<typeof lstm>[1], { hiddenSize: 3 });
        const other = relu(inputs[isInput ? name : 'other'] as Parameters<typeof relu>[0]);
        return { y: output, [isInput ? 'z' : name]: other };
      },
    );
    const message = new RegExp(`state (in|out)put '${name}' cannot be added.*Rename`);
    expect(() => withStates(network)).toThrow(refused('E_DUPLICATE_NAME', message));
    const parameters = initParameters(network, 1);
    expect(() => exportOnnx(network, parameters, { states: true })).toThrow(
      refused('E_DUPLICATE_NAME', message),
    );
    expect(() => exportOnnx(network, parameters)).not.toThrow();
  });

  it('refuses a network without recurrent layers', () => {
    const network = defineNetwork({ x: float32('batch', 4) }, ({ x }) => ({ y: linear('fc', x, 2) }));
    expect(() => exportOnnx(network, initParameters(network, 1), { states: true })).toThrow(
      refused('E_INVALID_OPTION', /no recurrent layer/),
    );
  });
});

describe('learned states of an LSTM with a projection', () => {
  it.each([
    [1, false],
    [2, true],
  ])(
    'are constants of the exported model, which the provider simd reads: %i layers, both directions %s',
    async (numLayers, bidirectional) => {
      const network = defineNetwork({ x: sequence }, ({ x }) => {
        const options = { hiddenSize: 8, projSize: 3, numLayers, bidirectional };
        const { output, h, c } = lstm('lstm', x, { ...options, initialState: 'learned' });
        return { output, h, c };
      });
      const parameters = initParameters(network, 1);
      for (const [name, { data }] of parameters) {
        if (/[hc]0$/.test(name)) data.set(normal([data.length]).data);
      }
      const x = normal([2, 5, 4]);
      const expected = await predict(network, parameters, { x });
      const bytes = exportOnnx(network, parameters);
      for (const provider of ['cpu', 'simd'] as const) {
        await using model = await Model.load(bytes, { providers: [provider] });
        const got = await model.run(toFeeds({ x }));
        for (const name of ['output', 'h', 'c'] as const) {
          expect(numbersOf(got[name]).data).toBeCloseToArray(expected[name].data, FORWARD);
        }
      }
    },
  );
});
