import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { initParameters } from '../../src/builder/parameters.js';
import { float32, int32 } from '../../src/builder/tensor.js';
import { exportOnnx } from '../../src/export/export.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import type { OnnxModel } from '../../src/onnx/graph.js';
import { Model } from '../../src/runtime/node.js';
import { openSimdSession } from '../../src/runtime/simd/session.js';
import type { Feeds } from '../../src/runtime/values.js';
import { withTensors } from '../../src/runtime/with-tensors.js';
import { runningEngine } from '../engine.js';
import { randomNetwork } from '../export/random-networks.js';
import { FORWARD, feedsFor, numbersOf, runOnnx, toFeeds } from '../export/running.js';
import { floats, model, node, value } from '../onnx/broken-models.js';
import { expected, failure, load, zeros } from './models.js';
import '../matcher.js';

const tagger = defineNetwork({ ids: int32('batch', 'time') }, ({ ids }) => {
  const embedded = embedding('embedding', ids, { numEmbeddings: 5, embeddingDim: 4 });
  const { output } = lstm('lstm', embedded, { hiddenSize: 3, bidirectional: true });
  return { tags: linear('fc', output, 2) };
});
const taggerBytes = exportOnnx(tagger, initParameters(tagger, 1));

/** The model with its input `ids` as int64 and no word on which tokens there are, as other exporters write it. */
function withInt64(bytes: Uint8Array): Uint8Array {
  const model = decodeModel(bytes);
  const inputs = model.graph.inputs.map((input) => ({ ...input, dtype: 'int64' as const }));
  return encodeModel({ ...model, graph: { ...model.graph, inputs }, metadata: new Map() });
}

describe('the provider simd', () => {
  it('computes what onnxruntime does, for any small network', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(randomNetwork, async ({ network, sizes }) => {
        const bytes = exportOnnx(network, initParameters(network, 7));
        const feeds = feedsFor(network, sizes);
        await using model = await Model.load(bytes, { providers: ['simd'] });
        expect(model.providers).toEqual({ running: 'simd', skipped: [] });
        const results = await model.run(toFeeds(feeds));
        const wanted = Object.entries(await runOnnx(bytes, feeds));
        expect(new Map(Object.entries(results))).toBeCloseToArray(
          new Map(wanted.map(([name, tensor]) => [name, numbersOf(tensor)])),
          FORWARD,
        );
        runs++;
      }),
      { numRuns: 100, seed: 20_250_302 },
    );
    expect(runs).toBe(100);
  });

  it.each(['lstm', 'lstm-fixed', 'lstm-unnamed', 'lstm-foreign-dim', 'lstm-onnx-names'])(
    'shows inputs and outputs as onnxruntime does: %s',
    async (name) => {
      await using simd = await load(name, { providers: ['simd'] });
      await using cpu = await load(name, { providers: ['cpu'] });
      expect(simd.inputs).toEqual(cpu.inputs);
      expect(simd.outputs).toEqual(cpu.outputs);
      expect(simd.metadata).toEqual(cpu.metadata);
    },
  );

  it('passes a graph that it cannot run on to the next provider, and says which operator it was', async () => {
    await using model = await load('vad', { providers: ['simd', 'cpu'] });
    expect(model.providers).toEqual({
      running: 'cpu',
      skipped: [{ provider: 'simd', reason: expect.stringMatching(/^Cast .*integers into float32/) }],
    });
  });

  it('names the operator and the providers that may run it when it was asked for alone', async () => {
    expect(await failure(() => load('vad', { providers: ['simd'] }))).toMatch(
      /^E_UNSUPPORTED: The provider simd does not run .*vad\.onnx: Cast .*: the providers cpu and wasm\.$/,
    );
  });

  it('gives every reason when the other providers asked for do not work here', async () => {
    const message = await failure(() => load('vad', { providers: ['simd', 'dml'] }));
    expect(message).toMatch(/^E_PROVIDER_UNAVAILABLE: .*simd: Cast .*dml: /s);
  });

  it('refuses numbers of threads that make no sense', async () => {
    const options = { providers: ['simd'] as const, sessionOptions: { intraOpNumThreads: 65 } };
    expect(await failure(() => load('lstm', options))).toMatch(
      /^E_INVALID_OPTION: .*1 to 64 threads, not 65/,
    );
  });

  it('refuses an unknown element type of an input', async () => {
    const model = decodeModel(taggerBytes);
    const outputs = model.graph.outputs.map((output) => ({ ...output, dtype: 'float64' as const }));
    const bytes = encodeModel({ ...model, graph: { ...model.graph, outputs } });
    expect(await failure(() => Model.load(bytes, { providers: ['simd'] }))).toMatch(
      /^E_UNSUPPORTED: .*output 'tags' is float64; .* float32, int32 and int64/,
    );
  });

  const x3 = { inputs: [value('x', ['time', 'batch', 3])], outputs: [value('y')] };
  it.each<[string, OnnxModel]>([
    [
      'an LSTM of no units',
      model([node('LSTM', ['x', 'w', 'r'], ['y'])], {
        ...x3,
        initializers: [floats('w', 1, 0, 3), floats('r', 1, 0, 0)],
      }),
    ],
    [
      'a product of no columns',
      model([node('MatMul', ['x', 'w'], ['y'])], { ...x3, initializers: [floats('w', 3, 0)] }),
    ],
    [
      'a table of no rows',
      model([node('Gather', ['w', 'x'], ['y'])], {
        inputs: [value('x', ['batch', 3], 'int64')],
        outputs: [value('y')],
        initializers: [floats('w', 0, 3)],
      }),
    ],
  ])('refuses %s without the schemas of the options, which it does not load', async (_, broken) => {
    const message = await failure(() => Model.load(encodeModel(broken), { providers: ['simd'] }));
    expect(message).toMatch(/^E_(UNSUPPORTED|SHAPE_MISMATCH): /);
  });

  it('passes dropout of any ratio, and computes with a constant that is no number', async () => {
    const strange = model(
      [
        node('Dropout', ['x'], ['kept'], { ratio: { type: 'float', value: 2 } }),
        node('LeakyRelu', ['kept'], ['y'], { alpha: { type: 'float', value: Number.NaN } }),
      ],
      {},
      { opsets: new Map([['', 7]]) },
    );
    await using opened = await Model.load(encodeModel(strange), { providers: ['simd'] });
    const { y } = await opened.run({ x: { data: [1, 2, 3, -1], dims: [1, 4] } });
    expect(Array.from(y?.data ?? [], Number)).toEqual([1, 2, 3, Number.NaN]);
  });

  const ids = { data: [0, 1, 2, 3, 4, 0], dims: [2, 3] };
  const wrong: [what: string, feeds: Feeds, fetches?: string[]][] = [
    ['a missing input', {}],
    ['an unknown input', { ids, more: ids }],
    ['another rank', { ids: { data: [1], dims: [1] } }],
    ['another type', { ids: { data: new Float32Array(6), dims: [2, 3] } }],
    ['half a number', { ids: { data: [0.5], dims: [1, 1] } }],
    ['too few numbers', { ids: { data: [1], dims: [1, 2] } }],
    ['an unknown output', { ids }, ['logits']],
  ];

  it.each(wrong)('refuses %s in the words of the other providers', async (_what, feeds, fetches) => {
    await using simd = await Model.load(taggerBytes, { providers: ['simd'] });
    await using cpu = await Model.load(taggerBytes, { providers: ['cpu'] });
    const message = await failure(() => simd.run(feeds, fetches));
    expect(message).toMatch(/^E_/);
    expect(message).toBe(await failure(() => cpu.run(feeds, fetches)));
  });

  it('takes int64 tokens, counts negative ones from the end, and refuses those past 32 bits', async () => {
    const bytes = withInt64(taggerBytes);
    await using simd = await Model.load(bytes, { providers: ['simd'] });
    await using cpu = await Model.load(bytes, { providers: ['cpu'] });
    const feeds = { ids: { data: [0n, -1n, 4n, -5n], dims: [1, 4] } };
    const { tags } = await simd.run(feeds);
    expect(tags).toBeCloseToArray(numbersOf((await cpu.run(feeds)).tags), FORWARD);
    const large = { ids: { data: [2n ** 32n], dims: [1, 1] } };
    expect(await failure(() => simd.run(large))).toMatch(/^E_RUN_FAILED: .*'ids' has 4294967296.*32 bits/);
  });

  it('refuses ids outside the table and empty sequences, and leaves the engine as it was', async () => {
    const engine = await runningEngine({ threads: 1 });
    const { taken } = engine;
    const session = withTensors(openSimdSession(taggerBytes, engine));
    const run = (data: number[], ...dims: number[]) =>
      failure(() => session.run({ ids: new session.Tensor('int32', data, dims) }));
    expect(await run([1, 2], 2, 1)).toBe('no error');
    const loaded = engine.taken;
    expect(loaded).toBeGreaterThan(taken);
    expect(await run([5], 1, 1)).toMatch(/^E_INVALID_OPTION: embedding: id 5 is outside/);
    expect(await run([], 1, 0)).toMatch(/^E_SHAPE_MISMATCH: lstm: .*nothing to read/);
    expect(await run([1, 2], 2, 1)).toBe('no error');
    expect(engine.taken).toBe(loaded);
    await session.release();
    expect(engine.taken).toBe(taken);
  });

  it('keeps the workspace of the last small run, whatever became of it, and that of no large one', async () => {
    // The linear layer's workspace is given back before the LSTM's is made, which may lie where that did.
    const mixed = defineNetwork({ x: float32('batch', 'time', 3), ids: int32('batch') }, ({ x, ids }) => ({
      y: lstm('lstm', linear('linear', x, 5), { hiddenSize: 50 }).output,
      e: embedding('embedding', ids, { numEmbeddings: 2, embeddingDim: 2 }),
    }));
    const bytes = exportOnnx(mixed, initParameters(mixed, 1));
    const engine = await runningEngine({ threads: 1 });
    const { taken } = engine;
    const session = openSimdSession(bytes, engine);
    const loaded = engine.taken;
    const run = (id: number, batch: number, time: number) => {
      const x = Float32Array.from({ length: batch * time * 3 }, (_, i) => Math.sin(i));
      const ids = new Int32Array(batch).fill(id);
      return session.run({
        x: { type: 'float32', data: x, dims: [batch, time, 3] },
        ids: { type: 'int32', data: ids, dims: [batch] },
      });
    };
    // The LSTM comes first: it has made and kept its workspace when the id is refused.
    expect(await failure(() => run(2, 2, 5))).toMatch(/id 2 is outside/);
    const kept = engine.taken;
    expect(kept).toBeGreaterThan(loaded);
    const other = engine.floats(engine.allocate(400_000), 100_000).fill(Number.NaN);
    const { y } = await run(1, 2, 5);
    engine.release(other.byteOffset);
    expect(engine.taken).toBe(kept);
    await run(1, 40, 50);
    expect(engine.taken).toBe(kept);
    await run(1, 3, 4);
    await run(1, 2, 5);
    expect(engine.taken).toBe(kept);
    await using wanted = await Model.load(bytes, { providers: ['cpu'] });
    const x = { data: Float32Array.from({ length: 30 }, (_, i) => Math.sin(i)), dims: [2, 5, 3] };
    const expectedY = (await wanted.run({ x, ids: { data: [1, 1], dims: [2] } })).y;
    expect(y).toBeCloseToArray(numbersOf(expectedY), FORWARD);
    await session.release();
    expect(engine.taken).toBe(taken);
  });

  it('gives outputs that later runs leave alone, and only those that were asked for', async () => {
    await using model = await load('lstm', { providers: ['simd'] });
    const { x } = expected.lstm;
    const feeds = { x, h0: zeros(1, 2, 5), c0: zeros(1, 2, 5) };
    const { output } = await model.run(feeds, ['output']);
    const other = { ...x, data: x.data.map((value) => -value) };
    const results = await Promise.all([model.run({ ...feeds, x: other }, ['hn']), model.run(feeds)]);
    expect(Object.keys(results[0])).toEqual(['hn']);
    expect(output).toBeCloseToArray(expected.lstm.output, { atol: 1e-6 });
    expect(results[1].hn).toBeCloseToArray(expected.lstm.hn, { atol: 1e-6 });
  });
});
