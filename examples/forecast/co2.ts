/** `npx tsx examples/forecast/co2.ts`: a year of the CO2 at Mauna Loa, month by month. */
import { fileURLToPath } from 'node:url';
import * as lo from 'lstm-onnx';
import { printForecast, printScores } from './print.js';

const csv = fileURLToPath(
  new URL('../../node_modules/vega-datasets/data/co2-concentration.csv', import.meta.url),
);
const { EPOCHS = '60', OUT = 'out' } = process.env;

// Months without a measurement lie on a line between their neighbours.
const series = lo.seriesOf(await lo.readTable(csv), { time: 'Date', columns: ['CO2'], fill: 'linear' });

// What is behind the first of five forecasts of the past is not trained on.
const origins = lo.rollingOrigins(series, { count: 5, horizon: 12 });
const forecaster = await lo.trainForecaster(origins[0]!.past, {
  target: 'CO2',
  horizon: 12,
  epochs: Number(EPOCHS),
  seed: 1,
});
printScores(await forecaster.evaluate(series));

await lo.writeFileAtomic(`${OUT}/co2.onnx`, forecaster.toOnnx());
await using model = await lo.Model.load(`${OUT}/co2.onnx`);
printForecast(await lo.forecasterOf(model).forecast(series), 'ppm');
