/**
 * Tries whether V8 joins vectors of 128 bits into such of 256, as `wide-flag.ts` has told it: once a process, by a step of a small layer
 * on either kernels. Those in pairs are slower where V8 does not join them.
 */
import { cellLayouts } from './cells.js';
import { Engine } from './engine.js';
import { kernelBytes, type SimdForm } from './kernel-bytes.js';
import { TrainingPlan } from './training-plan.js';
import { allowWideKernels } from './wide-flag.js';

/** So many runs make V8 compile what runs often; the milliseconds after which it is given up, since a busy machine takes longer. */
const LEAST_RUNS = 40;
const MOST_WAIT = 300;
/** How much faster a step must be. */
const LEAST_GAIN = 1.1;

/** What {@link enableWideKernels} comes to. */
export interface WideKernels {
  /** Whether the simd backend and provider compute with 256 bits. */
  readonly wide: boolean;
  /** How much faster they are, or why they stay as they are. */
  readonly detail: string;
}

let tried: Promise<WideKernels> | undefined;

/**
 * Lets the `simd` backend and provider compute with 256 bits at once, twice as many as WebAssembly has: sets V8's flag
 * `--experimental-wasm-revectorize`, and tries whether the kernels made for it are faster and give the same numbers to the last bit. It
 * takes Node.js 24 and a processor with AVX2.
 *
 * V8 calls the flag experimental, and it holds for all WebAssembly of the process. That is why the library does not set it by itself;
 * training on the command line does. `node --experimental-wasm-revectorize` is the same.
 *
 * ```ts
 * const { wide, detail } = await enableWideKernels();
 * console.log(wide, detail); // true, by how much; or false, why not
 * ```
 *
 * Call it before anything is trained or run, since kernels are chosen once. It takes a tenth of a second and never throws.
 */
export async function enableWideKernels(): Promise<WideKernels> {
  const obstacle = allowWideKernels();
  return obstacle === undefined ? tryWideKernels() : narrow(obstacle);
}

/** Whether the kernels of 256 bits are to run, where V8 is told to join vectors. */
export function tryWideKernels(): Promise<WideKernels> {
  tried ??= attempt().catch(() => narrow('the kernels of 256 bits do not run'));
  return tried;
}

function narrow(detail: string): WideKernels {
  return { wide: false, detail };
}

async function attempt(): Promise<WideKernels> {
  const [wide, relaxed] = await Promise.all([trialOf('wide'), trialOf('relaxed')]);
  const best = { wide: Number.POSITIVE_INFINITY, relaxed: Number.POSITIVE_INFINITY };
  const begun = performance.now();
  for (let runs = 0; runs < LEAST_RUNS || performance.now() - begun < MOST_WAIT; runs++) {
    best.wide = Math.min(best.wide, wide.run());
    best.relaxed = Math.min(best.relaxed, relaxed.run());
    if (runs >= LEAST_RUNS && best.relaxed > LEAST_GAIN * best.wide) break;
  }
  const gain = (best.relaxed / best.wide).toFixed(2);
  if (best.relaxed < LEAST_GAIN * best.wide) {
    return narrow(`V8 does not join vectors on this machine: a step would be ${gain} times as fast`);
  }
  if (!sameNumbers(wide.numbers(), relaxed.numbers())) {
    return narrow('the kernels of 256 bits give other numbers than those of 128');
  }
  return { wide: true, detail: `256 bits at once: a step of a small LSTM is ${gain} times as fast` };
}

/** A small LSTM layer, forward and backward, on kernels of one form. */
async function trialOf(form: SimdForm) {
  const engine = await Engine.start(await kernelBytes('training', form), { threads: 1 });
  const [batch, time, inputSize, hiddenSize] = [24, 4, 28, 64];
  const place = (length: number) => {
    const at = engine.allocate(length * Float32Array.BYTES_PER_ELEMENT);
    engine.floats(at, length).set(Float32Array.from({ length }, (_, i) => Math.sin(i + length) / 4));
    return at;
  };
  const [gates, states] = [4 * hiddenSize, batch * hiddenSize];
  const inputs = {
    ...{ x: place(time * batch * inputSize), h0: place(states), c0: place(states), lengths: 0, mask: 0 },
    ...{ weightIh: place(gates * inputSize), weightHh: place(gates * hiddenSize) },
    ...{ bias: place(gates), biasHh: place(gates) },
  };
  const sizes = { batch, time, inputSize, hiddenSize, stateSize: hiddenSize };
  const flags = { batchFirst: false, reverse: false, wantOutput: true };
  const [dOutput, dHn, dCn] = [place(time * states), place(states), place(states)];
  let numbers: readonly Float32Array[] = [];
  return {
    numbers: () => numbers,
    /** @returns milliseconds */
    run() {
      const plan = new TrainingPlan(engine, cellLayouts.lstm, { ...sizes, ...flags }, inputs);
      const begun = performance.now();
      const { output, hn, cn } = plan.forward();
      const { dWeightIh, dWeightHh, dH0, dC0, ...others } = plan.backward(dOutput, dHn, dCn);
      const took = performance.now() - begun;
      const results = [
        ...[output, hn, cn].map((at, i) => engine.read(at, i === 0 ? time * states : states)),
        ...[engine.read(dWeightIh, gates * inputSize), engine.read(dWeightHh, gates * hiddenSize)],
        ...[engine.read(dH0, states), engine.read(dC0, states)],
      ];
      numbers = results;
      for (const at of [output, hn, cn, dWeightIh, dWeightHh, dH0, dC0, ...Object.values(others)]) {
        if (at !== 0) engine.release(at);
      }
      plan.release();
      return took;
    },
  };
}

/** To the last bit: the order of all sums is the same. */
function sameNumbers(some: readonly Float32Array[], others: readonly Float32Array[]): boolean {
  return some.every((numbers, i) => numbers.every((value, k) => Object.is(value, others[i]?.[k])));
}
