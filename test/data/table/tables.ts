/** Tables and series for tests, of text that stands in the test. */
import { parseTable } from '../../../src/data/table/parse-table.js';
import type { SeriesSet } from '../../../src/data/table/series.js';
import { type SeriesOptions, seriesOf } from '../../../src/data/table/series-of.js';
import type { Table } from '../../../src/data/table/table.js';
import type { TableOptions } from '../../../src/data/table/table-options.js';

export const tableOf = (text: string, options?: TableOptions): Promise<Table> =>
  parseTable(new TextEncoder().encode(text), options);

/** A column as values that read well: text, ISO dates, numbers, null where one is missing. */
export function cells(table: Table, name: string): (string | number | null)[] {
  const column = table.columns.get(name)!;
  if (column.kind === 'text') return [...column.codes].map((code) => column.categories[code] ?? null);
  return [...column.values].map((value) => {
    if (Number.isNaN(value)) return null;
    return column.kind === 'time' ? new Date(value).toISOString() : value;
  });
}

export async function seriesOfText(
  text: string,
  options: Partial<SeriesOptions> = {},
  read?: TableOptions,
): Promise<SeriesSet> {
  return seriesOf(await tableOf(text, read), { time: 'day', ...options });
}

/** A series of days with `y` as the place of each, and `x` as its square. */
export function daysText(count: number, from = Date.UTC(2020, 0, 1)): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const day = new Date(from + i * 86_400_000).toISOString().slice(0, 10);
    return `${day},${i},${i * i}`;
  });
  return ['day,y,x', ...rows].join('\n');
}
