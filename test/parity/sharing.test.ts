/** Layers that share parameters compute and learn as PyTorch's do: called several times, tied, in a loop that feeds itself. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/builder/backends/backend.js';
import { defineNetwork } from '../../src/builder/network.js';
import { tanh } from '../../src/builder/ops/activations.js';
import { add } from '../../src/builder/ops/arithmetic.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { linear } from '../../src/builder/ops/linear.js';
import { batchNorm } from '../../src/builder/ops/normalization.js';
import { mean } from '../../src/builder/ops/reduce.js';
import { initParameters, type StateDict } from '../../src/builder/parameters.js';
import { predict } from '../../src/builder/predict.js';
import { tie } from '../../src/builder/shared.js';
import { int32 } from '../../src/builder/tensor.js';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { fit as train } from '../../src/builder/train/fit.js';
import { sgd } from '../../src/builder/train/optimizers.js';
import { unroll } from '../../src/builder/unroll.js';
import { dataset, type SampleArray } from '../../src/data/dataset.js';
import { exportOnnx } from '../../src/export/export.js';
import { importModel } from '../../src/import/import-model.js';
import { Model } from '../../src/runtime/node.js';
import { loadFixture } from '../fixtures.js';
import { backendNames, startNamed } from './backends.js';
import { feedsOf } from './exported.js';
import { ofLayer, sharingNetworks } from './sharing-networks.js';
import { compute } from './tfjs.js';
import '../matcher.js';

describe.each(Object.entries(sharingNetworks))('a network with shared parameters, %s', (name, network) => {
  const { params, inputs, outputs, cotangents, grads, inputGrads } = loadFixture(`sharing/${name}`);
  const data = { params: ofLayer(params), inputs, cotangents, inputGrads };

  it.each(backendNames)('has the numbers and gradients of PyTorch on %s', async (backendName) => {
    const { tf }: Backend = await startNamed(backendName);
    const computed = compute(tf, network, data);
    expect(computed.outputs).toBeCloseToArray(outputs, { atol: 2e-6 });
    expect(computed.grads).toBeCloseToArray(ofLayer(grads), { rtol: 1e-5 });
    expect(computed.inputGrads).toBeCloseToArray(inputGrads, { rtol: 1e-5 });
  });

  it('has the gradients of PyTorch where it is read from its ONNX file', async () => {
    const { tf } = await startNamed('cpu');
    const read = await importModel(exportOnnx(network, data.params));
    expect(read.parameters).toBeCloseToArray(data.params as never); // tolerance 0, under the same names
    expect(compute(tf, read.network, data).grads).toBeCloseToArray(ofLayer(grads), { rtol: 1e-5 });
  });

  it.each(['cpu', 'simd'] as const)('has the numbers of PyTorch as a model on %s', async (provider) => {
    const bytes = exportOnnx(network, data.params);
    await using model = await Model.load(bytes, { providers: [provider] });
    const results = await model.run(feedsOf(network, loadFixture(`sharing/${name}`)));
    expect(new Map(Object.entries(results)) as Map<string, never>).toBeCloseToArray(outputs, { atol: 2e-6 });
  });
});

interface TrainingCase {
  readonly seed: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly steps: number;
  readonly lr: number;
}

describe.each(backendNames)('training with shared parameters on %s', (backend) => {
  const fixture = loadFixture<TrainingCase>('sharing/training');
  const { seed, batchSize, epochs, steps, lr } = fixture.case;
  const network = defineNetwork({ ids: int32('batch', 3) }, ({ ids }) => {
    const x = mean(embedding('encoder', ids, { numEmbeddings: 9, embeddingDim: 5 }), 1);
    const { last } = unroll(2, { x }, ({ x }) => ({
      x: add(tanh(batchNorm('norm', linear('step', x, 5, { bias: false }))), x),
    }));
    const logits = linear('decoder', last.x, 9);
    tie('decoder.weight', 'encoder.weight');
    return { logits };
  });
  /** PyTorch lists the tied weight twice. */
  const once = (parameters: StateDict) =>
    new Map([...parameters].filter(([name]) => name !== 'decoder.weight')) as Map<string, never>;
  const ids = fixture.inputs.get('ids') as SampleArray;

  beforeAll(async () => {
    await startNamed(backend);
  });

  it('starts with the parameters of PyTorch and has its losses, statistics and results', async () => {
    expect(initParameters(network, seed)).toBeCloseToArray(once(fixture.withPrefix('param@0.'))); // tolerance 0
    const losses: number[] = [];
    const data = dataset({ inputs: { ids }, targets: fixture.inputs.get('targets') as SampleArray });
    const { parameters } = await train(network, data, {
      seed,
      batchSize,
      epochs,
      shuffle: false,
      loss: crossEntropy,
      optimizer: sgd({ lr, momentum: 0.9 }),
      backend,
      onStep: ({ loss }) => void losses.push(loss),
    });
    const after = once(fixture.withPrefix(`param@${steps}.`));
    expect(losses).toBeCloseToArray(fixture.outputs.get('losses')!.data, { atol: 1e-5 });
    expect(parameters).toBeCloseToArray(after, { atol: 2e-5 });
    const { logits } = await predict(network, after, { ids } as never, { backend });
    expect(new Map([['y', logits]])).toBeCloseToArray(new Map([['y', fixture.outputs.get('y')!]]), {
      atol: 5e-6,
    });
  });
});
