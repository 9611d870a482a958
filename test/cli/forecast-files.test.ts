/** One command for each file: a forecast of what people have, trained and then made again from the model. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { lstmOnnx } from './lstm-onnx.js';

const folder = temporaryDirectory();
const pathOf = (name: string) =>
  fileURLToPath(new URL(`../../node_modules/vega-datasets/data/${name}`, import.meta.url));

/** How each file is written, what is forecast, and the times that come next; several series have them again. */
const files = [
  {
    file: 'seattle-weather.csv',
    written: [],
    what: ['--target', 'temp_max'],
    next: ['2016-01-01', '2016-01-02', '2016-01-03', '2016-01-04', '2016-01-05', '2016-01-06', '2016-01-07'],
  },
  {
    file: 'stocks.csv',
    written: ['--date-format', 'MMM D YYYY'],
    what: ['--target', 'price', '--group', 'symbol'],
    next: monthsFrom(2010, 4),
    keys: ['MSFT', 'AMZN', 'IBM', 'GOOG', 'AAPL'],
  },
  {
    file: 'sp500.csv',
    written: ['--date-format', 'MMM D YYYY'],
    what: ['--target', 'price'],
    next: monthsFrom(2010, 4),
  },
  {
    file: 'co2-concentration.csv',
    written: ['--fill', 'linear'],
    what: ['--target', 'CO2', '--unit', 'ppm'],
    next: monthsFrom(2020, 5),
  },
  {
    file: 'us-employment.csv',
    written: [],
    what: ['--target', 'nonfarm'],
    next: monthsFrom(2016, 1),
  },
  {
    file: 'global-temp.csv',
    written: ['--date-format', 'YYYY'],
    what: ['--target', 'temp', '--time', 'year'],
    next: ['2024', '2025', '2026', '2027', '2028', '2029'].map((year) => `${year}-01-01`),
  },
];

/** The first days of twelve months. */
function monthsFrom(year: number, month: number): string[] {
  return Array.from({ length: 12 }, (_, i) =>
    new Date(Date.UTC(year, month - 1 + i, 1)).toISOString().slice(0, 10),
  );
}

describe.each(files)('$file', ({ file, written, what, next, keys = [''] }) => {
  it('is forecast by one command, and again by its model, which knows the columns', async () => {
    const csv = pathOf(file);
    const out = join(folder, file);
    const quick = ['--epochs', '1', '--hidden-size', '8', '-o', out];
    const trained = await lstmOnnx('train', 'forecast', '--csv', csv, ...what, ...written, ...quick);
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stdout).toMatch(/^5 forecasts of the past/);
    const model = join(out, 'model.onnx');
    const predicted = await lstmOnnx('predict', model, '--csv', csv, ...written);
    expect(predicted.code, predicted.stderr).toBe(0);
    for (const text of [predicted.stdout, readFileSync(join(out, 'forecast.csv'), 'utf8')]) {
      const rows = text.trim().split('\n').slice(1);
      const cells = rows.map((row) => row.split(','));
      expect(cells.map(([time]) => time)).toEqual(keys.flatMap(() => next));
      if (keys.length > 1) expect([...new Set(cells.map(([, key]) => key))]).toEqual(keys);
      for (const row of cells) {
        const numbers = row.slice(-3).map(Number);
        expect(numbers.every(Number.isFinite), row.join()).toBe(true);
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      }
    }
  });
});

it.each(files.filter(({ written }) => written.length > 0))(
  '$file: an error names what is missing of how it is written',
  async ({ file, written: [option = ''], what }) => {
    const args = ['train', 'forecast', '--csv', pathOf(file), ...what, '-o', join(folder, 'none')];
    const { code, stderr } = await lstmOnnx(...args);
    const named = expect.stringContaining(`On the command line: ${option}`);
    expect({ code, stderr }).toEqual({ code: 1, stderr: named });
  },
);

it.each([
  [
    'gapminder-health-income.csv',
    'income',
    /no column of times is found; the columns are 'country' \(text\), 'income'/,
  ],
  ['gapminder.json', 'life_expect', /The text is JSON; expected CSV/],
])('%s is refused in plain words', async (file, target, message) => {
  const out = join(folder, 'refused');
  const { code, stderr } = await lstmOnnx(
    ...['train', 'forecast', '--csv', pathOf(file), '--target', target, '-o', out],
  );
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(message) });
  expect(stderr).toMatch(/\[E_INVALID_FILE\]/);
});
