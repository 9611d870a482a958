/** Our side of the benchmarks, one figure a process: `ours.ts epoch|second-epoch|step|run BACKEND SIZE... [CELL]`. Milliseconds as JSON. */
import {
  adam,
  crossEntropy,
  dataset,
  exportOnnx,
  fit,
  Generator,
  initParameters,
  loadMnist,
  Model,
} from 'lstm-onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type CellName, classifier, median, randomData, type Size } from './networks.js';

const [what, backend = 'auto', ...numbers] = process.argv.slice(2);
const size = numbers.slice(0, 5).map(Number) as unknown as Size;
const cell = numbers[5] as CellName | undefined;

async function epoch(which: number): Promise<number> {
  const { images, labels } = (await loadMnist()).train;
  const data = dataset({ inputs: { x: images }, targets: labels });
  const network = classifier([64, 28, 28, 64, 1]);
  const options = { loss: crossEntropy, optimizer: adam({ lr: 0.01 }), seed: 1, backend };
  const warm = await fit(network, randomData([64, 28, 28, 64, 1], 5), options); // the first steps compile
  if (warm.backend.name !== backend) {
    console.error(`skipped: ${warm.backend.notice}`);
    return Number.NaN;
  }
  let started = performance.now();
  let took = 0;
  const onEpoch = () => {
    const now = performance.now();
    took = now - started;
    started = now;
  };
  await fit(network, data, { ...options, epochs: which, onEpoch });
  return took;
}

async function step(): Promise<number> {
  const times: number[] = [];
  let last = performance.now();
  const enough = AbortSignal.timeout(4000);
  const onStep = () => {
    const now = performance.now();
    times.push(now - last);
    last = now;
  };
  await fit(classifier(size, cell), randomData(size, 8), {
    loss: crossEntropy,
    optimizer: adam(),
    batchSize: size[0],
    epochs: 1_000_000,
    backend,
    signal: enough,
    onStep,
  }).catch((error: unknown) => {
    if (!enough.aborted) throw error;
  });
  return median(times.slice(Math.floor(times.length / 3)));
}

/** Model.run, or the bare session for the backend `bare`. */
async function run(): Promise<number> {
  const network = classifier(size);
  const bytes = exportOnnx(network, initParameters(network, 1));
  const [batch, time, input] = size;
  const dims = [batch, time, input];
  const data = new Generator(0).uniform(batch * time * input, -1, 1);
  const call =
    backend === 'bare'
      ? await InferenceSession.create(bytes).then(
          (session) => () => session.run({ x: new Tensor('float32', data, dims) }),
        )
      : await Model.load(bytes, { providers: ['cpu'] }).then(
          (model) => () => model.run({ x: { data, dims } }),
        );
  const times: number[] = [];
  const end = performance.now() + 2000;
  while (performance.now() < end || times.length < 5) {
    const started = performance.now();
    await call();
    times.push(performance.now() - started);
  }
  return median(times.slice(Math.floor(times.length / 3)));
}

const measures = { epoch: () => epoch(1), 'second-epoch': () => epoch(2), step, run } as const;
const measure = measures[what as keyof typeof measures];
console.log(JSON.stringify({ ms: await measure() }));
process.exit(0);
