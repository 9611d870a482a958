/** How many windows of long series a forecast is trained on. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seriesOf } from '../../src/data/table/series-of.js';
import type { Table } from '../../src/data/table/table.js';
import { windows } from '../../src/data/table/windows.js';
import { forecastSamples } from '../../src/forecast/forecast-samples.js';
import { trainForecaster } from '../../src/forecast/train-forecaster.js';
import { batchSizeFor, MOST_TRAINING, strideFor } from '../../src/forecast/training-windows.js';
import { randomRows, tableOfRows } from '../data/table/random-rows.js';
import { salesSeries } from './series.js';

/** Hours of so many shops, one below the other. */
function hours(count: number, shops = 1) {
  const rows = Array.from({ length: count * shops }, (_, i) => i);
  const categories = Array.from({ length: shops }, (_, shop) => `${shop}`);
  const table: Table = {
    rows: rows.length,
    columns: new Map<string, Table['columns'] extends ReadonlyMap<string, infer C> ? C : never>([
      ['time', { kind: 'time', values: Float64Array.from(rows, (i) => (i % count) * 3_600_000), missing: 0 }],
      [
        'shop',
        { kind: 'text', codes: Int32Array.from(rows, (i) => Math.floor(i / count)), categories, missing: 0 },
      ],
      [
        'y',
        { kind: 'number', values: Float64Array.from(rows, (i) => Math.sin(i / 4) + (i % 7)), missing: 0 },
      ],
    ]),
    notes: [],
  };
  return seriesOf(table, { time: 'time', ...(shops > 1 && { key: 'shop' }), columns: ['y'] });
}

it('every so many-th window is what windows with that stride are', () => {
  fc.assert(
    fc.property(randomRows(14), fc.integer({ min: 1, max: 9 }), (rows, stride) => {
      const set = seriesOf(tableOfRows(rows), { time: 'day', key: 'shop', frequency: 'day', fill: 'drop' });
      const sizes = { input: 3, horizon: 2, target: 'sold', short: 'drop' } as const;
      const [some, expected] = [windows(set, sizes).every(stride), windows(set, { ...sizes, stride })];
      expect(some.arrays()).toEqual(expected.arrays());
    }),
  );
});

it('a stride leaves about as many windows as is wanted, which begin at all hours of a week', () => {
  const all = windows(hours(400_000), { input: 48, horizon: 24, target: 'y' });
  expect(strideFor(all, 24, MOST_TRAINING)).toBe(11);
  const some = all.every(11);
  const hoursOfWeek = Array.from({ length: 1000 }, (_, i) => (some.origin(i).time / 3_600_000) % 168);
  expect(new Set(hoursOfWeek).size).toBe(168);
  // Of 8 no multiple of 2 and 3, of 7 none of a week.
  expect(strideFor(all, 24, { windows: 50_000, steps: 399_929 * 9 })).toBe(11);
  expect(strideFor(all, 24, { windows: 1e6, steps: 1e9 })).toBe(1);
});

it('a forecast of long series is trained on some windows and judged by fewer, which it says', () => {
  const options = { target: 'y', window: 4, horizon: 2, static: [] };
  const long = forecastSamples(hours(130_000), options);
  expect(long.training.length).toBe(Math.ceil((110_500 - 5) / 5));
  expect(long.validation.length).toBe(Math.ceil((19_500 - 1) / 5));
  expect(long.notes.map(({ text }) => text).slice(-3, -1)).toEqual([
    'Trains on one window of every 5: 22,099 of 110,495.',
    'Tells the best epoch and the width of ranges by one window of every 5: 3,900 of 19,499.',
  ]);
});

it('a stride that is given changes what is trained on alone', async () => {
  const set = await salesSeries(60, ['a', 'b']);
  const options = { target: 'sold', window: 6, horizon: 3, calendar: [] };
  const [all, some] = [forecastSamples(set, options), forecastSamples(set, { ...options, stride: 4 })];
  expect(some.training.length).toBe(2 * Math.ceil(all.training.length / 2 / 4));
  expect({ ...some, training: 0 }).toEqual({ ...all, training: 0 });
  await expect(trainForecaster(set, { ...options, stride: 0 })).rejects.toThrow(/stride got the number 0/);
});

it('batches grow with the windows, so that an epoch is some hundred steps', () => {
  expect([1, 12_799, 12_800, 25_600, 50_000, 51_200, 1e6].map(batchSizeFor)).toEqual([
    64, 64, 128, 256, 256, 512, 512,
  ]);
});
