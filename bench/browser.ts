/**
 * `npm run bench:web`: what a page downloads and how long it waits for its first answer, how fast models run in it, and
 * how fast it trains. In Chromium, pages bundled by Vite; writes bench/browser.md.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportOnnx, initParameters, version, writeFileAtomic } from 'lstm-onnx';
import type { Browser } from 'playwright-core';
import { mnistFiles } from '../test/browser/mnist-files.js';
import { compressedSize, serveFolder } from '../test/browser/static-server.js';
import { bundle, openBrowser, openPage, type Site } from './chromium.js';
import { classifier, median } from './networks.js';

const here = dirname(fileURLToPath(import.meta.url));
const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(here, '../node_modules', name, 'package.json'), 'utf8')).version;
const network = classifier([1, 28, 28, 64, 1]);
const model = exportOnnx(network, initParameters(network, 1));

const row = (...cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
const encodings = ['raw', 'gzip', 'br'] as const;
type Size = Awaited<ReturnType<typeof compressedSize>>;
const kilobytes = (size: Size) => encodings.map((encoding) => (size[encoding] / 1000).toFixed(1));
const number = (ms = Number.NaN) => (Number.isNaN(ms) ? '-' : ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3));

/** What a page on a provider downloads besides itself and the model; and how long until its first answer. */
async function coldStarts(browser: Browser): Promise<{ sizes: string; times: string }> {
  using simd = await bundle('cold', { PROVIDER: '"simd"' });
  using wasm = await bundle('cold', { PROVIDER: '"wasm"' });
  const starts = await Promise.all([coldStart(browser, 'simd', simd), coldStart(browser, 'wasm', wasm)]);
  const ofModel = await compressedSize(model);
  const sizes = [
    ...starts.map(({ provider, code, size }) => row(provider, code.length, ...kilobytes(size))),
    row('the model', 1, ...kilobytes(ofModel)),
  ];

  const times = new Map<string, number[]>();
  for (const encoding of encodings) {
    for (const { provider, site, code } of starts) {
      await using server = await serveFolder(site.folder, encoding === 'raw' ? {} : { encoding });
      server.put('model.onnx', model);
      // Compressing 14 MB as hard as it goes takes longer than pages have patience for.
      for (const path of ['/cold.html', '/memory/model.onnx', ...code]) await fetch(`${server.url}${path}`);
      await firstAnswer(browser, server.url); // finds the disk's caches cold
      const answered = [];
      for (let round = 0; round < 7; round++) answered.push(await firstAnswer(browser, server.url));
      times.set(`${provider} ${encoding}`, answered);
    }
  }
  const rows = starts.map(({ provider }) =>
    row(provider, ...encodings.map((encoding) => number(median(times.get(`${provider} ${encoding}`) ?? [])))),
  );
  return { sizes: sizes.join('\n'), times: rows.join('\n') };
}

interface ColdStart {
  readonly provider: string;
  readonly site: Site;
  /** The paths of the scripts and WebAssembly that the page asks for. */
  readonly code: readonly string[];
  readonly size: Size;
}

async function coldStart(browser: Browser, provider: string, site: Site): Promise<ColdStart> {
  await using server = await serveFolder(site.folder);
  server.put('model.onnx', model);
  const asked = new Set<string>();
  server.onRequest((path) => asked.add(path));
  await firstAnswer(browser, server.url);
  const code = [...asked].filter((path) => /\.m?js$|\.wasm$/.test(path));
  const size = { raw: 0, gzip: 0, br: 0 };
  for (const path of code) {
    const part = await compressedSize(readFileSync(join(site.folder, path)));
    for (const encoding of encodings) size[encoding] += part[encoding];
  }
  return { provider, site, code, size };
}

async function firstAnswer(browser: Browser, url: string): Promise<number> {
  await using page = await openPage(browser);
  await page.goto(`${url}/cold.html`);
  const answered = await page.waitForFunction(() => window.answered);
  return Number(await answered.jsonValue());
}

const names: Readonly<Record<string, string>> = {
  simd: 'lstm-onnx, simd',
  'simd, worker: false': 'lstm-onnx, simd, on the page itself',
  wasm: 'lstm-onnx, wasm',
  onnxruntime: 'onnxruntime-web, wasm, on the page itself',
  tfjs: 'tf.layers.lstm, tfjs wasm, on the page itself',
};

async function runs(browser: Browser): Promise<string> {
  using site = await bundle('speed');
  await using server = await serveFolder(site.folder, { isolated: true });
  const batches = [1, 64, 1000];
  const rows: string[] = [];
  for (const numThreads of [1, 2]) {
    await using page = await openPage(browser);
    await page.goto(`${server.url}/speed.html`);
    await page.waitForFunction(() => window.speed);
    const task = { numThreads, batches, rounds: 7 };
    const speeds = await page.evaluate((given) => window.speed?.(given), task);
    for (const runtime of Object.keys(speeds?.[0]?.times ?? {})) {
      const times = batches.map((batch) =>
        median(speeds?.find((speed) => speed.batch === batch)?.times[runtime] ?? []),
      );
      const perSecond = Math.round(64_000 / (times[1] ?? Number.NaN));
      rows.push(row(names[runtime] ?? runtime, numThreads, ...times.map(number), perSecond));
    }
  }
  return rows.join('\n');
}

interface Training {
  readonly page: number;
  readonly node: number;
  readonly longestGap: number;
  readonly delays: readonly number[];
}

async function training(browser: Browser): Promise<Training> {
  using site = await bundle('training');
  await using server = await serveFolder(site.folder, { isolated: true });
  const { images, labels } = mnistFiles('train');
  server.put('train-images', images);
  server.put('train-labels', labels);
  const inPage: number[] = [];
  const inNode: number[] = [];
  const delays: number[] = [];
  let longestGap = 0;
  for (let round = 0; round < 3; round++) {
    await using page = await openPage(browser);
    await page.goto(`${server.url}/training.html`);
    await page.waitForFunction(() => window.train);
    await page.focus('#field');
    let over = false;
    const trained = page.evaluate(() => window.train?.('simd:2')).finally(() => (over = true));
    while (!over) {
      await page.keyboard.press('a');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { ms = Number.NaN, longestGap: gap = Number.NaN, inputDelays = [] } = (await trained) ?? {};
    inPage.push(ms);
    longestGap = Math.max(longestGap, gap);
    delays.push(...inputDelays);
    inNode.push(epochInNode());
  }
  return { page: median(inPage), node: median(inNode), longestGap, delays };
}

function epochInNode(): number {
  const args = ['--import', 'tsx', join(here, 'ours.ts'), 'epoch', 'simd:2'];
  const printed = execFileSync(process.execPath, args, { encoding: 'utf8', cwd: join(here, '..') });
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '').ms;
}

const load = loadavg()[0]?.toFixed(2);
const { browser, version: browserVersion, close } = await openBrowser();
const cold = await coldStarts(browser);
const speeds = await runs(browser);
const trained = await training(browser);
await close();

const results = `# Measured in a browser

By \`npm run bench:web\`: lstm-onnx ${version}, onnxruntime-web ${versionOf('onnxruntime-web')}, TensorFlow.js ${versionOf('@tensorflow/tfjs')}; headless ${browserVersion}, Node ${process.version};
${cpus().length} cores of ${cpus()[0]?.model.trim()}; load before ${load}. The model is LSTM(28, 64) and Linear(64, 10) over 28 steps; pages are bundled by Vite ${versionOf('vite')}.

## What a page downloads to run a model

Scripts and WebAssembly that the page asks for until its first answer, in kB (1000 bytes); gzip -9, brotli -11.

| provider | files | raw | gzip | brotli |
| --- | --- | --- | --- | --- |
${cold.sizes}

## From navigation to the first answer

Milliseconds, medians of 7, from this machine, nothing in the caches. A network adds the time of the download.

| provider | raw | gzip | brotli |
| --- | --- | --- | --- |
${cold.times}

## Running

Milliseconds from numbers to numbers, medians; all in one isolated page, in turn, and checked to compute the same. The provider's models run in a worker unless it says otherwise. TensorFlow.js has one thread: its others never start from a minified bundle.

| runtime | threads | batch 1 | batch 64 | batch 1000 | sequences a second at batch 64 |
| --- | --- | --- | --- | --- | --- |
${speeds}

## Training

An epoch of MNIST, 60,000 images, batches of 64, Adam, in a worker of an isolated page on two threads, and in Node; medians of 3 in turn. The delay of input is from when the browser gets a key, pressed through the DevTools protocol, to when the page has handled it.

| | |
| --- | --- |
| in the page | ${number(trained.page)} ms |
| in Node | ${number(trained.node)} ms |
| page / Node | ${(trained.page / trained.node).toFixed(2)} |
| longest time the page was busy | ${number(trained.longestGap)} ms |
| delay of input, median and longest of ${trained.delays.length} keys | ${number(median(trained.delays))} ms, ${number(Math.max(...trained.delays))} ms |
`;
await writeFileAtomic(join(here, 'browser.md'), results);
console.log(results);
