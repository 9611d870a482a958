import { describe, expect, it } from 'vitest';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { fit as train } from '../../src/builder/train/fit.js';
import { adam } from '../../src/builder/train/optimizers.js';
import { dataset } from '../../src/data/dataset.js';
import { loadMnist } from '../../src/files/mnist.js';
import { loadJson } from '../fixtures.js';
import { simpleLSTM } from './networks.js';
import '../matcher.js';

describe('the reference script', () => {
  it.each(['simd', 'wasm'])(
    'on real MNIST has the losses of PyTorch, as far as float32 allows, on %s',
    async (backend) => {
      const { images, labels } = (await loadMnist()).train;
      const enough = new AbortController();
      const losses: number[] = [];
      // The order is that of all 60000 samples, so the epoch is begun whole and left after 40 of its 938 steps.
      const run = train(simpleLSTM, dataset({ inputs: { x: images }, targets: labels }), {
        loss: crossEntropy,
        optimizer: adam({ lr: 0.01 }),
        batchSize: 64,
        seed: 1,
        backend,
        signal: enough.signal,
        onStep: ({ step, steps, loss }) => {
          expect(steps).toBe(938);
          losses.push(loss);
          if (step === 40) enough.abort();
        },
      });
      await expect(run).rejects.toMatchObject({ name: 'AbortError' });
      const expected = loadJson<number[]>('mnist/losses-seed-1');
      expect(losses.slice(0, 25)).toBeCloseToArray(expected.slice(0, 25), { atol: 1e-5 });
      // From here on rounding grows: PyTorch in float64 is 3e-3 from PyTorch in float32 by step 50.
      expect(losses).toBeCloseToArray(expected.slice(0, 40), { atol: 1e-3 });
    },
  );
});
