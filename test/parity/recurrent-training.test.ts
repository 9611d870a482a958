/** GRU and RNN networks learn as PyTorch's do from the same seed: the parameters they start from, each step's loss, the end. */
import { beforeAll, describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { gru } from '../../src/builder/ops/gru.js';
import { linear } from '../../src/builder/ops/linear.js';
import { rnn } from '../../src/builder/ops/rnn.js';
import { initParameters } from '../../src/builder/parameters.js';
import { int32 } from '../../src/builder/tensor.js';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { fit as train } from '../../src/builder/train/fit.js';
import { adam } from '../../src/builder/train/optimizers.js';
import { dataset, type SampleArray } from '../../src/data/dataset.js';
import { type GruRnnTraining, listFixtures, loadFixture } from '../fixtures.js';
import { backendNames, startNamed } from './backends.js';
import { trainedNetwork } from './trained-networks.js';
import '../matcher.js';

describe('initial parameters', () => {
  it('of embedding, gru, rnn and linear are those of PyTorch, bit for bit', () => {
    const fixture = loadFixture<{ seed: number }>('gru-rnn/init/embedding-gru-rnn-linear');
    const network = defineNetwork({ ids: int32('batch', 'time') }, ({ ids }) => {
      const vectors = embedding('embedding', ids, { numEmbeddings: 11, embeddingDim: 5 });
      const first = gru('gru', vectors, { hiddenSize: 7, numLayers: 2, bidirectional: true });
      const second = rnn('rnn', first.output, { hiddenSize: 6, numLayers: 2, bias: false });
      return { y: linear('fc', second.output, 3) };
    });
    const parameters = initParameters(network, fixture.case.seed);
    expect([...parameters.keys()].sort()).toEqual([...fixture.params.keys()].sort());
    expect(parameters).toBeCloseToArray(fixture.params); // tolerance 0
  });
});

describe.each(backendNames)('training on %s', (backend) => {
  beforeAll(async () => {
    await startNamed(backend);
  });

  it.each(listFixtures('gru-rnn/training'))('has the losses of PyTorch, seed for seed: %s', async (name) => {
    const fixture = loadFixture<GruRnnTraining>(name);
    const { epochs, batchSize, lr, seed, steps } = fixture.case;
    const losses: number[] = [];
    const { parameters } = await train(
      trainedNetwork(fixture.case),
      dataset({
        inputs: { x: fixture.inputs.get('x') as SampleArray },
        targets: fixture.inputs.get('targets') as SampleArray,
      }),
      {
        ...{ epochs, batchSize, seed, backend },
        loss: crossEntropy,
        optimizer: adam({ lr }),
        onStep: ({ loss }) => losses.push(loss),
      },
    );
    expect(losses).toBeCloseToArray(fixture.outputs.get('losses')!.data, { atol: 1e-5 });
    expect(parameters).toBeCloseToArray(fixture.withPrefix(`param@${steps}.`), { atol: 1e-4 });
  });
});
