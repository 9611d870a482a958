/** The same network on several runtimes in one page: how long a run takes, from numbers to numbers. */
import { exportOnnx, initParameters, Model, type WebLoadOptions } from 'lstm-onnx/web';
import * as ort from 'onnxruntime-web/wasm';
import { classifier } from '../networks.js';
import { ortFiles } from './ort-files.js';
import { stockModel } from './stock-model.js';

const TIME = 28;
const FEATURES = 28;
const network = classifier([0, TIME, FEATURES, 64, 1]);
const parameters = initParameters(network, 1);
const bytes = exportOnnx(network, parameters);

/** Takes `[batch, 28, 28]`, gives `[batch, 10]`. */
type Run = (x: Float32Array<ArrayBuffer>, batch: number) => Promise<Float32Array>;

async function ours(options: WebLoadOptions): Promise<Run> {
  const model = await Model.load(bytes, options);
  return async (data, batch) => {
    const { logits } = await model.run({ x: { data, dims: [batch, TIME, FEATURES] } });
    return logits?.data as Float32Array; // its declared type
  };
}

async function bareOnnxruntime(numThreads: number): Promise<Run> {
  ort.env.wasm.wasmPaths = ortFiles;
  ort.env.wasm.numThreads = numThreads;
  ort.env.wasm.initTimeout = 30_000;
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  return async (data, batch) => {
    const x = new ort.Tensor('float32', data, [batch, TIME, FEATURES]);
    const { logits } = await session.run({ x });
    return logits?.data as Float32Array; // its declared type
  };
}

export interface SpeedTask {
  readonly numThreads: number;
  readonly batches: readonly number[];
  readonly rounds: number;
}

/** Milliseconds of every run, by runtime, for each batch. */
export type Speeds = readonly { readonly batch: number; readonly times: Record<string, number[]> }[];

/** Each runtime in turn for a fifth of a second, round after round, so that the machine's mood is shared. */
async function speed({ numThreads, batches, rounds }: SpeedTask): Promise<Speeds> {
  const runtimes: Readonly<Record<string, Run>> = {
    simd: await ours({ providers: ['simd'], numThreads }),
    'simd, worker: false': await ours({ providers: ['simd'], numThreads, worker: false }),
    wasm: await ours({ providers: ['wasm'], numThreads, wasmPaths: ortFiles }),
    onnxruntime: await bareOnnxruntime(numThreads),
    ...(numThreads === 1 ? { tfjs: await stockModel(parameters) } : {}),
  };
  const speeds = [];
  for (const batch of batches) {
    const x = Float32Array.from({ length: batch * TIME * FEATURES }, (_, i) => Math.sin(i));
    await checkAgreement(runtimes, x, batch);
    const times = Object.fromEntries(Object.keys(runtimes).map((name): [string, number[]] => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, run] of Object.entries(runtimes)) {
        const end = performance.now() + 200;
        for (let runs = 0; runs < 3 || performance.now() < end; runs++) {
          const started = performance.now();
          await run(x, batch);
          // The first of a round finds the processor's caches full of another runtime.
          if (runs > 0) times[name]?.push(performance.now() - started);
        }
      }
    }
    speeds.push({ batch, times });
  }
  return speeds;
}

/** What computes something else is not compared. */
async function checkAgreement(
  runtimes: Readonly<Record<string, Run>>,
  x: Float32Array<ArrayBuffer>,
  batch: number,
): Promise<void> {
  let first: Float32Array | undefined;
  for (const [name, run] of Object.entries(runtimes)) {
    const logits = (await run(x, batch)).slice();
    first ??= logits;
    const wrong = first.findIndex((entry, i) => !(Math.abs(entry - (logits[i] ?? Number.NaN)) < 1e-5));
    if (wrong >= 0 || logits.length !== batch * 10) {
      throw new Error(`${name} computes something else: ${first[wrong]} is ${logits[wrong]}`);
    }
  }
}

window.speed = speed;

export { speed };
