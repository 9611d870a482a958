/** A forecast of series that grow, in Chromium: row by row what `forecast` gives there, and what it gives in Node. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trainForecaster } from '../../src/forecast/train-forecaster.js';
import { sales, salesSeries } from '../forecast/series.js';
import { describeInChromium, Lab } from './lab.js';
import { bytesToBase64 } from './wire.js';
import '../matcher.js';

describeInChromium('an online forecast in Chromium', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open();
  });
  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]();
  });

  it.each(['simd', 'wasm'] as const)('gives the numbers of the grown series on %s', async (provider) => {
    const set = await salesSeries(72, ['a', 'b']);
    const forecaster = await trainForecaster(set, {
      ...{ target: 'sold', features: ['price', 'door'], window: 18, horizon: 6 },
      ...{ hiddenSize: 4, epochs: 1, backend: 'cpu' },
    });
    const sent = {
      whole: bytesToBase64(forecaster.toOnnx()),
      online: bytesToBase64(forecaster.toOnnx({ online: true })),
      csv: sales(72, ['a', 'b']),
      provider,
    };
    const { got, expected, refused } = await lab.page.evaluate(async ({ whole, online, csv, provider }) => {
      const { lstmOnnx, withModel, base64ToBytes, attempt } = window.lab;
      const options = { providers: [provider] };
      const [header = '', ...rows] = csv.split('\n');
      const text = (lines: readonly string[]) => new TextEncoder().encode([header, ...lines].join('\n'));
      const seriesOf = async (months: number) =>
        lstmOnnx.seriesOf(
          await lstmOnnx.parseTable(text([...rows.slice(0, months), ...rows.slice(72, 72 + months)])),
          { time: 'month', key: 'shop' },
        );
      const numbers = ({ quantiles }: { quantiles: readonly Float64Array[] }) =>
        quantiles.map((values) => [...values]);
      return withModel(base64ToBytes(online), options, (model) =>
        withModel(base64ToBytes(whole), options, async (opened) => {
          let live = lstmOnnx.onlineForecasterOf(model, await seriesOf(60));
          const [got, expected]: [number[][][], number[][][]] = [[], []];
          for (let month = 60; month < 66; month++) {
            const cells = rows[72 + month]?.split(',') ?? [];
            const [time = '', shop = '', sold, price, door = ''] = cells;
            const row = { month: time, shop, sold: Number(sold), price: Number(price), door };
            got.push(numbers(await live.update(row)));
            live = lstmOnnx.onlineForecasterOf(model, JSON.parse(JSON.stringify(live.state)));
            const grown = await seriesOf(month + 1);
            const own = { ...grown, series: grown.series.filter(({ name }) => name === 'b') };
            const [forecast] = await lstmOnnx.forecasterOf(opened).forecast(own);
            if (forecast) expected.push(numbers(forecast));
          }
          const refused = await attempt(() => live.update({ month: '2020-01-01', shop: 'a' }));
          return { got, expected, refused };
        }),
      );
    }, sent);
    expect(got).toHaveLength(6);
    expect(got).toEqual(expected);
    const [, inNode] = await forecaster.forecast({
      ...set,
      series: set.series.map((series) => ({
        ...series,
        times: series.times.subarray(0, 66),
        rows: series.rows.subarray(0, 66),
        values: new Map([...series.values].map(([name, values]) => [name, values.subarray(0, 66)])),
      })),
    });
    for (const [level, values] of got[5]!.entries()) {
      expect(values).toBeCloseToArray([...inNode!.quantiles[level]!], { rtol: 2e-6 });
    }
    expect(refused).toMatchObject({
      error: { code: 'E_INVALID_OPTION', message: expect.stringMatching(/expected the row of 2005-01-01/) },
    });
    expect(lab.problems).toEqual([]);
  });
});
