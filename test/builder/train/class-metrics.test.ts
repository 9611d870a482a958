/** Metrics of classes and sequences: by hand, as scikit-learn prints them, and whatever the batches. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../../src/builder/network.js';
import { linear } from '../../../src/builder/ops/linear.js';
import { initParameters } from '../../../src/builder/parameters.js';
import { predict } from '../../../src/builder/predict.js';
import { Generator } from '../../../src/builder/random.js';
import { float32, int32 } from '../../../src/builder/tensor.js';
import { f1, perplexity, sequenceAccuracy, tokenAccuracy } from '../../../src/builder/train/class-metrics.js';
import { crossEntropy } from '../../../src/builder/train/cross-entropy.js';
import { evaluate } from '../../../src/builder/train/evaluate.js';
// Under another name: linters take fit( in a test file for a focused test.
import { fit as train } from '../../../src/builder/train/fit.js';
import { bceWithLogits, mse } from '../../../src/builder/train/losses.js';
import { masked } from '../../../src/builder/train/masked.js';
import type { WholeMetric } from '../../../src/builder/train/metric.js';
import { accuracy } from '../../../src/builder/train/metrics.js';
import { sgd } from '../../../src/builder/train/optimizers.js';
import { dataset } from '../../../src/data/dataset.js';
import { float32Array } from '../../../src/nd-array.js';
import { failureOf } from '../../data/failure.js';
import { rejectionOf } from '../../files/rejection.js';
import '../../matcher.js';

/** The metric of classes that were predicted, each by its logit of 1. */
function measure(metric: WholeMetric, predicted: number[], actual: number[], batch = actual.length): number {
  const classes = 1 + Math.max(1, ...predicted, ...actual);
  const measurement = metric.start();
  for (let start = 0; start < actual.length; start += batch) {
    const part = predicted.slice(start, start + batch);
    const logits = part.flatMap((one) => Array.from({ length: classes }, (_, c) => (c === one ? 1 : 0)));
    const target = Int32Array.from(actual.slice(start, start + batch));
    measurement.add(
      float32Array([part.length, classes], logits),
      { dtype: 'int32', shape: [part.length], data: target },
      Int32Array.from(target.keys()),
    );
  }
  return measurement.value();
}

describe('f1', () => {
  // The example of scikit-learn's f1_score.
  const [actual, predicted] = [
    [0, 1, 2, 0, 1, 2],
    [0, 2, 1, 0, 0, 1],
  ];

  it.each([
    [{}, 0.8 / 3],
    [{ average: 'macro' }, 0.8 / 3],
    [{ average: 'micro' }, 1 / 3],
    [{ average: 'weighted' }, 0.8 / 3],
    [{ class: 0 }, 0.8],
    [{ class: 1 }, 0],
    [{ class: 2 }, 0],
  ] as const)('with %j is what scikit-learn says', (options, expected) => {
    for (const batch of [1, 4, 6])
      expect(measure(f1(options), predicted, actual, batch)).toBeCloseTo(expected, 14);
  });

  it('leaves out of the mean what is neither predicted nor a target, and has no score of that alone', () => {
    expect(measure(f1(), [0, 7, 7], [0, 7, 0])).toBeCloseTo((2 / 3 + 2 / 3) / 2, 14);
    expect(measure(f1({ average: 'weighted' }), [0, 7, 7, 5], [0, 7, 0, 7])).toBeCloseTo(
      (2 * (2 / 3) + 2 * (1 / 2)) / 4,
      14,
    );
    expect(measure(f1({ class: 3 }), [0, 7, 7], [0, 7, 0])).toBeNaN();
  });

  it('is the mean of the harmonic means of precision and recall, for any classes', () => {
    const pairs = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(pairs, fc.integer({ min: 1, max: 9 }), (given, batch) => {
        const [x, y] = [given.map(([one]) => one), given.map(([, other]) => other)];
        const seen = [...new Set([...x, ...y])];
        const scores = seen.map((c) => {
          const right = given.filter(([one, other]) => one === c && other === c).length;
          if (right === 0) return 0;
          const precision = right / x.filter((one) => one === c).length;
          const recall = right / y.filter((one) => one === c).length;
          return (2 * precision * recall) / (precision + recall);
        });
        const sum = scores.reduce((all, score) => all + score, 0);
        expect(measure(f1(), x, y, batch)).toBeCloseTo(sum / seen.length, 12);
        const right = given.filter(([one, other]) => one === other).length;
        expect(measure(f1({ average: 'micro' }), x, y, batch)).toBeCloseTo(right / given.length, 12);
      }),
    );
  });

  it('of one logit for each target takes those above 0 for class 1', () => {
    const measurement = f1({ class: 1 }).start();
    const target = float32Array([4], [1, 0, 1, 1]);
    measurement.add(float32Array([4], [2, 1, -1, 3]), target, Int32Array.of(0, 1, 2, 3));
    expect(measurement.value()).toBeCloseTo(4 / 6, 14);
    const wrong = () => measurement.add(target, float32Array([4], [1, 0, 2, 1]), Int32Array.of(0, 1, 2, 3));
    expect(failureOf(wrong).message).toContain('f1: a target is 2; expected 0 or 1');
  });

  it.each([
    [{ average: 'binary' }, "average is the text 'binary'; give 'macro' or 'micro' or 'weighted'"],
    [{ class: -1 }, 'class is -1'],
    [{ average: 'macro', class: 1 }, 'either an average over the classes or one class'],
    [{ pos_label: 1 }, "no option 'pos_label'; use class"],
  ])('refuses %j', (options, message) => {
    const failure = failureOf(() => f1(options as never));
    expect(failure).toMatchObject({ code: 'E_INVALID_OPTION', message: expect.stringContaining(message) });
  });
});

describe.each(['cpu', 'wasm', 'simd'])('metrics of padded sequences on %s', (backend) => {
  const [samples, time, classes] = [6, 4, 3];
  const lengths = Int32Array.of(4, 1, 0, 2, 4, 1);
  const network = defineNetwork({ x: float32('batch', 'time', 3), lengths: int32('batch') }, ({ x }) => ({
    logits: linear('fc', x, classes),
  }));
  const parameters = initParameters(network, 1);
  const x = float32Array([samples, time, 3], new Generator(4).uniform(samples * time * 3, -3, 3));
  const inputs = { x, lengths: { dtype: 'int32', shape: [samples], data: lengths } } as const;
  const metrics = [perplexity, tokenAccuracy, accuracy, sequenceAccuracy, f1()];

  /** Sequences of which the first two are right throughout, and no other; and the metrics by hand. */
  async function example() {
    const { logits } = await predict(network, parameters, inputs, { backend: 'cpu' });
    const rows = Array.from({ length: samples * time }, (_, i) => [
      ...logits.data.subarray(i * classes, (i + 1) * classes),
    ]);
    const best = rows.map((row) => row.indexOf(Math.max(...row)));
    const data = Int32Array.from(best, (one, i) =>
      i >= 2 * time && i % time === 0 ? (one + 1) % classes : one,
    );
    // Wrong past the end of a sequence that is right otherwise.
    data[time + 2] = ((best[time + 2] ?? 0) + 1) % classes;
    const tokens = [...data.keys()].filter((i) => i % time < lengths[Math.floor(i / time)]!);
    const nll = tokens.map((i) => {
      const row = rows[i]!;
      return Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0)) - row[data[i]!]!;
    });
    const right = tokens.filter((i) => best[i] === data[i]).length / tokens.length;
    const expected = {
      perplexity: Math.exp(nll.reduce((sum, one) => sum + one, 0) / tokens.length),
      tokenAccuracy: right,
      accuracy: right,
      sequenceAccuracy: 2 / 5, // one of the six has no token
      f1: measure(
        f1(),
        tokens.map((i) => best[i]!),
        tokens.map((i) => data[i]!),
      ),
    };
    const padded = data.map((one, i) => (tokens.includes(i) ? one : -100));
    const targets = (values: Int32Array) =>
      ({ dtype: 'int32', shape: [samples, time], data: values }) as const;
    return {
      expected: Float64Array.from(Object.values(expected)),
      byLengths: dataset({ inputs, targets: targets(data) }),
      byIndex: dataset({ inputs, targets: targets(padded) }),
    };
  }

  it('are those of the tokens that count, by lengths or by an ignored index, whatever the batches', async () => {
    const { expected, byLengths, byIndex } = await example();
    const kinds = [
      [byLengths, masked(crossEntropy, { lengths: 'lengths' })],
      [byIndex, crossEntropy({ ignoreIndex: -100 })],
      // The metrics have no weights and nothing smoothed.
      [byIndex, crossEntropy({ ignoreIndex: -100, weights: [1, 2, 9], labelSmoothing: 0.3 })],
    ] as const;
    for (const [data, loss] of kinds) {
      for (const batchSize of [1, 2, 4, 64]) {
        const { metrics: got } = await evaluate(network, parameters, data, {
          loss,
          metrics,
          batchSize,
          backend,
        });
        expect(Object.keys(got)).toEqual(metrics.map(({ name }) => name));
        expect(Object.values(got)).toBeCloseToArray(expected, { rtol: 2e-6 });
      }
    }
  });

  it('are the same in an epoch and its validation', async () => {
    const { expected, byLengths } = await example();
    const { history } = await train(network, byLengths, {
      ...{ loss: masked(crossEntropy, { lengths: 'lengths' }), metrics, optimizer: sgd({ lr: 1e-30 }) },
      ...{ parameters, batchSize: 4, validation: byLengths, backend },
    });
    for (const log of [history[0]!, history[0]!.validation!])
      expect(Object.values(log.metrics)).toBeCloseToArray(expected, { rtol: 2e-6 });
  });

  it('of whole sequences count each sequence once where all targets count', async () => {
    const { byLengths } = await example();
    const { metrics: got } = await evaluate(network, parameters, byLengths, {
      ...{ loss: crossEntropy, metrics: [sequenceAccuracy], batchSize: 4, backend },
    });
    expect(got.sequenceAccuracy).toBeCloseTo(1 / 6, 14);
  });
});

it('metrics of classes are refused beside losses of numbers', async () => {
  const network = defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({ y: linear('fc', x, 2) }));
  const x = float32Array([1, 2], [1, 2]);
  for (const metric of [perplexity, tokenAccuracy, sequenceAccuracy, f1()]) {
    const failure = await rejectionOf(
      train(network, dataset({ inputs: { x }, targets: x }), {
        loss: mse,
        metrics: [metric],
        backend: 'cpu',
      }),
    );
    expect(failure.message).toContain(`${metric.name} compares classes, but mse compares numbers`);
  }
  const failure = await rejectionOf(
    train(network, dataset({ inputs: { x }, targets: x }), {
      ...{ loss: bceWithLogits, metrics: [perplexity], backend: 'cpu' },
    }),
  );
  expect(failure.message).toContain('perplexity is of a logit for each class');
});
