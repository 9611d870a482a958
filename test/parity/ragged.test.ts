/** Sequences of different lengths, from the builder through training to onnxruntime. */
import { describe, expect, it } from 'vitest';
import { startBackend } from '../../src/builder/backends/backend.js';
import { defineNetwork, type Network } from '../../src/builder/network.js';
import { networkFromJson, networkToJson } from '../../src/builder/network-json.js';
import { softmax, tanh } from '../../src/builder/ops/activations.js';
import { mul } from '../../src/builder/ops/arithmetic.js';
import { concat } from '../../src/builder/ops/concat.js';
import { dropout } from '../../src/builder/ops/dropout.js';
import { flip } from '../../src/builder/ops/flip.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { sum } from '../../src/builder/ops/reduce.js';
import { reshape } from '../../src/builder/ops/reshape.js';
import { stepCount } from '../../src/builder/ops/step-count.js';
import { transpose } from '../../src/builder/ops/transpose.js';
import { initParameters } from '../../src/builder/parameters.js';
import { predict } from '../../src/builder/predict.js';
import { Generator } from '../../src/builder/random.js';
import { float32, int32, type Value } from '../../src/builder/tensor.js';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { fit as train } from '../../src/builder/train/fit.js';
import { adam } from '../../src/builder/train/optimizers.js';
import { dataset } from '../../src/data/dataset.js';
import { exportOnnx } from '../../src/export/export.js';
import { readOnnx } from '../../src/import/onnx/read-onnx.js';
import type { NdArray } from '../../src/nd-array.js';
import { Model } from '../../src/runtime/node.js';
import '../matcher.js';

const backends = ['simd', 'cpu'];

/** The same feeds through tfjs and through the exported model. */
async function bothWays(
  network: Network,
  feeds: Record<string, NdArray<'float32' | 'int32'>>,
  backend: string,
  opset = 17,
) {
  const parameters = initParameters(network, 1);
  const predicted = await predict(network, parameters, feeds as never, { backend });
  await using model = await Model.load(exportOnnx(network, parameters, { opset }));
  const dims = Object.entries(feeds).map(([name, { data, shape }]) => [name, { data, dims: shape }] as const);
  const run = await model.run(Object.fromEntries(dims));
  // On our own kernels the same model gives the same.
  await using own = await Model.load(exportOnnx(network, parameters, { opset }), { providers: ['simd'] });
  const results = new Map(Object.entries(await own.run(Object.fromEntries(dims))));
  expect(results).toBeCloseToArray(new Map(Object.entries(predicted)), { atol: 2e-6 });
  return { predicted: new Map(Object.entries(predicted)), run: new Map(Object.entries(run)), model };
}

const floats = (shape: number[], seed = 1): NdArray<'float32'> => ({
  dtype: 'float32',
  shape,
  data: new Generator(seed).uniform(
    shape.reduce((a, b) => a * b, 1),
    -1,
    1,
  ),
});
const integers = (shape: number[], ...numbers: number[]): NdArray<'int32'> => ({
  dtype: 'int32',
  shape,
  data: Int32Array.from(numbers),
});

describe.each(backends)('on %s, sequences of different lengths', (backend) => {
  const ragged = defineNetwork(
    { x: float32('batch', 'time', 3), lengths: int32('batch') },
    ({ x, lengths }) => {
      const { output } = lstm('lstm', x, { hiddenSize: 4, bidirectional: true, lengths });
      const scores = linear('fc', dropout(output, 0.5), 2);
      return { last: scores.at(-1), first: scores.at(0), all: output };
    },
  );

  it('have their own last step, through layers that keep the steps', async () => {
    const feeds = { x: floats([3, 5, 3]), lengths: integers([3], 2, 5, 1) };
    const { predicted, run } = await bothWays(ragged, feeds, backend);
    expect(run).toBeCloseToArray(predicted, { atol: 2e-6 });
    // Each alone, cut to its length, is what it is among the others.
    const parameters = initParameters(ragged, 1);
    for (const [row, length] of [2, 5, 1].entries()) {
      const x = feeds.x.data.slice(row * 15, row * 15 + length * 3);
      const alone = await predict(
        ragged,
        parameters,
        {
          x: { dtype: 'float32', shape: [1, length, 3], data: x as Float32Array },
          lengths: integers([1], length) as never,
        },
        { backend },
      );
      const last = predicted.get('last')!;
      expect(last.data.slice(row * 2, row * 2 + 2)).toBeCloseToArray(alone.last.data, { atol: 1e-6 });
    }
  });

  it('are zero after their end', async () => {
    const feeds = { x: floats([2, 4, 3]), lengths: integers([2], 1, 4) };
    const { predicted } = await bothWays(ragged, feeds, backend);
    expect([...predicted.get('all')!.data.slice(8, 32)].every((value) => value === 0)).toBe(true);
  });

  it('go on through a reshape and another LSTM', async () => {
    const network = defineNetwork(
      { x: float32('batch', 'time', 3), lengths: int32('batch') },
      ({ x, lengths }) => {
        const { output } = lstm('lstm', x, { hiddenSize: 4, lengths });
        const upper = lstm('upper', output, { hiddenSize: 2 });
        return {
          split: reshape(linear('fc', output, 4), ['batch', 'time', 2, 2]).at(-1),
          score: reshape(linear('one', output, 1), ['batch', 'time']).at(-1),
          upper: linear('two', upper.output, 2).at(-1),
          h: upper.h,
        };
      },
    );
    const feeds = { x: floats([2, 4, 3]), lengths: integers([2], 2, 4) };
    const { predicted, run } = await bothWays(network, feeds, backend);
    expect(run).toBeCloseToArray(predicted, { atol: 2e-6 });
    // The first sequence alone, cut to its two steps.
    const alone = await predict(
      network,
      initParameters(network, 1),
      { x: floats([1, 2, 3]), lengths: integers([1], 2) as never },
      { backend },
    );
    const sizes = { split: 4, score: 1, upper: 2, h: 2 };
    for (const [name, { data }] of Object.entries(alone)) {
      expect(data).toHaveLength(sizes[name as keyof typeof sizes]);
      expect(predicted.get(name)!.data.slice(0, data.length)).toBeCloseToArray(data, { atol: 1e-6 });
    }
  });

  it('come back from JSON as they were', async () => {
    const again = networkFromJson(networkToJson(ragged));
    const feeds = { x: floats([2, 3, 3]), lengths: integers([2], 2, 3) };
    const [before, after] = await Promise.all(
      [ragged, again].map((network) =>
        predict(network, initParameters(network, 1), feeds as never, { backend }),
      ),
    );
    expect(after).toEqual(before);
  });

  it.each([14, 17, 18, 22])('are counted from padded tokens and features, opset %i', async (opset) => {
    const network = defineNetwork(
      { ids: int32('batch', 'time'), x: float32('time', 'batch', 2) },
      ({ ids, x }) => {
        const tokens = stepCount(ids);
        const frames = stepCount(x, -1);
        const read = (name: string, lengths: typeof tokens | typeof frames) =>
          lstm(name, x, { hiddenSize: 2, lengths: lengths as never }).h;
        return { a: read('a', tokens), b: read('b', frames) };
      },
    );
    const feeds = {
      ids: integers([2, 3], 5, 0, 0, 0, 7, 0),
      x: {
        dtype: 'float32',
        shape: [3, 2, 2],
        data: Float32Array.of(1, 2, 3, 4, -1, 5, -1, -1, -1, -1, -1, -1),
      },
    } as const;
    const { predicted, run } = await bothWays(network, feeds, backend, opset);
    expect(run).toBeCloseToArray(predicted, { atol: 2e-6 });
    const lengths = defineNetwork({ x: float32('time', 'batch', 2), lengths: int32('batch') }, (given) => ({
      h: lstm('b', given.x, { hiddenSize: 2, lengths: given.lengths }).h,
    }));
    const parameters = new Map([...initParameters(network, 1)].filter(([name]) => name.startsWith('b.')));
    // The last steps that are not all -1: the second of the first sequence, the first of the second one.
    const told = await predict(
      lengths,
      parameters,
      { x: feeds.x, lengths: integers([2], 2, 1) as never },
      { backend },
    );
    expect(predicted.get('b')).toBeCloseToArray(told.h, { atol: 1e-6 });
  });

  it('have their last step beside their input, turned over in their features, and time-first', async () => {
    const network = defineNetwork(
      { x: float32('batch', 'time', 3), lengths: int32('batch') },
      ({ x, lengths }) => {
        const { output } = lstm('lstm', x, { hiddenSize: 2, bidirectional: true, lengths });
        return {
          plain: output.at(-1),
          skip: concat([x, output], -1).at(-1),
          flipped: flip(output, 2).at(-1),
          turned: transpose(output, [1, 0, 2]).at(-1),
        };
      },
    );
    const feeds = { x: floats([2, 4, 3]), lengths: integers([2], 2, 4) };
    const { predicted, run } = await bothWays(network, feeds, backend);
    expect(run).toBeCloseToArray(predicted, { atol: 2e-6 });
    const rows = (name: string, from: number, size: number) =>
      [0, 1].map((row) => [...predicted.get(name)!.data.slice(row * size + from, (row + 1) * size)]);
    const plain = rows('plain', 0, 4);
    expect(rows('skip', 3, 7)).toEqual(plain);
    expect(rows('turned', 0, 4)).toEqual(plain);
    expect(rows('flipped', 0, 4)).toEqual(plain.map((row) => row.toReversed()));
  });

  it('may have no steps at all: then what follows sees zeros, here and in onnxruntime', async () => {
    const network = defineNetwork(
      { x: float32('batch', 'time', 3), lengths: int32('batch') },
      ({ x, lengths }) => {
        const { output } = lstm('lstm', x, { hiddenSize: 2, lengths });
        return { last: output.at(-1), score: linear('fc', output, 2).at(-1) };
      },
    );
    const { predicted, run } = await bothWays(
      network,
      { x: floats([2, 3, 3]), lengths: integers([2], 0, 3) },
      backend,
    );
    expect(run).toBeCloseToArray(predicted, { atol: 2e-6 });
    expect([...predicted.get('last')!.data.slice(0, 2)]).toEqual([0, 0]);
  });

  it.each([14, 17, 18, 22])(
    'are weighed alone: padding has no part in attention, opset %i',
    async (opset) => {
      const attend = (
        x: Value<'float32', readonly ['batch', 'time', 3]>,
        lengths?: Value<'int32', readonly ['batch']>,
      ) => {
        const { output } = lstm('lstm', x, { hiddenSize: 2, ...(lengths ? { lengths } : {}) });
        const weights = softmax(linear('score', tanh(output), 1), 1);
        return { weights, pooled: sum(mul(output, weights)) };
      };
      const network = defineNetwork(
        { x: float32('batch', 'time', 3), lengths: int32('batch') },
        ({ x, lengths }) => {
          const first = attend(x, lengths);
          // Time-first, over what no layer has given lengths.
          const turned = softmax(transpose(x, [1, 0, 2]), 0, lengths);
          return { ...first, turned };
        },
      );
      const feeds = { x: floats([3, 4, 3]), lengths: integers([3], 2, 4, 0) };
      const { predicted, run } = await bothWays(network, feeds, backend, opset);
      expect(run).toBeCloseToArray(predicted, { atol: 2e-6 });
      for (const results of [predicted, run]) {
        const weights = results.get('weights')!.data;
        expect([...weights.slice(2, 4), ...weights.slice(8)]).toEqual([0, 0, 1, 0, 0, 0]);
        expect(Number(weights[0]) + Number(weights[1])).toBeCloseTo(1, 6);
      }
      const whole = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => attend(x));
      const alone = await predict(
        whole,
        initParameters(whole, 1),
        { x: { dtype: 'float32', shape: [1, 2, 3], data: feeds.x.data.slice(0, 6) } },
        { backend },
      );
      expect(predicted.get('weights')!.data.slice(0, 2)).toBeCloseToArray(alone.weights.data, { atol: 1e-6 });
      expect(predicted.get('pooled')!.data.slice(0, 2)).toBeCloseToArray(alone.pooled.data, { atol: 1e-6 });
      expect(
        readOnnx(exportOnnx(network, initParameters(network, 1), { opset }))
          .network.nodes.filter(({ op }) => op === 'softmax')
          .map(({ inputs }) => 'lengths' in inputs),
      ).toEqual([true, true]);
    },
  );

  it('of another input than the LSTM has are those of the step alone', async () => {
    const network = defineNetwork(
      { x: float32('batch', 'time', 3), lengths: int32('batch') },
      ({ x, lengths }) => {
        const { output } = lstm('lstm', x, { hiddenSize: 2 });
        return { last: output.graph.addOne('at', undefined, { x: output, lengths }, { index: -1, axis: 1 }) };
      },
    );
    const { predicted, run } = await bothWays(
      network,
      { x: floats([2, 3, 3]), lengths: integers([2], 1, 3) },
      backend,
    );
    expect(run).toBeCloseToArray(predicted, { atol: 2e-6 });
    const first = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => ({
      y: lstm('lstm', x, { hiddenSize: 2 }).output.at(0),
    }));
    const alone = await predict(first, initParameters(first, 1), { x: floats([2, 3, 3]) }, { backend });
    expect(predicted.get('last')!.data.slice(0, 2)).toEqual(alone.y.data.slice(0, 2));
  });

  it.each([
    [[2, 6], /lengths has 6; x has 5 steps, so give 0 to 5/],
    [[-1, 2], /lengths has -1/],
  ])('cannot be %j of five steps', async (lengths, message) => {
    const feeds = { x: floats([2, 5, 3]), lengths: integers([2], ...lengths) };
    await expect(predict(ragged, initParameters(ragged, 1), feeds as never, { backend })).rejects.toThrow(
      message,
    );
  });

  it('cannot be 0 where a sequence begins with a state, as in PyTorch', async () => {
    const network = defineNetwork(
      { x: float32('batch', 'time', 3), lengths: int32('batch') },
      ({ x, lengths }) => ({
        y: lstm('lstm', x, { hiddenSize: 2, lengths, initialState: 'learned' }).output,
      }),
    );
    const feeds = { x: floats([2, 3, 3]), lengths: integers([2], 0, 3) };
    await expect(predict(network, initParameters(network, 1), feeds, { backend })).rejects.toThrow(
      /lengths has 0; a sequence that begins with a state, given or learned, has a step, as .* so give 1 to 3/,
    );
  });

  it('are learned from: a class that only the last valid step tells', async () => {
    const network = defineNetwork(
      { x: float32('batch', 'time', 1), lengths: int32('batch') },
      ({ x, lengths }) => ({
        logits: linear('fc', lstm('lstm', x, { hiddenSize: 8, projSize: 4, lengths }).output.at(-1), 2),
      }),
    );
    const samples = 96;
    const steps = Int32Array.from({ length: samples }, (_, i) => 1 + (i % 6));
    const values = new Generator(3).uniform(samples * 6, -1, 1);
    const classes = Int32Array.from(steps, (length, i) => ((values[i * 6 + length - 1] ?? 0) > 0 ? 1 : 0));
    const data = dataset({
      inputs: {
        x: { dtype: 'float32', shape: [samples, 6, 1], data: values },
        lengths: { dtype: 'int32', shape: [samples], data: steps },
      },
      targets: { dtype: 'int32', shape: [samples], data: classes },
    });
    const { history } = await train(network, data, {
      ...{ loss: crossEntropy, optimizer: adam({ lr: 0.05 }), epochs: 12, batchSize: 32, seed: 1, backend },
    });
    expect(history.at(-1)!.loss).toBeLessThan(0.3 * history[0]!.loss);
  });
});

describe('an LSTM with a projection', () => {
  const network = defineNetwork(
    { x: float32('batch', 'time', 2), h: float32(1, 'batch', 2), c: float32(1, 'batch', 3) },
    ({ x, h, c }) => ({
      output: lstm('lstm', x, { hiddenSize: 3, projSize: 2, initialState: { h, c } }).output,
    }),
  );

  it('cannot be given h0 in ONNX when its rows depend on each other', () => {
    const parameters = new Map(initParameters(network, 1));
    parameters.set('lstm.weight_hr_l0', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 2, 4, 6) });
    expect(() => exportOnnx(network, parameters)).toThrow(
      /lstm\.l0: the rows of its projection weight_hr depend/,
    );
  });

  it('streams with its states', async () => {
    const plain = defineNetwork({ x: float32('batch', 'time', 2) }, ({ x }) => ({
      output: lstm('lstm', x, { hiddenSize: 5, projSize: 2, numLayers: 2 }).output,
    }));
    const parameters = initParameters(plain, 1);
    const x = floats([1, 6, 2]);
    const whole = await predict(plain, parameters, { x }, { backend: 'cpu' });
    await using model = await Model.load(exportOnnx(plain, parameters, { states: true }));
    const stream = model.stream();
    const parts = [];
    for (const start of [0, 2, 4]) {
      const { output } = await stream.run({
        x: { data: x.data.slice(start * 2, start * 2 + 4), dims: [1, 2, 2] },
      });
      parts.push(...(output!.data as Float32Array));
    }
    expect(Float32Array.from(parts)).toBeCloseToArray(whole.output.data, { atol: 5e-6 });
  });
});

it('learned states are trained, and exported for any batch', async () => {
  const { tf } = await startBackend('simd');
  expect(tf.getBackend()).toBe('simd');
  const network = defineNetwork({ x: float32('batch', 'time', 1) }, ({ x }) => ({
    logits: linear('fc', lstm('lstm', x, { hiddenSize: 3, initialState: 'learned' }).output.at(-1), 2),
  }));
  const data = dataset({
    inputs: { x: floats([16, 2, 1]) },
    targets: { dtype: 'int32', shape: [16], data: new Int32Array(16).fill(1) },
  });
  const { parameters } = await train(network, data, { loss: crossEntropy, epochs: 3, seed: 1 });
  expect(parameters.get('lstm.h0')!.data.some((value) => value !== 0)).toBe(true);
  await using model = await Model.load(exportOnnx(network, parameters));
  for (const batch of [1, 4]) {
    const x = floats([batch, 3, 1]);
    const { logits } = await model.run({ x: { data: x.data, dims: x.shape } });
    const predicted = await predict(network, parameters, { x });
    expect(logits!.data).toBeCloseToArray(predicted.logits.data, { atol: 2e-6 });
  }
});
