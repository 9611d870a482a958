/** Truncated backpropagation through time is PyTorch's: each step starts from the detached states of the step before. */
import { beforeAll, describe, expect, it } from 'vitest';
import { initParameters } from '../../src/builder/parameters.js';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { evaluate } from '../../src/builder/train/evaluate.js';
import { fit as train } from '../../src/builder/train/fit.js';
import { adam, sgd } from '../../src/builder/train/optimizers.js';
import { textStream } from '../../src/data/text/text-stream.js';
import { listFixtures, loadFixture } from '../fixtures.js';
import { backendNames, startNamed } from './backends.js';
import { type LanguageModelCase, languageModel } from './trained-networks.js';
import '../matcher.js';

describe.each(backendNames)('training with carried states on %s', (backend) => {
  beforeAll(async () => {
    await startNamed(backend);
  });

  it.each(listFixtures('language-models'))('has the parameters and losses of PyTorch: %s', async (name) => {
    const fixture = loadFixture<LanguageModelCase>(name);
    const { seed, epochs, batchSize, steps, lr, optimizer } = fixture.case;
    const network = languageModel(fixture.case);
    expect(initParameters(network, seed)).toBeCloseToArray(fixture.withPrefix('param@0.')); // tolerance 0
    const data = textStream(fixture.inputs.get('ids')!.data as Int32Array, { batchSize, steps });
    const losses: number[] = [];
    const { parameters } = await train(network, data, {
      ...{ epochs, seed, backend, loss: crossEntropy },
      optimizer: optimizer === 'sgd' ? sgd({ lr }) : adam({ lr }),
      onStep: ({ loss }) => losses.push(loss),
    });
    expect(losses).toHaveLength(20);
    expect(losses).toBeCloseToArray(fixture.outputs.get('losses')!.data, { atol: 1e-5 });
    expect(parameters).toBeCloseToArray(fixture.withPrefix('param@20.'), { atol: 1e-4 });
    const { loss } = await evaluate(network, parameters, data, { loss: crossEntropy, backend });
    expect([loss]).toBeCloseToArray(fixture.outputs.get('evaluation')!.data, { atol: 1e-5 });
  });
});
