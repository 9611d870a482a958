/** `npx tsx examples/forecast/weather.ts`: a week of Seattle's highest temperatures, from what the days before were like. */
import { fileURLToPath } from 'node:url';
import * as lo from 'lstm-onnx';
import { printForecast } from './print.js';

const csv = fileURLToPath(
  new URL('../../node_modules/vega-datasets/data/seattle-weather.csv', import.meta.url),
);
const { EPOCHS = '60', OUT = 'out' } = process.env;

const series = lo.seriesOf(await lo.readTable(csv), { time: 'date' });

// Five forecasts of the past tell how good it is; it is trained on what is before them.
const { forecaster, evaluation, notes } = await lo.trainAndEvaluate(series, {
  target: 'temp_max',
  unit: '°C',
  // Numbers, and a column of text.
  features: ['temp_min', 'precipitation', 'wind', 'weather'],
  horizon: 7,
  epochs: Number(EPOCHS),
  seed: 1,
});
for (const { text } of notes) console.log(text);
for (const line of evaluation?.table.lines ?? []) console.log(line);

await lo.writeFileAtomic(`${OUT}/weather.onnx`, forecaster.toOnnx());
await using model = await lo.Model.load(`${OUT}/weather.onnx`);
const forecast = await lo.forecasterOf(model).forecast(series);
printForecast(forecast, '°C');
const plot = await lo.forecastPlot(forecaster, series, { evaluation, forecast });
await lo.writeFileAtomic(`${OUT}/weather.svg`, plot);
