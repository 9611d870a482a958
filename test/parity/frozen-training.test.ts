/** With frozen parameters, one that is in no layer, weight decay and clipped gradients, training is PyTorch's. */
import { beforeAll, describe, expect, it } from 'vitest';
import { initParameters } from '../../src/builder/parameters.js';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { fit as train } from '../../src/builder/train/fit.js';
import { adamW, sgd } from '../../src/builder/train/optimizers.js';
import { dataset, type SampleArray } from '../../src/data/dataset.js';
import { bitsOf } from '../builder/train/small.js';
import { listFixtures, loadFixture } from '../fixtures.js';
import { backendNames, startNamed } from './backends.js';
import { frozenNetwork } from './trained-networks.js';
import '../matcher.js';

interface Case {
  readonly kind: 'adamw' | 'sgd';
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly clipNorm: number | null;
}

describe.each(backendNames)('training on %s, with frozen parameters', (backend) => {
  beforeAll(async () => {
    await startNamed(backend);
  });

  it.each(listFixtures('frozen'))('has the parameters and losses of PyTorch: %s', async (name) => {
    const fixture = loadFixture<Case>(name);
    const { kind, seed, epochs, batchSize, clipNorm } = fixture.case;
    const start = fixture.withPrefix('param@0.');
    expect(initParameters(frozenNetwork, seed)).toBeCloseToArray(start); // tolerance 0
    const losses: number[] = [];
    const { parameters } = await train(
      frozenNetwork,
      dataset({
        inputs: { x: fixture.inputs.get('x') as SampleArray },
        targets: fixture.inputs.get('targets') as SampleArray,
      }),
      {
        ...{ epochs, batchSize, seed, backend, loss: crossEntropy, frozen: ['gru'] },
        ...(clipNorm === null ? {} : { clipNorm }),
        optimizer:
          kind === 'adamw'
            ? adamW({ lr: 0.02, weightDecay: 0.1 })
            : sgd({ lr: 0.2, momentum: 0.9, weightDecay: 0.05 }),
        onStep: ({ loss }) => losses.push(loss),
      },
    );
    expect(losses).toBeCloseToArray(fixture.outputs.get('losses')!.data, { atol: 1e-5 });
    expect(parameters).toBeCloseToArray(fixture.withPrefix('param@20.'), { atol: 1e-4 });
    const [before, after] = [bitsOf(start), bitsOf(parameters)];
    for (const frozen of [
      'scale',
      'gru.weight_ih_l0',
      'gru.weight_hh_l0',
      'gru.bias_ih_l0',
      'gru.bias_hh_l0',
    ]) {
      expect(after[frozen], frozen).toEqual(before[frozen]);
    }
    for (const trained of ['w', 'fc.weight', 'fc.bias']) expect(after[trained]).not.toEqual(before[trained]);
  });
});
