/** Series for tests of forecasts: made by a formula, read as a user's table is. */

import { parseTable } from '../../src/data/table/parse-table.js';
import type { SeriesSet } from '../../src/data/table/series.js';
import { seriesOf } from '../../src/data/table/series-of.js';

/** Months from 2000 on. */
function monthAt(i: number): string {
  return `${2000 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}-01`;
}

/** A trend with a season of twelve months, for each of some shops; `noise` is the same in every run. */
export function sales(
  months: number,
  shops: readonly string[] = ['a'],
  change = (value: number, _month: number) => value,
) {
  const rows = shops.flatMap((shop, s) =>
    Array.from({ length: months }, (_, i) => {
      const noise = Math.sin(i * 12.9898 + s * 78.233) * 0.5;
      const sold = 50 * (s + 1) + 0.3 * i + 8 * Math.sin((2 * Math.PI * i) / 12) + noise;
      return [
        monthAt(i),
        shop,
        change(sold, i).toFixed(4),
        (i % 5).toString(),
        i % 2 === 0 ? 'open' : 'shut',
      ].join();
    }),
  );
  return ['month,shop,sold,price,door', ...rows].join('\n');
}

export async function salesSeries(...args: Parameters<typeof sales>): Promise<SeriesSet> {
  const table = await parseTable(new TextEncoder().encode(sales(...args)));
  return seriesOf(table, { time: 'month', key: 'shop' });
}
