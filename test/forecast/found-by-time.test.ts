/** What is known ahead is found by its times, series that gaps cut apart are forecast once, and baselines are not weakened. */
import { beforeAll, describe, expect, it } from 'vitest';
import { parseTable } from '../../src/data/table/parse-table.js';
import type { SeriesSet } from '../../src/data/table/series.js';
import { sliceSeries } from '../../src/data/table/series.js';
import { seriesOf } from '../../src/data/table/series-of.js';
import { Forecaster } from '../../src/forecast/forecaster.js';
import { type TrainedForecaster, trainForecaster } from '../../src/forecast/train-forecaster.js';
import { salesSeries } from './series.js';
import '../matcher.js';

const sizes = { window: 18, horizon: 6, hiddenSize: 8, backend: 'simd', target: 'sold', epochs: 1 } as const;

/** Rows `start` to `end - 1` of each series. */
function part(set: SeriesSet, start: number, end: number): SeriesSet {
  return { ...set, series: set.series.map((each) => sliceSeries(each, start, end)) };
}

describe('what is known ahead', () => {
  let set: SeriesSet;
  let forecaster: TrainedForecaster;
  const past = () => part(set, 0, 54);

  beforeAll(async () => {
    set = await salesSeries(60);
    forecaster = await trainForecaster(past(), { ...sizes, known: ['price'] });
  });

  it('is taken from the steps that are forecast, whatever rows are around them', async () => {
    const expected = await forecaster.forecast(past(), part(set, 54, 60));
    expect(await forecaster.forecast(past(), part(set, 50, 60))).toEqual(expected);
    expect(await forecaster.forecast(past(), set)).toEqual(expected);
  });

  it('is refused where it starts a step late', async () => {
    const late = forecaster.forecast(part(set, 0, 53), part(set, 54, 60));
    await expect(late).rejects.toMatchObject({
      code: 'E_MISSING_NAME',
      message: expect.stringMatching(/6 rows of it behind the last one of series 'a', from 2004-06-01/),
    });
  });

  it.each([
    ['a step late', 53, 54, 60, 0],
    ['before its end, for too few steps', 54, 40, 58, 4],
    ['with what is past alone', 54, 0, 54, 0],
  ])('leaves a series out whose rows ahead begin %s', async (_, end, from, to, there) => {
    const [own] = set.series;
    const other = { ...own!, name: 'other', key: { shop: 'other' } };
    const future = { ...set, series: [sliceSeries(own!, from, to), sliceSeries(other, end, 60)] };
    const both = part({ ...set, series: [own!, other] }, 0, end);
    const { set: complete, notes } = forecaster.seriesToForecast(both, future);
    expect(complete.series.map(({ name }) => name)).toEqual(['other']);
    expect(notes.map(({ text }) => text)).toEqual([
      `No forecast of series 'a': it takes 6 rows behind the last one with a target, with what is known ahead ('price'); there are ${there}.`,
    ]);
    expect(await forecaster.forecast(complete, future)).toHaveLength(1);
  });

  it('is forecast once for a series that a gap cuts apart, behind its last piece', async () => {
    const [whole] = past().series;
    const pieces = { ...set, series: [sliceSeries(whole!, 0, 10), sliceSeries(whole!, 20, 54)] };
    const expected = await forecaster.forecast(part(set, 20, 54), set);
    expect(await forecaster.forecast(pieces, set)).toEqual(expected);
  });
});

it('keeps series apart whose keys read the same when they are joined', async () => {
  const rows = ['a / b,c', 'a,b / c'].flatMap((key, which) =>
    Array.from({ length: 40 }, (_, i) => {
      const month = `${2000 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}-01`;
      return `${month},${key},${which * 1000 + (i % 7)},${which}`;
    }),
  );
  const table = await parseTable(new TextEncoder().encode(['t,k,l,y,price', ...rows].join('\n')));
  const set = seriesOf(table, { time: 't', key: ['k', 'l'] });
  const forecaster = await trainForecaster(part(set, 0, 34), {
    ...{ target: 'y', known: ['price'], window: 8, horizon: 3, epochs: 1, backend: 'simd' },
  });
  const got = await forecaster.forecast(part(set, 0, 34), set);
  const alone = set.series.map((each) => ({ ...set, series: [each] }));
  const each = await Promise.all(alone.map((own) => forecaster.forecast(part(own, 0, 34), own)));
  expect(got).toHaveLength(2);
  for (const [i, { quantiles }] of got.entries()) {
    expect(quantiles[1]).toBeCloseToArray(each[i]![0]!.quantiles[1]!, { rtol: 1e-5 });
  }
});

it('compares with the whole season where the window is shorter', async () => {
  const set = await salesSeries(96);
  const options = { ...sizes, window: 6, season: 12 };
  const [short, long] = [
    await trainForecaster(part(set, 0, 60), options),
    await trainForecaster(part(set, 0, 60), { ...options, window: 18 }),
  ];
  expect(short.plan.season).toBe(12);
  expect((await short.evaluate(set)).baselines).toEqual((await long.evaluate(set)).baselines);
});

describe('quantiles without a median', () => {
  /** A forecast of which each quantile is 100 times its level above the last value. */
  async function evaluated(quantiles: readonly number[]) {
    const plan = {
      ...{
        target: 'price',
        time: 'month',
        key: ['shop'],
        features: [],
        known: [],
        calendar: [],
        static: [],
        categories: {},
      },
      ...{ frequency: 'month', season: 1, window: 4, horizon: 2, quantiles },
    };
    const forecaster = new Forecaster(plan, async ({ past }) => {
      const data = Float32Array.from({ length: 2 * quantiles.length }, (_, i) => {
        return (past.data[3] ?? 0) + 100 * (quantiles[i % quantiles.length] ?? 0);
      });
      return { forecast: { dtype: 'float32', shape: [1, 2, quantiles.length], data } };
    });
    return (await forecaster.evaluate(await salesSeries(30))).model;
  }

  it('are judged by the line between those around it', async () => {
    const { mae } = await evaluated([0.5]);
    for (const around of [
      [0.1, 0.9],
      [0.2, 0.8],
      [0.05, 0.4, 0.6, 0.9],
      [0.3, 0.8],
    ]) {
      expect((await evaluated(around)).mae).toBeCloseTo(mae, 4);
    }
    expect((await evaluated([0.6, 0.9])).mae).toBeCloseTo((await evaluated([0.6])).mae, 4);
    expect((await evaluated([0.2, 0.4])).mae).toBeCloseTo((await evaluated([0.4])).mae, 4);
  });

  it('say no width where there is one alone', async () => {
    expect(Object.keys(await evaluated([0.5]))).toEqual(['mae', 'rmse', 'smape', 'mase', 'crps']);
  });
});

it.each([
  ['a / b,c', 'a,b / c'],
  ['a /,b', 'a,/ b'],
  ['"""a / b""",c', 'a / b,c'],
])('gives series of the keys %s and %s names of their own', async (first, second) => {
  const rows = [first, second].flatMap((key) => [`2000-01-01,${key},1`, `2000-02-01,${key},2`]);
  const table = await parseTable(new TextEncoder().encode(['t,k,l,y', ...rows].join('\n')));
  const [a, b] = seriesOf(table, { time: 't', key: ['k', 'l'] }).series;
  expect(a!.name).not.toBe(b!.name);
});
