/** Threads that go through the steps of a layer together, each for its own hidden units. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type CellName, cellLayouts } from '../../../src/builder/backends/simd/cells.js';
import { Engine } from '../../../src/builder/backends/simd/engine.js';
import { kernelBytes, type SimdForm } from '../../../src/builder/backends/simd/kernel-bytes.js';
import { jobKind, layerJobFields, seatFields } from '../../../src/builder/backends/simd/kernels.js';
import { goThrough } from '../../../src/builder/backends/simd/layer-plan.js';
import { more } from '../../../src/builder/backends/simd/more-teams.js';
import { TrainingPlan } from '../../../src/builder/backends/simd/training-plan.js';
import { runningEngine, trainingEngine } from '../../engine.js';
import '../../matcher.js';

const pool = vi.hoisted(() => ({ sleeps: false }));
vi.mock('#simd-platform', async (original) => {
  const platform = await original<typeof import('#simd-platform')>();
  const startThread: typeof platform.startThread = (...args) =>
    pool.sleeps ? Promise.resolve() : platform.startThread(...args);
  return { ...platform, startThread };
});

interface Case {
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

const cellNames = Object.keys(cellLayouts) as CellName[];
/** However little there is to do. */
const leastShare = 1;

/**
 * A layer forward and back.
 *
 * @param before is called before each pass, with the plan's jobs
 * @returns its results by their names, how many jobs it took, and whether the leader went on alone, forward and back
 */
function layer(engine: Engine, given: Case, seed = 1, before?: (jobs: readonly number[]) => void) {
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
  before?.(plan.jobs);
  goThrough('layerForward', [plan]);
  const alone = [isAlone(engine, plan.jobs)];
  const dOutput = wantOutput ? place(batch * time * hiddenSize) : 0;
  const finish = plan.prepareBackward(dOutput, place(states), layout.hasCell ? place(states) : 0);
  before?.(plan.jobs);
  goThrough('layerBackward', [plan]);
  alone.push(isAlone(engine, plan.jobs));
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
  return { numbers, jobs, alone };
}

/** A thread's seat in a team, as the kernels have it. */
function seatOf(engine: Engine, job: number): Record<(typeof seatFields)[number], number> {
  const seat = engine.integers(job, layerJobFields.length)[layerJobFields.indexOf('seat')]!;
  const fields = engine.integers(seat, seatFields.length);
  return Object.fromEntries(seatFields.map((name, i) => [name, fields[i]])) as never;
}

/** Whether a team's leader went on alone, and after how many meetings; undefined also where the pass was the leader's from the start. */
function isAlone(engine: Engine, [leader, ...others]: readonly number[]): number | undefined {
  if (leader === undefined || others.length === 0) return undefined;
  const [met, alone] = engine.integers(seatOf(engine, leader).table, 2);
  return alone === 1 ? met : undefined;
}

/** The same bits, but of dX, whose rows are cut where the threads' steps begin. */
function expectSame(got: Map<string, Float32Array>, expected: Map<string, Float32Array>) {
  expect([...got.keys()]).toEqual([...expected.keys()]);
  for (const [name, numbers] of expected) {
    if (name === 'dX') expect(got.get(name)).toBeCloseToArray(numbers, { rtol: 1e-5 });
    else expect(Buffer.from(got.get(name)!.buffer).equals(Buffer.from(numbers.buffer)), name).toBe(true);
  }
}

const large: Case = {
  ...{ cell: 'lstm', batch: 2, time: 40, inputSize: 7, hiddenSize: 100 },
  ...{ batchFirst: true, reverse: false, states: true, lengths: true, wantOutput: true },
};

describe.each(['plain', 'relaxed', 'wide'] as const)('a team of the %s kernels', (simd: SimdForm) => {
  let one: Engine;
  let teams: readonly Engine[];
  beforeAll(async () => {
    one = await trainingEngine({ threads: 1, simd });
    teams = await Promise.all([2, 3].map((threads) => trainingEngine({ threads, simd, leastShare })));
  });

  it.each(cellNames)('gives the bits of one thread, %s', (cell) => {
    const cases = fc.record({
      cell: fc.constant(cell),
      batch: fc.integer({ min: 1, max: 7 }),
      time: fc.integer({ min: 1, max: 9 }),
      inputSize: fc.oneof(fc.integer({ min: 1, max: 11 }), fc.integer({ min: 30, max: 50 })),
      hiddenSize: fc.oneof(fc.constantFrom(16, 24, 40), fc.integer({ min: 64, max: 90 })),
      batchFirst: fc.boolean(),
      reverse: fc.boolean(),
      states: fc.boolean(),
      lengths: fc.boolean(),
      wantOutput: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 1e6 }), (given, seed) => {
        const expected = layer(one, given, seed);
        expect(expected.jobs).toBe(1);
        for (const engine of teams) {
          const got = layer(engine, given, seed);
          const parts = Math.ceil(given.hiddenSize / 8);
          expect(got.jobs).toBe(Math.min(engine.threads, parts));
          expectSame(got.numbers, expected.numbers);
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe('a team', () => {
  it('sums over more steps than are added at once with the bits of one thread', async () => {
    const engine = await trainingEngine({ threads: 2, leastShare });
    const got = layer(engine, long);
    expect(got.jobs).toBe(2);
    expectSame(got.numbers, layer(await trainingEngine({ threads: 1 }), long).numbers);
  });

  /** Sets how often the leaders look for late members. */
  const withPatience = (engine: Engine, patience: number) => (jobs: readonly number[]) => {
    const job = jobs[0]!;
    const seat = engine.integers(job, layerJobFields.length)[layerJobFields.indexOf('seat')]!;
    engine.writeFields(seat, seatFields, { patience });
  };
  const long = { ...large, time: 300, batch: 1, lengths: false };

  /** An engine whose teams have no rest, however late their members were. */
  const restless = async (): Promise<Engine> => {
    const engine = await trainingEngine({ threads: 2, leastShare });
    const never = engine.allocate(64);
    engine.integers(never, 16).fill(0);
    const latePasses = { value: never };
    Object.defineProperty(engine, 'kernels', { value: { ...engine.kernels, latePasses } });
    return engine;
  };

  it('stays together where nobody is later than the leader has patience', async () => {
    const engine = await restless();
    const expected = layer(await trainingEngine({ threads: 1 }), long).numbers;
    let together = 0;
    // On a busy machine a thread may not begin; but once it has, it stays.
    for (let run = 0; run < 200 && together < 10; run++) {
      const { numbers, alone } = layer(engine, long, 1, withPatience(engine, 2 ** 31 - 1));
      expectSame(numbers, expected);
      for (const met of alone) expect([undefined, 0]).toContain(met);
      together += alone.filter((met) => met === undefined).length;
    }
    expect(together).toBeGreaterThan(0);
  });

  it('goes on from the second meeting without a member that is late then', async () => {
    const engine = await restless();
    const expected = layer(await trainingEngine({ threads: 1 }), long).numbers;
    const met = new Set<number | undefined>();
    for (let run = 0; run < 200 && (run < 10 || !met.has(1)); run++) {
      const { numbers, alone } = layer(engine, long, 1, withPatience(engine, 0));
      expectSame(numbers, expected);
      for (const after of alone) met.add(after);
    }
    expect(met.has(undefined)).toBe(false);
    expect(met.has(1)).toBe(true);
  });

  it('has a rest after a late member, twice as long each time', async () => {
    pool.sleeps = true;
    const engine = await trainingEngine({ threads: 2, leastShare }).finally(() => {
      pool.sleeps = false;
    });
    const spy = vi.spyOn(engine, 'run');
    const expected = layer(await trainingEngine({ threads: 1 }), large).numbers;
    for (let run = 0; run < 20; run++) expectSame(layer(engine, large).numbers, expected);
    const passes = spy.mock.calls.filter(([kind]) => kind === 'layerForward' || kind === 'layerBackward');
    const tried = passes.flatMap(([, jobs], i) => (jobs.length === 2 ? [i] : []));
    expect(passes).toHaveLength(40);
    expect(tried).toEqual([0, 5, 14, 31]);
  });

  it('breaks down with a member, and leaves nobody waiting', async () => {
    pool.sleeps = true;
    const engine = await trainingEngine({ threads: 2, leastShare }).finally(() => {
      pool.sleeps = false;
    });
    const { post } = engine.kernels;
    const kernels = {
      ...engine.kernels,
      /** As if a thread claimed the job, came to the first meeting and broke down behind it. */
      post(mailbox: number, kind: number, job: number) {
        post(mailbox, kind, job);
        if (kind !== jobKind.layerForward) return;
        const words = engine.integers(mailbox, 18);
        words[3] = words[0]!; // claimed
        words[16] = words[0]!; // done
        const { table } = seatOf(engine, job);
        const seat = engine.integers(table + 2 * 64, seatFields.length);
        seat[seatFields.indexOf('mailbox')] = mailbox;
        seat[seatFields.indexOf('came')] = 1;
        words[17] = 1; // broken
      },
    };
    Object.defineProperty(engine, 'kernels', { value: kernels });
    expect(() => layer(engine, long)).toThrow(/A thread of the simd backend broke down/);
  });

  it('is left by its members when the leader breaks down', async () => {
    const engine = await trainingEngine({ threads: 2, leastShare });
    const { kernels } = engine;
    let breaks = true;
    const runJob = (kind: number, job: number) => {
      if (breaks && kind === jobKind.layerForward) throw new RangeError('Maximum call stack size exceeded');
      kernels.runJob(kind, job);
    };
    Object.defineProperty(engine, 'kernels', { value: { ...kernels, runJob } });
    for (let run = 0; run < 10; run++) expect(() => layer(engine, long)).toThrow(RangeError);
    breaks = false;
    const expected = layer(await trainingEngine({ threads: 1 }), long).numbers;
    expectSame(layer(engine, long).numbers, expected);
  });

  it('goes on without threads that never begin', async () => {
    pool.sleeps = true;
    const asleep = await trainingEngine({ threads: 3, leastShare }).finally(() => {
      pool.sleeps = false;
    });
    const expected = layer(await trainingEngine({ threads: 1 }), large);
    for (let run = 0; run < 3; run++) expectSame(layer(asleep, large).numbers, expected.numbers);
  });

  it('of more threads than the machine has processors gives the same bits in every run', async () => {
    const engine = await trainingEngine({ threads: 8, leastShare });
    const expected = layer(await trainingEngine({ threads: 1 }), large);
    for (let run = 0; run < 100; run++) {
      const got = layer(engine, large);
      expect(got.jobs).toBe(8);
      expectSame(got.numbers, expected.numbers);
    }
  });

  it.each([
    ['one sequence of the reference example: a step is too short', 64, 100, 64 * 4 * 96, 1],
    ['one sequence of 256 features', 256, 100, 256 * 4 * 288, 2],
    ['one sequence of 512 features', 512, 100, 512 * 4 * 1032, 4],
    ['few steps', 256, 8, 256 * 4 * 288, 1],
    ['no more parts than units', 16, 1000, 1e6, 2],
    ['units that are no whole panels', 60, 1000, 1e6, 1],
  ])('has the threads that are worth meeting: %s', async (_what, hidden, time, panels, expected) => {
    const engine = await trainingEngine({ threads: 4 });
    expect(more.teamSize?.(engine, { hidden, panels }, { batch: 1, time })).toBe(expected);
  });

  it('is none in the kernels that a page loads first, which have no room for it', async () => {
    const [page, other] = [
      await Engine.start(await kernelBytes('recurrent'), { threads: 2 }),
      await runningEngine({ threads: 2 }),
    ];
    const [layout, sizes] = [
      { hidden: 256, panels: 1e6 },
      { batch: 1, time: 100 },
    ];
    expect([page, other].map((engine) => more.teamSize?.(engine, layout, sizes))).toEqual([1, 2]);
  });
});
