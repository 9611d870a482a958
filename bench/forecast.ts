/**
 * `npm run bench:forecast -- --python PATH`: forecasts beside PyTorch's, the same network on the same windows, and writes
 * bench/forecast.md. `forecast.py` is the other side.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { forecastNetwork } from '../src/forecast/forecast-network.js';
import { type ForecastSamples, forecastSamples } from '../src/forecast/forecast-samples.js';
import { type ForecastEvaluation, Forecaster } from '../src/forecast/forecaster.js';
import {
  adam,
  cosine,
  type Dataset,
  encodeSafetensors,
  fit,
  initParameters,
  type NdArray,
  parseSafetensors,
  pinball,
  rollingOrigins,
  type SeriesSet,
  type StateDict,
  trainForecaster,
  writeFileAtomic,
} from '../src/index.js';
import { forecastCases } from './forecast-series.js';

const ORIGINS = 5;
const STRICT_EPOCHS = 5;
/** Those of `trainForecaster`. */
const defaults = { epochs: 60, batchSize: 64, lr: 0.01, patience: 12 } as const;

const here = fileURLToPath(new URL('.', import.meta.url));
const { values: given } = parseArgs({
  options: { python: { type: 'string', default: 'python3' }, seeds: { type: 'string', default: '5' } },
});
const seeds = Number(given.seeds);
const folder = mkdtempSync(join(tmpdir(), 'forecast-'));

interface Compared {
  readonly name: string;
  readonly ours: readonly ForecastEvaluation[];
  readonly theirs: readonly ForecastEvaluation[];
  /** The relative differences of the losses of the first epochs: ours, and PyTorch's in double precision, from PyTorch's. */
  readonly strict: readonly number[];
  readonly double: readonly number[];
  readonly torch: string;
}

async function compare(name: keyof typeof forecastCases): Promise<Compared> {
  const { set, options } = await forecastCases[name]();
  const [first] = rollingOrigins(set, { count: ORIGINS, horizon: options.horizon });
  if (!first) throw new Error('There is no origin.');
  const samples = forecastSamples(first.past, options);
  const start = initParameters(forecastNetwork(samples.architecture), 0);
  await write(name, samples, start, await windowsAt(samples, set));
  execFileSync(given.python, [join(here, 'forecast.py'), folder, name], { stdio: 'inherit' });

  const { tensors } = parseSafetensors(readFileSync(join(folder, `${name}.forecasts.safetensors`)));
  const ours: ForecastEvaluation[] = [];
  const theirs: ForecastEvaluation[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    ours.push(await (await trainForecaster(first.past, { ...options, ...defaults, seed })).evaluate(set));
    let origin = 0;
    const read = async () => ({ forecast: tensors.get(`${seed}.${origin++}`) as NdArray }); // one for each origin
    theirs.push(await new Forecaster(samples.plan, read).evaluate(set));
    console.error(name, seed, ours.at(-1)?.model, theirs.at(-1)?.model);
  }
  const { single, double, torch } = JSON.parse(readFileSync(join(folder, `${name}.losses.json`), 'utf8'));
  const own = await strictLosses(samples, start);
  const apart = (losses: readonly number[]) => losses.map((loss, i) => Math.abs(loss / single[i] - 1));
  return { name, ours, theirs, strict: apart(own), double: apart(double), torch };
}

/** What the network is fed at each origin. */
async function windowsAt({ plan }: ForecastSamples, set: SeriesSet): Promise<Record<string, NdArray>[]> {
  const fed: Record<string, NdArray>[] = [];
  const forecaster = new Forecaster(plan, async (inputs) => {
    fed.push({ ...inputs });
    const shape = [inputs.past.shape[0] ?? 0, plan.horizon, plan.quantiles.length];
    const data = new Float32Array(shape.reduce((size, n) => size * n, 1));
    return { forecast: { dtype: 'float32', shape, data } };
  });
  await forecaster.evaluate(set, { origins: ORIGINS });
  return fed;
}

/** Writes what `forecast.py` reads. */
async function write(
  name: string,
  { architecture, training, validation }: ForecastSamples,
  start: StateDict,
  fed: readonly Record<string, NdArray>[],
): Promise<void> {
  const named = (prefix: string, arrays: Readonly<Record<string, NdArray>>) =>
    Object.entries(arrays).map(([key, array]) => [`${prefix}.${key}`, array] as const);
  const all = ({ inputs, targets }: Dataset): Record<string, NdArray> => ({ ...inputs, targets });
  const tensors = new Map([
    ...named('training', all(training)),
    ...named('validation', all(validation)),
    ...fed.flatMap((inputs, origin) => named(`origin.${origin}`, inputs)),
    ...[...start].map(
      ([key, { shape, data }]) => [`start.${key}`, { dtype: 'float32', shape, data }] as const,
    ),
  ]);
  await writeFileAtomic(join(folder, `${name}.safetensors`), encodeSafetensors(tensors));
  const run = { architecture, ...defaults, seeds, origins: ORIGINS, strictEpochs: STRICT_EPOCHS };
  await writeFileAtomic(join(folder, `${name}.json`), JSON.stringify(run));
}

/** From the same parameters in the same order, without dropout: losses that have to be PyTorch's. */
async function strictLosses(samples: ForecastSamples, parameters: StateDict): Promise<number[]> {
  const { architecture, training } = samples;
  const { history } = await fit(forecastNetwork({ ...architecture, dropout: 0 }), training, {
    loss: pinball({ quantiles: architecture.quantiles }),
    output: 'scaled',
    optimizer: adam({ lr: cosine({ from: defaults.lr, over: STRICT_EPOCHS }) }),
    ...{ parameters, epochs: STRICT_EPOCHS, batchSize: defaults.batchSize, shuffle: false, clipNorm: 1 },
  });
  return history.map(({ loss }) => loss);
}

/** Mean, least and largest of a score. */
function spread(all: readonly ForecastEvaluation[], of: (each: ForecastEvaluation) => number): string {
  const values = all.map(of);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const [middle, least, largest] = [mean, Math.min(...values), Math.max(...values)].map((v) => v.toFixed(3));
  return `${middle} (${least} to ${largest})`;
}

function table(rows: readonly (readonly string[])[]): string {
  const [header = [], ...body] = rows;
  return [header, header.map(() => '---'), ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function scoreTable(all: readonly Compared[]): string {
  const mase = ({ model }: ForecastEvaluation) => model.mase;
  const relative = ({ model, baselines }: ForecastEvaluation) => model.mase / baselines.seasonalNaive.mase;
  const coverage = ({ model }: ForecastEvaluation) => 100 * (model.coverage ?? Number.NaN);
  return table([
    ['series', 'MASE', "PyTorch's", 'of seasonal naive', 'in 80 % range', "PyTorch's"],
    ...all.map(({ name, ours, theirs }) => [
      ...[name, spread(ours, mase), spread(theirs, mase), spread(ours, relative)],
      ...[spread(ours, coverage), spread(theirs, coverage)],
    ]),
  ]);
}

function strictTable(all: readonly Compared[]): string {
  const numbers = (values: readonly number[]) => values.map((value) => value.toExponential(0));
  return table([
    [
      'series',
      'from PyTorch in float32',
      ...Array.from({ length: STRICT_EPOCHS }, (_, i) => `epoch ${i + 1}`),
    ],
    ...all.flatMap(({ name, strict, double }) => [
      [name, 'ours', ...numbers(strict)],
      [name, 'PyTorch in float64', ...numbers(double)],
    ]),
  ]);
}

const all: Compared[] = [];
for (const name of Object.keys(forecastCases) as (keyof typeof forecastCases)[])
  all.push(await compare(name));
rmSync(folder, { recursive: true });
const text = `# Forecasts beside PyTorch

By \`npm run bench:forecast -- --python PATH\`, with PyTorch ${all[0]?.torch} and Node ${process.version}: the network and the training of \`trainForecaster\`, written
in PyTorch (\`forecast.py\`), on the same windows of the series of [examples/forecast](../examples/forecast/README.md). ${seeds} seeds each, ${ORIGINS} forecasts of
the past: mean (least to largest). The two draw their own random numbers: parameters, order and dropout.

${scoreTable(all)}

*of seasonal naive*: our MASE divided by that of the seasonal naive forecast. *in 80 % range*: per cent of what came that lies between the
outer quantiles.

## The same start

From the same parameters, in the same order, without dropout: the relative differences of the mean losses of the first ${STRICT_EPOCHS} epochs. Beside ours are
those of PyTorch itself in double precision: what rounding alone does.

${strictTable(all)}
`;
await writeFileAtomic(join(here, 'forecast.md'), text);
console.log(text);
