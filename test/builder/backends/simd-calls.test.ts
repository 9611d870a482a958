/** Kernels that go through much memory once give the same bits on any number of threads. */
import { describe, expect, it, vi } from 'vitest';
import { type CallArguments, type CallName, callsOf } from '../../../src/builder/backends/simd/calls.js';
import { trainingEngine } from '../../engine.js';

const NUMBERS = 4_000;

/** Calls over one block of numbers, which hold both what is read and what is written. */
const calls: {
  readonly [K in CallName]: (at: (number: number) => number) => readonly CallArguments<K>[];
} = {
  packWeights: (at) => [
    [9, 5, -1, 1, at(0), at(1000), 12, 2, 4],
    [33, 17, 2, 1, at(0), at(1400), 20, 1, 0],
    [13, 35, 1, 0, at(0), at(2500), 16, 3, 0],
  ],
  sumSlices: (at) => [[7, 9, at(0), 40, 3, 400, at(1000)]],
  adamStep: (at) =>
    [1, 15, 16, 17, 100].map((count, i) => {
      const first = 800 * i;
      const [p, g, m, v] = [at(first), at(first + 200), at(first + 400), at(first + 600)];
      return [count, p, g, m, v, 0.5, 0.99, 0.01, 0.1, 0.999, 0.001, 0.03, 1e-8, 0.01];
    }),
  sgdStep: (at) => [
    [101, at(0), at(400), at(800), 0.5, 0.01, 0.9, 1, 1, 0.1],
    [3, at(1200), at(1600), 0, 1, 0, 0, 1, 0, 0.1],
  ],
};

describe.each(Object.keys(calls) as CallName[])('calls of %s', (name) => {
  it('on three threads give the bits of one', async () => {
    const results = [];
    for (const threads of [1, 3]) {
      const engine = await trainingEngine({ threads, leastShare: 1 });
      const block = engine.allocate(NUMBERS * 4);
      const numbers = engine.floats(block, NUMBERS);
      for (let i = 0; i < NUMBERS; i++) numbers[i] = Math.sin(i) ** 2;
      const before = engine.taken;
      const spy = vi.spyOn(engine, 'run');
      const shared = callsOf(engine, name, NUMBERS);
      // Each kernel gets its own arguments, which TypeScript does not see.
      const call = shared.call as (...given: number[]) => void;
      for (const given of calls[name]((number) => block + 4 * number)) call(...given);
      shared.finish();
      expect(engine.taken).toBe(before);
      const jobs = spy.mock.calls.map(([kind, list]) => [kind, list.length]);
      expect(jobs).toEqual(threads === 1 ? [] : [['calls', 3]]);
      results.push([...engine.read(block, NUMBERS)]);
    }
    expect(results[1]).toEqual(results[0]);
    const untouched = Array.from({ length: NUMBERS }, (_, i) => Math.fround(Math.sin(i) ** 2));
    expect(results[0]).not.toEqual(untouched);
  });
});
