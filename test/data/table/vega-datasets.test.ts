/** The files of vega-datasets as people have them: each is read with at most the format of its dates. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parseTable } from '../../../src/data/table/parse-table.js';
import { type SeriesOptions, seriesOf } from '../../../src/data/table/series-of.js';
import type { TableOptions } from '../../../src/data/table/table-options.js';
import { readTable } from '../../../src/files/table.js';
import { rejectionOf } from '../../files/rejection.js';

const pathOf = (file: string) =>
  fileURLToPath(new URL(`../../../node_modules/vega-datasets/data/${file}`, import.meta.url));

it.each<[string, TableOptions, SeriesOptions, string, number, number[]]>([
  ['seattle-weather.csv', {}, { time: 'date' }, 'day', 7, [1461]],
  [
    'stocks.csv',
    { dateFormat: 'MMM D YYYY' },
    { time: 'date', key: 'symbol' },
    'month',
    12,
    [123, 123, 123, 68, 123],
  ],
  ['sp500.csv', { dateFormat: 'MMM D YYYY' }, { time: 'date' }, 'month', 12, [123]],
  // Months of 1958, 1964 and 1984 are missing in it.
  ['co2-concentration.csv', {}, { time: 'Date', fill: 'linear' }, 'month', 12, [746]],
  ['us-employment.csv', {}, { time: 'month' }, 'month', 12, [120]],
  ['global-temp.csv', { dateFormat: 'YYYY' }, { time: 'year' }, 'year', 1, [144]],
])('%s', async (file, read, options, unit, season, lengths) => {
  const set = seriesOf(await readTable(pathOf(file), read), options);
  expect(set.frequency).toEqual({ unit, count: 1 });
  expect(set.season).toBe(season);
  expect(set.series.map(({ times }) => times.length)).toEqual(lengths);
});

it('gapminder, which is JSON there, as the CSV that d3 would make of it', async () => {
  const rows: Record<string, unknown>[] = JSON.parse(readFileSync(pathOf('gapminder.json'), 'utf8'));
  const names = Object.keys(rows[0]!);
  const text = [names, ...rows.map((row) => names.map((name) => row[name]))]
    .map((cells) => cells.map((cell) => JSON.stringify(cell)).join())
    .join('\n');
  const table = await parseTable(new TextEncoder().encode(text), { time: 'year', dateFormat: 'YYYY' });
  const set = seriesOf(table, { time: 'year', key: 'country' });
  expect(set.frequency).toEqual({ unit: 'year', count: 5 });
  expect(set.series.length).toBe(new Set(rows.map(({ country }) => country)).size);
});

it('what is to be said of a file is in its refusal, with its name', async () => {
  const error = await rejectionOf(readTable(pathOf('stocks.csv')));
  expect(error.message).toMatch(
    /stocks\.csv: Column 'date'.* dateFormat: 'MMM D YYYY', which fits the first 560 rows/,
  );
  const table = await readTable(pathOf('co2-concentration.csv'));
  expect(() => seriesOf(table, { time: 'Date' })).toThrow(
    /5 steps of one month have no row, in 3 gaps, .* line 4 .* line 5/,
  );
});
