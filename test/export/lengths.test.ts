import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { logSoftmax, relu } from '../../src/builder/ops/activations.js';
import { dropout } from '../../src/builder/ops/dropout.js';
import { flip } from '../../src/builder/ops/flip.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { reshape } from '../../src/builder/ops/reshape.js';
import { initParameters } from '../../src/builder/parameters.js';
import { float32, int32, type SymbolicTensor, type Value } from '../../src/builder/tensor.js';
import { exportOnnx } from '../../src/export/export.js';
import { withLengths } from '../../src/export/lengths.js';
import { Model } from '../../src/runtime/node.js';
import { simpleLSTM } from '../parity/networks.js';
import { normal, numbersOf } from './running.js';
import '../matcher.js';

const sequence = float32('batch', 'time', 4);

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'LstmOnnxError', code, message: expect.stringMatching(message) });

describe('withLengths', () => {
  it('adds an input to every LSTM, and takes the last step of each sequence', () => {
    const network = defineNetwork({ x: sequence }, ({ x }) => {
      const { output } = lstm('lower', x, { hiddenSize: 3 });
      const { output: upper } = lstm('upper', dropout(output, 0.5), { hiddenSize: 2, bidirectional: true });
      return { y: relu(upper).at(-1), first: output.at(0) };
    });
    const shown = withLengths(network);
    expect(shown.inputs).toEqual({ x: network.inputs.x, lengths: { dtype: 'int32', shape: ['batch'] } });
    expect(shown.outputs).toEqual(network.outputs);
    const reading = shown.nodes.filter(({ inputs }) => 'lengths' in inputs && inputs.lengths === 'lengths');
    expect(reading.map(({ name }) => name)).toEqual(['lower', 'upper', 'at_1']);
  });

  it.each(['time', 6])('takes the last step of the input of each sequence too, time %s', (time) => {
    const network = defineNetwork({ x: float32('batch', time, 4) }, ({ x }) => ({
      h: lstm('lstm', relu(x), { hiddenSize: 3 }).h,
      last: x.at(-1, 1),
      first: x.at(0, 1),
    }));
    const { nodes } = withLengths(network);
    const reading = nodes.filter(({ inputs }) => 'lengths' in inputs && inputs.lengths === 'lengths');
    expect(reading.map(({ name }) => name)).toEqual(['lstm', 'at_1']);
  });

  it('leaves the network it was given as it was', () => {
    const before = structuredClone(simpleLSTM);
    withLengths(simpleLSTM);
    expect(simpleLSTM).toEqual(before);
  });

  it.each([false, true])('gives what each sequence gives alone; bidirectional: %s', async (bidirectional) => {
    const network = defineNetwork({ x: sequence }, ({ x }) => {
      const { output, h } = lstm('lstm', x, { hiddenSize: 3, numLayers: 2, bidirectional });
      return { last: linear('fc', output.at(-1), 2), output, h };
    });
    const parameters = initParameters(network, 1);
    await using plain = await Model.load(exportOnnx(network, parameters), { providers: ['cpu'] });
    await using ragged = await Model.load(exportOnnx(network, parameters, { lengths: true }), {
      providers: ['cpu'],
    });
    const x = normal([2, 5, 4]).data;
    const steps = [2, 5];
    const together = await ragged.run({
      x: { data: x, dims: [2, 5, 4] },
      lengths: { data: Int32Array.from(steps), dims: [2] },
    });
    const last = numbersOf(together.last);
    for (const [row, length] of steps.entries()) {
      const data = x.slice(row * 20, row * 20 + length * 4);
      const alone = await plain.run({ x: { data, dims: [1, length, 4] } });
      expect(last.data.slice(row * 2, row * 2 + 2)).toBeCloseToArray(numbersOf(alone.last).data, {
        atol: 1e-6,
      });
    }
    const width = bidirectional ? 6 : 3;
    expect([...numbersOf(together.output).data.slice(2 * width, 5 * width)]).toEqual(
      Array(3 * width).fill(0),
    );
  });

  it('goes with states and probabilities', () => {
    const shown = exportOnnx(simpleLSTM, initParameters(simpleLSTM, 1), {
      states: true,
      lengths: true,
      softmax: true,
    });
    return expect(
      Model.load(shown, { providers: ['cpu'] }).then(async (model) => {
        await using opened = model;
        return [...opened.inputs, ...opened.outputs].map(({ name }) => name);
      }),
    ).resolves.toEqual(['x', 'h0', 'c0', 'lengths', 'logits', 'probabilities', 'hn', 'cn']);
  });
});

describe('withLengths refuses', () => {
  const along = (op: (output: SymbolicTensor<'float32', readonly ['batch', 'time', 3]>) => Value) =>
    defineNetwork({ x: sequence }, ({ x }) => ({ y: op(lstm('lstm', x, { hiddenSize: 3 }).output) }));

  it.each([
    ['a turn of the steps', along((output) => flip(output))],
    ['logarithms over the steps', along((output) => logSoftmax(output, 1))],
    ['the last step but one', along((output) => output.at(-2))],
    [
      'the steps as the features of one layer',
      defineNetwork({ x: float32('batch', 6, 4) }, ({ x }) => ({
        y: linear('fc', reshape(lstm('lstm', x, { hiddenSize: 3 }).output, ['batch', 18]), 2),
      })),
    ],
    [
      'the last step but one of the input, its time a number',
      defineNetwork({ x: float32('batch', 6, 4) }, ({ x }) => ({
        y: lstm('lstm', relu(x), { hiddenSize: 3 }).h,
        z: x.at(-2, 1),
      })),
    ],
  ])('%s, which would read padding', (_, network) => {
    expect(() => withLengths(network)).toThrow(refused('E_UNSUPPORTED', /would read the padding as steps/));
  });

  it('a network without recurrent layers', () => {
    const network = defineNetwork({ x: sequence }, ({ x }) => ({ y: relu(x) }));
    expect(() => withLengths(network)).toThrow(refused('E_INVALID_OPTION', /no recurrent layer/));
  });

  it('an LSTM that has lengths already', () => {
    expect(() => withLengths(withLengths(simpleLSTM))).toThrow(
      refused('E_INVALID_OPTION', /'lstm' has lengths already/),
    );
  });

  it('LSTMs over different sequences', () => {
    const network = defineNetwork({ x: sequence, z: float32('batch', 'frames', 4) }, ({ x, z }) => ({
      a: lstm('a', x, { hiddenSize: 2 }).h,
      b: lstm('b', z, { hiddenSize: 2 }).h,
    }));
    expect(() => withLengths(network)).toThrow(refused('E_INVALID_OPTION', /time time and .*time frames/));
  });

  it('a network that has something of that name', () => {
    const network = defineNetwork({ x: sequence, lengths: int32('batch') }, ({ x, lengths }) => ({
      h: lstm('lstm', x, { hiddenSize: 2 }).h,
      lengths,
    }));
    expect(() => withLengths(network)).toThrow(refused('E_DUPLICATE_NAME', /lengths/));
  });
});
