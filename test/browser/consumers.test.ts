/** The package as others get it, packed and unpacked, in an app that Vite, webpack and esbuild bundle. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import type { Browser } from 'playwright-core';
import * as vite from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import webpack from 'webpack';
import { Model } from '../../src/index.js';
import { connectChromium, describeInChromium } from './lab.js';
import { serveFolder } from './static-server.js';

type Feeds = Record<string, { data: number[]; dims: number[] }>;

declare global {
  /** See consumer/main.js. */
  var consumer: {
    bytes: number[];
    run(provider: string, feeds: Feeds): Promise<{ running: string; y: number[] }>;
  };
}

const repository = fileURLToPath(new URL('../..', import.meta.url));
const feeds: Feeds = { x: { data: Array.from({ length: 24 }, (_, i) => Math.sin(i)), dims: [2, 3, 4] } };

const page = (script: string, before = '') =>
  `<!doctype html><meta charset="utf-8"><title>App</title>${before}<script type="module" src="${script}"></script>`;

/** Each bundles `main.js` of a folder into the folder's `dist`. */
const bundlers = {
  async vite(app: string) {
    writeFileSync(join(app, 'index.html'), page('./main.js'));
    await vite.build({ root: app, configFile: false, logLevel: 'error', build: { outDir: 'dist' } });
  },
  async webpack(app: string) {
    const output = { path: join(app, 'dist') };
    const compiler = webpack({
      mode: 'production',
      context: app,
      entry: './main.js',
      output,
      performance: false,
    });
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) =>
      compiler?.run((error, result) => (error ? reject(error) : resolve(result))),
    );
    expect(stats?.toString({ all: false, errors: true, warnings: true })).toBe('');
    writeFileSync(join(output.path, 'index.html'), page('./main.js'));
  },
  async esbuild(app: string) {
    const outdir = join(app, 'dist');
    await esbuild.build({
      absWorkingDir: app,
      ...{
        entryPoints: ['main.js'],
        bundle: true,
        format: 'esm',
        splitting: true,
        outdir,
        logLevel: 'error',
      },
    });
    // What the README tells esbuild's users to do.
    const files = { mjs: 'ort-wasm-simd-threaded.mjs', wasm: 'ort-wasm-simd-threaded.wasm' };
    for (const file of Object.values(files)) {
      copyFileSync(join(repository, 'node_modules/onnxruntime-web/dist', file), join(outdir, file));
    }
    const wasmPaths = `<script>globalThis.wasmPaths = ${JSON.stringify(files)}</script>`;
    writeFileSync(join(outdir, 'index.html'), page('./main.js', wasmPaths));
  },
};

describeInChromium('An app that has installed the package', () => {
  let browser: Browser;
  let workspace: string;

  beforeAll(async () => {
    // Inside the repository, so that what the package depends on is found.
    mkdirSync(join(repository, 'node_modules/.cache'), { recursive: true });
    workspace = mkdtempSync(join(repository, 'node_modules/.cache/consumer-'));
    const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', workspace], {
      cwd: repository,
      encoding: 'utf8',
    });
    const [{ filename }] = JSON.parse(packed);
    const installed = join(workspace, 'node_modules/lstm-onnx');
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', join(workspace, filename), '-C', installed, '--strip-components=1']);
    browser = await connectChromium();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(workspace, { recursive: true, force: true });
  });

  it.each(Object.keys(bundlers) as (keyof typeof bundlers)[])(
    'runs models on both providers, isolated or not, bundled by %s',
    async (bundler) => {
      const app = join(workspace, bundler);
      cpSync(join(repository, 'test/browser/consumer'), app, { recursive: true });
      await bundlers[bundler](app);
      for (const isolated of [false, true]) {
        await using server = await serveFolder(join(app, 'dist'), { isolated });
        const tab = await browser.newPage();
        await tab.goto(server.url);
        await tab.waitForFunction(() => 'consumer' in globalThis);
        const bytes = Uint8Array.from(await tab.evaluate(() => consumer.bytes));
        await using model = await Model.load(bytes, { providers: ['cpu'] });
        const expected = Array.from((await model.run(feeds)).y!.data as Float32Array);
        for (const provider of ['simd', 'wasm']) {
          const { running, y } = await tab.evaluate(([name, given]) => consumer.run(name, given), [
            provider,
            feeds,
          ] as const);
          expect(running).toBe(provider);
          expect(Math.max(...y.map((entry, i) => Math.abs(entry - expected[i]!)))).toBeLessThan(1e-6);
        }
        await tab.close();
      }
    },
    120_000,
  );
});
