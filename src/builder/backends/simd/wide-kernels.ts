/**
 * Tries whether V8 joins vectors of 128 bits into such of 256, as `wide-flag.ts` has told it: once a process, by a step of a small layer
 * on either kernels. Those in pairs are slower where V8 does not join them.
 */
import { messageOf } from '../../../errors.js';
import { mustHave } from '../../../must-get.js';
import { type CellName, cellLayouts } from './cells.js';
import { Engine } from './engine.js';
import { kernelBytes, type SimdForm } from './kernel-bytes.js';
import { TrainingPlan } from './training-plan.js';
import { allowWideKernels } from './wide-flag.js';

/** So many runs make V8 compile what runs often; the milliseconds after which it is given up, since a busy machine takes longer. */
const LEAST_RUNS = 40;
const MOST_WAIT = 300;
/** How much faster a step must be. */
const LEAST_GAIN = 1.1;

interface Trial {
  readonly cell: CellName;
  readonly inputSize: number;
  readonly hiddenSize: number;
}

const timed: Trial = { cell: 'lstm', inputSize: 28, hiddenSize: 64 };
/** Whose numbers are compared, too: with what is left behind the last pair, and with the other kernels of a cell. */
const others: readonly Trial[] = [
  { cell: 'lstm', inputSize: 5, hiddenSize: 20 },
  { cell: 'gru', inputSize: 5, hiddenSize: 20 },
];

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
 * Call it before anything is trained or run, since kernels are chosen once. It takes some tenths of a second and never throws.
 */
export async function enableWideKernels(): Promise<WideKernels> {
  const obstacle = allowWideKernels();
  return obstacle === undefined ? tryWideKernels() : narrow(obstacle);
}

/** Whether the kernels of 256 bits are to run, where V8 is told to join vectors. */
export function tryWideKernels(): Promise<WideKernels> {
  tried ??= attempt().catch((error: unknown) =>
    narrow(`the kernels of 256 bits do not run: ${messageOf(error)}`),
  );
  return tried;
}

function narrow(detail: string): WideKernels {
  return { wide: false, detail };
}

async function attempt(): Promise<WideKernels> {
  const [ofWide, ofRelaxed] = await Promise.all([engineOf('wide'), engineOf('relaxed')]);
  const [wide, relaxed] = [trialOf(ofWide, timed), trialOf(ofRelaxed, timed)];
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
  for (const trial of [timed, ...others]) {
    if (!sameNumbers(trialOf(ofWide, trial).numbers(), trialOf(ofRelaxed, trial).numbers())) {
      return narrow(`the kernels of 256 bits give other numbers than those of 128, of ${trial.cell} layers`);
    }
  }
  return { wide: true, detail: `256 bits at once: a step of a small LSTM is ${gain} times as fast` };
}

async function engineOf(form: SimdForm): Promise<Engine> {
  return Engine.start(await kernelBytes('training', form), { threads: 1 });
}

/** A small layer, forward and backward, on kernels of one form. */
function trialOf(engine: Engine, { cell: name, inputSize, hiddenSize }: Trial) {
  const cell = cellLayouts[name];
  const [batch, time] = [24, 4];
  const place = (length: number) => {
    const at = engine.allocate(length * Float32Array.BYTES_PER_ELEMENT);
    engine.floats(at, length).set(Float32Array.from({ length }, (_, i) => Math.sin(i + length) / 4));
    return at;
  };
  const [gates, states] = [cell.inputScales.length * hiddenSize, batch * hiddenSize];
  const inputs = {
    ...{ x: place(time * batch * inputSize), h0: place(states), c0: cell.hasCell ? place(states) : 0 },
    ...{ weightIh: place(gates * inputSize), weightHh: place(gates * hiddenSize), lengths: 0, mask: 0 },
    ...{ bias: place(gates), biasHh: place(gates) },
  };
  const sizes = { batch, time, inputSize, hiddenSize, stateSize: hiddenSize };
  const flags = { batchFirst: false, reverse: false, wantOutput: true };
  const [dOutput, dHn, dCn] = [place(time * states), place(states), cell.hasCell ? place(states) : 0];
  const lengths: Readonly<Record<string, number>> = {
    ...{ output: time * states, hn: states, cn: states, dX: time * batch * inputSize },
    ...{ dH0: states, dC0: states, dWeightIh: gates * inputSize, dWeightHh: gates * hiddenSize },
    ...{ dBias: gates, dBiasHh: gates },
  };
  /** @returns what a step gives, with all gradients, and how many milliseconds it took */
  const step = () => {
    const plan = new TrainingPlan(engine, cell, { ...sizes, ...flags }, inputs);
    const begun = performance.now();
    const forward = plan.forward();
    const results = { ...forward, ...plan.backward(dOutput, dHn, dCn), dX: plan.inputGradient() };
    const took = performance.now() - begun;
    const made = Object.entries(results).filter(([, at]) => at !== 0);
    const numbers = made.map(([name, at]) => engine.read(at, mustHave(lengths[name], name)));
    for (const [, at] of made) engine.release(at);
    plan.release();
    return { numbers, took };
  };
  return { run: () => step().took, numbers: () => step().numbers };
}

/** To the last bit: the order of all sums is the same. */
function sameNumbers(some: readonly Float32Array[], others: readonly Float32Array[]): boolean {
  const isSame = (numbers: Float32Array, i: number) =>
    numbers.every((value, k) => Object.is(value, others[i]?.[k]));
  return some.length === others.length && some.every(isSame);
}
