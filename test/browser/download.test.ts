/** How models come to a page: progress, abortion, caches, workers that a policy forbids. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { folder } from '../runtime/models.js';
import { describeInChromium, Lab } from './lab.js';

const bytes = readFileSync(`${folder}lstm.onnx`);

describeInChromium('a model that a page downloads', () => {
  let lab: Lab;
  let url: string;
  beforeAll(async () => {
    lab = await Lab.open();
    url = lab.server.put('lstm.onnx', bytes);
  });
  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]();
  });

  it('tells of its progress, to the last byte', async () => {
    const large = lab.server.put('large.onnx', new Uint8Array(8_000_000));
    const { small, seen } = await lab.page.evaluate(
      async ({ url, large }) => {
        const { attempt, withModel } = window.lab;
        const small: { loaded: number; total?: number }[] = [];
        await withModel(url, { onProgress: (progress) => small.push({ ...progress }) }, () => {});
        const seen: number[] = [];
        // It is no model, which shows once it is here.
        await attempt(() => withModel(large, { onProgress: ({ loaded }) => seen.push(loaded) }, () => {}));
        return { small, seen };
      },
      { url, large },
    );
    expect(small.at(-1)).toEqual({ loaded: bytes.length, total: bytes.length });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(8_000_000);
  });

  it('is given up when its signal says so: before, during the download, and while it is opened', async () => {
    const large = lab.server.put('large.onnx', new Uint8Array(8_000_000));
    const outcomes = await lab.page.evaluate(
      async ({ url, large }) => {
        const { attempt, withModel } = window.lab;
        const before = AbortSignal.abort(new Error('changed my mind'));
        const during = new AbortController();
        const opening = new AbortController();
        const load = (source: string, signal: AbortSignal, onProgress: () => void) =>
          attempt(() => withModel(source, { signal, onProgress }, () => 'loaded'));
        const outcomes = [
          load(url, before, () => {}),
          load(large, during.signal, () => during.abort()),
          // Progress is told before the model is opened, which then takes longer than this.
          load(url, opening.signal, () => setTimeout(() => opening.abort(), 0)),
        ];
        return Promise.all(outcomes);
      },
      { url, large },
    );
    expect(outcomes).toEqual([
      { error: expect.objectContaining({ name: 'Error', message: 'changed my mind' }) },
      { error: expect.objectContaining({ name: 'AbortError' }) },
      { error: expect.objectContaining({ name: 'AbortError' }) },
    ]);
  });

  it('comes from the cache the second time, where one is named', async () => {
    const asked: string[] = [];
    const stop = lab.server.onRequest((path) => asked.push(path));
    const load = (cache?: string) =>
      lab.page.evaluate(
        async ({ url, cache }) => {
          const progress: number[] = [];
          const options = {
            ...(cache === undefined ? {} : { cache }),
            onProgress: ({ loaded }: { loaded: number }) => progress.push(loaded),
          };
          return window.lab.withModel(url, options, ({ inputs }) => ({ inputs, last: progress.at(-1) }));
        },
        { url, cache },
      );
    const downloads = () => asked.filter((path) => path === url).length;
    const first = await load('models');
    expect(downloads()).toBe(1);
    expect(await load('models')).toEqual(first);
    expect(downloads()).toBe(1);
    await load('models of another name');
    expect(downloads()).toBe(2);
    await load();
    expect(downloads()).toBe(3);
    stop();
  });

  it('says that a policy forbids its worker, and runs without one', async () => {
    const script = /src="([^"]+)"/.exec(await (await fetch(lab.server.url)).text())?.[1] ?? '';
    expect(script).toMatch(/\.js$/);
    const strict = lab.server.put(
      'strict.html',
      Buffer.from(
        '<!doctype html><meta http-equiv="Content-Security-Policy" ' +
          `content="worker-src 'none'"><script type="module" src="${script.replace(/^\.?\//, '/')}"></script>`,
      ),
    );
    const page = await lab.page.context().newPage();
    await page.goto(`${lab.server.url}${strict}`);
    await page.waitForFunction(() => 'lab' in window);
    const { withWorker, without } = await page.evaluate(async (url) => {
      const { attempt, lstmOnnx } = window.lab;
      const load = (worker: boolean) =>
        attempt(() =>
          lstmOnnx.Model.load(url, { providers: ['simd'], worker }).then(
            ({ providers }) => providers.running,
          ),
        );
      return { withWorker: await load(true), without: await load(false) };
    }, url);
    await page.close();
    expect(withWorker).toEqual({
      error: expect.objectContaining({
        code: 'E_PROVIDER_UNAVAILABLE',
        message: expect.stringMatching(/worker-src blob:.*worker: false/),
      }),
    });
    expect(without).toEqual({ value: 'simd' });
  });

  it('says that onnxruntime-web is not where it should be', async () => {
    // Once started it stays, so this takes a page that has not asked for it yet.
    await using other = await Lab.open();
    await other.page.route('**/*.{wasm,mjs}', (route) => route.fulfill({ status: 404 }));
    const outcome = await other.page.evaluate(
      (model) =>
        window.lab.attempt(() => window.lab.withModel(model, { providers: ['wasm'] }, () => 'loaded')),
      other.server.put('lstm.onnx', bytes),
    );
    expect(outcome).toEqual({
      error: expect.objectContaining({
        code: 'E_PROVIDER_UNAVAILABLE',
        message: expect.stringMatching(
          /wasm: onnxruntime-web does not start \(are its files where wasmPaths says/,
        ),
      }),
    });
  });

  it('says that a part of the library did not come, rather than that the model is broken', async () => {
    await using other = await Lab.open();
    await other.page.route(/simd-source|wasm-source/, (route) => route.fulfill({ status: 404 }));
    const outcome = await other.page.evaluate(
      (model) => window.lab.attempt(() => window.lab.withModel(model, {}, () => 'loaded')),
      other.server.put('lstm.onnx', bytes),
    );
    expect(outcome).toEqual({
      error: expect.objectContaining({
        code: 'E_PROVIDER_UNAVAILABLE',
        message: expect.stringMatching(/simd: a part of lstm-onnx cannot be loaded; reload the page/),
      }),
    });
  });

  it('keeps in the cache what has opened as a model, nothing else', async () => {
    const path = lab.server.put('mended.onnx', Buffer.from('<!doctype html><title>Not yet</title>'));
    const load = () =>
      lab.page.evaluate(
        (model) => window.lab.attempt(() => window.lab.withModel(model, { cache: 'mended' }, () => 'loaded')),
        path,
      );
    expect(await load()).toEqual({ error: expect.objectContaining({ code: 'E_INVALID_FILE' }) });
    lab.server.put('mended.onnx', bytes);
    expect(await load()).toEqual({ value: 'loaded' });
  });

  it('does not wait for a provider that it has given up, nor fetch one that nobody asked for', async () => {
    await using other = await Lab.open();
    const asked: string[] = [];
    other.server.onRequest((path) => asked.push(path));
    const model = other.server.put('lstm.onnx', bytes);
    const outcome = await other.page.evaluate(
      (model) =>
        window.lab.attempt(() => window.lab.withModel(model, { providers: ['webgpu'] }, () => 'loaded')),
      model,
    );
    expect(outcome).toEqual({
      error: expect.objectContaining({
        code: 'E_PROVIDER_UNAVAILABLE',
        message: expect.stringMatching(/Available here: 'simd', 'wasm'/),
      }),
    });
    expect(asked).toEqual([model]);
    // The file that onnxruntime-web waits for never comes.
    await other.page.route('**/*.wasm', () => {});
    const given = await other.page.evaluate(
      (model) =>
        window.lab.attempt(() => {
          const signal = AbortSignal.timeout(300);
          return window.lab.withModel(model, { providers: ['wasm', 'simd'], signal }, () => 'loaded');
        }),
      model,
    );
    expect(given).toEqual({ error: expect.objectContaining({ name: 'TimeoutError' }) });
  });
});
