/** `npx tsx examples/forecast/weather.ts`: a week of Seattle's highest temperatures, from what the days before were like. */
import { fileURLToPath } from 'node:url';
import * as lo from 'lstm-onnx';
import { printForecast, printScores } from './print.js';

const csv = fileURLToPath(
  new URL('../../node_modules/vega-datasets/data/seattle-weather.csv', import.meta.url),
);
const { EPOCHS = '60', OUT = 'out' } = process.env;

const series = lo.seriesOf(await lo.readTable(csv), { time: 'date' });

// What is behind the first of five forecasts of the past is not trained on.
const origins = lo.rollingOrigins(series, { count: 5, horizon: 7 });
const forecaster = await lo.trainForecaster(origins[0]!.past, {
  target: 'temp_max',
  // Numbers, and a column of text.
  features: ['temp_min', 'precipitation', 'wind', 'weather'],
  horizon: 7,
  epochs: Number(EPOCHS),
  seed: 1,
});
printScores(await forecaster.evaluate(series));

await lo.writeFileAtomic(`${OUT}/weather.onnx`, forecaster.toOnnx());
await using model = await lo.Model.load(`${OUT}/weather.onnx`);
printForecast(await lo.forecasterOf(model).forecast(series), 'degrees Celsius');
