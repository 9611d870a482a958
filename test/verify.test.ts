import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineNetwork, type Network } from '../src/builder/network.js';
import { relu } from '../src/builder/ops/activations.js';
import { conv2d } from '../src/builder/ops/convolution.js';
import { embedding } from '../src/builder/ops/embedding.js';
import { linear } from '../src/builder/ops/linear.js';
import { lstm } from '../src/builder/ops/lstm.js';
import { maxPool2d } from '../src/builder/ops/pool.js';
import { mean } from '../src/builder/ops/reduce.js';
import { reshape } from '../src/builder/ops/reshape.js';
import { initParameters, type StateDict } from '../src/builder/parameters.js';
import { float32, int32 } from '../src/builder/tensor.js';
import { type ExportOptions, exportOnnx } from '../src/export/export.js';
import { Model } from '../src/runtime/node.js';
import { type Comparison, verify } from '../src/verify.js';
import { simpleLSTM } from './parity/networks.js';

const parameters = initParameters(simpleLSTM, 1);
const sizes = { batches: [1, 3], times: [1, 4] };

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'LstmOnnxError', code, message: expect.stringMatching(message) });

function load(network: Network, stateDict: StateDict, options: ExportOptions = {}) {
  return Model.load(exportOnnx(network, stateDict, options), { providers: ['cpu'] });
}

async function verified(network: Network, options: ExportOptions = {}): Promise<Comparison[]> {
  const own = initParameters(network, 1);
  await using model = await load(network, own, options);
  return await verify(model, network, own, sizes);
}

/** The parameters with one number of one of them changed. */
function changed(name: string, index: number, value: number): StateDict {
  const { shape, data } = parameters.get(name)!;
  return new Map([...parameters, [name, { shape, data: data.with(index, value) }]]);
}

const worst = (comparisons: readonly Comparison[]) => Math.max(...comparisons.map(({ maxAbs }) => maxAbs));

describe('verify', () => {
  let model: Model;
  beforeAll(async () => {
    model = await load(simpleLSTM, parameters);
  });
  afterAll(async () => {
    await model.release();
  });

  it('compares every output at every size, and finds a model and its checkpoint the same', async () => {
    const comparisons = await verify(model, simpleLSTM, parameters);
    expect(comparisons.map(({ output, batch, time }) => [output, batch, time])).toEqual(
      [1, 2, 16].flatMap((batch) => [1, 7, 50].map((time) => ['logits', batch, time])),
    );
    expect(worst(comparisons)).toBeLessThanOrEqual(2e-6);
    expect(worst(comparisons)).toBeGreaterThan(0);
    expect(comparisons.every(({ maxUlp }) => Number.isInteger(maxUlp))).toBe(true);
  });

  it('reports how far a changed weight takes the outputs', async () => {
    const bias = parameters.get('fc.bias')!.data[3]!;
    const comparisons = await verify(model, simpleLSTM, changed('fc.bias', 3, bias + 0.25), sizes);
    for (const { maxAbs, maxUlp } of comparisons) {
      expect(maxAbs).toBeCloseTo(0.25, 5);
      expect(maxUlp).toBeGreaterThan(1000);
    }
  });

  it('notices a change of one recurrent weight', async () => {
    const weights = changed('lstm.weight_hh_l0', 70 * 64 + 5, 0.5);
    const comparisons = await verify(model, simpleLSTM, weights, { batches: [4], times: [10] });
    expect(worst(comparisons)).toBeGreaterThan(1e-5);
  });

  it('reports numbers that are none, wherever they are', async () => {
    const weights = changed('fc.bias', 0, Number.NaN); // the first logit of each row; finite ones follow
    const comparisons = await verify(model, simpleLSTM, weights, sizes);
    expect(comparisons.map(({ maxAbs }) => maxAbs)).toEqual(Array(4).fill(Number.NaN));
  });

  it('finds infinities that both have the same', async () => {
    const weights = changed('fc.bias', 0, Number.NEGATIVE_INFINITY);
    await using infinite = await load(simpleLSTM, weights);
    expect(worst(await verify(infinite, simpleLSTM, weights, sizes))).toBeLessThanOrEqual(2e-6);
    expect(worst(await verify(model, simpleLSTM, weights, sizes))).toBe(Number.POSITIVE_INFINITY);
  });

  it('draws the same inputs for the same seed, others for another', async () => {
    const weights = changed('lstm.weight_hh_l0', 0, 1);
    const once = await verify(model, simpleLSTM, weights, { ...sizes, seed: 5 });
    expect(await verify(model, simpleLSTM, weights, { ...sizes, seed: 5 })).toEqual(once);
    expect(await verify(model, simpleLSTM, weights, { ...sizes, seed: 6 })).not.toEqual(once);
  });

  it('computes on the tfjs backend that is asked for', async () => {
    const options = { batches: [2], times: [3], backend: 'cpu' };
    expect(worst(await verify(model, simpleLSTM, parameters, options))).toBeLessThanOrEqual(2e-6);
    await expect(verify(model, simpleLSTM, parameters, { ...options, backend: 'abacus' })).rejects.toThrow(
      refused('E_PROVIDER_UNAVAILABLE', /abacus/),
    );
  });

  it('refuses a model of another network, and says what both have', async () => {
    const other = defineNetwork({ y: float32('batch', 'time', 28) }, ({ y }) => ({
      logits: linear('fc', lstm('lstm', y, { hiddenSize: 64 }).output.at(-1), 10),
    }));
    await expect(verify(model, other, parameters, sizes)).rejects.toThrow(
      refused('E_UNKNOWN_NAME', /model has inputs x and outputs logits; .* has y and logits/),
    );
    const without = defineNetwork({ y: float32('batch', 3) }, ({ y }) => ({ z: relu(y) }));
    await expect(verify(model, without, new Map(), sizes)).rejects.toThrow(
      refused('E_UNKNOWN_NAME', /has y and z/),
    );
  });

  it('refuses a model of another network also where that could not show its states', async () => {
    const other = defineNetwork({ y: float32('batch', 'time', 3) }, ({ y }) => {
      const { output } = lstm('lstm', y, { hiddenSize: 2 });
      return { hn: output };
    });
    await expect(verify(model, other, initParameters(other, 1), sizes)).rejects.toThrow(
      refused('E_UNKNOWN_NAME', /has y and hn/),
    );
  });

  it('refuses outputs of another shape, with both', async () => {
    const smaller = defineNetwork({ x: float32('batch', 'time', 28) }, ({ x }) => ({
      logits: linear('fc', lstm('lstm', x, { hiddenSize: 4 }).output.at(-1), 5),
    }));
    await expect(verify(model, smaller, initParameters(smaller, 1), sizes)).rejects.toThrow(
      refused(
        'E_SHAPE_MISMATCH',
        /'logits' is \[1, 10\] in the model and \[1, 5\] in what it is compared with/,
      ),
    );
  });

  it('refuses parameters of another network', async () => {
    await expect(verify(model, simpleLSTM, new Map(), sizes)).rejects.toThrow(
      refused('E_SHAPE_MISMATCH', /fc\.bias' \[10\] is missing/),
    );
  });
});

describe('verify compares', () => {
  it('states that the export shows, from random ones on', async () => {
    const comparisons = await verified(simpleLSTM, { states: true });
    expect(comparisons).toHaveLength(3 * 4);
    expect(new Set(comparisons.map(({ output }) => output))).toEqual(new Set(['logits', 'hn', 'cn']));
    expect(worst(comparisons)).toBeLessThanOrEqual(2e-6);
  });

  it('networks of several LSTMs with their states', async () => {
    const network = defineNetwork({ x: float32('time', 'batch', 3) }, ({ x }) => {
      const { output } = lstm('lower', x, { hiddenSize: 4, bidirectional: true });
      return { y: lstm('upper', output, { hiddenSize: 2, numLayers: 2 }).output };
    });
    const comparisons = await verified(network, { states: true });
    expect(comparisons).toHaveLength(5 * 4);
    expect(worst(comparisons)).toBeLessThanOrEqual(2e-6);
  });

  it('networks of ids, which stay within every table that they reach', async () => {
    const network = defineNetwork(
      { ids: int32('batch', 4), more: int32('batch', 2, 2) },
      ({ ids, more }) => ({
        wide: embedding('wide', ids, { numEmbeddings: 100, embeddingDim: 2 }),
        narrow: embedding('narrow', ids, { numEmbeddings: 2, embeddingDim: 2 }),
        reshaped: embedding('reshaped', reshape(more, ['batch', 4]), { numEmbeddings: 3, embeddingDim: 2 }),
      }),
    );
    const comparisons = await verified(network);
    expect(comparisons.map(({ output, time, ...rest }) => [output, rest.batch, time])).toEqual(
      [1, 3].flatMap((batch) => ['wide', 'narrow', 'reshaped'].map((output) => [output, batch, undefined])),
    );
    expect(worst(comparisons)).toBe(0);
  });

  it('images as wide as their windows, and says no time where no input has one', async () => {
    const network = defineNetwork({ image: float32('batch', 1, 4, 'width') }, ({ image }) => ({
      y: mean(
        maxPool2d(conv2d('conv', image, { outChannels: 2, kernelSize: 3, padding: 1 }), { kernelSize: 2 }),
        3,
      ),
    }));
    const own = initParameters(network, 1);
    await using model = await load(network, own);
    const comparisons = await verify(model, network, own);
    expect(comparisons.map(({ maxAbs: _, maxUlp: __, scale: ___, ...sizes }) => sizes)).toEqual([
      { output: 'y', batch: 2 },
      { output: 'y', batch: 16 },
    ]);
    expect(worst(comparisons)).toBeLessThanOrEqual(2e-6);
    await expect(verify(model, network, own, { batches: [1], times: [1] })).rejects.toThrow(
      refused('E_SHAPE_MISMATCH', /fewer than the 2 that a window covers/),
    );
  });

  it('outputs of ids', async () => {
    const network = defineNetwork({ ids: int32('batch', 4) }, ({ ids }) => ({
      pairs: reshape(ids, [-1, 2]),
    }));
    expect(worst(await verified(network))).toBe(0);
  });
});
