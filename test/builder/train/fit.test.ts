import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../../src/builder/network.js';
import { linear } from '../../../src/builder/ops/linear.js';
import { initParameters } from '../../../src/builder/parameters.js';
import { float32 } from '../../../src/builder/tensor.js';
import { crossEntropy } from '../../../src/builder/train/cross-entropy.js';
import { evaluate } from '../../../src/builder/train/evaluate.js';
// Under another name: linters take fit( in a test file for a focused test.
import { type EpochEnd, fit as train } from '../../../src/builder/train/fit.js';
import type { EpochLog, StepLog } from '../../../src/builder/train/logs.js';
import { mse } from '../../../src/builder/train/losses.js';
import { accuracy, meanAbsoluteError } from '../../../src/builder/train/metrics.js';
import { sgd } from '../../../src/builder/train/optimizers.js';
import { sliceDataset } from '../../../src/data/dataset.js';
import '../../matcher.js';
import { bitsOf, classifier, line, options, points, sequences, weight } from './small.js';

const data = sequences(64);

describe('fit', () => {
  it('learns: the loss falls and the accuracy rises', async () => {
    const { history, parameters } = await train(classifier, data, {
      ...options,
      epochs: 25,
      metrics: [accuracy],
    });
    expect(history).toHaveLength(25);
    expect(history.at(-1)!.loss).toBeLessThan(history[0]!.loss / 2);
    expect(history.at(-1)!.metrics.accuracy).toBeGreaterThan(0.85);
    const unseen = await evaluate(classifier, parameters, sequences(200, 9), {
      loss: crossEntropy,
      metrics: [accuracy],
    });
    expect(unseen.metrics.accuracy).toBeGreaterThan(0.8);
  });

  it('gives the same bits for a seed, and others for another seed', async () => {
    const run = async (seed: number) => {
      const { parameters, history } = await train(classifier, data, { ...options, seed, epochs: 2 });
      return { history, bits: bitsOf(parameters) };
    };
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect((await run(8)).bits).not.toEqual(first.bits);
  });

  it('starts from the given parameters, by default from those of the seed', async () => {
    const parameters = initParameters(classifier, 5);
    const still = { ...options, optimizer: sgd({ lr: 0 }), seed: 5 };
    expect((await train(classifier, data, { ...still, seed: 6, parameters })).parameters).toEqual(parameters);
    expect((await train(classifier, data, still)).parameters).toEqual(parameters);
  });

  it('takes the steps of plain gradient descent', async () => {
    // loss (w x - y)^2 at w = 0.5, x = 2, y = 3: loss 4, gradient 2 (1 - 3) 2 = -8, so that w becomes 0.5 + 0.1 * 8
    const { parameters, history } = await train(line, points([2], [3]), {
      loss: mse,
      optimizer: sgd({ lr: 0.1 }),
      parameters: weight(0.5),
    });
    expect(history).toEqual([{ epoch: 1, lr: 0.1, loss: 4, metrics: {} }]);
    expect(parameters.get('fc.weight')!.data).toBeCloseToArray([1.3], { atol: 1e-7 });
  });

  it('bounds the norm of the gradients', async () => {
    const { parameters } = await train(line, points([2], [3]), {
      loss: mse,
      optimizer: sgd({ lr: 0.1 }),
      parameters: weight(0.5),
      clipNorm: 2,
    });
    expect(parameters.get('fc.weight')!.data).toBeCloseToArray([0.7], { atol: 1e-6 });
  });

  it('weighs a smaller last batch by its samples in the means', async () => {
    const { history } = await train(line, points([1, 1, 1], [1, 2, 4]), {
      loss: mse,
      metrics: [meanAbsoluteError],
      optimizer: sgd({ lr: 0 }),
      parameters: weight(0),
      batchSize: 2,
    });
    expect(history[0]!.loss).toBeCloseTo((1 + 4 + 16) / 3, 5);
    expect(history[0]!.metrics.meanAbsoluteError).toBeCloseTo(7 / 3, 6);
  });

  it('goes through the data in order when it does not shuffle', async () => {
    const seen: number[] = [];
    await train(line, points([1, 1, 1], [1, 2, 4]), {
      loss: mse,
      optimizer: sgd({ lr: 0 }),
      parameters: weight(0),
      batchSize: 1,
      epochs: 2,
      shuffle: false,
      onStep: ({ loss }) => seen.push(loss),
    });
    expect(seen).toEqual([1, 4, 16, 1, 4, 16]);
  });

  it('uses every sample once an epoch when it shuffles, in another order each time', async () => {
    const seen: number[] = [];
    const values = Array.from({ length: 20 }, (_, i) => i + 1);
    await train(
      line,
      points(
        values.map(() => 1),
        values,
      ),
      {
        loss: mse,
        optimizer: sgd({ lr: 0 }),
        parameters: weight(0),
        batchSize: 1,
        epochs: 2,
        onStep: ({ loss }) => seen.push(Math.sqrt(loss)),
      },
    );
    const [first, second] = [seen.slice(0, 20), seen.slice(20)];
    expect(first.toSorted((a, b) => a - b)).toEqual(values);
    expect(second.toSorted((a, b) => a - b)).toEqual(values);
    expect(second).not.toEqual(first);
  });

  it('compares the output that it is told to', async () => {
    const two = defineNetwork({ x: float32('batch', 1) }, ({ x }) => ({
      a: linear('a', x, 1, { bias: false }),
      b: linear('b', x, 1, { bias: false }),
    }));
    const start = new Map([
      ['a.weight', { shape: [1, 1], data: Float32Array.of(1) }],
      ['b.weight', { shape: [1, 1], data: Float32Array.of(1) }],
    ]);
    const { parameters } = await train(two, points([1], [5]), { loss: mse, output: 'b', parameters: start });
    expect(parameters.get('a.weight')!.data[0]).toBe(1);
    expect(parameters.get('b.weight')!.data[0]).not.toBe(1);
  });

  it('says which backend computed', async () => {
    expect((await train(line, points([1], [1]), { loss: mse, backend: 'cpu' })).backend).toEqual({
      name: 'cpu',
    });
  });
});

describe('callbacks', () => {
  it('come step by step, then for the epoch, with what the history says', async () => {
    const events: (StepLog | EpochLog)[] = [];
    const { history } = await train(classifier, sliceDataset(data, 0, 40), {
      ...options,
      epochs: 2,
      onStep: (log) => events.push(log),
      onEpoch: ({ log }) => void events.push(log),
    });
    const order = events.map((event) =>
      'step' in event ? `${event.epoch}.${event.step}/${event.steps}` : event,
    );
    expect(order).toEqual(['1.1/3', '1.2/3', '1.3/3', history[0], '2.1/3', '2.2/3', '2.3/3', history[1]]);
    const losses = events.flatMap((event) => ('step' in event && event.epoch === 1 ? [event.loss] : []));
    const mean = (losses[0]! * 16 + losses[1]! * 16 + losses[2]! * 8) / 40;
    expect(history[0]!.loss).toBeCloseTo(mean, 12);
  });

  it('get the parameters and the state of the epoch, and are awaited', async () => {
    const ends: { epoch: number; parameters: unknown; stateEpoch: number; step: number }[] = [];
    let running = false;
    const { parameters } = await train(classifier, data, {
      ...options,
      epochs: 2,
      onStep: () => expect(running).toBe(false),
      onEpoch: async (end: EpochEnd) => {
        running = true;
        await new Promise((resolve) => setTimeout(resolve, 5));
        const { epoch, optimizer } = end.state();
        ends.push({
          epoch: end.log.epoch,
          parameters: bitsOf(end.parameters()),
          stateEpoch: epoch,
          step: optimizer.step,
        });
        running = false;
      },
    });
    expect(ends.map(({ epoch, stateEpoch, step }) => [epoch, stateEpoch, step])).toEqual([
      [1, 1, 4],
      [2, 2, 8],
    ]);
    expect(ends[1]!.parameters).toEqual(bitsOf(parameters));
    expect(ends[0]!.parameters).not.toEqual(ends[1]!.parameters);
  });

  it('get the metrics and the parameters of each step, and are awaited', async () => {
    const accuracies: (number | undefined)[] = [];
    const weights: unknown[] = [];
    let waiting = 0;
    const { history, parameters } = await train(classifier, sliceDataset(data, 0, 32), {
      ...options,
      metrics: [accuracy],
      onStep: async (end) => {
        expect(waiting).toBe(0);
        waiting++;
        accuracies.push(end.metrics.accuracy);
        await new Promise((resolve) => setTimeout(resolve, 5));
        weights.push(bitsOf(end.parameters()));
        waiting--;
      },
    });
    const [first, second] = accuracies;
    expect((first! + second!) / 2).toBeCloseTo(history[0]!.metrics.accuracy!, 12);
    expect(weights).toHaveLength(2);
    expect(weights[0]).not.toEqual(weights[1]);
    expect(weights[1]).toEqual(bitsOf(parameters));
  });

  it('end training when they throw', async () => {
    const failing = train(classifier, data, {
      ...options,
      onEpoch: () => {
        throw new Error('disk full');
      },
    });
    await expect(failing).rejects.toThrow('disk full');
    const refusing = train(classifier, data, {
      ...options,
      onStep: () => Promise.reject(new Error('page closed')),
    });
    await expect(refusing).rejects.toThrow('page closed');
  });
});

describe('validation', () => {
  it('keeps the end of the data, which training then does not see', async () => {
    // The last sample contradicts the others; on them alone the weight stays where it is.
    const { parameters, history } = await train(line, points([1, 1, 1, 1], [2, 2, 2, 7]), {
      loss: mse,
      parameters: weight(2),
      validation: 0.25,
    });
    expect(parameters.get('fc.weight')!.data[0]).toBe(2);
    expect(history).toEqual([
      { epoch: 1, lr: 0.001, loss: 0, metrics: {}, validation: { loss: 25, metrics: {} } },
    ]);
  });

  it('takes a count of samples, or a data set of its own', async () => {
    const start = { loss: mse, parameters: weight(2), metrics: [meanAbsoluteError] };
    const counted = await train(line, points([1, 1, 1], [2, 7, 8]), { ...start, validation: 2 });
    expect(counted.history[0]!.validation).toEqual({ loss: 30.5, metrics: { meanAbsoluteError: 5.5 } });
    const given = await train(line, points([1], [2]), { ...start, validation: points([1, 1], [7, 8]) });
    expect(given.history).toEqual(counted.history);
  });

  it('measures after the epoch, without dropout', async () => {
    const held = sequences(30, 3);
    const { parameters, history } = await train(classifier, data, {
      ...options,
      validation: held,
      metrics: [accuracy],
    });
    const after = await evaluate(classifier, parameters, held, {
      loss: crossEntropy,
      metrics: [accuracy],
      batchSize: 16,
    });
    expect(history[0]!.validation).toEqual(after);
  });
});
