/** `npx tsx examples/forecast/online.ts`: the CO2 at Mauna Loa as it comes, month by month, each forecast before it is there. */
import { fileURLToPath } from 'node:url';
import * as lo from 'lstm-onnx';

const csv = fileURLToPath(
  new URL('../../node_modules/vega-datasets/data/co2-concentration.csv', import.meta.url),
);
const { EPOCHS = '60', OUT = 'out' } = process.env;

const all = lo.seriesOf(await lo.readTable(csv), { time: 'Date', columns: ['CO2'], fill: 'linear' });

// The last two years are not trained on.
const [origin] = lo.rollingOrigins(all, { count: 1, horizon: 24 });
const forecaster = await lo.trainForecaster(origin!.past, {
  target: 'CO2',
  horizon: 12,
  epochs: Number(EPOCHS),
  seed: 1,
});

// One month in, the next twelve out: the file has the window as its state.
await lo.writeFileAtomic(`${OUT}/online.onnx`, forecaster.toOnnx({ online: true }));
await using model = await lo.Model.load(`${OUT}/online.onnx`);
let live = lo.onlineForecasterOf(model, origin!.past);

let [ahead] = await forecaster.forecast(origin!.past);
const { times, values } = origin!.future.series[0]!;
let error = 0;
console.log('in ppm: what came, the forecast of the month before, and its 80 % range');
for (const [i, time] of times.entries()) {
  const month = new Date(time).toISOString().slice(0, 10);
  const came = values.get('CO2')![i]!;
  const [low, middle, high] = ahead!.quantiles.map((steps) => steps[0]!);
  error += Math.abs(came - middle!) / times.length;
  console.log(
    `${month}  ${came.toFixed(1)}  ${middle!.toFixed(1)}  ${low!.toFixed(1)} to ${high!.toFixed(1)}`,
  );
  ahead = await live.update({ Date: month, CO2: came });
  // Any process can go on from here.
  if (i === 11) live = lo.onlineForecasterOf(model, JSON.parse(JSON.stringify(live.state)));
}
console.log(`mean error ${error.toFixed(2)} ppm`);
