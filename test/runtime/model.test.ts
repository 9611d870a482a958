import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as ort from 'onnxruntime-node';
import { describe, expect, it, vi } from 'vitest';
import '../matcher.js';
import { LstmOnnxError } from '../../src/errors.js';
import { dtypeFacts } from '../../src/onnx/dtypes.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { Model } from '../../src/runtime/node.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { int, model, node, value } from '../onnx/broken-models.js';
import { expected, failure, folder, load, zeros } from './models.js';

const scratch = temporaryDirectory();
const { lstm } = expected;
const lstmFeeds = { x: lstm.x, h0: zeros(1, 2, 5), c0: zeros(1, 2, 5) };
/** Two builds of onnxruntime, one of them for WebAssembly, on sums of a few numbers below 1. */
const TOLERANCE = { atol: 2e-6 };

describe('Model.load', () => {
  it('tells inputs, outputs and metadata as the file declares them', async () => {
    await using model = await load('counters');
    expect(model.inputs).toEqual([
      { name: 'x', dtype: 'float32', shape: ['batch', 2] },
      { name: 'a', dtype: 'int64', shape: ['batch'] },
      { name: 'p', dtype: 'float16', shape: ['batch'] },
    ]);
    expect(model.outputs.map((output) => output.name)).toEqual(['total', 'b', 'q']);
    expect(model.metadata.get('author')).toBe('fixtures');
  });

  it.each(['cpu', 'wasm'] as const)('gives null for unnamed dimensions on %s', async (provider) => {
    await using model = await load('lstm-unnamed', { providers: [provider] });
    expect(model.inputs[0]).toEqual({ name: 'x', dtype: 'float32', shape: [null, null, 3] });
  });

  it('tells an unknown rank from a scalar', async () => {
    await using unknown = await load('unknown-rank');
    expect(unknown.inputs[0]).toEqual({ name: 'x', dtype: 'float32' });
    await using vad = await load('vad');
    expect(vad.inputs[2]).toEqual({ name: 'sr', dtype: 'int64', shape: [] });
  });

  it('takes a path, a file URL as URL or string, and bytes', async () => {
    const path = `${folder}lstm.onnx`;
    const url = pathToFileURL(path);
    for (const source of [path, url, url.href, readFileSync(path), new Uint8Array(readFileSync(path))]) {
      await using model = await Model.load(source, { providers: ['cpu'] });
      expect(model.inputs).toHaveLength(3);
    }
  });

  it('fetches a model over HTTP and says what the server answered when it does not send one', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/lstm.onnx') response.end(readFileSync(`${folder}lstm.onnx`));
      else response.writeHead(404).end('no such model');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await using model = await Model.load(`${origin}/lstm.onnx`, { providers: ['cpu'] });
      expect(model.inputs).toHaveLength(3);
      expect(await failure(() => Model.load(new URL(`${origin}/other.onnx`)))).toMatch(
        /^E_FILE_READ: .*other\.onnx: the server answered 404/,
      );
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('tells how far a download is, and ends it when it is told to', async () => {
    const bytes = readFileSync(`${folder}lstm.onnx`);
    let began = () => {};
    const underWay = new Promise<void>((resolve) => {
      began = resolve;
    });
    const server = createServer((request, response) => {
      response.writeHead(200, { 'Content-Length': bytes.length });
      if (request.url === '/whole.onnx') response.end(bytes);
      else response.write(bytes.subarray(0, 100), () => began());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const seen: unknown[] = [];
      const onProgress = (progress: unknown) => seen.push(progress);
      await using model = await Model.load(`${origin}/whole.onnx`, { providers: ['cpu'], onProgress });
      expect(model.inputs).toHaveLength(3);
      expect(seen.at(-1)).toEqual({ loaded: bytes.length, total: bytes.length });

      const broken = () => {
        throw new Error('the bar is gone');
      };
      await expect(Model.load(`${origin}/whole.onnx`, { onProgress: broken })).rejects.toThrow(
        /^the bar is gone$/,
      );

      const stop = new AbortController();
      const loading = Model.load(`${origin}/half.onnx`, { signal: stop.signal });
      await underWay;
      stop.abort(new Error('enough'));
      await expect(loading).rejects.toThrow(/^enough$/);
      await expect(Model.load(`${folder}lstm.onnx`, { signal: stop.signal })).rejects.toThrow(/^enough$/);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('gives up a server that falls silent for a minute, but not one that is slow', async () => {
    const bytes = readFileSync(`${folder}lstm.onnx`);
    let connected: ((response: ServerResponse) => void) | undefined;
    const server = createServer((_, response) => connected?.(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.onnx`;
    const request = () =>
      new Promise<ServerResponse>((resolve) => {
        connected = resolve;
      });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const silent = failure(() => Model.load(url));
      await request();
      vi.advanceTimersByTime(60_000);
      expect(await silent).toMatch(/^E_FILE_READ: .*model\.onnx: the server sent nothing for 60 seconds/);

      const impatient = failure(() => Model.load(url, { idleTimeout: 1000 }));
      (await request()).write(bytes.subarray(0, 100), () => vi.advanceTimersByTime(1000));
      expect(await impatient).toMatch(/^E_FILE_READ: .*nothing for 1 second\b/);

      // Five pieces, 40 seconds apart.
      const pieces = [0, 1, 2, 3, 4].map((i) => bytes.subarray(i * 100, i === 4 ? undefined : (i + 1) * 100));
      let response: ServerResponse | undefined;
      const send = () => {
        const piece = pieces.shift();
        vi.advanceTimersByTime(40_000);
        if (piece) response?.write(piece);
        else response?.end();
      };
      const loading = Model.load(url, { providers: ['cpu'], onProgress: send });
      response = await request();
      send();
      await using model = await loading;
      expect(model.inputs).toHaveLength(3);
      expect(pieces).toEqual([]);
    } finally {
      vi.useRealTimers();
      server.closeAllConnections();
      server.close();
    }
    for (const idleTimeout of [0, -1, Number.NaN]) {
      expect(await failure(() => Model.load(url, { idleTimeout }))).toMatch(/^E_INVALID_OPTION: idleTimeout/);
    }
  });

  it('names the file that is missing, a folder, or no model', async () => {
    expect(await failure(() => load('nowhere'))).toMatch(
      /^E_FILE_READ: Cannot read the model '.*nowhere\.onnx': it does not exist \(ENOENT\)\. Check the path\.$/,
    );
    expect(await failure(() => Model.load(folder))).toMatch(/^E_FILE_READ: .*not a file/);
    expect(await failure(() => Model.load(`${folder}expected.json`))).toMatch(
      /^E_INVALID_FILE: .*expected\.json: .*JSON/,
    );
  });

  it('refuses bytes that are cut off anywhere', async () => {
    const bytes = readFileSync(`${folder}lstm.onnx`);
    for (let length = 0; length < bytes.length; length += 97) {
      const message = await failure(() => Model.load(bytes.subarray(0, length), { providers: ['cpu'] }));
      expect(message, `${length} bytes`).toMatch(/^E_(INVALID_FILE|UNSUPPORTED): /);
    }
  });

  it('says that an operator is not supported rather than that the file is broken', async () => {
    expect(await failure(() => load('unknown-op'))).toMatch(/^E_UNSUPPORTED: .*unknown-op\.onnx.*Frobnicate/);
  });

  it('refuses what is neither path, URL nor bytes', async () => {
    expect(await failure(() => Model.load(new URL('data:,x')))).toMatch(
      /^E_INVALID_OPTION: .*file:, http: and https:/,
    );
    expect(await failure(() => Model.load('http://'))).toMatch(/^E_INVALID_OPTION: .*not a URL/);
    expect(await failure(() => Model.load(''))).toMatch(/^E_INVALID_OPTION: .*empty path/);
    expect(await failure(() => Model.load(7 as unknown as string))).toMatch(/^E_INVALID_OPTION: .*number/);
  });

  it('passes session options on, and refuses those that onnxruntime does and execution providers', async () => {
    const sessionOptions = { intraOpNumThreads: 1 };
    await using model = await load('lstm', { providers: ['cpu'], sessionOptions });
    expect(Object.keys(await model.run(lstmFeeds))).toHaveLength(3);
    const bad = { intraOpNumThreads: 'many' as unknown as number };
    expect(await failure(() => load('lstm', { sessionOptions: bad }))).toMatch(
      /^E_INVALID_OPTION: .*intraOpNumThreads/,
    );
    const eps = { executionProviders: ['cpu'], intraOpNumThreads: 1 };
    expect(await failure(() => load('lstm', { sessionOptions: eps }))).toMatch(
      /^E_INVALID_OPTION: .*`providers`/,
    );
  });

  it.each(['cpu', 'wasm'] as const)('finds external weights beside the model on %s', async (provider) => {
    await using model = await load('external', { providers: [provider] });
    const { y } = await model.run({ x: expected.external.x });
    expect(y).toBeCloseToArray(expected.external.y, TOLERANCE);
  });

  it.each(['cpu', 'wasm'] as const)(
    'asks for the path when bytes need external weights on %s',
    async (provider) => {
      const bytes = readFileSync(`${folder}external.onnx`);
      expect(await failure(() => Model.load(bytes, { providers: [provider] }))).toMatch(
        /^E_MISSING_DATA: .*Load the model by its path/s,
      );
    },
  );

  it.each(['cpu', 'wasm', 'simd'] as const)(
    'reads no weights from outside the folder of the model on %s',
    async (provider) => {
      const place = mkdtempSync(join(scratch, provider));
      mkdirSync(join(place, 'model'));
      copyFileSync(`${folder}external.bin`, join(place, 'other.bin'));
      const bytes = readFileSync(`${folder}external.onnx`);
      // As long as the name that it replaces, so that the file stays a valid one.
      bytes.write('../other.bin', bytes.indexOf('external.bin'));
      writeFileSync(join(place, 'model', 'hostile.onnx'), bytes);
      const message = await failure(() =>
        Model.load(join(place, 'model', 'hostile.onnx'), { providers: [provider] }),
      );
      expect(message).toMatch(/^E_(INVALID_FILE|FILE_READ): .*hostile\.onnx/);
    },
  );

  it.skipIf(process.platform === 'win32').each(['cpu', 'wasm', 'simd'] as const)(
    'follows no link to weights outside the folder of the model on %s',
    async (provider) => {
      const place = mkdtempSync(join(scratch, provider));
      mkdirSync(join(place, 'model'));
      copyFileSync(`${folder}external.bin`, join(place, 'other.bin'));
      copyFileSync(`${folder}external.onnx`, join(place, 'model', 'hostile.onnx'));
      symlinkSync('../other.bin', join(place, 'model', 'external.bin'));
      const message = await failure(() =>
        Model.load(join(place, 'model', 'hostile.onnx'), { providers: [provider] }),
      );
      expect(message).toMatch(/^E_(INVALID_FILE|FILE_READ): .*hostile\.onnx/);
    },
  );
});

describe('model.run', () => {
  it.each(['cpu', 'wasm', 'simd'] as const)(
    'gives the numbers of onnxruntime in Python on %s',
    async (provider) => {
      await using model = await load('lstm', { providers: [provider] });
      const results = await model.run(lstmFeeds);
      expect(Object.keys(results)).toEqual(['output', 'hn', 'cn']);
      for (const name of ['output', 'hn', 'cn'] as const) {
        expect(results[name]).toBeCloseToArray(lstm[name], TOLERANCE);
      }
    },
  );

  it.each(['cpu', 'wasm'] as const)(
    'takes tensors of another onnxruntime package on %s',
    async (provider) => {
      const { Tensor } = await import('onnxruntime-web/wasm');
      await using model = await load('lstm', { providers: [provider] });
      for (const make of [ort.Tensor, Tensor]) {
        const x = new make('float32', Float32Array.from(lstm.x.data), lstm.x.dims);
        const { output } = await model.run({ ...lstmFeeds, x });
        expect(output).toBeCloseToArray(lstm.output, TOLERANCE);
      }
    },
  );

  it('computes only the outputs asked for', async () => {
    await using model = await load('lstm');
    expect(Object.keys(await model.run(lstmFeeds, ['cn', 'output']))).toEqual(['cn', 'output']);
    expect(await failure(() => model.run(lstmFeeds, ['hidden']))).toMatch(
      /^E_UNKNOWN_NAME: .*'hidden'.*'output', 'hn', 'cn'/,
    );
    expect(await failure(() => model.run(lstmFeeds, []))).toMatch(/^E_INVALID_OPTION: /);
  });

  it('leaves out an output that is no tensor once told to, and says so before', async () => {
    await using model = await load('unknown-rank');
    const x = zeros(2, 3);
    expect(await failure(() => model.run({ x }))).toMatch(/^E_UNSUPPORTED: .*'pair'.*'negated'/);
    expect((await model.run({ x }, ['negated'])).negated!.dims).toEqual([2, 3]);
  });

  it.each(['cpu', 'wasm'] as const)(
    'gives the other outputs where one has elements of 4 bits on %s',
    async (provider) => {
      const toInt4 = node('Cast', ['x'], ['packed'], { to: int(dtypeFacts.int4.code) });
      const bytes = encodeModel(
        model(
          [toInt4, node('Neg', ['x'], ['negated'])],
          {
            inputs: [value('x', [3])],
            outputs: [value('packed', [3], 'int4'), value('negated', [3])],
          },
          { irVersion: 10, opsets: new Map([['', 21]]) },
        ),
      );
      await using opened = await Model.load(bytes, { providers: [provider] });
      const x = { data: [1, 2, -3], dims: [3] };
      // onnxruntime-node would end the process.
      const refusal = /^E_UNSUPPORTED: Output 'packed' is int4, .*'negated'/;
      expect(await failure(() => opened.run({ x }))).toMatch(refusal);
      expect(await failure(() => opened.run({ x }, ['negated', 'packed']))).toMatch(refusal);
      expect((await opened.run({ x }, ['negated'])).negated!).toBeCloseToArray([-1, -2, 3]);
    },
  );

  it('says what to do where the only output has elements of 4 bits', async () => {
    const bytes = encodeModel(
      model(
        [node('Cast', ['x'], ['packed'], { to: int(dtypeFacts.int4.code) })],
        { inputs: [value('x', [1])], outputs: [value('packed', [1], 'int4')] },
        { irVersion: 10, opsets: new Map([['', 21]]) },
      ),
    );
    await using opened = await Model.load(bytes, { providers: ['cpu'] });
    expect(await failure(() => opened.run({ x: { data: [1], dims: [1] } }))).toMatch(
      /^E_UNSUPPORTED: Output 'packed' is int4, .*The model has no other output: change it/,
    );
  });

  it.each(['cpu', 'wasm'] as const)('copes with names that every object has on %s', async (provider) => {
    await using model = await load('odd-names', { providers: [provider] });
    const feeds = { constructor: { data: [1, -2], dims: [2] } } as never;
    expect(Object.keys(await model.run(feeds))).toEqual(['toString', 'hasOwnProperty']);
    const results = await model.run(feeds, ['hasOwnProperty']);
    expect(Object.keys(results)).toEqual(['hasOwnProperty']);
    expect(results.hasOwnProperty).toBeCloseToArray([1, 2]);
    expect(await failure(() => model.run({}))).toMatch(/^E_MISSING_NAME: .*'constructor'/);
  });

  it('refuses an output called __proto__ when the model is loaded', async () => {
    expect(await failure(() => load('proto-name'))).toMatch(
      /^E_UNSUPPORTED: .*proto-name\.onnx.*'__proto__'/,
    );
  });

  it.each(['cpu', 'wasm'] as const)(
    'runs concurrently, and a failure stays its own on %s',
    async (provider) => {
      await using model = await load('gather', { providers: [provider] });
      const indices = [0, 9, 1, 2, 77, 3];
      const runs = await Promise.allSettled(
        indices.map((index) => model.run({ index: { data: [index], dims: [] }, h: zeros(3) }, ['y'])),
      );
      expect(runs.map((run) => run.status)).toEqual(
        indices.map((index) => (index < 4 ? 'fulfilled' : 'rejected')),
      );
      const error = (runs[1] as PromiseRejectedResult).reason as LstmOnnxError;
      expect(error).toBeInstanceOf(LstmOnnxError);
      expect(error.code).toBe('E_RUN_FAILED');
      expect(error.message).toMatch(/gather\.onnx on 'index' int64 \[\], 'h' float32 \[3\] failed: .*idx=9/s);
      expect(error.cause).toBeInstanceOf(Error);
    },
  );

  it.each(['cpu', 'wasm', 'simd'] as const)(
    'ends the runs under way before it releases on %s',
    async (provider) => {
      const model = await load('lstm', { providers: [provider] });
      const runs = [model.run(lstmFeeds), model.run(lstmFeeds)];
      const released = [model.release(), model.release()];
      expect(await failure(() => model.run(lstmFeeds))).toMatch(/^E_RUN_FAILED: .*released/);
      for (const { output } of await Promise.all(runs)) expect(output!.dims).toEqual([2, 6, 5]);
      await Promise.all(released);
      await model.release();
      await model[Symbol.asyncDispose]();
    },
  );

  it('releases while a run fails', async () => {
    const model = await load('gather');
    const run = failure(() => model.run({ index: { data: [9], dims: [] }, h: zeros(3) }));
    await model.release();
    expect(await run).toMatch(/^E_RUN_FAILED: /);
  });
});
