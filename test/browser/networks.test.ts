/** Networks of any shape, and sequences of different lengths: in Chromium what onnxruntime in Node gives. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { flip } from '../../src/builder/ops/flip.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { mean } from '../../src/builder/ops/reduce.js';
import { stepCount } from '../../src/builder/ops/step-count.js';
import { initParameters } from '../../src/builder/parameters.js';
import { float32, int32, type Value } from '../../src/builder/tensor.js';
import { exportOnnx } from '../../src/export/export.js';
import { randomNetwork } from '../export/random-networks.js';
import { type Arrays, FORWARD, feedsFor, normal, numbersOf, runOnnx, toFeeds } from '../export/running.js';
import { describeInChromium, Lab } from './lab.js';
import '../matcher.js';

describeInChromium('in an isolated page of Chromium', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open({ isolated: true });
  });
  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]();
  });

  async function expectAsInNode(
    model: Uint8Array,
    arrays: Arrays,
    providers: readonly ('simd' | 'wasm')[],
    page = lab,
  ) {
    const wanted = Object.entries(await runOnnx(model, arrays)).map(
      ([name, tensor]) => [name, numbersOf(tensor)] as const,
    );
    for (const provider of providers) {
      const options = { providers: [provider], numThreads: 2 };
      const { results, running } = await page.run({ model, feeds: toFeeds(arrays), options });
      expect(running).toBe(provider);
      expect(results).toBeCloseToArray(new Map(wanted), FORWARD);
    }
  }

  it('simd computes what onnxruntime does, for any small network', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(randomNetwork, async ({ network, sizes }) => {
        const model = exportOnnx(network, initParameters(network, 7));
        await expectAsInNode(model, feedsFor(network, sizes), ['simd']);
        runs++;
      }),
      { numRuns: 40, seed: 5 },
    );
    expect(runs).toBe(40);
  });

  it('sequences have their own last and first step', async () => {
    const network = defineNetwork(
      { x: float32('batch', 'time', 3), lengths: int32('batch') },
      ({ x, lengths }) => {
        const { output } = lstm('lstm', x, { hiddenSize: 4, bidirectional: true, lengths });
        const scores = linear('fc', output, 2);
        return { last: scores.at(-1), first: scores.at(0), flipped: flip(output, 2).at(-1), all: output };
      },
    );
    const lengths = { dtype: 'int32', shape: [3], data: Int32Array.of(2, 1, 4) } as const;
    const model = exportOnnx(network, initParameters(network, 1));
    await expectAsInNode(model, { x: normal([3, 4, 3]), lengths }, ['simd', 'wasm']);
  });

  it('simd loads the ops that few models have only for a model that has one', async () => {
    await using other = await Lab.open();
    const asked: string[] = [];
    other.page.on('request', (request) => asked.push(request.url()));
    const parts = () => asked.map((url) => /simd(-whole)?-source/.exec(url)?.[0]).filter(Boolean);
    const run = (pool: (x: Value<'float32', readonly ['batch', 'time', 4]>) => Value) => {
      const network = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => ({
        y: pool(lstm('lstm', x, { hiddenSize: 4 }).output),
      }));
      const model = exportOnnx(network, initParameters(network, 1));
      return expectAsInNode(model, { x: normal([3, 4, 3]) }, ['simd'], other);
    };
    await run((x) => linear('fc', x, 2));
    expect(parts()).toEqual(['simd-source']);
    await run((x) => linear('fc', mean(x), 2));
    expect(parts()).toEqual(['simd-source', 'simd-whole-source']);
  });

  it('sequences are counted where they are padded, which takes onnxruntime', async () => {
    const network = defineNetwork(
      { ids: int32('batch', 'time'), x: float32('batch', 'time', 3) },
      ({ ids, x }) => ({ last: lstm('lstm', x, { hiddenSize: 4, lengths: stepCount(ids) }).output.at(-1) }),
    );
    const data = Int32Array.of(5, 2, 0, 0, 1, 0, 0, 0, 3, 3, 3, 3);
    const ids = { dtype: 'int32', shape: [3, 4], data } as const;
    const model = exportOnnx(network, initParameters(network, 1));
    await expectAsInNode(model, { ids, x: normal([3, 4, 3]) }, ['wasm']);
  });
});
