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
import { connectChromium, describeInChromium, patience } from './lab.js';
import { serveFolder } from './static-server.js';

type Feeds = Record<string, { data: number[]; dims: number[] }>;

declare global {
  /** See consumer/main.js. */
  var consumer: {
    bytes: number[];
    train(feeds: Feeds): Promise<number[]>;
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
      // Minifying TensorFlow.js takes half a minute, and esbuild and Vite do.
      optimization: { minimize: false },
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
        minify: true,
        outdir,
        logLevel: 'error',
      },
    });
    // What docs/browser.md tells esbuild's users to do.
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

  function appOf(name: string): string {
    const app = join(workspace, name);
    cpSync(join(repository, 'test/browser/consumer'), app, { recursive: true });
    return app;
  }

  /** Runs the model on both providers, and trains, in the page at a URL. */
  async function expectToWork(url: string): Promise<void> {
    const tab = await browser.newPage();
    tab.setDefaultTimeout(patience);
    await tab.goto(url);
    await tab.waitForFunction(() => 'consumer' in globalThis);
    const bytes = Uint8Array.from(await tab.evaluate(() => consumer.bytes));
    await using model = await Model.load(bytes, { providers: ['cpu'] });
    const expected = Array.from((await model.run(feeds)).y!.data as Float32Array);
    for (const provider of ['simd', 'wasm']) {
      const asked = [provider, feeds] as const;
      const { running, y } = await tab.evaluate(([name, given]) => consumer.run(name, given), asked);
      expect(running).toBe(provider);
      expect(Math.max(...y.map((entry, i) => Math.abs(entry - expected[i]!)))).toBeLessThan(1e-6);
    }
    const losses = await tab.evaluate((given) => consumer.train(given), feeds);
    expect(losses).toHaveLength(5);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    await tab.close();
  }

  it.each(Object.keys(bundlers) as (keyof typeof bundlers)[])(
    'runs models on both providers and trains, isolated or not, bundled by %s',
    async (bundler) => {
      const app = appOf(bundler);
      await bundlers[bundler](app);
      for (const isolated of [false, true]) {
        await using server = await serveFolder(join(app, 'dist'), { isolated });
        await expectToWork(server.url);
      }
    },
    120_000,
  );

  it("does so on Vite's development server, where npm has put onnxruntime-web beside the package", async () => {
    const app = appOf('vite-dev');
    writeFileSync(join(app, 'index.html'), page('./main.js'));
    const beside = join(workspace, 'node_modules/onnxruntime-web');
    cpSync(join(repository, 'node_modules/onnxruntime-web/package.json'), join(beside, 'package.json'));
    cpSync(join(repository, 'node_modules/onnxruntime-web/types.d.ts'), join(beside, 'types.d.ts'));
    for (const file of [
      'ort-wasm-simd-threaded.mjs',
      'ort-wasm-simd-threaded.wasm',
      'ort.wasm.bundle.min.mjs',
    ]) {
      cpSync(join(repository, 'node_modules/onnxruntime-web/dist', file), join(beside, 'dist', file));
    }
    const server = await vite.createServer({
      root: app,
      configFile: false,
      logLevel: 'error',
      server: { port: 0, fs: { strict: false } },
    });
    try {
      await server.listen();
      await expectToWork(server.resolvedUrls?.local[0] ?? '');
    } finally {
      await server.close();
    }
  });
});
