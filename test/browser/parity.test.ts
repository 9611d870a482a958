/** The forward fixtures of PyTorch in Chromium, on both providers, with and without threads. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineNetwork, type Network } from '../../src/builder/network.js';
import { mean } from '../../src/builder/ops/reduce.js';
import { initParameters } from '../../src/builder/parameters.js';
import { float32 } from '../../src/builder/tensor.js';
import { exportOnnx } from '../../src/export/export.js';
import type { Fixture } from '../fixtures.js';
import { feedsOf, itComputesWhatPyTorchDoes } from '../parity/exported.js';
import { simpleLSTM } from '../parity/networks.js';
import { describeInChromium, Lab } from './lab.js';

const isolations = [
  ['an isolated page, 2 threads', true],
  ['a page without special headers', false],
] as const;

const pooled = defineNetwork({ x: float32('batch', 'time', 2) }, ({ x }) => ({ y: mean(x) }));

describeInChromium.each(isolations)('in %s of Chromium', (_name, isolated) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open({ isolated });
    expect(await lab.page.evaluate(() => crossOriginIsolated)).toBe(isolated);
  });
  afterAll(async () => {
    expect(lab.problems).toEqual([]);
    await lab?.[Symbol.asyncDispose]();
  });

  describe.each(['simd', 'wasm'] as const)('on %s an exported', (provider) => {
    const options = { providers: [provider], ...(isolated ? { numThreads: 2 } : {}) };

    let threads: number;
    beforeAll(async () => {
      const before = lab.page.workers().length;
      await lab.keepOpen(exportOnnx(simpleLSTM, initParameters(simpleLSTM, 1)), options);
      threads = lab.page.workers().length - before;
      // The program with all ops stays too, instead of one for each model that has such an op.
      if (provider === 'simd') await lab.keepOpen(exportOnnx(pooled, new Map()), options);
    });

    it('has a worker of its own, and there the threads that the page may have', () => {
      expect(threads).toBe(isolated ? 2 : 1);
    });

    async function results(network: Network, fixture: Fixture<unknown>) {
      const model = exportOnnx(network, fixture.params);
      const ran = await lab.run({ model, feeds: feedsOf(network, fixture), options });
      expect(ran.running).toBe(provider);
      return ran.results as ReadonlyMap<string, never>;
    }

    itComputesWhatPyTorchDoes(results);
  });
});
