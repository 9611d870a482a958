/** What holds of any forecast: what it learns from is before the border, and its graph scales as one would by hand. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { initParameters } from '../../src/builder/parameters.js';
import { fitScaler, scalingOf } from '../../src/data/table/scaler.js';
import { seriesOf } from '../../src/data/table/series-of.js';
import { splitByTime } from '../../src/data/table/split-by-time.js';
import { exportOnnx } from '../../src/export/export.js';
import type { ScaledColumn } from '../../src/forecast/forecast-columns.js';
import { type ForecastArchitecture, forecastNetwork } from '../../src/forecast/forecast-network.js';
import { windowsOf } from '../../src/forecast/forecast-plan.js';
import { forecastSamples } from '../../src/forecast/forecast-samples.js';
import { Model } from '../../src/index.js';
import { number, randomRows, tableOfRows, WHOLE } from '../data/table/random-rows.js';
import '../matcher.js';

const seriesOptions = { time: 'day', key: 'shop', frequency: 'day' };
const forecastOptions = { target: 'sold', features: ['price', 'door'], window: 4, horizon: 2, season: 2 };
const fills = fc.constantFrom('previous', 'linear', 'drop' as const);

it('a value behind the border changes no plan, no scale and no training sample', () => {
  fc.assert(
    fc.property(
      randomRows(20),
      fills,
      fc.record({ place: fc.nat(1e6), sold: number, price: number, door: fc.nat(2) }),
      fc.double({ min: 0.1, max: 0.5, noNaN: true }),
      (rows, fill, { place, ...changed }, validation) => {
        const days = rows.filter(({ shop }) => shop === WHOLE).length;
        const border = days - Math.max(Math.round(validation * days), forecastOptions.horizon);
        const made = (given: typeof rows) => {
          const set = seriesOf(tableOfRows(given), { ...seriesOptions, fill });
          const { plan, architecture, training } = forecastSamples(set, { ...forecastOptions, validation });
          return { plan, architecture, training };
        };
        const later = rows.flatMap((row, i) =>
          row.day >= border && !Number.isNaN(row.sold) && !Number.isNaN(row.price) && row.door >= 0
            ? [i]
            : [],
        );
        const row = later[place % later.length]!;
        expect(made(rows.with(row, { ...rows[row]!, ...changed }))).toEqual(made(rows));
      },
    ),
    { numRuns: 300 },
  );
});

const numbers = { past: ['sold', 'price'], known: ['price'], static: [] };

it('a model file of raw numbers gives what one of numbers that are scaled by hand gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      randomRows(30),
      fc.nat(1e6),
      fc.constantFrom('lstm', 'gru' as const),
      fc.constantFrom('direct', 'autoregressive' as const),
      fc.constantFrom('window', 'standard', 'robust', 'minMax' as const),
      fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
      fc.double({ min: -5, max: 5, noNaN: true }),
      async (rows, seed, cell, decoder, scaling, unit, level) => {
        // Values of a usual unit and level: float32 has 7 digits.
        const own = rows.map((row) => ({
          ...row,
          sold: unit * (level + row.sold / 1e6),
          price: unit * (row.price / 1e6 - level),
        }));
        const set = seriesOf(tableOfRows(own), {
          ...seriesOptions,
          columns: ['sold', 'price'],
          fill: 'previous',
        });
        const { train } = splitByTime(set, { validation: 8 });
        const scaler = fitScaler(train, { kind: scaling === 'window' ? 'standard' : scaling });
        const plan = {
          ...{ target: 'sold', features: [], known: ['price'], static: [], calendar: [], categories: {} },
          ...{ time: 'day', key: ['shop'] },
          ...{ frequency: 'day', season: 3, window: 6, horizon: 4, quantiles: [0.1, 0.5, 0.9] },
        };
        const { inputs, targets } = windowsOf(train, plan).arrays();
        const columnsBy = (scaling: (name: string) => Pick<ScaledColumn, 'center' | 'scale'>) => {
          const scaled = (name: string) => ({ name, ...scaling(name) });
          return {
            past: [scaled('sold'), scaled('price')] as const,
            known: [scaled('price')],
            ...{ pastCategories: [], knownCategories: [], static: [], staticCategories: [] },
          };
        };
        const networkBy = (columns: ForecastArchitecture['columns']) =>
          forecastNetwork({
            ...{ columns, cell, window: 6, horizon: 4, season: 3, quantiles: plan.quantiles },
            ...{
              scaling,
              decoder,
              distribution: 'quantiles',
              anchor: 'seasonalNaive',
              hiddenSize: 5,
              numLayers: 1,
              dropout: 0,
            },
          });
        const raw = networkBy(columnsBy((name) => scalingOf(scaler, name)));
        const byHand = networkBy(columnsBy(() => ({ center: 0, scale: 1 })));
        const parameters = initParameters(raw, seed);
        const scaleColumns = (array: typeof inputs.past, names: readonly string[]) => ({
          ...array,
          data: array.data.map((value, i) => {
            const { center, scale } = scalingOf(scaler, names[i % names.length]!);
            return (value - center) / scale;
          }),
        });
        await using model = await Model.load(exportOnnx(raw, parameters), { providers: ['simd'] });
        await using other = await Model.load(exportOnnx(byHand, parameters), { providers: ['simd'] });
        const { forecast } = await model.run({ past: inputs.past, known: inputs.known! });
        const scaled = await other.run({
          past: scaleColumns(inputs.past, numbers.past),
          known: scaleColumns(inputs.known!, numbers.known),
        });
        const { center, scale } = scalingOf(scaler, 'sold');
        const expected = [...scaled.forecast!.data].map((value) => Number(value) * scale + center);
        expect(forecast!.dims.slice(0, 2)).toEqual(targets.shape);
        expect(forecast!.data).toBeCloseToArray(expected, { rtol: 1e-5 });
      },
    ),
    { numRuns: 30 },
  );
});
