/** The series of examples/forecast, with the same choices. */
import { fileURLToPath } from 'node:url';
import type { ForecastOptions, SeriesSet } from '../src/index.js';
import { readTable, seriesOf } from '../src/index.js';

const vega = (name: string) =>
  fileURLToPath(new URL(`../node_modules/vega-datasets/data/${name}.csv`, import.meta.url));

interface ForecastCase {
  readonly set: SeriesSet;
  readonly options: ForecastOptions & { readonly horizon: number };
}

export const forecastCases = {
  co2: async () => {
    const table = await readTable(vega('co2-concentration'));
    const set = seriesOf(table, { time: 'Date', columns: ['CO2'], fill: 'linear' });
    return { set, options: { target: 'CO2', horizon: 12 } };
  },
  weather: async () => {
    const set = seriesOf(await readTable(vega('seattle-weather')), { time: 'date' });
    const features = ['temp_min', 'precipitation', 'wind', 'weather'];
    return { set, options: { target: 'temp_max', features, horizon: 7 } };
  },
  stocks: async () => {
    const table = await readTable(vega('stocks'), { dateFormat: 'MMM D YYYY' });
    const set = seriesOf(table, { time: 'date', key: 'symbol', sort: true });
    return { set, options: { target: 'price', horizon: 6 } };
  },
} satisfies Record<string, () => Promise<ForecastCase>>;
