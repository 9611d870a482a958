import { describe, expect, it } from 'vitest';
// Under another name: linters take fit( in a test file for a focused test.
import { EarlyStopping } from '../../../src/builder/train/early-stopping.js';
import { type FitOptions, fit as train } from '../../../src/builder/train/fit.js';
import { coverage } from '../../../src/builder/train/interval-metrics.js';
import type { StepLog } from '../../../src/builder/train/logs.js';
import { mse } from '../../../src/builder/train/losses.js';
import type { Metric } from '../../../src/builder/train/metric.js';
import { accuracy, meanAbsoluteError } from '../../../src/builder/train/metrics.js';
import { sgd } from '../../../src/builder/train/optimizers.js';
import { rejectionOf } from '../../files/rejection.js';
import '../../matcher.js';
import { bitsOf, classifier, line, options, points, sequences, weight } from './small.js';

const data = sequences(64);

describe('early stopping', () => {
  /** A metric that has the given values, one an epoch. */
  const scripted = (values: readonly number[]): { metric: Metric; next: () => void } => {
    let epoch = 0;
    return {
      metric: { name: 'score', compute: (tf) => tf.scalar(values[epoch] ?? Number.NaN) },
      next: () => {
        epoch++;
      },
    };
  };

  const stopsAfter = async (values: number[], earlyStopping: NonNullable<FitOptions['earlyStopping']>) => {
    const { metric, next } = scripted(values);
    const byEpoch: unknown[] = [];
    const { history, parameters, state } = await train(classifier, data, {
      ...options,
      epochs: values.length,
      metrics: [metric],
      earlyStopping: { monitor: 'score', ...earlyStopping },
      onEpoch: (end) => {
        byEpoch.push(bitsOf(end.parameters()));
        next();
      },
    });
    return {
      epochs: history.length,
      best: byEpoch.findIndex((bits) => sameBits(bits, parameters)) + 1,
      state,
    };
  };
  const sameBits = (bits: unknown, parameters: Parameters<typeof bitsOf>[0]) =>
    JSON.stringify(bits) === JSON.stringify(bitsOf(parameters));

  it.each([
    { values: [1, 2, 3, 2, 4], options: {}, epochs: 4, best: 3 },
    { values: [1, 2, 3, 2, 4], options: { patience: 2 }, epochs: 5, best: 5 },
    { values: [1, 2, 1, 1.5, 1], options: { patience: 3 }, epochs: 5, best: 2 },
    { values: [3, 2, 1, 2, 0], options: { mode: 'min' as const }, epochs: 4, best: 3 },
    { values: [1, 1.4, 1.6, 1.7, 3], options: { minDelta: 0.5, patience: 2 }, epochs: 5, best: 5 },
    { values: [1, 1.4, 1.6, 1.7], options: { minDelta: 0.5 }, epochs: 2, best: 1 },
    { values: [1, 2], options: { patience: 5 }, epochs: 2, best: 2 },
  ])(
    'on scores $values with $options ends after epoch $epochs with the best of epoch $best',
    async (given) => {
      const { epochs, best, state } = await stopsAfter(given.values, given.options);
      expect({ epochs, best }).toEqual({ epochs: given.epochs, best: given.best });
      expect(state.epoch).toBe(given.epochs);
      expect(state.best).toMatchObject({ epoch: given.best, value: given.values[given.best - 1] });
    },
  );

  it('watches the loss by default, of the validation data where there is some', async () => {
    // The weight moves towards the training target 3, away from the validation target 0.
    const { history, parameters } = await train(line, points([1], [3]), {
      loss: mse,
      optimizer: sgd({ lr: 0.1 }),
      parameters: weight(1),
      epochs: 10,
      validation: points([1], [0]),
      earlyStopping: { patience: 2 },
    });
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(parameters.get('fc.weight')!.data).toBeCloseToArray([1.4], { atol: 1e-6 });
  });

  it.each([
    [{ monitor: 'acuracy' }, 'E_UNKNOWN_NAME', "Early stopping monitors 'acuracy'; there is loss, accuracy."],
    [{ patience: 0 }, 'E_INVALID_OPTION', 'earlyStopping.patience is 0; give an integer of at least 1.'],
    [
      { patience: Number.NaN },
      'E_INVALID_OPTION',
      'earlyStopping.patience is NaN; give an integer of at least 1.',
    ],
    [{ minDelta: -1 }, 'E_INVALID_OPTION', 'earlyStopping.minDelta is -1; give a number of at least 0.'],
  ])('refuses %j before the first step', async (earlyStopping, code, message) => {
    const steps: StepLog[] = [];
    const failure = await rejectionOf(
      train(classifier, data, {
        ...options,
        metrics: [accuracy],
        earlyStopping,
        onStep: (log) => steps.push(log),
      }),
    );
    expect(failure).toMatchObject({ code, message });
    expect(steps).toEqual([]);
  });

  it('takes a lower error for the better one, as the metric says of itself', () => {
    const metrics = (value: number) => ({ meanAbsoluteError: value });
    const log = (epoch: number, value: number) => ({ epoch, lr: 0.1, loss: 1, metrics: metrics(value) });
    const stopping = new EarlyStopping({ monitor: 'meanAbsoluteError' }, [meanAbsoluteError]);
    expect(stopping.observe(log(1, 0.5), () => weight(1))).toBe(false);
    expect(stopping.observe(log(2, 0.3), () => weight(2))).toBe(false);
    expect(stopping.best).toMatchObject({ epoch: 2, value: 0.3 });
    expect(stopping.observe(log(3, 0.4), () => weight(3))).toBe(true);
  });

  it('tells epochs of one score apart by the loss, of the validation data where there is some', () => {
    const stopping = new EarlyStopping({ monitor: 'accuracy', patience: 2 }, [accuracy]);
    const metrics = { accuracy: 1 };
    const observe = (epoch: number, loss: number, validation: number) =>
      stopping.observe({ epoch, lr: 0.1, loss, metrics, validation: { loss: validation, metrics } }, () =>
        weight(epoch),
      );
    expect([observe(1, 0.1, 0.5), observe(2, 0.3, 0.2), observe(3, 0.2, 0.4)]).toEqual([false, false, false]);
    expect(stopping.best).toMatchObject({ epoch: 2, value: 1, loss: 0.2 });
    expect(observe(4, 0.05, 0.2)).toBe(true);
    expect(stopping.best).toMatchObject({ epoch: 2 });
  });

  it('takes a better score for the better epoch whatever its loss, and an equal one with minDelta, too', () => {
    const stopping = new EarlyStopping({ monitor: 'accuracy', minDelta: 0.1, patience: 9 }, [accuracy]);
    const observe = (epoch: number, value: number, loss: number) =>
      stopping.observe({ epoch, lr: 0.1, loss, metrics: { accuracy: value } }, () => weight(epoch));
    observe(1, 0.5, 0.2);
    observe(2, 0.7, 0.9);
    expect(stopping.best).toMatchObject({ epoch: 2, loss: 0.9 });
    observe(3, 0.75, 0.1);
    expect(stopping.best).toMatchObject({ epoch: 2 });
    observe(4, 0.7, 0.8);
    expect(stopping.best).toMatchObject({ epoch: 4, loss: 0.8 });
  });

  it('does not take NaN for the best', async () => {
    const failure = await rejectionOf(
      train(line, points([1], [1]), {
        loss: mse,
        metrics: [{ name: 'ratio', compute: (tf) => tf.scalar(Number.NaN) }],
        earlyStopping: { monitor: 'ratio' },
      }),
    );
    expect(failure).toMatchObject({
      code: 'E_LOSS_NOT_FINITE',
      message:
        "Early stopping monitors 'ratio', which is NaN after epoch 1; monitor a number that is always finite.",
    });
  });
});

it('does not monitor what is better neither low nor high, unless it is told which', () => {
  const metric = coverage({ quantiles: [0.1, 0.5, 0.9], level: 0.8 });
  expect(() => new EarlyStopping({ monitor: 'coverage' }, [metric])).toThrow(
    /neither less nor more is better/,
  );
  expect(() => new EarlyStopping({ monitor: 'coverage', mode: 'max' }, [metric])).not.toThrow();
});
