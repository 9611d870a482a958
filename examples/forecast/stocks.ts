/** `npx tsx examples/forecast/stocks.ts`: half a year of five stocks by one model, which sees which stock it is. */
import { fileURLToPath } from 'node:url';
import * as lo from 'lstm-onnx';
import { printForecast, printScores } from './print.js';

const csv = fileURLToPath(new URL('../../node_modules/vega-datasets/data/stocks.csv', import.meta.url));
const { EPOCHS = '60', OUT = 'out' } = process.env;

const table = await lo.readTable(csv, { dateFormat: 'MMM D YYYY' });
const series = lo.seriesOf(table, { time: 'date', key: 'symbol' });

// What is behind the first of five forecasts of the past is not trained on.
const origins = lo.rollingOrigins(series, { count: 5, horizon: 6 });
const forecaster = await lo.trainForecaster(origins[0]!.past, {
  target: 'price',
  horizon: 6,
  epochs: Number(EPOCHS),
  seed: 1,
});
for (const { text } of forecaster.notes) console.log(text);
printScores(await forecaster.evaluate(series));

await lo.writeFileAtomic(`${OUT}/stocks.onnx`, forecaster.toOnnx());
await using model = await lo.Model.load(`${OUT}/stocks.onnx`);
printForecast(await lo.forecasterOf(model).forecast(series), 'dollars');
