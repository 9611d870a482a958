import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { predict } from '../../../src/builder/predict.js';
import { crossEntropy } from '../../../src/builder/train/cross-entropy.js';
import { evaluate } from '../../../src/builder/train/evaluate.js';
// Under another name: linters take fit( in a test file for a focused test.
import { fit as train } from '../../../src/builder/train/fit.js';
import { rmse } from '../../../src/builder/train/forecast-metrics.js';
import { ofEntry } from '../../../src/builder/train/interval-metrics.js';
import type { StepLog } from '../../../src/builder/train/logs.js';
import { masked } from '../../../src/builder/train/masked.js';
import type { Metric } from '../../../src/builder/train/metric.js';
import { accuracy, meanAbsoluteError } from '../../../src/builder/train/metrics.js';
import { sgd } from '../../../src/builder/train/optimizers.js';
import { dataset } from '../../../src/data/dataset.js';
import { rejectionOf } from '../../files/rejection.js';
import { classifier, options, sequences } from './small.js';

const data = sequences(64);

describe('while training', () => {
  it('an aborted signal ends it after the current step, with the reason', async () => {
    const controller = new AbortController();
    const steps: number[] = [];
    const run = train(classifier, data, {
      ...options,
      signal: controller.signal,
      onStep: ({ step }) => {
        steps.push(step);
        if (step === 2) controller.abort(new Error('enough'));
      },
    });
    await expect(run).rejects.toThrow('enough');
    expect(steps).toEqual([1, 2]);
  });

  it('a signal aborted before begins nothing', async () => {
    const steps: StepLog[] = [];
    const signal = AbortSignal.abort();
    const run = train(classifier, data, { ...options, signal, onStep: (log) => steps.push(log) });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(steps).toEqual([]);
  });

  it('timers fire, so that a timeout can abort it', async () => {
    // About a second of training, in epochs so short that none of them alone would let a timer through.
    const signal = AbortSignal.timeout(150);
    const run = train(classifier, data, { ...options, epochs: 200, signal });
    await expect(run).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

/** Takes one entry of the logits for a forecast. */
const distance = { ...meanAbsoluteError, name: 'distance' };

describe('tensors', () => {
  const tensorsAround = async (backend: string, work: () => Promise<unknown>) => {
    await tf.setBackend(backend);
    await work(); // whatever stays for good is there after the first time
    const before = tf.memory().numTensors;
    await work();
    return tf.memory().numTensors - before;
  };

  it.each(['wasm', 'cpu'])('are all let go of by fit, evaluate and predict on %s', async (backend) => {
    const { parameters } = await train(classifier, data, { ...options, backend });
    const left = await tensorsAround(backend, async () => {
      const measured = { loss: crossEntropy, metrics: [accuracy], backend };
      const run = { ...options, ...measured, epochs: 2, clipNorm: 1, validation: 0.25, earlyStopping: {} };
      await train(classifier, data, run);
      await train(classifier, data, { ...run, optimizer: sgd({ momentum: 0.9, nesterov: true }) });
      await evaluate(classifier, parameters, data, measured);
      const rows = { loss: masked(crossEntropy), metrics: [ofEntry(distance, 1), ofEntry(rmse, 1)], backend };
      await train(classifier, data, { ...run, ...rows });
      await evaluate(classifier, parameters, data, rows);
      await predict(classifier, parameters, { x: data.inputs.x as never }, { backend });
    });
    expect(left).toBe(0);
  });

  it('do not become more from step to step', async () => {
    const counts: number[] = [];
    await train(classifier, data, {
      ...options,
      epochs: 3,
      metrics: [accuracy],
      clipNorm: 1,
      onStep: () => counts.push(tf.memory().numTensors),
    });
    expect(counts).toHaveLength(12);
    expect(new Set(counts).size).toBe(1);
  });

  it('are let go of when training fails', async () => {
    const targets = { dtype: 'int32' as const, shape: [64, 1], data: data.targets.data as Int32Array };
    const failing: Metric = {
      name: 'failing',
      compute: () => {
        throw new Error('a metric of the caller failed');
      },
    };
    const left = await tensorsAround('wasm', async () => {
      await rejectionOf(train(classifier, dataset({ inputs: data.inputs, targets }), options));
      await expect(train(classifier, data, { ...options, metrics: [accuracy, failing] })).rejects.toThrow(
        'caller',
      );
      await expect(train(classifier, data, { ...options, signal: AbortSignal.abort() })).rejects.toThrow();
      await rejectionOf(train(classifier, data, { ...options, clipNorm: 0 }));
    });
    expect(left).toBe(0);
  });
});
