/** Forecasts of series that grow: row by row what `forecast` gives of the grown series, to the last digit. */
import { beforeAll, describe, expect, it } from 'vitest';
import { parseTable } from '../../src/data/table/parse-table.js';
import { type SeriesSet, sliceSeries } from '../../src/data/table/series.js';
import { seriesOf } from '../../src/data/table/series-of.js';
import type { ErrorCode } from '../../src/errors.js';
import { forecasterOf } from '../../src/forecast/forecast-metadata.js';
import type { SeriesForecast } from '../../src/forecast/forecaster.js';
import { type OnlineForecaster, onlineForecasterOf } from '../../src/forecast/online-forecaster.js';
import type { ForecastRow } from '../../src/forecast/online-rows.js';
import { type TrainedForecaster, trainForecaster } from '../../src/forecast/train-forecaster.js';
import { Model } from '../../src/index.js';
import { salesSeries } from './series.js';

const sizes = { window: 18, horizon: 6, hiddenSize: 4, epochs: 1, backend: 'simd', target: 'sold' } as const;
const MONTHS = 72;
const providers = ['cpu', 'wasm', 'simd'] as const;

const upTo = (set: SeriesSet, end: number): SeriesSet => ({
  ...set,
  series: set.series.map((series) => sliceSeries(series, 0, end)),
});

/** Step `i` of a series as a row of its table. */
function rowOf(set: SeriesSet, which: number, i: number): ForecastRow {
  const series = set.series[which]!;
  const cells = [...series.values].map(([name, values]) => {
    const column = set.columns.get(name)!;
    return [name, column.kind === 'text' ? column.categories[values[i]!]! : values[i]!] as const;
  });
  return { month: series.times[i]!, ...Object.fromEntries(cells) };
}

const plain = ({ name, key, times, quantiles }: SeriesForecast) => ({
  ...{ name, key, times: [...times] },
  quantiles: quantiles.map((values) => [...values]),
});

describe('an online forecast', () => {
  let set: SeriesSet;
  let forecaster: TrainedForecaster;
  beforeAll(async () => {
    set = await salesSeries(MONTHS, ['a', 'b', 'c']);
    const options = { ...sizes, features: ['door'], known: ['price'] } as const;
    forecaster = await trainForecaster(upTo(set, 60), options);
    expect(forecaster.plan).toMatchObject({ calendar: ['month'], static: ['shop'] });
  });

  const ahead = (which: number, from: number) =>
    Array.from({ length: 6 }, (_, i) => rowOf(set, which, from + i));
  const future = (from: number): SeriesSet => ({
    ...set,
    series: set.series.map((series) => sliceSeries(series, from, from + 6)),
  });

  it.each(providers)(
    'gives the numbers of the grown series on %s, each series by itself',
    async (provider) => {
      await using whole = await Model.load(forecaster.toOnnx(), { providers: [provider] });
      await using model = await Model.load(forecaster.toOnnx({ online: true }), { providers: [provider] });
      const live = onlineForecasterOf(model, upTo(set, 60));
      const opened = forecasterOf(whole);
      expect(live.plan).toEqual(opened.plan);
      for (let i = 60; i < 66; i++) {
        for (const which of [2, 0]) {
          const got = await live.update(rowOf(set, which, i), ahead(which, i + 1));
          const alone = (one: SeriesSet) => ({ ...one, series: [one.series[which]!] });
          const [expected] = await opened.forecast(alone(upTo(set, i + 1)), alone(future(i + 1)));
          expect(plain(got)).toEqual(plain(expected!));
        }
      }
    },
  );

  it('has the window as a state that any host of onnxruntime carries, and that has no start of zeros', async () => {
    await using model = await Model.load(forecaster.toOnnx({ online: true }));
    const shapes = (values: typeof model.inputs) =>
      Object.fromEntries(values.map(({ name, shape }) => [name, shape]));
    expect(shapes(model.inputs)).toEqual({
      ...{ row: ['batch', 1, 2], rowCategories: ['batch', 1, 2], staticCategories: ['batch', 1] },
      ...{ known: ['batch', 6, 1], knownCategories: ['batch', 6, 1] },
      ...{ window: ['batch', 18, 2], windowCategories: ['batch', 18, 2] },
    });
    expect(shapes(model.outputs)).toEqual({
      ...{ forecast: ['batch', 6, 3], nextWindow: ['batch', 18, 2], nextWindowCategories: ['batch', 18, 2] },
    });
    expect(JSON.parse(model.metadata.get('lstm_onnx.states')!)).toEqual({
      window: 'nextWindow',
      windowCategories: 'nextWindowCategories',
    });
    expect(() => model.stream()).toThrow(/The state 'window' of this model does not start from zeros/);
    const window = { data: new Float32Array(36), dims: [1, 18, 2] };
    expect(() => model.stream({ initial: { window } })).toThrow(/'windowCategories' .* not start from zeros/);
    expect(() => forecasterOf(model)).toThrow(/takes the rows of a series one by one/);
    await using whole = await Model.load(forecaster.toOnnx());
    expect(() => onlineForecasterOf(whole, set)).toThrow(/takes whole windows/);
  });

  it('goes on elsewhere from its state as JSON', async () => {
    await using here = await Model.load(forecaster.toOnnx({ online: true }), { providers: ['simd'] });
    const live = onlineForecasterOf(here, upTo(set, 60));
    await live.update(rowOf(set, 1, 60), ahead(1, 61));
    const text = JSON.stringify(live.state);
    const expected = await live.update(rowOf(set, 1, 61), ahead(1, 62));
    await using there = await Model.load(forecaster.toOnnx({ online: true }), { providers: ['simd'] });
    const again = onlineForecasterOf(there, JSON.parse(text));
    expect(plain(await again.update(rowOf(set, 1, 61), ahead(1, 62)))).toEqual(plain(expected));
    expect(JSON.stringify(again.state)).toBe(JSON.stringify(live.state));
    const other = JSON.parse(text);
    other.plan.season = 4;
    expect(() => onlineForecasterOf(there, other)).toThrow(/another plan/);
    expect(() => onlineForecasterOf(there, { plan: live.plan, series: [] })).toThrow(
      /state is not read: series/,
    );
  });

  it('takes rows that come at once in their order', async () => {
    await using model = await Model.load(forecaster.toOnnx({ online: true }), { providers: ['simd'] });
    const update = (live: OnlineForecaster, i: number) => live.update(rowOf(set, 0, i), ahead(0, i + 1));
    const [one, other] = [0, 1].map(() => onlineForecasterOf(model, upTo(set, 60)));
    const atOnce = await Promise.all([60, 61, 62].map((i) => update(one!, i)));
    for (const [i, forecast] of atOnce.entries())
      expect(plain(forecast)).toEqual(plain(await update(other!, 60 + i)));
  });

  describe('refuses, and is then as it was', () => {
    const next = () => rowOf(set, 0, 60);
    const without = (name: string) => {
      const { [name]: _, ...others } = next();
      return others;
    };
    const known = () => ahead(0, 61);
    it.each<[string, () => unknown, () => unknown, ErrorCode, RegExp]>([
      [
        'a gap',
        () => rowOf(set, 0, 61),
        known,
        'E_INVALID_OPTION',
        /expected the row of 2005-01-01 of series 'a'.*got 2005-02-01, which leaves a gap/,
      ],
      [
        'a time that is there',
        () => rowOf(set, 0, 59),
        known,
        'E_INVALID_OPTION',
        /expected the row of 2005-01-01.*2004-12-01, which is there already/,
      ],
      [
        'a time that is none',
        () => ({ ...next(), month: 'January' }),
        known,
        'E_INVALID_OPTION',
        /the time 'month' got the text 'January'; expected ISO 8601/,
      ],
      [
        'no time',
        () => without('month'),
        known,
        'E_MISSING_NAME',
        /the time 'month' is missing; the row has .*'sold'/,
      ],
      ['no target', () => without('sold'), known, 'E_MISSING_NAME', /the column 'sold' is missing/],
      ['NaN', () => ({ ...next(), sold: Number.NaN }), known, 'E_NOT_FINITE', /'sold' is NaN/],
      [
        'what float32 does not hold',
        () => ({ ...next(), sold: 1e39 }),
        known,
        'E_NOT_FINITE',
        /'sold' is 1e\+39/,
      ],
      [
        'text for a number',
        () => ({ ...next(), sold: '3' }),
        known,
        'E_INVALID_OPTION',
        /'sold' got the text '3'; expected a number/,
      ],
      [
        'a number for text',
        () => ({ ...next(), door: 1 }),
        known,
        'E_INVALID_OPTION',
        /'door' got the number 1; expected text/,
      ],
      [
        'an unknown text',
        () => ({ ...next(), door: 'ajar' }),
        known,
        'E_UNKNOWN_NAME',
        /'door' is 'ajar', which was not there in training; known are 'open', 'shut'/,
      ],
      [
        'an unknown series',
        () => ({ ...next(), shop: 'd' }),
        known,
        'E_UNKNOWN_NAME',
        /no series with shop 'd'; the series are 'a', 'b', 'c'/,
      ],
      [
        'no series',
        () => without('shop'),
        known,
        'E_MISSING_NAME',
        /'shop' is missing, which says which series/,
      ],
      ['no row', () => null, known, 'E_INVALID_OPTION', /update got null; expected a row/],
      [
        'nothing known ahead',
        next,
        () => undefined,
        'E_MISSING_NAME',
        /future is missing; give the next 6 rows, with the columns 'month', 'price', from the step behind 2005-01-01 on/,
      ],
      [
        'too little known ahead',
        next,
        () => known().slice(1),
        'E_INVALID_OPTION',
        /future has 5 rows; expected the next 6 rows/,
      ],
      [
        'other steps ahead',
        next,
        () => ahead(0, 62),
        'E_INVALID_OPTION',
        /future, row 1: expected the row of 2005-02-01/,
      ],
      [
        'what is not known ahead',
        next,
        () => known().map((row, i) => (i === 2 ? { month: row.month! } : row)),
        'E_MISSING_NAME',
        /future, row 3: the column 'price' is missing/,
      ],
    ])('%s', async (_, row, future, code, message) => {
      await using model = await Model.load(forecaster.toOnnx({ online: true }), { providers: ['simd'] });
      const live = onlineForecasterOf(model, upTo(set, 60));
      const before = JSON.stringify(live.state);
      const update = live.update(row() as never, future() as never);
      await expect(update).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
      expect(JSON.stringify(live.state)).toBe(before);
      expect((await live.update(next(), known())).name).toBe('a');
    });
  });
});

describe('an online forecast of one series', () => {
  it.each([
    ['a Gaussian', { distribution: 'gaussian' }],
    ['a Student t, step by step', { distribution: 'studentT', decoder: 'autoregressive', cell: 'gru' }],
    ['quantiles of two layers, scaled by constants', { scaling: 'standard', numLayers: 2 }],
  ] as const)('gives the numbers of the grown series for %s', async (_, options) => {
    const set = await salesSeries(60);
    const forecaster = await trainForecaster(set, { ...sizes, ...options, features: ['price'] });
    for (const provider of providers) {
      await using model = await Model.load(forecaster.toOnnx({ online: true }), { providers: [provider] });
      await using whole = await Model.load(forecaster.toOnnx(), { providers: [provider] });
      const live = onlineForecasterOf(model, upTo(set, 40));
      for (const i of [40, 41]) {
        const [expected] = await forecasterOf(whole).forecast(upTo(set, i + 1));
        expect(plain(await live.update(rowOf(set, 0, i)))).toEqual(plain(expected!));
      }
    }
  });

  it('takes times as text, by the clocks of its zone, and makes the calendar', async () => {
    const lines = Array.from({ length: 24 * 16 }, (_, i) => {
      const time = new Date(Date.UTC(2020, 2, 20) + i * 3_600_000).toISOString();
      return `${time},${(10 + Math.sin(i / 4)).toFixed(3)},${i % 7}`;
    });
    const { parseTable, seriesOf } = await import('../../src/index.js');
    const bytes = new TextEncoder().encode(['time,load,wind', ...lines].join('\n'));
    const set = seriesOf(await parseTable(bytes), { time: 'time' });
    const options = { target: 'load', features: ['wind'], timeZone: 'Europe/Berlin', season: 1 } as const;
    const forecaster = await trainForecaster(set, { ...sizes, ...options, window: 1, horizon: 2 });
    expect(forecaster.plan.calendar).toEqual(['hour', 'weekday']);
    await using model = await Model.load(forecaster.toOnnx({ online: true }), { providers: ['cpu'] });
    await using whole = await Model.load(forecaster.toOnnx(), { providers: ['cpu'] });
    // 2020-03-29T00:00Z is 1:00 in Berlin, and the next hour 3:00.
    const live = onlineForecasterOf(model, upTo(set, 9 * 24));
    const rows = ['2020-03-29T01:00', '2020-03-29T03:00', '2020-03-29T02:00Z'].map((time, i) => ({
      ...{ time, load: set.series[0]!.values.get('load')![9 * 24 + i]! },
      ...{ wind: set.series[0]!.values.get('wind')![9 * 24 + i]!, unread: 'x' },
    }));
    for (const [i, row] of rows.entries()) {
      const [expected] = await forecasterOf(whole).forecast(upTo(set, 9 * 24 + i + 1));
      expect(plain(await live.update(row))).toEqual(plain(expected!));
    }
    await expect(live.update({ ...rows[0]!, time: '2020-03-29T02:30' })).rejects.toThrow(
      /there is no such time in Europe\/Berlin/,
    );
    await expect(live.update({ ...rows[0]!, time: '2020-03-29T05:00' }, [])).rejects.toThrow(
      /no columns that are known ahead; leave it out/,
    );
  });

  it('has what is the same in all rows from the series, also where it goes on elsewhere', async () => {
    const set = await salesSeries(60);
    const [series] = set.series;
    const values = new Map([...series!.values, ['price', new Float64Array(60).fill(2.5)] as const]);
    const fixed = { ...set, series: [{ ...series!, values }] };
    const forecaster = await trainForecaster(fixed, { ...sizes, static: ['price', 'shop'], calendar: [] });
    await using model = await Model.load(forecaster.toOnnx({ online: true }), { providers: ['simd'] });
    await using whole = await Model.load(forecaster.toOnnx(), { providers: ['simd'] });
    const [expected] = await forecasterOf(whole).forecast(fixed);
    const row = { shop: 'a', month: '2004-12-01', sold: series!.values.get('sold')![59]! };
    const { state } = onlineForecasterOf(model, upTo(fixed, 59));
    const live = onlineForecasterOf(model, JSON.parse(JSON.stringify(state)));
    await expect(live.update({ ...row, price: 3 })).rejects.toThrow(
      /'price' is the number 3; it is the same in all of a series, the number 2.5 in this one/,
    );
    expect(plain(await live.update(row))).toEqual(plain(expected!));
  });

  it('takes at least a window of rows, in the columns and texts of the plan', async () => {
    const set = await salesSeries(60);
    const forecaster = await trainForecaster(set, { ...sizes, features: ['door'] });
    await using model = await Model.load(forecaster.toOnnx({ online: true }), { providers: ['simd'] });
    const start = (from: SeriesSet) => () => onlineForecasterOf(model, from);
    expect(start(upTo(set, 17))).toThrow(/The forecast sees 18 rows; series 'a' has 17/);
    expect(start(upTo(set, 18))).not.toThrow();
    expect(start({ ...set, series: [] })).toThrow(/expected at least one series/);
    expect(start({ ...set, frequency: { unit: 'year', count: 1 } })).toThrow(/steps of one month/);
    expect(start(null as never)).toThrow(/expected series, as seriesOf gives/);
    expect(() => onlineForecasterOf(null as never, set)).toThrow(/expected what Model.load gives/);
    expect(() => forecaster.toOnnx({ stream: true } as never)).toThrow(/online/);
    expect(() => forecaster.toOnnx({ online: 1 } as never)).toThrow(/expected true or false/);
  });
});

it('forecasts months of the 30th on the 30th, also where it goes on behind one that ends with it', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => {
    const [year, month] = [2000 + Math.floor(i / 12), (i % 12) + 1];
    const day = Math.min(30, new Date(Date.UTC(year, month, 0)).getUTCDate());
    return `${year}-${String(month).padStart(2, '0')}-${day},${i + (i % 12)}`;
  });
  const table = await parseTable(new TextEncoder().encode(['month,sold', ...rows].join('\n')));
  const set = seriesOf(table, { time: 'month' });
  const forecaster = await trainForecaster(set, { ...sizes, window: 3 });
  await using model = await Model.load(forecaster.toOnnx({ online: true }), { providers: ['simd'] });
  const dates = ({ times }: SeriesForecast) =>
    Array.from(times.subarray(0, 2), (time) => new Date(time).toISOString().slice(0, 10));
  // It ends with 2003-04-30.
  expect(dates((await forecaster.forecast(set))[0]!)).toEqual(['2003-05-30', '2003-06-30']);
  const start = onlineForecasterOf(model, upTo(set, 38));
  expect(dates(await start.update({ month: '2003-03-30', sold: 40 }))).toEqual(['2003-04-30', '2003-05-30']);
  const later = onlineForecasterOf(model, JSON.parse(JSON.stringify(start.state)));
  expect(dates(await later.update({ month: '2003-04-30', sold: 42 }))).toEqual(['2003-05-30', '2003-06-30']);
});

it('is as before after a row so large that the forecast would leave float32', async () => {
  const set = await salesSeries(60);
  const forecaster = await trainForecaster(set, { ...sizes, calendar: [] });
  await using model = await Model.load(forecaster.toOnnx({ online: true }), { providers: ['cpu'] });
  const live = onlineForecasterOf(model, set);
  const before = JSON.stringify(live.state);
  await expect(live.update({ month: '2005-01-01', shop: 'a', sold: 3e38 })).rejects.toMatchObject({
    code: 'E_NOT_FINITE',
  });
  expect(JSON.stringify(live.state)).toBe(before);
  const { quantiles } = await live.update({ month: '2005-01-01', shop: 'a', sold: 60 });
  expect(quantiles.flatMap((values) => [...values]).every(Number.isFinite)).toBe(true);
});
