/** Teams of threads that never begin. */
import { describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../../src/builder/backends/simd/engine.js';
import { jobKind, seatFields } from '../../../src/builder/backends/simd/kernels.js';
import { trainingEngine } from '../../engine.js';
import { expectSame, large, layer, leastShare, long, seatOf } from './team-layers.js';

const pool = vi.hoisted(() => ({ sleeps: false }));
vi.mock('#simd-platform', async (original) => {
  const platform = await original<typeof import('#simd-platform')>();
  const startThread: typeof platform.startThread = (...args) =>
    pool.sleeps ? Promise.resolve() : platform.startThread(...args);
  return { ...platform, startThread };
});

/** An engine whose threads sleep. */
async function sleeping(threads: number): Promise<Engine> {
  pool.sleeps = true;
  return trainingEngine({ threads, leastShare }).finally(() => {
    pool.sleeps = false;
  });
}

describe('a team of threads that sleep', () => {
  it('has a rest after a late member, twice as long each time', async () => {
    const engine = await sleeping(2);
    const spy = vi.spyOn(engine, 'run');
    const expected = layer(await trainingEngine({ threads: 1 }), large).numbers;
    for (let run = 0; run < 20; run++) expectSame(layer(engine, large).numbers, expected);
    const passes = spy.mock.calls.filter(([kind]) => kind === 'layerForward' || kind === 'layerBackward');
    const tried = passes.flatMap(([, jobs], i) => (jobs.length === 2 ? [i] : []));
    expect(passes).toHaveLength(40);
    expect(tried).toEqual([0, 5, 14, 31]);
  });

  it('breaks down with a member, and leaves nobody waiting', async () => {
    const engine = await sleeping(2);
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

  it('goes on without threads that never begin', async () => {
    const asleep = await sleeping(3);
    const expected = layer(await trainingEngine({ threads: 1 }), large);
    for (let run = 0; run < 3; run++) expectSame(layer(asleep, large).numbers, expected.numbers);
  });
});
