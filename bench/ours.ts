/**
 * Our side of the benchmarks, one figure a process: `ours.ts epoch|second-epoch|step|run BACKEND SIZE... [CELL]`, or the name of a
 * network of `convolutional.ts` in place of SIZE. JSON: the median in milliseconds, the least, and the losses of the first steps.
 */
import {
  adam,
  crossEntropy,
  type Dataset,
  dataset,
  enableWideKernels,
  exportOnnx,
  fit,
  initParameters,
  loadMnist,
  Model,
  type Network,
} from 'lstm-onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type ConvolutionalName, convolutional, samplesOf } from './convolutional.js';
import { type CellName, classifier, median, randomData, type Size } from './networks.js';

const [what, backend = 'auto', ...rest] = process.argv.slice(2);
await enableWideKernels();
/** As many as are compared with PyTorch's. */
const keptLosses = 8;
const leastRuns = 5;

interface Measured {
  readonly ms: number;
  readonly least?: number;
  readonly losses?: readonly number[];
}

interface Subject {
  readonly network: Network;
  readonly batch: number;
  samples(batches: number): Dataset;
}

/** What is measured, by the arguments. */
function subject(): Subject {
  const [name = ''] = rest;
  const named = convolutional[name as ConvolutionalName];
  if (named) {
    const published = named();
    return { ...published, samples: (batches) => samplesOf(published, batches) };
  }
  const size = rest.slice(0, 5).map(Number) as unknown as Size;
  const network = classifier(size, rest[5] as CellName | undefined);
  return { network, batch: size[0], samples: (batches) => randomData(size, batches) };
}

async function epoch(which: number): Promise<Measured> {
  const { images, labels } = (await loadMnist()).train;
  const data = dataset({ inputs: { x: images }, targets: labels });
  const network = classifier([64, 28, 28, 64, 1]);
  const options = { loss: crossEntropy, optimizer: adam({ lr: 0.01 }), seed: 1, backend };
  const warm = await fit(network, randomData([64, 28, 28, 64, 1], 5), options); // the first steps compile
  if (warm.backend.name !== backend) {
    console.error(`skipped: ${warm.backend.notice}`);
    return { ms: Number.NaN };
  }
  let started = performance.now();
  let took = 0;
  const onEpoch = () => {
    const now = performance.now();
    took = now - started;
    started = now;
  };
  await fit(network, data, { ...options, epochs: which, onEpoch });
  return { ms: took };
}

/** Of times one after the other, of which the first third is warming up. */
function summary(times: readonly number[]): Measured {
  const kept = times.slice(Math.floor(times.length / 3));
  return { ms: median(kept), least: Math.min(...kept) };
}

async function step(): Promise<Measured> {
  const { network, batch, samples } = subject();
  const times: number[] = [];
  const losses: number[] = [];
  const end = performance.now() + 4000;
  const enough = new AbortController();
  let last = performance.now();
  const onStep = ({ loss }: { readonly loss: number }) => {
    const now = performance.now();
    times.push(now - last);
    last = now;
    if (losses.length < keptLosses) losses.push(loss);
    if (now > end && times.length > Math.max(keptLosses, leastRuns)) enough.abort();
  };
  await fit(network, samples(8), {
    loss: crossEntropy,
    optimizer: adam(),
    batchSize: batch,
    shuffle: false,
    seed: 1,
    epochs: 1_000_000,
    backend,
    signal: enough.signal,
    onStep,
  }).catch((error: unknown) => {
    if (!enough.signal.aborted) throw error;
  });
  return { ...summary(times), losses };
}

/** Model.run on a provider (`simd:N` for N threads), or the bare session for the backend `bare`. */
async function run(): Promise<Measured> {
  const { network, samples } = subject();
  const bytes = exportOnnx(network, initParameters(network, 1));
  const { shape: dims, data } = samples(1).inputs.x as { shape: readonly number[]; data: Float32Array };
  const call = backend === 'bare' ? await bareCall(bytes, data, dims) : await modelCall(bytes, data, dims);
  const times: number[] = [];
  const end = performance.now() + 2000;
  while (performance.now() < end || times.length < leastRuns) {
    const started = performance.now();
    await call();
    times.push(performance.now() - started);
  }
  return summary(times);
}

async function bareCall(bytes: Uint8Array, data: Float32Array, dims: readonly number[]) {
  const session = await InferenceSession.create(bytes);
  return () => session.run({ x: new Tensor('float32', data, dims) });
}

async function modelCall(bytes: Uint8Array, data: Float32Array, dims: readonly number[]) {
  const [provider, threads] = backend.split(':') as [provider: 'cpu' | 'simd', threads?: string];
  const sessionOptions = threads === undefined ? {} : { intraOpNumThreads: Number(threads) };
  const model = await Model.load(bytes, { providers: [provider], sessionOptions });
  return () => model.run({ x: { data, dims } });
}

const measures = { epoch: () => epoch(1), 'second-epoch': () => epoch(2), step, run } as const;
const measure = measures[what as keyof typeof measures];
console.log(JSON.stringify(await measure()));
process.exit(0);
