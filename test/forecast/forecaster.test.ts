/** From series to forecasts: trained, evaluated on the past, and the same by a model file. */
import { beforeAll, describe, expect, it } from 'vitest';
import { rollingOrigins } from '../../src/data/table/rolling-origins.js';
import { type SeriesSet, sliceSeries } from '../../src/data/table/series.js';
import type { ErrorCode } from '../../src/errors.js';
import { forecasterOf, forecastMetadata } from '../../src/forecast/forecast-metadata.js';
import { planForecast } from '../../src/forecast/forecast-options.js';
import { forecastSamples } from '../../src/forecast/forecast-samples.js';
import { type TrainedForecaster, trainForecaster } from '../../src/forecast/train-forecaster.js';
import { exportOnnx, Model } from '../../src/index.js';
import { salesSeries } from './series.js';
import '../matcher.js';

const sizesOfPlan = { window: 18, horizon: 6 };
const sizes = { ...sizesOfPlan, hiddenSize: 8, backend: 'simd', target: 'sold' } as const;

describe('a forecast of several series', () => {
  let set: SeriesSet;
  let origins: ReturnType<typeof rollingOrigins>;
  let forecaster: TrainedForecaster;

  beforeAll(async () => {
    set = await salesSeries(120, ['a', 'b', 'c']);
    origins = rollingOrigins(set, { count: 5, horizon: 6, input: 18 });
    forecaster = await trainForecaster(origins[0]!.past, {
      ...sizes,
      features: ['price', 'door'],
      epochs: 25,
    });
  });

  it('is better than what takes no training', async () => {
    const { model, baselines, origins: times } = await forecaster.evaluate(set);
    expect(times).toEqual(origins.map(({ time }) => time));
    expect(model.mase).toBeLessThan(0.7);
    for (const { mase } of Object.values(baselines)) expect(model.mase).toBeLessThan(mase);
  });

  it('gives the forecasts of each origin beside what came, and the scores of each step', async () => {
    const { forecasts, byStep, model, baselines } = await forecaster.evaluate(set);
    expect(forecasts).toHaveLength(5 * 3);
    const { past, future, time } = origins[1]!;
    const again = await forecaster.forecast(past, future);
    const second = forecasts.filter(({ origin }) => origin === time);
    expect(second.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    for (const [i, { quantiles, times, point, actual, baselines: others }] of second.entries()) {
      expect({ quantiles, times }).toEqual({ quantiles: again[i]!.quantiles, times: again[i]!.times });
      expect(point).toEqual(quantiles[1]);
      expect(actual).toEqual(future.series[i]!.values.get('sold'));
      expect(others.naive[5]).toBe(past.series[i]!.values.get('sold')!.at(-1));
    }
    expect(byStep).toHaveLength(6);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(byStep.map((step) => step.model.mae))).toBeCloseTo(model.mae, 10);
    expect(mean(byStep.map((step) => step.model.crps!))).toBeCloseTo(model.crps!, 10);
    const naive = byStep.map((step) => step.baselines.seasonalNaive.mase);
    expect(mean(naive)).toBeCloseTo(baselines.seasonalNaive.mase, 10);
    const last = forecasts.map(({ actual, point }) => Math.abs(actual[5]! - point[5]!));
    expect(byStep[5]!.model.mae).toBeCloseTo(mean(last), 10);
  });

  it('says the steps behind the last ones, of each series, with ascending quantiles', async () => {
    const forecasts = await forecaster.forecast(set);
    expect(forecasts.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    for (const { times, quantiles } of forecasts) {
      expect(new Date(times[0]!).toISOString()).toBe('2010-01-01T00:00:00.000Z');
      expect(times).toHaveLength(6);
      const [low, middle, high] = quantiles;
      for (let i = 0; i < 6; i++) {
        expect(low![i]).toBeLessThanOrEqual(middle![i]!);
        expect(middle![i]).toBeLessThanOrEqual(high![i]!);
      }
    }
  });

  it.each(['cpu', 'simd'] as const)('is the same by its model file on %s', async (provider) => {
    await using model = await Model.load(forecaster.toOnnx(), { providers: [provider] });
    expect(model.outputs.map(({ name }) => name)).toEqual(['forecast']);
    const opened = forecasterOf(model);
    expect(opened.plan).toEqual(forecaster.plan);
    const [expected, got] = [await forecaster.forecast(set), await opened.forecast(set)];
    for (const [i, { quantiles }] of got.entries()) {
      for (const [q, values] of quantiles.entries()) {
        expect(values).toBeCloseToArray(expected[i]!.quantiles[q]!, { rtol: 2e-6 });
      }
    }
  });

  it('says what was found rather than said', () => {
    expect(forecaster.notes.map(({ text }) => text)).toEqual([
      "The season is 12 steps, as the frequency 'month' suggests.",
      'Of the calendar it sees: month.',
      'It starts from the last season and what it changed, which comes closest in the data.',
      expect.stringMatching(/^The ranges are 1\.\d\d times as wide as they were trained: /),
    ]);
    expect(forecaster.plan).toMatchObject({ season: 12, calendar: ['month'], static: ['shop'] });
  });

  it('refuses numbers that leave float32 on the way, which would come out as infinite', async () => {
    const large = await salesSeries(120, ['a', 'b', 'c'], (value) => value * 1e35);
    await expect(forecaster.forecast(large)).rejects.toMatchObject({
      code: 'E_NOT_FINITE',
      message: expect.stringMatching(/^forecast: what is forecast of series 'a' is not finite/),
    });
  });

  it('refuses series of another frequency, and texts in another order', async () => {
    const yearly = { ...set, frequency: { unit: 'year', count: 1 } } as const;
    await expect(forecaster.forecast(yearly)).rejects.toMatchObject({ code: 'E_INVALID_OPTION' });
    const others = await salesSeries(120, ['b', 'a', 'c']);
    await expect(forecaster.forecast(others)).rejects.toThrow(/column 'shop' are not those/);
  });
});

it.each([
  ['the target', { features: ['sold'] }, /'sold' is the target, so that its past is seen already/],
  ['what is known ahead', { features: ['price'], known: ['price'] }, /'price' is known ahead, so that/],
  ['one twice', { features: ['price', 'price'] }, /features names 'price' twice/],
  ['one twice that is known ahead', { known: ['price', 'price'] }, /known names 'price' twice/],
])('refuses %s among the features', async (_, options, message) => {
  await expect(trainForecaster(await salesSeries(60), { ...sizes, ...options })).rejects.toMatchObject({
    code: 'E_DUPLICATE_NAME',
    message: expect.stringMatching(message),
  });
});

it('learns from nothing behind the last step, and scales by nothing in what tells the best epoch', async () => {
  const options = { ...sizes, epochs: 2, validation: 0.2 } as const;
  const trained = await trainForecaster(await salesSeries(60), options);
  const longer = await salesSeries(80, ['a'], (value, month) => (month < 60 ? value : value * 100));
  const [origin] = rollingOrigins(longer, { count: 1, horizon: 20 });
  const again = await trainForecaster(origin!.past, options);
  expect(again.parameters).toEqual(trained.parameters);
  const other = await salesSeries(60, ['a'], (value, month) => (month < 48 ? value : value * 100));
  const architecture = (set: SeriesSet) => forecastSamples(set, options).architecture;
  expect(architecture(other)).toEqual(architecture(await salesSeries(60)));
});

it('takes what is known ahead', async () => {
  const set = await salesSeries(60);
  const [origin] = rollingOrigins(set, { count: 1, horizon: 6 });
  const forecaster = await trainForecaster(origin!.past, { ...sizes, known: ['price'], epochs: 1 });
  const [known] = await forecaster.forecast(origin!.past, origin!.future);
  const dearer = {
    ...origin!.future,
    series: origin!.future.series.map((series) => ({
      ...series,
      values: new Map([...series.values, ['price', new Float64Array(6).fill(40)] as const]),
    })),
  };
  const [other] = await forecaster.forecast(origin!.past, dearer);
  expect(other!.quantiles[1]).not.toEqual(known!.quantiles[1]);
  await expect(forecaster.forecast(origin!.past)).rejects.toThrow(
    /'price' is known ahead: give 6 rows of it behind the last one of series 'a'/,
  );
});

it.each<[string, object, ErrorCode, RegExp]>([
  ['a column that there is not', { target: 'sale' }, 'E_UNKNOWN_NAME', /'sold'/],
  ['a target of text', { target: 'door' }, 'E_INVALID_OPTION', /holds text/],
  [
    'too few rows',
    { window: 30, horizon: 20 },
    'E_INVALID_OPTION',
    /take 70 rows; the longest series has 60/,
  ],
  [
    'quantiles that cross',
    { quantiles: [0.9, 0.1] },
    'E_INVALID_OPTION',
    /0.1 at 1; give levels between 0 and 1 that rise/,
  ],
  ['a horizon of none', { horizon: 0 }, 'E_INVALID_OPTION', /horizon got the number 0/],
  ['another cell', { cell: 'rnn' }, 'E_INVALID_OPTION', /'lstm' or 'gru'/],
  ['an option that is called otherwise', { lookback: 3 }, 'E_INVALID_OPTION', /window/],
])('%s is refused', async (_, options, code, message) => {
  const training = trainForecaster(await salesSeries(60), { target: 'sold', ...options } as never);
  await expect(training).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

it('says which columns are constant in training, and which part of the calendar a column has the name of', async () => {
  const set = await salesSeries(60);
  const [series] = set.series;
  const more = { price: new Float64Array(60).fill(3), month: new Float64Array(60) };
  const values = new Map([...series!.values, ...Object.entries(more)]);
  const columns = new Map([...set.columns, ['month', { kind: 'number' }] as const]);
  const options = { ...sizes, features: ['price'], epochs: 1 };
  const { notes, plan } = await trainForecaster(
    { ...set, columns, series: [{ ...series!, values }] },
    options,
  );
  expect(plan.calendar).toEqual([]);
  expect(notes.map(({ text }) => text).slice(1)).toEqual([
    'Of the calendar it does not see month: the series have a column of that name.',
    'It starts from the last season and what it changed, which comes closest in the data.',
    "Scale 1 for column 'price', which is constant in training.",
  ]);
});

it('says which part of the data is cut too short by gaps', async () => {
  const set = await salesSeries(90);
  const [series] = set.series;
  const pieces = [sliceSeries(series!, 0, 60), sliceSeries(series!, 70, 90)];
  await expect(trainForecaster({ ...set, series: pieces }, sizes)).rejects.toThrow(
    /take 24 rows without a gap; the last 9 steps, which tell the best epoch, and the window before, have 20 at most/,
  );
});

it.each([
  ['sold', 1e-20],
  ['sold', 1e20],
  ['price', 1e-40],
  ['price', 1e40],
])('a column %s that moves by %s is refused, as float32 has no such numbers', async (name, unit) => {
  const set = await salesSeries(60);
  const [series] = set.series;
  const moved = series!.values.get(name)!;
  const values = new Map([
    ...series!.values,
    [name, Float64Array.from(moved, (value) => value * unit)] as const,
  ]);
  const scaled = { ...set, series: [{ ...series!, values }] };
  await expect(trainForecaster(scaled, { ...sizes, features: ['price'] })).rejects.toThrow(
    new RegExp(`'${name}' is about .* Give the column in another unit`),
  );
});

it('says where float32 rounds the target', async () => {
  const set = await salesSeries(60);
  const [series] = set.series;
  const sold = series!.values.get('sold')!.map((value: number) => value + 1e9);
  const large = {
    ...set,
    series: [{ ...series!, values: new Map([...series!.values, ['sold', sold] as const]) }],
  };
  const { notes } = await trainForecaster(large, { ...sizes, epochs: 1 });
  expect(notes.at(-1)!.text).toMatch(
    /'sold' is about 1.00e\+9 and moves by .*: float32 rounds it to steps of about 1e\+2/,
  );
});

it.each([
  [60, 'The window is 12 steps.'],
  [20, 'The window is 4 steps, not 12, as there are few rows.'],
])('says of %d rows how many steps are seen', async (rows, note) => {
  const { notes } = planForecast(await salesSeries(rows), { target: 'sold', horizon: 6, season: 1 });
  expect(notes.map(({ text }) => text)).toContain(note);
});

it.each([
  [undefined, /target got undefined; expected the name of a column/],
  [['sold'], /target got .*; expected the name of a column/],
  ['door', /the target 'door' holds text/],
  ['gone', /there is no column 'gone'/],
])('plans nothing for the target %j', async (target, message) => {
  const set = await salesSeries(60);
  expect(() => planForecast(set, { ...sizesOfPlan, target: target as string })).toThrow(message);
  expect(() => planForecast(set, { ...sizesOfPlan, target: 'sold' })).not.toThrow();
});

it('refuses options of an evaluation that there are not, and no series', async () => {
  const set = await salesSeries(60);
  const forecaster = await trainForecaster(set, { ...sizes, epochs: 1 });
  await expect(forecaster.evaluate(set, { count: 2 } as never)).rejects.toThrow(/count.*origins/);
  await expect(forecaster.evaluate(set, null as never)).rejects.toMatchObject({ code: 'E_INVALID_OPTION' });
  expect(() => forecaster.table(null as never)).toThrow(/table got null; expected a list of forecasts/);
  const none = trainForecaster({ ...set, series: [] }, sizes);
  await expect(none).rejects.toThrow(/expected at least one series/);
});

it('a model that is no forecast is refused', async () => {
  const { defineNetwork, exportOnnx, float32, initParameters, linear } = await import('../../src/index.js');
  const network = defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({ y: linear('fc', x, 1) }));
  await using model = await Model.load(exportOnnx(network, initParameters(network, 1)), {
    providers: ['simd'],
  });
  expect(() => forecasterOf(model)).toThrow(/says no forecast in its metadata/);
  const broken = exportOnnx(network, initParameters(network, 1), {
    metadata: { 'lstm_onnx.forecast': '{"version":2}' },
  });
  await using other = await Model.load(broken, { providers: ['simd'] });
  expect(() => forecasterOf(other)).toThrow(/lstm_onnx.forecast of the model is not read: version/);
});

it.each([
  [
    { quantiles: [0.9, 0.5, 0.1] },
    /quantiles is a list with 0.5 at 1; give levels between 0 and 1 that rise/,
  ],
  [{ quantiles: [0.1, 0.5, 9.9] }, /quantiles is a list with 9.9 at 2/],
  [{ quantiles: [0.1, 0.9] }, /says forecasts of \[batch,6,2\], and the model gives \[batch,6,3\]/],
  [{ horizon: 8 }, /says forecasts of \[batch,8,3\], and the model gives \[batch,6,3\]/],
])('a model file whose metadata says another forecast is refused: %j', async (change, message) => {
  const { network, parameters, plan } = await trainForecaster(await salesSeries(60), { ...sizes, epochs: 1 });
  const file = exportOnnx(network, parameters, { metadata: forecastMetadata({ ...plan, ...change }) });
  await using model = await Model.load(file, { providers: ['simd'] });
  expect(() => forecasterOf(model)).toThrow(message);
});

it('says which series end before others, whose forecasts begin there', async () => {
  const set = await salesSeries(60, ['a', 'b']);
  const forecaster = await trainForecaster(set, { ...sizes, epochs: 1 });
  const [first, second] = set.series;
  const early = { ...set, series: [sliceSeries(first!, 0, 50), second!] };
  const { set: wanted, notes } = forecaster.seriesToForecast(early);
  expect(wanted.series).toHaveLength(2);
  expect(notes).toEqual([
    {
      text: "Series end before 2004-12-01, the first at 2004-02-01, and are forecast from there on: 'a'.",
      count: 1,
    },
  ]);
  expect(forecaster.seriesToForecast(set).notes).toEqual([]);
});
