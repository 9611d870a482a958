/** Pages of the bench, each bundled alone by Vite as a user would, in a Chromium. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { findChromium } from '../test/browser/find-chromium.js';
import { startChromium } from '../test/browser/launch.js';

const pages = join(dirname(fileURLToPath(import.meta.url)), 'pages');

export interface Site extends Disposable {
  readonly folder: string;
}

/** Bundles `pages/NAME.ts`. @param define what the page finds under these names */
export async function bundle(name: string, define: Record<string, string> = {}): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'lstm-onnx-bench-'));
  const html = readFileSync(join(pages, 'index.html'), 'utf8').replace('./PAGE.ts', `./${name}.ts`);
  const entry = join(pages, `${name}.html`);
  writeFileSync(entry, html);
  try {
    await build({
      ...{ root: pages, configFile: false, logLevel: 'error', define },
      // The chunk of a page that waits for its model at top level.
      build: { outDir: folder, emptyOutDir: true, target: 'es2022', rolldownOptions: { input: entry } },
      worker: { format: 'es' },
    });
  } finally {
    rmSync(entry);
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** @throws Error where there is no browser */
export async function openBrowser(): Promise<{ browser: Browser; version: string; close(): Promise<void> }> {
  const found = await findChromium();
  if ('missing' in found) throw new Error(found.missing);
  const server = await startChromium(found);
  const browser = await chromium.connect(server.wsEndpoint());
  return { browser, version: found.version, close: () => server.close() };
}

/** A page in a context of its own, with nothing in its caches; not yet anywhere. */
export async function openPage(browser: Browser): Promise<Page & AsyncDisposable> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(`in the page: ${error}`));
  return Object.assign(page, { [Symbol.asyncDispose]: () => context.close() });
}
