/** Forecasts of distributions, step by step, and scaled by constants: trained, sampled, and the same by a model file. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Generator } from '../../src/builder/random.js';
import { fitScaler, scalingOf } from '../../src/data/table/scaler.js';
import { type SeriesSet, sliceSeries } from '../../src/data/table/series.js';
import { splitByTime } from '../../src/data/table/split-by-time.js';
import { type Distribution, standardQuantiles } from '../../src/forecast/distribution-quantiles.js';
import { centralRange } from '../../src/forecast/forecast-head.js';
import { forecasterOf } from '../../src/forecast/forecast-metadata.js';
import { forecastSamples } from '../../src/forecast/forecast-samples.js';
import { onlineForecasterOf } from '../../src/forecast/online-forecaster.js';
import { samplePaths } from '../../src/forecast/sample-paths.js';
import { type TrainedForecaster, trainForecaster } from '../../src/forecast/train-forecaster.js';
import { Model } from '../../src/index.js';
import { salesSeries } from './series.js';
import '../matcher.js';

const sizes = { window: 18, horizon: 6, hiddenSize: 8, backend: 'simd', target: 'sold' } as const;

describe.each([
  { distribution: 'gaussian' },
  { distribution: 'studentT', cell: 'gru', decoder: 'autoregressive', scaling: 'robust' },
] as const)('a forecast of $distribution', (options) => {
  let set: SeriesSet;
  let forecaster: TrainedForecaster;

  beforeAll(async () => {
    set = await salesSeries(96, ['a', 'b']);
    forecaster = await trainForecaster(set, { ...sizes, ...options, epochs: 20 });
  });

  it('is better than what takes no training', async () => {
    const { model, baselines } = await forecaster.evaluate(set);
    for (const { mase } of Object.values(baselines)) expect(model.mase).toBeLessThan(mase);
  });

  it('says its distribution, and quantiles that are those of it', async () => {
    const { distribution } = forecaster.plan;
    expect(distribution?.kind).toBe(options.distribution);
    if (distribution?.kind === 'studentT') expect(distribution.df).toBeGreaterThan(2);
    const [low, middle, high] = standardQuantiles(distribution!, forecaster.plan.quantiles);
    for (const { quantiles } of await forecaster.forecast(set)) {
      for (let step = 0; step < 6; step++) {
        const [below, point, above] = quantiles.map((quantile) => quantile[step]!);
        expect((above! - point!) / (point! - below!)).toBeCloseTo((high! - middle!) / (middle! - low!), 2);
      }
    }
  });

  it('gives samples whose quantiles are those of the forecast, the same from the same seed', async () => {
    const [samples, forecasts] = [
      await forecaster.sample(set, { count: 4000, seed: 5 }),
      await forecaster.forecast(set),
    ];
    for (const [i, { name, times, paths }] of samples.entries()) {
      const { quantiles, ...same } = forecasts[i]!;
      expect({ name, times }).toEqual({ name: same.name, times: same.times });
      expect(paths).toHaveLength(4000);
      for (let step = 0; step < 6; step++) {
        const drawn = paths.map((path) => path[step]!).sort((a, b) => a - b);
        const width = quantiles[2]![step]! - quantiles[0]![step]!;
        forecaster.plan.quantiles.forEach((level, q) => {
          expect(Math.abs(drawn[level * 4000]! - quantiles[q]![step]!)).toBeLessThan(0.05 * width);
        });
      }
    }
    expect(await forecaster.sample(set, { count: 2, seed: 5 })).toEqual(
      await forecaster.sample(set, { count: 2, seed: 5 }),
    );
    const [other] = await forecaster.sample(set, { count: 2, seed: 6 });
    expect(other!.paths[0]).not.toEqual(samples[0]!.paths[0]);
    expect((await forecaster.sample(set))[1]!.paths).toHaveLength(100);
  });

  it('is the same by its model file, samples too', async () => {
    await using model = await Model.load(forecaster.toOnnx(), { providers: ['cpu'] });
    expect(model.outputs.map(({ name }) => name)).toEqual(['forecast', 'location', 'scale']);
    const read = forecasterOf(model);
    expect(read.plan).toEqual(forecaster.plan);
    const [ours, its] = [await forecaster.sample(set, { count: 3 }), await read.sample(set, { count: 3 })];
    for (const [i, { paths }] of its.entries()) {
      for (const [j, path] of paths.entries()) {
        expect([...path]).toBeCloseToArray([...ours[i]!.paths[j]!], { rtol: 1e-4 });
      }
    }
  });
});

it('a forecast that goes step by step, of a Student t, is the same row by row', async () => {
  const set = await salesSeries(72);
  const upTo = (end: number): SeriesSet => ({
    ...set,
    series: set.series.map((series) => sliceSeries(series, 0, end)),
  });
  const forecaster = await trainForecaster(upTo(60), {
    ...{ ...sizes, distribution: 'studentT', decoder: 'autoregressive', scaling: 'standard', epochs: 2 },
  });
  await using model = await Model.load(forecaster.toOnnx({ online: true }), { providers: ['simd'] });
  await using whole = await Model.load(forecaster.toOnnx(), { providers: ['simd'] });
  const live = onlineForecasterOf(model, upTo(60));
  const [{ values, times }] = set.series as [SeriesSet['series'][number]];
  const { quantiles } = await live.update({ shop: 'a', month: times[60]!, sold: values.get('sold')![60]! });
  const [expected] = await forecasterOf(whole).forecast(upTo(61));
  expect(quantiles).toEqual(expected!.quantiles);
});

it('a forecast of quantiles has no samples, and its error says what has', async () => {
  const set = await salesSeries(60);
  const forecaster = await trainForecaster(set, { ...sizes, epochs: 1, decoder: 'autoregressive' });
  expect(forecaster.plan.distribution).toBeUndefined();
  await expect(forecaster.sample(set)).rejects.toThrow(
    expect.objectContaining({
      code: 'E_INVALID_OPTION',
      message: expect.stringContaining("distribution: 'gaussian' or 'studentT'"),
    }),
  );
});

it.each([
  [{ distribution: 'normal' }, /distribution.*'quantiles' or 'gaussian' or 'studentT'/],
  [{ decoder: 'seq2seq' }, /decoder.*'direct' or 'autoregressive'/],
  [{ scaling: 'log' }, /scaling.*'window' or 'standard' or 'robust' or 'minMax'/],
])('refuses %j', async (options, message) => {
  const set = await salesSeries(60);
  await expect(trainForecaster(set, { ...sizes, ...options } as never)).rejects.toThrow(message);
});

it.each(['standard', 'robust', 'minMax'] as const)(
  'fits the %s scaling of the target on what is before the validation',
  async (scaling) => {
    const whole = await salesSeries(96);
    const later = await salesSeries(96, ['a'], (value, month) => (month >= 82 ? value * 100 : value));
    const of = (set: SeriesSet) => forecastSamples(set, { ...sizes, scaling }).architecture.columns.past[0];
    expect(of(later)).toEqual(of(whole));
    const { train } = splitByTime(whole, { validation: 14 });
    const scaler = fitScaler(train, { kind: scaling });
    expect(of(whole)).toEqual({ name: 'sold', ...scalingOf(scaler, 'sold') });
  },
);

describe('samples', () => {
  const steps = { location: [10, -5], scale: [2, 0.5] };
  const moments = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
  };

  it.each<[Distribution, number]>([
    [{ kind: 'gaussian' }, 1],
    [{ kind: 'studentT', df: 7.5 }, 7.5 / 5.5],
  ])('of %j have its mean and variance, and steps that go on their own', (distribution, unit) => {
    const paths = samplePaths(steps, distribution, 40_000, new Generator(1));
    const columns = [0, 1].map((step) => paths.map((path) => path[step]!));
    for (const [step, column] of columns.entries()) {
      const { mean, variance } = moments(column);
      expect(Math.abs(mean - steps.location[step]!)).toBeLessThan(0.03 * steps.scale[step]!);
      expect(variance / (unit * steps.scale[step]! ** 2)).toBeCloseTo(1, 1);
    }
    const product = paths.reduce((sum, [a = 0, b = 0]) => sum + ((a - 10) / 2) * ((b + 5) / 0.5), 0);
    expect(Math.abs(product / paths.length)).toBeLessThan(0.03);
  });

  it('are judged by the central range of what the network gives', () => {
    // softplus(0.5413) is 1; the least scale of the loss stands in for a smaller one.
    const range = centralRange(Float32Array.of(3, 0.541325, 3, -100), { kind: 'gaussian' });
    const z = 1.2815515655446;
    expect([...range]).toBeCloseToArray([3 - z, 3, 3 + z, 3 - z / 1000, 3, 3 + z / 1000], { rtol: 1e-6 });
  });
});
