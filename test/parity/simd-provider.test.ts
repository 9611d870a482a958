import { describe, expect } from 'vitest';
import type { Network } from '../../src/builder/network.js';
import { exportOnnx } from '../../src/export/export.js';
import { FeedChecker } from '../../src/runtime/feeds.js';
import { openSimdSession } from '../../src/runtime/simd/session.js';
import { withTensors } from '../../src/runtime/with-tensors.js';
import { runningEngine } from '../engine.js';
import type { Fixture } from '../fixtures.js';
import { feedsOf, itComputesWhatPyTorchDoes } from './exported.js';

const engines = [
  ['relaxed, 1 thread', { threads: 1, simd: 'relaxed' }],
  ['relaxed, 2 threads', { threads: 2, simd: 'relaxed', leastShare: 1 }],
  ['plain, 1 thread', { threads: 1, simd: 'plain' }],
  ['plain, 2 threads', { threads: 2, simd: 'plain', leastShare: 1 }],
  ['wide, 2 threads', { threads: 2, simd: 'wide', leastShare: 1 }],
] as const;

describe.each(engines)('without onnxruntime, on the simd kernels (%s), an exported', (_name, options) => {
  const started = runningEngine(options);

  /** What the model computes; all of the engine's memory is free again after it. */
  async function results(network: Network, fixture: Fixture<unknown>) {
    const engine = await started;
    expect(engine.simd).toBe(options.simd);
    const { taken } = engine;
    const session = withTensors(openSimdSession(exportOnnx(network, fixture.params), engine));
    const checker = new FeedChecker(session.inputs, session, 'check', new Map());
    const computed = await session.run(checker.check(feedsOf(network, fixture)).tensors);
    await session.release();
    expect(engine.taken).toBe(taken);
    return new Map(Object.entries(computed)) as Map<string, never>;
  }

  itComputesWhatPyTorchDoes(results);
});
