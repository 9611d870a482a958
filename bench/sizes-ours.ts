/** Ours of `npm run bench:sizes`: `sizes-ours.ts THREADS 128|256` prints the least milliseconds of all sizes, in their order. */
import { performance } from 'node:perf_hooks';
import * as lo from 'lstm-onnx';
import { classifier, randomData, type Size } from './networks.js';
import { grid } from './sizes-grid.js';

const [threads = '2', bits = '256'] = process.argv.slice(2);
const MILLISECONDS = 250;
const LEAST_RUNS = 3;
const WARMUP = 2;

if (bits === '256') await lo.enableWideKernels();

async function trained(size: Size): Promise<number> {
  const times: number[] = [];
  const enough = new AbortController();
  let last = performance.now();
  let end = 0;
  const onStep = () => {
    const now = performance.now();
    times.push(now - last);
    last = now;
    if (times.length === WARMUP) end = now + MILLISECONDS;
    if (times.length >= WARMUP + LEAST_RUNS && now > end) enough.abort();
  };
  await lo
    .fit(classifier(size), randomData(size, 2), {
      ...{ loss: lo.crossEntropy, optimizer: lo.adam(), batchSize: size[0], shuffle: false, seed: 1 },
      ...{ epochs: 1_000_000, backend: `simd:${threads}`, signal: enough.signal, onStep },
    })
    .catch((error: unknown) => {
      if (!enough.signal.aborted) throw error;
    });
  return Math.min(...times.slice(WARMUP));
}

async function ran(size: Size, provider: lo.Provider): Promise<number> {
  const network = classifier(size);
  await using model = await lo.Model.load(lo.exportOnnx(network, lo.initParameters(network, 1)), {
    providers: [provider],
    sessionOptions: { intraOpNumThreads: Number(threads) },
  });
  const { shape: dims, data } = randomData(size, 1).inputs.x as lo.NdArray<'float32'>;
  const times: number[] = [];
  const end = performance.now() + MILLISECONDS;
  while (times.length < WARMUP + LEAST_RUNS || performance.now() < end) {
    const started = performance.now();
    await model.run({ x: { data, dims } });
    times.push(performance.now() - started);
  }
  return Math.min(...times.slice(WARMUP));
}

const measured = [];
for (const size of grid) {
  const cpu = bits === '256' ? await ran(size, 'cpu') : Number.NaN;
  measured.push({ train: await trained(size), simd: await ran(size, 'simd'), cpu });
}
console.log(JSON.stringify(measured));
process.exit(0);
