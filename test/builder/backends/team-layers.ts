/** Layers that teams of threads go through, and how the passes went. */
import { expect } from 'vitest';
import { type CellName, cellLayouts } from '../../../src/builder/backends/simd/cells.js';
import type { Engine } from '../../../src/builder/backends/simd/engine.js';
import { jobKind, layerJobFields, seatFields } from '../../../src/builder/backends/simd/kernels.js';
import { goThrough } from '../../../src/builder/backends/simd/layer-plan.js';
import { TrainingPlan } from '../../../src/builder/backends/simd/training-plan.js';
import { trainingEngine } from '../../engine.js';
import '../../matcher.js';

export interface TeamCase {
  readonly cell: CellName;
  readonly batch: number;
  readonly time: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly batchFirst: boolean;
  readonly reverse: boolean;
  readonly states: boolean;
  readonly lengths: boolean;
  readonly wantOutput: boolean;
}

export const cellNames = Object.keys(cellLayouts) as CellName[];
const LINE_BYTES = 64;
/** However little there is to do. */
export const leastShare = 1;

/**
 * A layer forward and back.
 *
 * @returns its results by their names, how many jobs the plan has, and how each pass went, forward and back
 */
export function layer(engine: Engine, given: TeamCase, seed = 1) {
  const { cell, batch, time, inputSize, hiddenSize, batchFirst, reverse, wantOutput } = given;
  const taken: number[] = [];
  let drawn = seed;
  const place = (length: number) => {
    const at = engine.allocate(length * 4);
    taken.push(at);
    const numbers = engine.floats(at, length);
    for (let i = 0; i < length; i++) {
      drawn = (drawn * 48_271) % 2_147_483_647;
      numbers[i] = drawn / 2_147_483_647 - 0.5;
    }
    return at;
  };
  const takenBefore = engine.taken;
  const layout = cellLayouts[cell];
  const gates = layout.ofInput.length * hiddenSize;
  const states = batch * hiddenSize;
  const lengths = given.lengths ? place(batch) : 0;
  if (given.lengths) for (let b = 0; b < batch; b++) engine.integers(lengths, batch)[b] = 1 + (b % time);
  const inputs = {
    x: place(batch * time * inputSize),
    h0: given.states ? place(states) : 0,
    c0: given.states && layout.hasCell ? place(states) : 0,
    weightIh: place(gates * inputSize),
    weightHh: place(gates * hiddenSize),
    bias: place(gates),
    biasHh: place(gates),
    lengths,
    mask: place(batch * time * inputSize),
  };
  const sizes = { batch, time, inputSize, hiddenSize, stateSize: hiddenSize, batchFirst };
  const plan = new TrainingPlan(engine, layout, { ...sizes, reverse, wantOutput }, inputs);
  const { output, hn, cn } = plan.prepareForward();
  goThrough('layerForward', [plan]);
  const passes = [passOf(plan)];
  const dOutput = wantOutput ? place(batch * time * hiddenSize) : 0;
  const finish = plan.prepareBackward(dOutput, place(states), layout.hasCell ? place(states) : 0);
  goThrough('layerBackward', [plan]);
  passes.push(passOf(plan));
  const gradients = finish();
  const results: Record<string, readonly [number, number]> = {
    output: [output, batch * time * hiddenSize],
    hn: [hn, states],
    cn: [cn, states],
    dH0: [gradients.dH0, states],
    dC0: [gradients.dC0, states],
    dWeightIh: [gradients.dWeightIh, gates * inputSize],
    dWeightHh: [gradients.dWeightHh, gates * hiddenSize],
    dBias: [gradients.dBias, gates],
    dBiasHh: [gradients.dBiasHh, gates],
    dX: [plan.inputGradient(), batch * time * inputSize],
  };
  const there = Object.entries(results).filter(([, [at]]) => at !== 0);
  const numbers = new Map(there.map(([name, [at, length]]) => [name, engine.read(at, length)]));
  const jobs = plan.jobs.length;
  plan.release();
  for (const at of [...taken, ...there.map(([, [block]]) => block)]) engine.release(at);
  expect(engine.taken).toBe(takenBefore);
  return { numbers, jobs, passes };
}

const seatAt = (engine: Engine, job: number) =>
  engine.integers(job, layerJobFields.length)[layerJobFields.indexOf('seat')]!;
const isOnTeam = (engine: Engine, job: number) => seatAt(engine, job) !== 0;

/** A thread's seat in a team, as the kernels have it. */
export function seatOf(engine: Engine, job: number): Record<(typeof seatFields)[number], number> {
  const fields = engine.integers(seatAt(engine, job), seatFields.length);
  return Object.fromEntries(seatFields.map((name, i) => [name, fields[i]])) as never;
}

/** How a pass went: alone from its start, alone after so many meetings, or together. */
export interface Pass {
  readonly jobs: number;
  readonly aloneAfter: number | undefined;
  readonly isTogether: boolean;
}

function passOf({ engine, passJobs }: TrainingPlan): Pass {
  const [leader, ...others] = passJobs;
  const jobs = passJobs.length;
  if (leader === undefined || others.length === 0) return { jobs, aloneAfter: undefined, isTogether: false };
  const [met, alone] = engine.integers(seatOf(engine, leader).table, 2);
  return { jobs, aloneAfter: alone === 1 ? met : undefined, isTogether: alone === 0 };
}

/**
 * An engine whose teams have no rest, and whose leaders begin when all members have come, however busy the machine is.
 *
 * @param patience how often a leader may look for late members after that
 */
export async function gatheredEngine(
  options: Parameters<typeof trainingEngine>[0],
  patience = 2 ** 31 - 1,
): Promise<Engine> {
  const engine = await trainingEngine(options);
  const { kernels } = engine;
  const never = engine.allocate(64);
  engine.integers(never, 16).fill(0);
  const moment = new Int32Array(new SharedArrayBuffer(4));
  const runJob = (kind: number, job: number) => {
    const isLayer = kind === jobKind.layerForward || kind === jobKind.layerBackward;
    if (isLayer && isOnTeam(engine, job)) {
      const { table, members } = seatOf(engine, job);
      for (let member = 1; member < members; member++) {
        const seat = engine.integers(table + (member + 1) * LINE_BYTES, seatFields.length);
        while (Atomics.load(seat, seatFields.indexOf('came')) === 0) Atomics.wait(moment, 0, 0, 0.1);
      }
      engine.writeFields(table + LINE_BYTES, seatFields, { patience });
    }
    kernels.runJob(kind, job);
  };
  Object.defineProperty(engine, 'kernels', { value: { ...kernels, runJob, latePasses: { value: never } } });
  return engine;
}

/** The same bits, but of dX, whose rows are cut where the threads' steps begin. */
export function expectSame(got: Map<string, Float32Array>, expected: Map<string, Float32Array>) {
  expect([...got.keys()]).toEqual([...expected.keys()]);
  for (const [name, numbers] of expected) {
    if (name === 'dX') expect(got.get(name)).toBeCloseToArray(numbers, { rtol: 1e-5 });
    else expect(Buffer.from(got.get(name)!.buffer).equals(Buffer.from(numbers.buffer)), name).toBe(true);
  }
}

export const large: TeamCase = {
  ...{ cell: 'lstm', batch: 2, time: 40, inputSize: 7, hiddenSize: 100 },
  ...{ batchFirst: true, reverse: false, states: true, lengths: true, wantOutput: true },
};

/** Long enough for several phases of the way back. */
export const long: TeamCase = { ...large, time: 300, batch: 1, lengths: false };
