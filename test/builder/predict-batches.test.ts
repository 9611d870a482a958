import { describe, expect, it, vi } from 'vitest';
import * as forwards from '../../src/builder/forward.js';
import { defineNetwork, type Network } from '../../src/builder/network.js';
import { mul, sub } from '../../src/builder/ops/arithmetic.js';
import { flip } from '../../src/builder/ops/flip.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { matmul } from '../../src/builder/ops/matmul.js';
import { reshape } from '../../src/builder/ops/reshape.js';
import { initParameters } from '../../src/builder/parameters.js';
import { predict } from '../../src/builder/predict.js';
import { Generator } from '../../src/builder/random.js';
import { float32 } from '../../src/builder/tensor.js';
import { dataset } from '../../src/data/dataset.js';
import { float32Array, type NdArray } from '../../src/nd-array.js';
import '../matcher.js';

const random = (...shape: number[]) =>
  float32Array(
    shape,
    new Generator(3).normal(
      shape.reduce((size, dim) => size * dim, 1),
      0,
      1,
    ),
  );

/** How many samples each forward pass had, and the outputs. */
async function batchesOf(network: Network, feeds: Record<string, NdArray<'float32'>>, batchSize: number) {
  const spy = vi.spyOn(forwards, 'forward');
  try {
    const parameters = initParameters(network, 1);
    const outputs = await predict(network, parameters, feeds, { batchSize, backend: 'cpu' });
    const sizes = spy.mock.calls.map(([, , , inputs]) => inputs.x?.shape);
    return { outputs, sizes };
  } finally {
    spy.mockRestore();
  }
}

describe('predict in batches', () => {
  const states = defineNetwork(
    { x: float32('batch', 'time', 2), h0: float32(1, 'batch', 3), c0: float32(1, 'batch', 3) },
    ({ x, h0, c0 }) => {
      const { output, h, c } = lstm('lstm', x, { hiddenSize: 3, initialState: { h: h0, c: c0 } });
      return { y: linear('fc', output.at(-1), 2), h, c };
    },
  );

  it('gives what one batch gives, wherever the batch is', async () => {
    const feeds = { x: random(5, 4, 2), h0: random(1, 5, 3), c0: random(1, 5, 3) };
    const whole = await batchesOf(states, feeds, 5);
    const parts = await batchesOf(states, feeds, 2);
    expect(whole.sizes).toEqual([[5, 4, 2]]);
    expect(parts.sizes).toEqual([
      [2, 4, 2],
      [2, 4, 2],
      [1, 4, 2],
    ]);
    for (const name of ['y', 'h', 'c']) {
      expect(parts.outputs[name]!.shape).toEqual(whole.outputs[name]!.shape);
      expect(parts.outputs[name]!.data).toBeCloseToArray([...whole.outputs[name]!.data], { atol: 1e-6 });
    }
  });

  it('of samples beside what is the same for all', async () => {
    const network = defineNetwork({ weight: float32(2), x: float32('batch', 2) }, ({ weight, x }) => ({
      y: sub(mul(weight, x), x),
      z: matmul(x, weight),
    }));
    const feeds = { weight: random(2), x: random(5, 2) };
    const [whole, parts] = [await batchesOf(network, feeds, 5), await batchesOf(network, feeds, 2)];
    expect(parts.sizes).toEqual([
      [2, 2],
      [2, 2],
      [1, 2],
    ]);
    expect(parts.outputs).toEqual(whole.outputs);
  });

  it.each<[string, Network]>([
    [
      'computes each sample with each',
      defineNetwork({ x: float32('batch', 2) }, ({ x }) => {
        const column = x.at(0, 1);
        return { y: mul(reshape(column, ['batch', 1]), reshape(column, [1, 'batch'])), z: x };
      }),
    ],
    [
      'computes samples from each other',
      defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({ y: flip(x, 0) })),
    ],
    [
      'joins the batch with another axis',
      defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({ y: reshape(x, [-1]) })),
    ],
    [
      'has an output for all samples',
      defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({ y: x.at(0, 0) })),
    ],
    [
      'takes the batch for time',
      defineNetwork({ x: float32('batch', 1, 2) }, ({ x }) => ({
        y: lstm('lstm', x, { hiddenSize: 2, batchFirst: false }).output,
      })),
    ],
  ])('runs a network on all samples that %s', async (_, network) => {
    const x = network.inputs.x!.shape.length === 2 ? random(5, 2) : random(5, 1, 2);
    const parts = await batchesOf(network, { x }, 2);
    expect(parts.sizes).toEqual([x.shape]);
  });

  it('has batches of 64 unless it is told otherwise, and takes the inputs of a data set', async () => {
    const network = defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({ y: linear('fc', x, 1) }));
    const data = dataset({ inputs: { x: random(65, 2) }, targets: random(65, 1) });
    const spy = vi.spyOn(forwards, 'forward');
    const { y } = await predict(network, initParameters(network, 1), data.inputs);
    expect(y.shape).toEqual([65, 1]);
    expect(spy).toHaveBeenCalledTimes(2);
    spy.mockRestore();
  });
});
