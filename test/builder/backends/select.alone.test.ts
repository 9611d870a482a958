import type { KernelBackend } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startBackend } from '../../../src/builder/backends/backend.js';
import {
  lstmLayerGradKernel,
  lstmLayerInputGradKernel,
  lstmLayerKernel,
} from '../../../src/builder/backends/plain-lstm.js';
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

describe('tensorflow', () => {
  const tfjsNode = '@tensorflow/tfjs-node';

  afterEach(() => {
    vi.doUnmock(tfjsNode);
    vi.restoreAllMocks();
    if (tf.findBackendFactory('tensorflow')) tf.removeBackend('tensorflow');
    for (const { kernelName } of tf.getKernelsForBackend('tensorflow')) {
      tf.unregisterKernel(kernelName, 'tensorflow');
    }
  });

  /** A tfjs-node that registers this backend. */
  function standIn(create: () => KernelBackend) {
    vi.doMock(tfjsNode, () => {
      tf.registerBackend('tensorflow', create);
      return {};
    });
  }

  /** Has the kernels of cpu, and LSTM ops that give zeros. */
  class Wrong extends MathBackendCPU {
    readonly binding = {};

    executeMultipleOutputs(op: string) {
      const steps = new Array<number[]>(7).fill([1, 2, 2]);
      const gradients = [[1, 2, 1], [2, 2], [2, 2], [3, 8], [2], [2], [2], [8]];
      return (op === 'BlockLSTMV2' ? steps : gradients).map((shape) => tf.zeros(shape));
    }
  }

  const broken: [how: string, prepare: () => void, reason: RegExp][] = [
    [
      'does not load',
      () =>
        vi.doMock(tfjsNode, () => {
          throw new Error('libtensorflow.so.2: cannot open\nshared object file');
        }),
      /./,
    ],
    [
      'does not start',
      () => {
        vi.spyOn(console, 'warn').mockReturnValue();
        standIn(() => {
          throw new Error('no such device');
        });
      },
      /could not start libtensorflow/,
    ],
    ['does not compute', () => standIn(() => new MathBackendCPU()), /'tensorflow'/],
    [
      'computes other numbers',
      () => {
        standIn(() => new Wrong());
        tf.copyRegisteredKernels('cpu', 'tensorflow');
        for (const kernel of [lstmLayerKernel, lstmLayerGradKernel, lstmLayerInputGradKernel]) {
          if (tf.getKernel(kernel, 'tensorflow')) tf.unregisterKernel(kernel, 'tensorflow');
        }
      },
      /computes 0 and 0 where it should be 1\.478/,
    ],
  ];

  it.each(broken)(
    'that %s leaves training to simd and says why in one line',
    async (_how, prepare, reason) => {
      prepare();
      const { backend, history } = await train(classifier, sequences(8), {
        ...options,
        backend: 'tensorflow',
      });
      expect(backend.name).toBe('simd');
      expect(backend.notice).toMatch(/^tfjs backend tensorflow did not start \(.+\); training runs on simd$/);
      expect(backend.notice).toMatch(reason);
      expect(history[0]!.loss).toBeGreaterThan(0);
    },
  );
});

describe('any other backend', () => {
  it('asked for by name is that or an error', async () => {
    await expect(startBackend('abacus')).rejects.toMatchObject({
      code: 'E_PROVIDER_UNAVAILABLE',
      message: expect.stringContaining('abacus'),
    });
  });

  it.each(['abacus', 'simd:99', 'simd:x'])('is told which backends there are: %s', async (name) => {
    await expect(startBackend(name)).rejects.toThrow(
      /Choose auto, simd, simd:N for N threads \(1 to 64\), wasm, cpu or tensorflow\.$/,
    );
  });

  it('is told which others are registered with tfjs', async () => {
    tf.registerBackend('own', () => new MathBackendCPU());
    try {
      await expect(startBackend('abacus')).rejects.toThrow(/; also registered with tfjs: own\.$/);
    } finally {
      tf.removeBackend('own');
    }
  });
});
