/** The two directions of a layer, which do not wait for each other. */
import { describe, expect, it, vi } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { initParameters } from '../../src/builder/parameters.js';
import { float32 } from '../../src/builder/tensor.js';
import { exportOnnx } from '../../src/export/export.js';
import { openSimdSession } from '../../src/runtime/simd/session.js';
import { runningEngine } from '../engine.js';

const TIME = 6;
function fileOf(hiddenSize: number): Uint8Array {
  const network = defineNetwork({ x: float32('batch', TIME, 5) }, ({ x }) => {
    const { output, h } = lstm('lstm', x, { hiddenSize, numLayers: 2, bidirectional: true });
    return { output, h };
  });
  return exportOnnx(network, initParameters(network, 1));
}

/** What a run gives, and how many jobs went to the engine at a time. */
async function run(batch: number, threads: number, leastShare?: number, hiddenSize = 8) {
  const engine = await runningEngine({ threads, ...(leastShare !== undefined && { leastShare }) });
  const spy = vi.spyOn(engine, 'run');
  const data = Float32Array.from({ length: batch * TIME * 5 }, (_, i) => Math.sin(i));
  const before = engine.taken;
  const session = openSimdSession(fileOf(hiddenSize), engine);
  const feeds = { x: { type: 'float32', dims: [batch, TIME, 5], data } } as const;
  const results = await session.run(feeds);
  const jobs = spy.mock.calls.filter(([kind]) => kind === 'layerForward').map(([, list]) => list.length);
  spy.mockRestore();
  expect(await session.run(feeds)).toEqual(results);
  const traces = await session.trace?.(feeds);
  await session.release();
  expect(engine.taken).toBe(before);
  return {
    jobs,
    traces,
    numbers: Object.values(results).map((tensor) => [...(tensor.data as Float32Array)]),
  };
}

describe('directions of a layer', () => {
  it('run at once where the batch is too small to be cut, with the same bits', async () => {
    const alone = await run(1, 1, 1);
    const atOnce = await run(1, 2, 1);
    expect(alone.jobs).toEqual([1, 1, 1, 1]);
    expect(atOnce.jobs).toEqual([2, 2]);
    expect(atOnce.numbers).toEqual(alone.numbers);
    expect(atOnce.traces).toEqual(alone.traces);
    expect(atOnce.traces?.map(({ layer, direction }) => `${layer} ${direction}`)).toEqual([
      '0 forward',
      '0 reverse',
      '1 forward',
      '1 reverse',
    ]);
  });

  it('run at once rather than on teams of two, and one after the other on larger teams, with the same bits', async () => {
    for (const [hiddenSize, threads, jobs] of [
      [16, 2, [2, 2]],
      [24, 3, [1, 1, 1, 1]],
    ] as const) {
      const alone = await run(1, 1, 1, hiddenSize);
      const got = await run(1, threads, 1, hiddenSize);
      // Of more threads than processors one may be late, so that later passes are one thread's; the first pass is all threads'.
      expect(got.jobs[0]).toBe(threads);
      expect(got.jobs.map((count) => (count === 3 ? 1 : count))).toEqual(jobs);
      expect(got.numbers).toEqual(alone.numbers);
      expect(got.traces).toEqual(alone.traces);
    }
  });

  it('run one after the other where each is cut for all threads, and where a thread is not worth waking', async () => {
    expect((await run(8, 2, 1)).jobs).toEqual([2, 2, 2, 2]);
    expect((await run(1, 2)).jobs).toEqual([1, 1, 1, 1]);
  });
});
