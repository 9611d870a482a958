import { getHeapSpaceStatistics } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { startBackend } from '../../../src/builder/backends/backend.js';
import { Allocator } from '../../../src/builder/backends/simd/allocator.js';
import { registerSimdBackend } from '../../../src/builder/backends/simd/backend.js';
import type { Engine } from '../../../src/builder/backends/simd/engine.js';
import { defineNetwork } from '../../../src/builder/network.js';
import { relu } from '../../../src/builder/ops/activations.js';
import { conv1d, convTranspose1d } from '../../../src/builder/ops/convolution.js';
import { gru } from '../../../src/builder/ops/gru.js';
import { linear } from '../../../src/builder/ops/linear.js';
import { lstm } from '../../../src/builder/ops/lstm.js';
import { reshape } from '../../../src/builder/ops/reshape.js';
import { float32 } from '../../../src/builder/tensor.js';
import { fit as train } from '../../../src/builder/train/fit.js';
import { trainingEngine } from '../../engine.js';
import { classifier, FEATURES, options, sequences, TIME } from '../train/small.js';

const convolutional = defineNetwork({ x: float32('batch', TIME, FEATURES) }, ({ x }) => {
  const seen = relu(conv1d('conv', x, { outChannels: 4, kernelSize: 2 }));
  const back = convTranspose1d('back', seen, { outChannels: 3, kernelSize: 2 });
  const { output } = lstm('lstm', reshape(back, ['batch', 3, FEATURES]), { hiddenSize: 6, batchFirst: true });
  return { logits: linear('fc', output.at(-1, 1), 2) };
});

describe("the simd backend's memory", () => {
  it.each([
    ['a recurrent layer', classifier],
    ['convolutions', convolutional],
  ])('is given back after training with %s, and does not grow over epochs', async (_of, network) => {
    const { tf } = await startBackend('cpu');
    const engine = await registerSimdBackend(tf, 'simd memory', { threads: 2 });
    const before = engine.taken;
    const during: number[] = [];
    await train(network, sequences(70), {
      ...options,
      backend: 'simd memory',
      epochs: 4,
      batchSize: 32,
      clipNorm: 1,
      onEpoch: () => void during.push(engine.taken),
    });
    expect(new Set(during).size).toBe(1);
    expect(during[0]).toBeGreaterThan(before);
    expect(engine.taken).toBe(before);
  });
});

const bidirectional = defineNetwork({ x: float32('batch', 'time', FEATURES) }, ({ x }) => {
  const { output } = gru('gru', x, { hiddenSize: 6, bidirectional: true });
  return { logits: linear('fc', output.at(-1), 2) };
});

describe("JavaScript's old generation", () => {
  it.each([
    ['a recurrent layer on one thread', classifier, 1, undefined, 2000],
    ['a recurrent layer, all of it by several threads', classifier, 2, 1, 2000],
    ['both directions at once', bidirectional, 2, 1, 3500],
  ])(
    'is given next to nothing by a step of training with %s',
    async (of, network, threads, leastShare, most) => {
      const { tf } = await startBackend('cpu');
      await registerSimdBackend(tf, of, { threads, ...(leastShare && { leastShare }) });
      const old: number[] = [];
      let step = 0;
      await train(network, sequences(16_000), {
        ...options,
        backend: of,
        batchSize: 8,
        onStep: () => void (++step % 400 === 0 && old.push(oldSpace())),
      });
      const growths = old.slice(1).map((after, i) => (after - (old[i] ?? 0)) / 400);
      // The least of them: now and then JavaScript's compiler keeps something for itself.
      expect(growths).toHaveLength(4);
      expect(Math.min(...growths)).toBeLessThan(most);
    },
  );
});

function oldSpace(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? 0;
}

describe('what an engine gives back when something throws', () => {
  it.each([
    ['where it was a workspace before', (engine: Engine) => engine.release(engine.allocate(64))],
    [
      'where it was a workspace of an inner computation before',
      (engine: Engine) => {
        const at = engine.allocate(64);
        engine.allOrNothing(() => engine.release(at));
      },
    ],
  ])('leaves what is kept, %s', async (_where, before) => {
    const engine = await trainingEngine({ threads: 1 });
    let kept = 0;
    const run = () =>
      engine.allOrNothing(() => {
        before(engine);
        kept = engine.keep(() => engine.allocate(64));
        throw new Error('later');
      });
    expect(run).toThrow('later');
    expect(kept).toBeGreaterThan(0);
    expect(engine.allocate(64)).not.toBe(kept);
  });
});

describe('a kernel that throws', () => {
  it('gives back what it took', async () => {
    const { tf } = await startBackend('cpu');
    const engine = await registerSimdBackend(tf, 'simd memory', { threads: 2 });
    const { taken } = engine;
    const run = () =>
      engine.allOrNothing(() => {
        engine.allocate(1000);
        engine.allOrNothing(() => engine.allocate(2000));
        engine.allocate(2 ** 40);
      });
    expect(run).toThrowError(/the simd backend needs .* MB at once/i);
    expect(engine.taken).toBe(taken);
  });
});

describe('threads', () => {
  it('are as many as the name of the backend says', async () => {
    const { tf, name } = await startBackend('simd:3');
    expect(name).toBe('simd:3');
    expect((await registerSimdBackend(tf, 'simd:3')).threads).toBe(3);
    await expect(startBackend('simd:0')).rejects.toThrowError(/1 to 64 threads, not 0/);
    await expect(startBackend('simd:two' as never)).rejects.toThrowError(/1 to 64 threads, not NaN/);
  });
});

describe('the allocator', () => {
  it('never gives out overlapping blocks and joins what is given back', () => {
    let size = 0;
    const allocator = new Allocator(100, (bytes) => {
      size = Math.max(size, bytes);
    });
    const blocks = [10, 64, 65, 1000, 1].map((bytes) => ({ at: allocator.allocate(bytes), bytes }));
    const sorted = blocks.toSorted((a, b) => a.at - b.at);
    for (const [i, block] of sorted.entries()) {
      expect(block.at % 64).toBe(0);
      expect(block.at + block.bytes).toBeLessThanOrEqual(sorted[i + 1]?.at ?? size);
    }
    const peak = size;
    for (const { at } of [blocks[2]!, blocks[0]!, blocks[4]!, blocks[1]!, blocks[3]!]) allocator.release(at);
    expect(allocator.taken).toBe(0);
    // All of it is one block again.
    expect(allocator.allocate(peak - sorted[0]!.at)).toBe(sorted[0]!.at);
    expect(size).toBe(peak);
  });
});
