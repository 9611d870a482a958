import { describe, expect, it } from 'vitest';
import { startBackend } from '../../../src/builder/backends/backend.js';
import { defineNetwork } from '../../../src/builder/network.js';
import { lstm } from '../../../src/builder/ops/lstm.js';
import { initParameters } from '../../../src/builder/parameters.js';
import { predict } from '../../../src/builder/predict.js';
import { Generator } from '../../../src/builder/random.js';
import { float32 } from '../../../src/builder/tensor.js';
import { fit as train } from '../../../src/builder/train/fit.js';
import { classifier, options, sequences } from '../train/small.js';
import '../../matcher.js';

describe('several at once', () => {
  it('train on the simd backend and beside it as they do alone', async () => {
    const data = sequences(32);
    const run = (backend: string, seed: number) => train(classifier, data, { ...options, backend, seed });
    const cases = [
      ['simd', 1],
      ['simd', 2],
      ['cpu', 1],
    ] as const;
    const together = await Promise.all(cases.map(([backend, seed]) => run(backend, seed)));
    for (const [i, [backend, seed]] of cases.entries()) {
      expect(together[i]!.parameters).toEqual((await run(backend, seed)).parameters);
    }
  });

  it('predict the same numbers as alone, parts of sequences too', async () => {
    const network = defineNetwork({ x: float32('time', 'batch', 3) }, ({ x }) => {
      const { output } = lstm('lstm', x, { hiddenSize: 5 });
      return { middle: output.at(2, 0) };
    });
    const parameters = initParameters(network, 1);
    const feeds = [1, 2, 3].map((seed) => ({
      x: { dtype: 'float32' as const, shape: [4, 6, 3], data: new Generator(seed).normal(72, 0, 1) },
    }));
    const together = await Promise.all(
      feeds.map((feed) => predict(network, parameters, feed, { backend: 'simd' })),
    );
    for (const [i, feed] of feeds.entries()) {
      const alone = await predict(network, parameters, feed, { backend: 'cpu' });
      expect(together[i]!.middle).toBeCloseToArray(alone.middle, { atol: 2e-6 });
    }
  });
});

describe('training on a backend', () => {
  it('stays there when other code chooses another meanwhile', async () => {
    const data = sequences(32);
    const { tf } = await startBackend('cpu');
    const seen: string[] = [];
    const disturbed = await train(classifier, data, {
      ...options,
      backend: 'wasm',
      onStep: () => {
        seen.push(tf.getBackend());
        void tf.setBackend('cpu');
      },
    });
    const alone = await train(classifier, data, { ...options, backend: 'wasm' });
    expect(new Set(seen)).toEqual(new Set(['wasm']));
    expect(disturbed.parameters).toEqual(alone.parameters);
  });
});
