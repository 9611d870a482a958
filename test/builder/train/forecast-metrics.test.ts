import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../../src/builder/network.js';
import { linear } from '../../../src/builder/ops/linear.js';
import { initParameters } from '../../../src/builder/parameters.js';
import { predict } from '../../../src/builder/predict.js';
import { float32, int32 } from '../../../src/builder/tensor.js';
import { evaluate } from '../../../src/builder/train/evaluate.js';
import { fit as train } from '../../../src/builder/train/fit.js';
import { pinball } from '../../../src/builder/train/forecast-losses.js';
import { mase, r2, rmse, seasonalScale, smape } from '../../../src/builder/train/forecast-metrics.js';
import { coverage, crps, intervalWidth, ofEntry } from '../../../src/builder/train/interval-metrics.js';
import { masked } from '../../../src/builder/train/masked.js';
import type { WholeMetric } from '../../../src/builder/train/metric.js';
import { meanAbsoluteError } from '../../../src/builder/train/metrics.js';
import { sgd } from '../../../src/builder/train/optimizers.js';
import { dataset } from '../../../src/data/dataset.js';
import { float32Array } from '../../../src/nd-array.js';
import { failureOf } from '../../data/failure.js';
import { rejectionOf } from '../../files/rejection.js';
import '../../matcher.js';

/** The metric of predictions and targets that come in batches of a size. */
function measure(metric: WholeMetric, prediction: number[], target: number[], batch = target.length): number {
  const entries = prediction.length / target.length;
  const measurement = metric.start();
  for (let start = 0; start < target.length; start += batch) {
    const targets = target.slice(start, start + batch);
    const rows = prediction.slice(start * entries, (start + batch) * entries);
    const shape = entries === 1 ? [targets.length] : [targets.length, entries];
    const sampleOf = Int32Array.from(targets.keys());
    measurement.add(float32Array(shape, rows), float32Array([targets.length], targets), sampleOf);
  }
  return measurement.value();
}

describe('a metric of forecasts', () => {
  const [x, y] = [
    [1, 2, 3, -4],
    [2, 2, 5, -8],
  ];

  it('is what its formula gives by hand', () => {
    expect(measure(rmse, x, y)).toBeCloseTo(Math.sqrt((1 + 0 + 4 + 16) / 4), 14);
    expect(measure(smape, x, y)).toBeCloseTo((200 * (1 / 3 + 0 + 2 / 8 + 4 / 12)) / 4, 12);
    expect(measure(mase({ scale: 2 }), x, y)).toBeCloseTo((1 + 0 + 2 + 4) / 4 / 2, 14);
    // The mean of the targets is 0.25.
    expect(measure(r2, x, y)).toBeCloseTo(1 - 21 / (1.75 ** 2 + 1.75 ** 2 + 4.75 ** 2 + 8.25 ** 2), 14);
    const quantiles = [0.1, 0.5, 0.9];
    const rows = [0, 1, 2, 3, 4, 5];
    expect(measure(crps({ quantiles }), rows, [1.5, 6])).toBeCloseTo(
      (2 * (0.1 * 1.5 + 0.5 * 0.5 + 0.1 * 0.5 + 0.1 * 3 + 0.5 * 2 + 0.9 * 1)) / 6,
      12,
    );
    expect(measure(coverage({ quantiles, level: 0.8 }), rows, [2, 6])).toBe(0.5);
    expect(measure(intervalWidth({ quantiles, level: 0.8 }), rows, [2, 6])).toBe(2);
    expect(measure(ofEntry(rmse, 2), rows, [2, 7])).toBeCloseTo(Math.SQRT2, 14);
  });

  it('is 0 where smape divides nothing by nothing, and NaN where all targets are one for r2', () => {
    expect(measure(smape, [0, 1], [0, 1])).toBe(0);
    expect(measure(r2, [1, 2], [3, 3])).toBeNaN();
    expect(measure(r2, [1, 2], [1, 2])).toBe(1);
  });

  it('is the same however the data comes in batches', () => {
    const quantiles = [0.1, 0.5, 0.9];
    const metrics: readonly [WholeMetric, number][] = [
      ...[rmse, smape, r2, mase({ scale: 3 })].map((metric) => [metric, 1] as const),
      ...[crps({ quantiles }), coverage({ quantiles, level: 0.8 }), ofEntry(r2, 1)].map(
        (metric) => [metric, 3] as const,
      ),
    ].map(([metric, entries]) => [metric, entries]);
    const value = fc.float({ min: -1000, max: 1000, noNaN: true });
    const samples = fc.array(fc.tuple(value, value, value, value), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 7 }), (rows, batch) => {
        const target = rows.map((row) => row[3]);
        for (const [metric, entries] of metrics) {
          const prediction = rows.flatMap((row) => row.slice(0, entries));
          expect(measure(metric, prediction, target, batch)).toBe(measure(metric, prediction, target));
        }
      }),
    );
  });

  it('is right to the last digits for targets far from 0', () => {
    const target = Array.from({ length: 1000 }, (_, i) => 1e6 + (i % 2));
    const prediction = target.map((value) => value + 0.25);
    expect(measure(r2, prediction, target)).toBeCloseTo(1 - 0.0625 / 0.25, 9);
  });

  it('comes near the integral that crps stands for, with many levels', () => {
    // Of a uniform distribution from 0 to 1, whose quantiles are their levels: (y^3 + (1 - y)^3) / 3.
    const quantiles = Array.from({ length: 200 }, (_, i) => (i + 0.5) / 200);
    for (const target of [0, 0.3, 0.5, 1]) {
      const exact = (target ** 3 + (1 - target) ** 3) / 3;
      expect(measure(crps({ quantiles }), quantiles, [target])).toBeCloseTo(exact, 4);
    }
  });

  it('takes the scale of mase from the training series and its season', () => {
    expect(seasonalScale([1, 3, 2, 7])).toBeCloseTo((2 + 1 + 5) / 3, 14);
    expect(seasonalScale(Float32Array.of(1, 3, 2, 7), 2)).toBeCloseTo((1 + 4) / 2, 14);
    expect(measure(mase({ series: [1, 3, 2, 7], season: 2 }), [1], [6])).toBe(2);
    // The seasonal naive forecast itself has 1 on its series.
    const series = [4, 1, 7, 3, 9, 2];
    expect(measure(mase({ series, season: 2 }), series.slice(0, -2), series.slice(2))).toBeCloseTo(1, 14);
  });

  it.each([
    [() => mase({}), 'mase takes either scale, or series with its season; give one of them.'],
    [() => mase({ scale: 1, series: [1, 2] }), 'mase takes either scale, or series'],
    [() => mase({ series: [1, 1, 1] }), 'seasonalScale: the series repeats itself every 1 steps exactly'],
    [
      () => mase({ series: [1, 2], season: 2 }),
      'the series has 2 values; expected a list of more than a season, 2.',
    ],
    [() => seasonalScale([1, Number.NaN]), 'the series holds NaN at 1; give finite numbers.'],
    [
      () => coverage({ quantiles: [0.1, 0.9], level: 0.9 }),
      'the level 0.9 is the interval between the quantiles 0.05 and 0.95; there are 0.1, 0.9.',
    ],
    [
      () => crps({ quantiles: [0.5, 0.5] }),
      'crps: quantiles is a list with 0.5 at 1; give levels between 0 and 1 that rise',
    ],
    [() => pinball({ quantiles: [] }), 'pinball: quantiles is an empty list; give levels'],
    [() => pinball({ quantiles: [0, 0.5] }), 'pinball: quantiles is a list with 0 at 0; give levels'],
    [() => measure(rmse, [1, 2], [1]), 'rmse: the targets have shape [1], the predictions [1, 2]'],
    [
      () => measure(crps({ quantiles: [0.5] }), [1, 2], [1]),
      'crps: the predictions have shape [1, 2], expected [1, 1]',
    ],
    [
      () => measure(ofEntry(rmse, 2), [1, 2], [1]),
      'ofEntry: the predictions have shape [1, 2], whose last axis has no entry 2',
    ],
  ])('refuses what does not fit: %s', (make, message) => {
    expect(failureOf(make).message).toContain(message);
  });
});

const quantiles = [0.1, 0.5, 0.9];
const network = defineNetwork({ x: float32('batch', 'time', 2) }, ({ x }) => ({ y: linear('fc', x, 3) }));
const [samples, time] = [7, 4];
const parameters = initParameters(network, 1);
const x = float32Array(
  [samples, time, 2],
  Array.from({ length: samples * time * 2 }, (_, i) => Math.sin(i * 1.7)),
);
const truth = Array.from({ length: samples * time }, (_, i) => Math.cos(i * 0.9));
const metrics = [
  ofEntry(rmse, 1),
  ofEntry(meanAbsoluteError, 1),
  ofEntry(smape, 1),
  crps({ quantiles }),
  coverage({ quantiles, level: 0.8 }),
];

describe('evaluate with metrics of a whole data set', () => {
  it.each([
    [1, 'cpu'],
    [3, 'simd'],
    [5, 'wasm'],
    [7, 'cpu'],
  ] as const)(
    'gives what the formulas give for all that counts, in batches of %i on %s',
    async (batchSize, backend) => {
      const missing = (i: number) => i % 3 === 1 || i < 2 * time; // no target of the first two samples is there
      const targets = float32Array(
        [samples, time],
        truth.map((value, i) => (missing(i) ? Number.NaN : value)),
      );
      const data = dataset({ inputs: { x }, targets });
      const loss = masked(pinball({ quantiles }));
      const got = await evaluate(network, parameters, data, { loss, metrics, batchSize, backend });
      const { y } = await predict(network, parameters, { x }, { backend: 'cpu' });
      const there = truth.map((_, i) => i).filter((i) => !missing(i));
      const rows = there.flatMap((i) => [...y!.data.subarray(i * 3, i * 3 + 3)]);
      const target = there.map((i) => Math.fround(truth[i]!));
      const mae =
        there.reduce((sum, _, k) => sum + Math.abs(rows[k * 3 + 1]! - target[k]!), 0) / there.length;
      const expected = metrics.map((metric) => ('start' in metric ? measure(metric, rows, target) : mae));
      expect(Object.values(got.metrics)).toBeCloseToArray(expected, { rtol: 1e-6 });
      expect(got.loss).toBeCloseTo(got.metrics.crps! / 2, 6);
    },
  );

  it('counts steps before the lengths alone', async () => {
    const lengths = Int32Array.from({ length: samples }, (_, i) => i % (time + 1));
    const withLengths = { x, lengths: { dtype: 'int32', shape: [samples], data: lengths } } as const;
    const padded = defineNetwork({ x: float32('batch', 'time', 2), lengths: int32('batch') }, (inputs) => ({
      y: linear('fc', inputs.x, 3),
      count: inputs.lengths,
    }));
    const spoilt = truth.map((value, i) => (i % time < lengths[Math.floor(i / time)]! ? value : 1e6));
    const gaps = truth.map((value, i) => (i % time < lengths[Math.floor(i / time)]! ? value : Number.NaN));
    const options = { metrics, output: 'y', batchSize: 2, backend: 'cpu' } as const;
    const byLengths = await evaluate(
      padded,
      parameters,
      dataset({ inputs: withLengths, targets: float32Array([samples, time], spoilt) }),
      { ...options, loss: masked(pinball({ quantiles }), { lengths: 'lengths' }) },
    );
    const byNaN = await evaluate(
      padded,
      parameters,
      dataset({ inputs: withLengths, targets: float32Array([samples, time], gaps) }),
      { ...options, loss: masked(pinball({ quantiles })) },
    );
    expect(byLengths).toEqual(byNaN);
    const unknown = masked(pinball({ quantiles }), { lengths: 'length' });
    const data = dataset({ inputs: withLengths, targets: float32Array([samples, time], truth) });
    expect(
      await rejectionOf(evaluate(padded, parameters, data, { ...options, loss: unknown })),
    ).toMatchObject({
      code: 'E_UNKNOWN_NAME',
      message: "masked: there is no input 'length'; the inputs are x, lengths.",
    });
  });
});

describe.each(['cpu', 'simd'])('fit with a masked loss on %s', (backend) => {
  const data = (target: (i: number) => number) =>
    dataset({
      inputs: { x },
      targets: float32Array(
        [samples, time],
        truth.map((_, i) => target(i)),
      ),
    });
  const options = {
    loss: masked(pinball({ quantiles })),
    optimizer: sgd({ lr: 0.1, momentum: 0.9 }),
    metrics,
    parameters,
    batchSize: 1,
    shuffle: false,
    backend,
  } as const;

  it('changes nothing with batches in which no target counts, and says that nothing was measured', async () => {
    const partly = data((i) => (i < 3 * time ? truth[i]! : Number.NaN));
    const losses: number[] = [];
    const short = await train(network, dataset({ inputs: partly.inputs, targets: partly.targets }), {
      ...options,
      onStep: ({ loss }) => void losses.push(loss),
    });
    expect(losses.map(Number.isNaN)).toEqual([false, false, false, true, true, true, true]);
    const first = { x: float32Array([3, time, 2], x.data.subarray(0, 3 * time * 2)) };
    const targets = float32Array([3, time], truth.slice(0, 3 * time));
    const alone = await train(network, dataset({ inputs: first, targets }), options);
    expect(short.parameters).toEqual(alone.parameters);
    expect(short.history).toEqual(alone.history);
    expect(short.state.optimizer).toEqual(alone.state.optimizer);
  });

  it('refuses data without any target, infinite ones, and NaN where the loss does not leave them out', async () => {
    expect(
      await rejectionOf(
        train(
          network,
          data(() => Number.NaN),
          options,
        ),
      ),
    ).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: expect.stringContaining(
        'No target of the training data counts: all are NaN, past the lengths, of the ignored index',
      ),
    });
    const infinite = data((i) => (i === 5 ? Infinity : Number.NaN));
    expect((await rejectionOf(train(network, infinite, options))).message).toContain(
      'The targets of the training data: sample 1 holds Infinity at index [1].',
    );
    const gaps = data((i) => (i === 5 ? Number.NaN : 1));
    const plain = await rejectionOf(train(network, gaps, { ...options, loss: pinball({ quantiles }) }));
    expect(plain.message).toContain('sample 1 holds NaN at index [1]. Replace or leave out such samples');
    expect(plain.message).toContain('masked(loss)');
  });

  it('refuses losses that are not called, and what is no loss', async () => {
    expect(
      (
        await rejectionOf(
          train(
            network,
            data(() => 1),
            { ...options, loss: pinball as never },
          ),
        )
      ).message,
    ).toContain(
      'The option loss got a function; expected what it gives: such a loss is called, as in huber()',
    );
    expect(failureOf(() => masked(pinball as never)).message).toContain('expected a loss, as in masked(mse)');
  });
});
