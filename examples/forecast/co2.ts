/** `npx tsx examples/forecast/co2.ts`: a year of the CO2 at Mauna Loa, month by month. */
import { fileURLToPath } from 'node:url';
import * as lo from 'lstm-onnx';
import { printForecast } from './print.js';

const csv = fileURLToPath(
  new URL('../../node_modules/vega-datasets/data/co2-concentration.csv', import.meta.url),
);
const { EPOCHS = '60', OUT = 'out' } = process.env;

// Months without a measurement lie on a line between their neighbours.
const series = lo.seriesOf(await lo.readTable(csv), { time: 'Date', columns: ['CO2'], fill: 'linear' });

// Five forecasts of the past tell how good it is; it is trained on what is before them.
const { forecaster, evaluation, notes } = await lo.trainAndEvaluate(series, {
  target: 'CO2',
  unit: 'ppm',
  horizon: 12,
  epochs: Number(EPOCHS),
  seed: 1,
});
for (const { text } of notes) console.log(text);
for (const line of evaluation?.table.lines ?? []) console.log(line);

await lo.writeFileAtomic(`${OUT}/co2.onnx`, forecaster.toOnnx());
await using model = await lo.Model.load(`${OUT}/co2.onnx`);
const forecast = await lo.forecasterOf(model).forecast(series);
printForecast(forecast, 'ppm');
const plot = await lo.forecastPlot(forecaster, series, { evaluation, forecast });
await lo.writeFileAtomic(`${OUT}/co2.svg`, plot);
