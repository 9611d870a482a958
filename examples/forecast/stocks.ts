/** `npx tsx examples/forecast/stocks.ts`: half a year of five stocks by one model, which sees which stock it is. */
import { fileURLToPath } from 'node:url';
import * as lo from 'lstm-onnx';
import { printForecast } from './print.js';

const csv = fileURLToPath(new URL('../../node_modules/vega-datasets/data/stocks.csv', import.meta.url));
const { EPOCHS = '60', OUT = 'out' } = process.env;

const table = await lo.readTable(csv, { dateFormat: 'MMM D YYYY' });
const series = lo.seriesOf(table, { time: 'date', key: 'symbol' });

// Five forecasts of the past tell how good it is; it is trained on what is before them.
const { forecaster, evaluation, notes } = await lo.trainAndEvaluate(series, {
  target: 'price',
  unit: 'dollars',
  horizon: 6,
  epochs: Number(EPOCHS),
  seed: 1,
});
for (const { text } of notes) console.log(text);
for (const line of evaluation?.table.lines ?? []) console.log(line);

await lo.writeFileAtomic(`${OUT}/stocks.onnx`, forecaster.toOnnx());
await using model = await lo.Model.load(`${OUT}/stocks.onnx`);
const forecast = await lo.forecasterOf(model).forecast(series);
printForecast(forecast, 'dollars');
const plot = await lo.forecastPlot(forecaster, series, { evaluation, forecast });
await lo.writeFileAtomic(`${OUT}/stocks.svg`, plot);
