import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/builder/backends/backend.js';
import { forward } from '../../src/builder/forward.js';
import { defineNetwork } from '../../src/builder/network.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { float32 } from '../../src/builder/tensor.js';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { fit as train } from '../../src/builder/train/fit.js';
import { adam } from '../../src/builder/train/optimizers.js';
import { dataset, type SampleArray } from '../../src/data/dataset.js';
import { loadFixture } from '../fixtures.js';
import { backendNames, startNamed } from './backends.js';
import { toArrays, toTf } from './tfjs.js';
import '../matcher.js';

const network = defineNetwork({ x: float32('batch', 'time', 6) }, ({ x }) => {
  const { output } = lstm('lstm', x, { hiddenSize: 24 });
  return { logits: linear('fc', output.at(-1), 3) };
});

describe.each(backendNames)('on inputs of size 100, %s', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await startNamed(name);
  });

  it("gives gradients at most four times as far from double precision as PyTorch's", () => {
    const { tf } = backend;
    const fixture = loadFixture('unnormalised/gradients');
    tf.tidy(() => {
      const x = toTf(tf, fixture.inputs.get('x')!);
      const labels = toTf(tf, fixture.inputs.get('labels')!);
      const names = [...fixture.params.keys()];
      const grads = tf.grads((...tensors: TfTensor[]) => {
        const named = new Map(names.map((key, i) => [key, tensors[i]!]));
        return crossEntropy.compute(tf, forward(tf, network, named, { x }).logits!, labels);
      })([...fixture.params.values()].map((array) => toTf(tf, array)));
      for (const [key, { data }] of toArrays(names.map((key, i) => [key, grads[i]!]))) {
        const { data: exact } = fixture.inputs.get(`exact.${key}`)!;
        const distance = (of: Float32Array) =>
          Math.max(...of.map((value, k) => Math.abs(value - Number(exact[k]))));
        expect(distance(data), key).toBeLessThanOrEqual(4 * distance(fixture.grads.get(key)!.data));
      }
    });
  });

  it('trains with the losses of PyTorch over four epochs, within 5e-6', async () => {
    const fixture = loadFixture<{ epochs: number; batchSize: number }>('unnormalised/training');
    const { epochs, batchSize } = fixture.case;
    const losses: number[] = [];
    await train(
      network,
      dataset({
        inputs: { x: fixture.inputs.get('x') as SampleArray },
        targets: fixture.inputs.get('labels') as SampleArray,
      }),
      {
        epochs,
        batchSize,
        loss: crossEntropy,
        optimizer: adam({ lr: 0.003 }),
        parameters: fixture.params,
        shuffle: false,
        backend: name,
        onStep: ({ loss }) => losses.push(loss),
      },
    );
    expect(losses).toBeCloseToArray(fixture.outputs.get('losses')!.data, { atol: 5e-6 });
  });
});
