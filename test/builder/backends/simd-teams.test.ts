/** Threads that go through the steps of a layer together, each for its own hidden units. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/builder/backends/simd/engine.js';
import { kernelBytes, type SimdForm } from '../../../src/builder/backends/simd/kernel-bytes.js';
import { jobKind } from '../../../src/builder/backends/simd/kernels.js';
import { more } from '../../../src/builder/backends/simd/more-teams.js';
import { runningEngine, trainingEngine } from '../../engine.js';
import { cellNames, expectSame, gatheredEngine, large, layer, leastShare, long } from './team-layers.js';

describe.each(['plain', 'relaxed', 'wide'] as const)('a team of the %s kernels', (simd: SimdForm) => {
  let one: Engine;
  let teams: readonly Engine[];
  beforeAll(async () => {
    one = await trainingEngine({ threads: 1, simd });
    teams = await Promise.all([2, 3].map((threads) => gatheredEngine({ threads, simd, leastShare })));
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
          for (const { isTogether } of got.passes) expect(isTogether).toBe(true);
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe('a team', () => {
  it('stays together over all steps where the leader has patience', async () => {
    const engine = await gatheredEngine({ threads: 2, leastShare });
    const { numbers, passes } = layer(engine, long);
    expectSame(numbers, layer(await trainingEngine({ threads: 1 }), long).numbers);
    expect(passes.map(({ isTogether }) => isTogether)).toEqual([true, true]);
  });

  it('is the leader alone from the second meeting on where it has none', async () => {
    const engine = await gatheredEngine({ threads: 2, leastShare }, 0);
    const { numbers, passes } = layer(engine, long);
    expectSame(numbers, layer(await trainingEngine({ threads: 1 }), long).numbers);
    expect(passes.map(({ aloneAfter }) => aloneAfter)).toEqual([1, 1]);
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

  it('of more threads than the machine has processors gives the same bits in every run', async () => {
    const expected = layer(await trainingEngine({ threads: 1 }), large);
    const engines = [
      await trainingEngine({ threads: 8, leastShare }),
      await gatheredEngine({ threads: 8, leastShare }),
    ];
    for (const engine of engines) {
      for (let run = 0; run < 20; run++) {
        const got = layer(engine, large);
        expect(got.jobs).toBe(8);
        expectSame(got.numbers, expected.numbers);
      }
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
