import { beforeAll, describe, expect, it } from 'vitest';
import type { Tf } from '../../src/builder/backends/tf.js';
import { forward } from '../../src/builder/forward.js';
import { defineNetwork } from '../../src/builder/network.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { float32 } from '../../src/builder/tensor.js';
import { clipGradientNorm } from '../../src/builder/train/clip.js';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { fit as train } from '../../src/builder/train/fit.js';
import { adam, adamW, type OptimizerConfig, sgd } from '../../src/builder/train/optimizers.js';
import { type Dataset, dataset, type SampleArray, sliceDataset } from '../../src/data/dataset.js';
import { type Fixture, listFixtures, loadFixture, type OptimizerCase } from '../fixtures.js';
import { backendNames, startNamed } from './backends.js';
import { scheduleOf } from './schedule-of.js';
import { toTf } from './tfjs.js';
import '../matcher.js';

/** Losses and parameters are about 1 and smaller: over 20 steps rounding adds up to a few float32 steps. */
const LOSS = { atol: 3e-7 };
const PARAMETERS = { atol: 5e-7 };

const network = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => {
  const { output } = lstm('lstm', x, { hiddenSize: 4 });
  return { logits: linear('fc', output.at(-1), 2) };
});

function optimizerOf({
  optimizer,
  lr: given,
  betas,
  weightDecay,
  momentum,
  nesterov,
}: OptimizerCase): OptimizerConfig {
  const lr = scheduleOf(given);
  const decay = weightDecay === undefined ? {} : { weightDecay };
  switch (optimizer) {
    case 'adam':
      return adam({ lr, ...(betas ? { betas } : {}), ...decay });
    case 'adamw':
      return adamW({ lr, ...decay });
    case 'sgd':
      return sgd({ lr, momentum: momentum ?? 0, nesterov: nesterov ?? false, ...decay });
  }
}

/** The batches of all steps, one after the other. */
function samplesOf({ inputs }: Fixture<OptimizerCase>): { data: Dataset; batchSize: number } {
  const x = inputs.get('x') as SampleArray;
  const targets = inputs.get('targets') as SampleArray;
  const [steps = 0, batchSize = 0, ...sample] = x.shape;
  const shape = [steps * batchSize, ...sample];
  const data = dataset({
    inputs: { x: { ...x, shape } as SampleArray },
    targets: { ...targets, shape: [steps * batchSize] } as SampleArray,
  });
  return { data, batchSize };
}

describe.each(backendNames)('training on %s', (backend) => {
  beforeAll(async () => {
    await startNamed(backend);
  });

  it.each(listFixtures('optimizers'))('goes the way of PyTorch, step by step: %s', async (name) => {
    const fixture = loadFixture<OptimizerCase>(name);
    const { data, batchSize } = samplesOf(fixture);
    for (const steps of fixture.case.keptSteps) {
      const losses: number[] = [];
      const { parameters } = await train(network, sliceDataset(data, 0, steps * batchSize), {
        loss: crossEntropy,
        optimizer: optimizerOf(fixture.case),
        parameters: fixture.withPrefix('param@0.'),
        batchSize,
        shuffle: false,
        backend,
        onStep: ({ loss }) => losses.push(loss),
        ...(fixture.case.clipNorm === undefined ? {} : { clipNorm: fixture.case.clipNorm }),
      });
      expect(losses).toBeCloseToArray(fixture.outputs.get('losses')!.data.subarray(0, steps), LOSS);
      expect(parameters).toBeCloseToArray(fixture.withPrefix(`param@${steps}.`), PARAMETERS);
    }
  });
});

describe.each(backendNames)('clipping by the norm on %s', (backend) => {
  let tf: Tf;
  beforeAll(async () => {
    ({ tf } = await startNamed(backend));
  });

  const fixture = loadFixture<OptimizerCase>('optimizers/adam-clipped');
  const maxNorm = fixture.case.clipNorm!;
  const norms = fixture.outputs.get('norms')!.data;

  // The parameters before these steps are in the fixture.
  it.each([1, 2, 6])('sees the norm of PyTorch at step %d, and brings it under the bound', (step) => {
    const { data, batchSize } = samplesOf(fixture);
    const batch = sliceDataset(data, (step - 1) * batchSize, step * batchSize);
    tf.tidy(() => {
      const entries = [...fixture.withPrefix(`param@${step - 1}.`)];
      const x = toTf(tf, batch.inputs.x!);
      const targets = toTf(tf, batch.targets);
      const grads = tf.grads((...tensors) => {
        const named = new Map(entries.map(([name], i) => [name, tensors[i]!]));
        return crossEntropy.compute(tf, forward(tf, network, named, { x }).logits!, targets);
      })(entries.map(([, array]) => toTf(tf, array)));
      const gradients = new Map(entries.map(([name], i) => [name, grads[i]!]));
      const normOf = (tensors: typeof gradients) =>
        Math.hypot(...[...tensors.values()].flatMap((tensor) => [...tensor.dataSync()]));

      const norm = normOf(gradients);
      expect([norm]).toBeCloseToArray(norms.subarray(step - 1, step), { rtol: 1e-6 });
      const clipped = clipGradientNorm(tf, gradients, maxNorm);
      expect([...clipped.keys()]).toEqual([...gradients.keys()]);
      const expected = norm * Math.min(1, maxNorm / (norm + 1e-6));
      expect([normOf(clipped)]).toBeCloseToArray([expected], { rtol: 1e-6 });
    });
  });

  it('is tried on both sides of the bound by the fixture', () => {
    expect(norms.some((norm) => norm > maxNorm)).toBe(true);
    expect(norms.some((norm) => norm < maxNorm)).toBe(true);
  });
});
