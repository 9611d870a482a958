/** `Model` of lstm-onnx/web in Chromium: what it gives, refuses and says is what it does in Node. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initParameters } from '../../src/builder/parameters.js';
import { parseSafetensors } from '../../src/data/safetensors.js';
import { exportOnnx } from '../../src/export/export.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { Model } from '../../src/runtime/node.js';
import type { LstmTrace } from '../../src/runtime/recurrent-trace.js';
import type { Feeds } from '../../src/runtime/values.js';
import { model, node } from '../onnx/broken-models.js';
import { simpleLSTM } from '../parity/networks.js';
import { expected, failure, folder, load, zeros } from '../runtime/models.js';
import { describeInChromium, Lab } from './lab.js';
import { bytesToBase64, fromWire, toWire } from './wire.js';
import '../matcher.js';

const TOLERANCE = { atol: 2e-6 };
const { lstm } = expected;
const modelFile = (name: string) => readFileSync(`${folder}${name}.onnx`);
const floats = ({ data, dims }: { data: number[]; dims: number[] }) => ({
  data: Float32Array.from(data),
  dims,
});

/** Steps `from` to `to` of the LSTM's recorded input [2, 6, 3]. */
function steps(from: number, to: number) {
  const data = [0, 1].flatMap((batch) => lstm.x.data.slice(batch * 18 + from * 3, batch * 18 + to * 3));
  return floats({ data, dims: [2, to - from, 3] });
}

describeInChromium('lstm-onnx/web in Chromium', () => {
  let lab: Lab;
  let lstmUrl: string;
  beforeAll(async () => {
    lab = await Lab.open();
    lstmUrl = lab.server.put('lstm.onnx', modelFile('lstm'));
    await lab.keepOpen(modelFile('lstm'), { providers: ['wasm'] });
  });
  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]();
  });

  it.each(['simd', 'wasm'] as const)('shows what the file declares as Node does on %s', async (provider) => {
    const shown = await lab.page.evaluate(
      ({ lstmUrl, provider }) =>
        window.lab.withModel(lstmUrl, { providers: [provider] }, ({ inputs, outputs, metadata }) => ({
          inputs,
          outputs,
          metadata: [...metadata],
        })),
      { lstmUrl, provider },
    );
    await using model = await load('lstm');
    expect(shown).toEqual({
      inputs: model.inputs,
      outputs: model.outputs,
      metadata: [...model.metadata],
    });
  });

  it.each(['simd', 'wasm'] as const)(
    'carries the state of a stream from step to step on %s',
    async (provider) => {
      const pieces = Array.from({ length: 6 }, (_, step) => toWire({ x: steps(step, step + 1) }));
      const { outputs, state } = await lab.page.evaluate(
        async ({ lstmUrl, provider, pieces }) => {
          const { withModel, fromWire, toWire } = window.lab;
          return withModel(lstmUrl, { providers: [provider] }, async (model) => {
            const stream = model.stream();
            const outputs = [];
            for (const piece of pieces) outputs.push(toWire(await stream.run(fromWire(piece))));
            return { outputs, state: toWire(stream.state) };
          });
        },
        { lstmUrl, provider, pieces },
      );
      for (const [step, output] of outputs.entries()) {
        const data = [0, 1].flatMap((batch) =>
          lstm.output.data.slice(batch * 30 + step * 5, batch * 30 + (step + 1) * 5),
        );
        expect(new Map(Object.entries(fromWire(output)))).toBeCloseToArray(
          new Map([['output', { data, dims: [2, 1, 5] }]]),
          TOLERANCE,
        );
      }
      expect(fromWire(state).h0).toBeCloseToArray(lstm.hn, TOLERANCE);
      expect(fromWire(state).c0).toBeCloseToArray(lstm.cn, TOLERANCE);
    },
  );

  describe('refuses in the words of Node', () => {
    const x = floats(lstm.x);
    const states = { h0: zeros(1, 2, 5), c0: zeros(1, 2, 5) };
    const wrong: [what: string, feeds: Feeds, fetches?: string[]][] = [
      ['a missing input', states],
      ['an unknown input', { x, ...states, more: x }],
      ['another rank', { x: { data: new Float32Array(3), dims: [3] }, ...states }],
      ['another type', { x: { data: new Int32Array(6), dims: [1, 2, 3] }, ...states }],
      ['dimensions of one name that differ', { x, ...states, h0: zeros(1, 3, 5) }],
      ['a number that is NaN', { x: { data: Float32Array.of(0, Number.NaN, 0), dims: [1, 1, 3] } }],
      ['too few numbers', { x: { data: new Float32Array(2), dims: [2, 1, 3] }, ...states }],
      ['an unknown output', { x, ...states }, ['hidden']],
    ];
    it.each(wrong)('%s', async (_what, feeds, fetches) => {
      const outcomes = await lab.page.evaluate(
        async ({ lstmUrl, feeds, fetches }) => {
          const { attempt, withModel, fromWire } = window.lab;
          const run = (provider: 'simd' | 'wasm') =>
            withModel(lstmUrl, { providers: [provider] }, (model) =>
              attempt(async () => Object.keys(await model.run(fromWire(feeds), fetches))),
            );
          return [await run('simd'), await run('wasm')];
        },
        { lstmUrl, feeds: toWire(feeds as never), fetches },
      );
      await using model = await load('lstm');
      const [code, ...message] = (await failure(() => model.run(feeds, fetches))).split(': ');
      const error = { typed: true, name: 'LstmOnnxError', code, message: message.join(': ') };
      expect(outcomes).toEqual([{ error }, { error }]);
    });
  });

  // A page's first program for simd has no words for it: the whole one reads the file again.
  it.each([
    ['an operator that networks do not have', encodeModel(model([node('Det', ['x'], ['y'])]))],
    [
      'a node of a form that is not read',
      encodeModel(model([node('Transpose', ['x'], ['y'], { perm: { type: 'ints', value: [0, 0] } })])),
    ],
    ['a file that is cut off', modelFile('lstm').subarray(0, 500)],
    ['a file of another format', Buffer.from('{"a": 1}')],
  ])('refuses to load %s on simd in the words of Node', async (_what, bytes) => {
    const outcome = await lab.page.evaluate((bytes) => {
      const { attempt, base64ToBytes, withModel } = window.lab;
      return attempt(() => withModel(base64ToBytes(bytes), { providers: ['simd'] }, () => 'loaded'));
    }, bytesToBase64(bytes));
    const said = await failure(() => Model.load(bytes, { providers: ['simd'] }));
    const { error } = outcome as { error: { code: string; message: string } };
    expect(`${error.code}: ${error.message}`).toBe(said);
  });

  it('takes and gives float16 as the browser holds it, through the worker and as JSON', async () => {
    const url = lab.server.put('counters.onnx', modelFile('counters'));
    const { kind, engine, numbers, json } = await lab.page.evaluate(
      (url) =>
        window.lab.withModel(url, { providers: ['wasm'] }, async (model) => {
          const stream = model.stream({ initial: { p: { data: Uint16Array.of(0x3e00), dims: [1] } } });
          const chunk = { x: { data: [1, 2], dims: [1, 2] } };
          for (let i = 0; i < 2; i += 1) await stream.run(chunk);
          const json = JSON.stringify(stream.state);
          const again = model.stream({ initial: JSON.parse(json) });
          await again.run(chunk);
          const data = again.state.p?.data as Uint16Array;
          const engine = 'Float16Array' in globalThis ? 'Float16Array' : 'Uint16Array';
          return { kind: data.constructor.name, engine, numbers: Array.from(data), json };
        }),
      url,
    );
    expect(kind).toBe(engine);
    expect(numbers).toEqual(engine === 'Float16Array' ? [10.5] : [0x4940]);
    expect(JSON.parse(json).p).toEqual({ dtype: 'float16', shape: [1], data: [7.5] });
  });

  it('refuses an empty sequence on either provider', async () => {
    const feeds = { x: zeros(2, 0, 3), h0: zeros(1, 2, 5), c0: zeros(1, 2, 5) };
    const outcomes = await lab.page.evaluate(
      ({ lstmUrl, feeds }) => {
        const { attempt, withModel, fromWire } = window.lab;
        const run = (provider: 'simd' | 'wasm') =>
          withModel(lstmUrl, { providers: [provider] }, (model) =>
            attempt(async () => Object.keys(await model.run(fromWire(feeds)))),
          );
        return Promise.all([run('simd'), run('wasm')]);
      },
      { lstmUrl, feeds: toWire(feeds as never) },
    );
    expect(outcomes).toEqual([
      {
        error: expect.objectContaining({
          message: expect.stringMatching(/x is \[2, 0, 3\]; there is nothing to read/),
        }),
      },
      {
        error: expect.objectContaining({
          message: expect.stringMatching(/'x' got \[2, 0, 3\]: it is empty/),
        }),
      },
    ]);
  });

  it('names the URL that is not there, and what is no model', async () => {
    const page = lab.server.put('page.onnx', Buffer.from('<!doctype html><p>not found</p>'));
    const outcomes = await lab.page.evaluate(
      async (urls) => {
        const { attempt, lstmOnnx } = window.lab;
        const load = (source: string) =>
          attempt(async () => (await lstmOnnx.Model.load(source)).providers.running);
        return Promise.all(urls.map(load));
      },
      ['/memory/nothing.onnx', page, ''],
    );
    expect(outcomes).toEqual([
      {
        error: expect.objectContaining({
          code: 'E_FILE_READ',
          message: expect.stringMatching(/nothing\.onnx: .*404/),
        }),
      },
      {
        error: expect.objectContaining({
          code: 'E_INVALID_FILE',
          message: expect.stringMatching(/page\.onnx: /),
        }),
      },
      {
        error: expect.objectContaining({
          code: 'E_INVALID_OPTION',
          message: expect.stringMatching(/not from ''/),
        }),
      },
    ]);
  });

  it('passes a graph that simd cannot run on to wasm, with the operator as the reason', async () => {
    const vad = lab.server.put('vad.onnx', modelFile('vad'));
    const { auto, alone } = await lab.page.evaluate(async (url) => {
      const { attempt, withModel } = window.lab;
      return {
        auto: await withModel(url, {}, ({ providers }) => providers),
        alone: await attempt(() => withModel(url, { providers: ['simd'] }, () => 'loaded')),
      };
    }, vad);
    expect(auto).toMatchObject({
      running: 'wasm',
      skipped: [{ provider: 'simd', reason: expect.stringMatching(/^Cast .*integers into float32/) }],
    });
    expect(alone).toEqual({
      error: expect.objectContaining({
        code: 'E_UNSUPPORTED',
        message: expect.stringMatching(/^The provider simd does not run .*vad\.onnx: Cast/),
      }),
    });
  });

  it('falls from webgpu and webnn to what runs, with their reasons', async () => {
    const { providers, alone, unknown } = await lab.page.evaluate(async (url) => {
      const { attempt, withModel } = window.lab;
      const load = (provider: string) =>
        attempt(() => withModel(url, { providers: [provider as 'webgpu'] }, () => 'loaded'));
      return {
        providers: await withModel(
          url,
          { providers: ['webgpu', 'webnn', 'wasm'] },
          ({ providers }) => providers,
        ),
        alone: await load('webgpu'),
        unknown: await load('webgl'),
      };
    }, lstmUrl);
    expect(providers).toMatchObject({
      running: 'wasm',
      skipped: [
        { provider: 'webgpu', reason: expect.stringMatching(/no 'webgpu'/) },
        { provider: 'webnn', reason: expect.stringMatching(/no 'webnn'/) },
      ],
    });
    expect(alone).toEqual({
      error: expect.objectContaining({
        code: 'E_PROVIDER_UNAVAILABLE',
        message: expect.stringMatching(/webgpu: .*Available here: 'simd', 'wasm'\./s),
      }),
    });
    expect(unknown).toEqual({ error: expect.objectContaining({ code: 'E_INVALID_OPTION' }) });
  });

  it('takes simd by default, on one thread where threads cannot be, and says why', async () => {
    const { providers, listed } = await lab.page.evaluate(async (url) => {
      const { lstmOnnx, withModel } = window.lab;
      const providers = await withModel(url, { numThreads: 4 }, (model) => model.providers);
      return { providers, listed: await lstmOnnx.availableProviders() };
    }, lstmUrl);
    expect(providers).toEqual({
      running: 'simd',
      skipped: [],
      notice: expect.stringMatching(/not cross-origin isolated.*COOP and COEP/),
    });
    expect(listed.map(({ provider, available }) => [provider, available])).toEqual([
      ['simd', true],
      ['wasm', true],
      ['webgpu', false],
      ['webnn', false],
    ]);
  });

  it('keeps several models apart, runs them at once, and releases each alone', async () => {
    const simple = exportOnnx(simpleLSTM, initParameters(simpleLSTM, 1));
    const digit = { data: Float32Array.from({ length: 784 }, (_, i) => (i % 7) / 7), dims: [1, 28, 28] };
    const sent = {
      lstmUrl,
      simple: bytesToBase64(simple),
      feeds: toWire({ x: floats(lstm.x), h0: zeros(1, 2, 5), c0: zeros(1, 2, 5) }),
      digit: toWire({ x: digit }),
    };
    const ran = await lab.page.evaluate(async ({ lstmUrl, simple, feeds, digit }) => {
      const { attempt, lstmOnnx, base64ToBytes, fromWire, toWire } = window.lab;
      const load = (source: string | Uint8Array, provider: 'simd' | 'wasm') =>
        lstmOnnx.Model.load(source, { providers: [provider] });
      const [a, b, c] = await Promise.all([
        load(lstmUrl, 'simd'),
        load(lstmUrl, 'wasm'),
        load(base64ToBytes(simple), 'simd'),
      ]);
      const runs = await Promise.all(
        [a, b, a, b].map(async (model) => toWire(await model.run(fromWire(feeds)))),
      );
      const before = toWire(await c.run(fromWire(digit)));
      const last = a.run(fromWire(feeds));
      await a.release();
      await a.release();
      runs.push(toWire(await last));
      const after = toWire(await c.run(fromWire(digit)));
      const released = await attempt(async () => Object.keys(await a.run(fromWire(feeds))));
      await Promise.all([b.release(), c.release()]);
      // The worker ended with its last model; the next starts another.
      const again = await load(lstmUrl, 'simd');
      runs.push(toWire(await again.run(fromWire(feeds))));
      await again.release();
      return { runs, before, after, released };
    }, sent);
    expect(ran.runs).toHaveLength(6);
    for (const run of ran.runs) {
      const { output, hn, cn } = fromWire(run);
      expect(output).toBeCloseToArray(lstm.output, TOLERANCE);
      expect(hn).toBeCloseToArray(lstm.hn, TOLERANCE);
      expect(cn).toBeCloseToArray(lstm.cn, TOLERANCE);
    }
    expect(ran.after).toEqual(ran.before);
    expect(ran.released).toEqual({
      error: expect.objectContaining({
        code: 'E_RUN_FAILED',
        message: expect.stringMatching(/was released/),
      }),
    });
  });

  it('tells what an LSTM computes inside on simd, as Node does, and names simd on wasm', async () => {
    const feeds = { x: floats(lstm.x), h0: zeros(1, 2, 5), c0: zeros(1, 2, 5) };
    const [traced, refused] = await lab.page.evaluate(
      async ({ lstmUrl, feeds }) => {
        const { attempt, fromWire, withModel } = window.lab;
        const trace = (provider: 'simd' | 'wasm') =>
          attempt(() =>
            withModel(lstmUrl, { providers: [provider] }, async (model) => {
              const [only] = await model.trace(fromWire(feeds));
              return (
                only?.op === 'lstm' && { ...only, cell: [...only.cell], forgetGate: [...only.forgetGate] }
              );
            }),
          );
        return [await trace('simd'), await trace('wasm')];
      },
      { lstmUrl, feeds: toWire(feeds) },
    );
    await using model = await load('lstm', { providers: ['simd'] });
    const [expectedTrace] = await model.trace(feeds);
    const { name, op, layer, direction, dims, cell, forgetGate } = expectedTrace as LstmTrace;
    expect(traced).toMatchObject({ value: { name, op, layer, direction, dims } });
    const { value } = traced as { value: { cell: number[]; forgetGate: number[] } };
    expect(value.cell).toBeCloseToArray(cell, TOLERANCE);
    expect(value.forgetGate).toBeCloseToArray(forgetGate, TOLERANCE);
    expect(refused).toEqual({
      error: expect.objectContaining({ code: 'E_UNSUPPORTED', message: expect.stringMatching(/simd/) }),
    });
  });

  it.each(['simd', 'wasm'] as const)('runs on the page itself when asked to, on %s', async (provider) => {
    const feeds = { x: floats(lstm.x), h0: zeros(1, 2, 5), c0: zeros(1, 2, 5) };
    const options = { providers: [provider], worker: false };
    const { results, running } = await lab.run({ model: modelFile('lstm'), feeds, options });
    expect(running).toBe(provider);
    expect(results.get('output')).toBeCloseToArray(lstm.output, TOLERANCE);
  });

  it.each([
    ['in the worker', 'simd', true],
    ['in the worker', 'wasm', true],
    ['on the page', 'simd', false],
    ['on the page', 'wasm', false],
  ] as const)('reads weights from the file beside the model, %s, on %s', async (_place, provider, worker) => {
    const external = (name: string) => readFileSync(`fixtures/data/onnx-external/${name}`);
    const { tensors } = parseSafetensors(external('beside.safetensors'));
    const x = tensors.get('x')!;
    const url = lab.server.put('beside.onnx', external('beside.onnx'));
    const weights = lab.server.put('beside.onnx.data', external('beside.onnx.data'));
    const requests: string[] = [];
    const stop = lab.server.onRequest((path) => requests.push(path));
    const { running, results } = await lab.page.evaluate(
      ({ url, provider, worker, feeds }) => {
        const { fromWire, toWire, withModel } = window.lab;
        return withModel(url, { providers: [provider], worker }, async (model) => ({
          running: model.providers.running,
          results: toWire(await model.run(fromWire(feeds))),
        }));
      },
      { url, provider, worker, feeds: toWire({ x: { data: x.data as Float32Array, dims: x.shape } }) },
    );
    stop();
    expect(running).toBe(provider);
    expect(fromWire(results).linear).toBeCloseToArray(tensors.get('logits')!, { atol: 1e-6 });
    expect(requests.filter((path) => path.startsWith('/memory/'))).toEqual([url, weights]);
  });
});
