/** The state dicts of GRU, RNN and cells in fixtures/data/gru-rnn: the same in every form, and what their runs say. */
import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { predict } from '../../src/builder/predict.js';
import { float32 } from '../../src/builder/tensor.js';
import { readStateDict } from '../../src/import/state-dict.js';
import type { NdArray } from '../../src/nd-array.js';
import { type FloatTensors, type GruRnnCase, loadFixture } from '../fixtures.js';
import { recurrentStep, runByDefinition } from '../recurrent-by-definition.js';
import '../matcher.js';
import { bytesOf, filesIn, nameOf, namesIn, runsOf, weightsOf } from './gru-rnn-files.js';

const CLOSE = { atol: 1e-6 };

interface WeightsCase {
  readonly kind: 'gru' | 'rnn' | 'lstm';
  readonly nonlinearity?: 'tanh' | 'relu';
  readonly pool?: 'last' | 'all' | 'hidden';
  readonly batchFirst?: boolean;
}

const numbersOf = (tensors: ReadonlyMap<string, { shape: readonly number[]; data: ArrayLike<number> }>) =>
  Object.fromEntries([...tensors].map(([key, { shape, data }]) => [key, { shape, data: Array.from(data) }]));

describe('state dicts of GRU and RNN', () => {
  const forms = filesIn('state-dicts').filter((file) => !file.endsWith('.safetensors'));

  it.each(forms)('are read from %s with every number', (file) => {
    const name = nameOf(file);
    expect(numbersOf(readStateDict(bytesOf(`state-dicts/${file}`)))).toEqual(
      numbersOf(weightsOf(`state-dicts/${name}`)),
    );
  });

  it('come in every form', () => {
    const kinds = new Set(forms.map((file) => /(-training|-lightning)?\.\w+$/.exec(file)?.[0]));
    expect([...kinds].sort()).toEqual(['-lightning.ckpt', '-training.pt', '.npz', '.pt', '.pth']);
    expect(namesIn('state-dicts')).toEqual([
      'gru-all',
      'gru-bidirectional-hidden',
      'gru-bidirectional-last',
      'gru-last',
      'gru-no-head',
      'mixed',
      'rnn-bidirectional-last',
      'rnn-no-head',
      'rnn-relu-all',
      'rnn-tanh-last',
    ]);
  });

  it.each(namesIn('state-dicts').filter((name) => name !== 'mixed'))(
    '%s gives the runs beside it',
    (name) => {
      const weights = weightsOf(`state-dicts/${name}`);
      const fixture = loadFixture<WeightsCase & Pick<GruRnnCase, 'kind'>>(`gru-rnn/state-dicts/${name}-runs`);
      const { kind, pool, batchFirst = true } = fixture.case;
      const prefix = pool === undefined ? '' : `${kind}.`;
      const params = new Map(
        [...weights].map(([key, value]) => [
          key.startsWith(prefix) ? `${kind}.${key.slice(prefix.length)}` : key,
          value,
        ]),
      );
      const runs = runsOf(fixture);
      expect(runs).toHaveLength(pool === undefined ? 2 : 6);
      for (const { inputs, outputs } of runs) {
        const [first = 0, second = 0, inputSize = 0] = inputs.get('x')!.shape;
        const [batch, time] = batchFirst ? [first, second] : [second, first];
        const hiddenSize = params.get(`${kind}.weight_hh_l0`)!.shape[1]!;
        const config: GruRnnCase = {
          ...fixture.case,
          ...{ batch, time, inputSize, hiddenSize, batchFirst },
          numLayers: params.has(`${kind}.weight_hh_l1`) ? 2 : 1,
          bidirectional: params.has(`${kind}.weight_hh_l0_reverse`),
          bias: params.has(`${kind}.bias_ih_l0`),
          states: inputs.has('h0'),
          lengths: inputs.has('lengths'),
        };
        const own = runByDefinition({ ...fixture, case: config, params, inputs });
        for (const key of ['output', 'hn']) {
          const expected = outputs.get(key);
          if (expected) expect(own.get(key), key).toBeCloseToArray(expected.data, CLOSE);
        }
        const classes = params.get('fc.weight')?.shape[0];
        const shape = pool === 'all' ? [batch, time, classes] : [batch, classes];
        expect(outputs.get('logits')?.shape).toEqual(pool === undefined ? undefined : shape);
      }
    },
  );

  it('have a network of an LSTM, a GRU and an RNN', () => {
    const rows = [...weightsOf('state-dicts/mixed')].filter(([key]) => key.includes('weight_hh'));
    expect(Object.fromEntries(rows.map(([key, { shape }]) => [key, shape]))).toEqual({
      'lower.weight_hh_l0': [16, 4],
      'lower.weight_hh_l0_reverse': [16, 4],
      'middle.weight_hh_l0': [15, 5],
      'upper.weight_hh_l0': [4, 4],
    });
    const runs = runsOf(loadFixture('gru-rnn/state-dicts/mixed-runs'));
    expect(runs.map(({ outputs }) => outputs.get('logits')?.shape)).toEqual([
      [2, 2],
      [5, 2],
    ]);
  });
});

describe('networks of cells', () => {
  const cells = namesIn('cell-modules');

  it('are of every kind', () => {
    expect(cells).toEqual(['gru-cell-no-bias', 'gru-cell', 'lstm-cell', 'rnn-relu-cell', 'rnn-tanh-cell']);
  });

  it.each(cells)('%s has the same weights in both forms, without the number of a layer', (name) => {
    const weights = weightsOf(`cell-modules/${name}`);
    expect(numbersOf(readStateDict(bytesOf(`cell-modules/${name}.pt`)))).toEqual(numbersOf(weights));
    const own = ['weight_ih', 'weight_hh', ...(name.endsWith('no-bias') ? [] : ['bias_ih', 'bias_hh'])];
    expect([...weights.keys()].sort()).toEqual(
      [...own.map((key) => `cell.${key}`), 'fc.weight', 'fc.bias'].sort(),
    );
  });

  it.each(cells)('%s gives the runs beside it, step by step', async (name) => {
    const weights = weightsOf(`cell-modules/${name}`);
    const fixture = loadFixture<WeightsCase>(`gru-rnn/cell-modules/${name}-runs`);
    const runs = runsOf(fixture);
    expect(runs.map(({ kind }) => kind)).toEqual(['plain', 'plain', 'states', 'states']);
    for (const { inputs, outputs } of runs) {
      const results =
        fixture.case.kind === 'lstm'
          ? await asLstm(weights, inputs)
          : stepped(fixture.case as never, weights, inputs);
      for (const key of fixture.case.kind === 'lstm' ? ['output', 'hn', 'cn'] : ['output', 'hn']) {
        expect(results.get(key), key).toBeCloseToArray(outputs.get(key)!.data, CLOSE);
      }
      const [batch, time] = inputs.get('x')!.shape;
      expect(outputs.get('output')?.shape).toEqual([batch, time, 5]);
      expect(outputs.get('hn')?.shape).toEqual([batch, 5]);
      expect(outputs.get('logits')?.shape).toEqual([batch, 4]);
    }
  });
});

/** A GRU or RNN cell, one sequence after the other. */
function stepped(
  config: Pick<GruRnnCase, 'kind' | 'nonlinearity'>,
  weights: FloatTensors,
  inputs: ReadonlyMap<string, NdArray>,
): Map<string, number[]> {
  const { shape, data } = inputs.get('x')!;
  const [batch = 0, time = 0, features = 0] = shape;
  const size = weights.get('cell.weight_hh')!.shape[1]!;
  const output: number[] = [];
  const hn: number[] = [];
  for (let index = 0; index < batch; index++) {
    const h0 = inputs.get('h0')?.data.slice(index * size, (index + 1) * size);
    let h = Array.from(h0 ?? new Float32Array(size), Number);
    for (let t = 0; t < time; t++) {
      const start = (index * time + t) * features;
      const x = Array.from(data.slice(start, start + features), Number);
      h = recurrentStep(config, weights, ['cell.', ''], x, h);
      output.push(...h);
    }
    hn.push(...h);
  }
  return new Map([
    ['output', output],
    ['hn', hn],
  ]);
}

/** The LSTM cell as this library's LSTM of one layer. */
async function asLstm(weights: FloatTensors, inputs: ReadonlyMap<string, NdArray>) {
  const network = defineNetwork(
    { x: float32('batch', 'time', 3), h0: float32(1, 'batch', 5), c0: float32(1, 'batch', 5) },
    ({ x, h0, c0 }) => {
      const { output, h, c } = lstm('cell', x, { hiddenSize: 5, initialState: { h: h0, c: c0 } });
      return { output, hn: h, cn: c };
    },
  );
  const batch = inputs.get('x')!.shape[0]!;
  const state = (name: string) => ({
    dtype: 'float32' as const,
    shape: [1, batch, 5],
    data: (inputs.get(name)?.data ?? new Float32Array(batch * 5)) as Float32Array,
  });
  const own = [...weights]
    .filter(([key]) => key.startsWith('cell.'))
    .map(([key, value]) => [`${key}_l0`, value] as const);
  const x = inputs.get('x') as NdArray<'float32'>;
  const results = await predict(network, new Map(own), { x, h0: state('h0'), c0: state('c0') });
  return new Map(Object.entries(results).map(([key, { data }]) => [key, Array.from(data)]));
}
