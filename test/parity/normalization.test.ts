/** Networks with normalizations learn as PyTorch's do: the running statistics of batches with the rest, and no optimizer moves them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { linear } from '../../src/builder/ops/linear.js';
import { batchNorm } from '../../src/builder/ops/normalization.js';
import { initParameters } from '../../src/builder/parameters.js';
import { predict } from '../../src/builder/predict.js';
import { float32 } from '../../src/builder/tensor.js';
import { fit as train } from '../../src/builder/train/fit.js';
import { mse } from '../../src/builder/train/losses.js';
import { adamW } from '../../src/builder/train/optimizers.js';
import { dataset, type SampleArray } from '../../src/data/dataset.js';
import type { NdArray } from '../../src/nd-array.js';
import { loadFixture } from '../fixtures.js';
import { backendNames, startNamed } from './backends.js';
import { normalizationNetwork } from './trained-networks.js';
import '../matcher.js';

interface TrainingCase {
  readonly seed: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly steps: number;
  readonly lr: number;
  readonly weightDecay: number;
}

const fixture = loadFixture<TrainingCase>('normalization/training');
const { seed, batchSize, epochs, steps, lr, weightDecay } = fixture.case;
const x = fixture.inputs.get('x') as NdArray<'float32'>;
const data = dataset({
  inputs: { x },
  targets: fixture.inputs.get('targets') as SampleArray,
});
const shared = { batchSize, shuffle: false, loss: mse, optimizer: adamW({ lr, weightDecay }) };

describe.each(backendNames)('a network with normalizations on %s', (backend) => {
  beforeAll(async () => {
    await startNamed(backend);
  });

  it('starts with the parameters of PyTorch and has its losses, its statistics and its results after them', async () => {
    const start = initParameters(normalizationNetwork, seed);
    expect(start).toBeCloseToArray(fixture.withPrefix('param@0.')); // tolerance 0
    const losses: number[] = [];
    const onStep = ({ loss }: { loss: number }) => void losses.push(loss);
    const { parameters } = await train(normalizationNetwork, data, {
      ...shared,
      epochs,
      seed,
      backend,
      onStep,
    });
    expect(losses).toBeCloseToArray(fixture.outputs.get('losses')!.data, { atol: 1e-5 });
    expect(parameters).toBeCloseToArray(fixture.withPrefix(`param@${steps}.`), { atol: 1e-4 });
    const { y } = await predict(
      normalizationNetwork,
      fixture.withPrefix(`param@${steps}.`),
      { x },
      { backend },
    );
    expect(new Map([['y', y]])).toBeCloseToArray(new Map([['y', fixture.outputs.get('y')!]]), { atol: 5e-6 });
  });
});

it('goes on bit for bit where a run stopped, statistics and all', async () => {
  const whole = await train(normalizationNetwork, data, { ...shared, epochs: 3, seed, backend: 'simd' });
  const half = await train(normalizationNetwork, data, { ...shared, epochs: 1, seed, backend: 'simd' });
  const rest = await train(normalizationNetwork, data, {
    epochs: 3,
    resume: half.state,
    loss: mse,
    backend: 'simd',
  });
  expect(rest.parameters).toBeCloseToArray(whole.parameters); // tolerance 0
  expect(rest.parameters.get('norm.running_mean')!.data).not.toEqual(
    half.parameters.get('norm.running_mean')!.data,
  );
});

it('refuses a batch that has no variance', async () => {
  const rows = defineNetwork({ x: float32('batch', 3) }, ({ x }) => ({
    y: linear('fc', batchNorm('norm', x), 2),
  }));
  const one = dataset({
    inputs: { x: { dtype: 'float32', shape: [1, 3], data: Float32Array.of(1, 2, 3) } },
    targets: { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) },
  });
  await expect(train(rows, one, { loss: mse, backend: 'simd' })).rejects.toThrow(
    /one number for each channel/,
  );
});
