/**
 * Before the browser tests: finds the browsers, starts one Chromium for all of them, and bundles the test page from the
 * built package as a user of it would. Where there is no browser, one line says why its tests are skipped.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import { findChromium } from './find-chromium.js';
import { findFirefox } from './find-firefox.js';
import { startChromium } from './launch.js';

/** What the tests are told; see `inject` in lab.ts. */
export interface BrowserSetup {
  /** Where the Chromium listens, or why there is none. */
  readonly chromium: { readonly endpoint: string; readonly version: string } | { readonly missing: string };
  readonly firefox: { readonly executablePath: string } | { readonly missing: string };
  /** The folder with the test page, bundled. */
  readonly site: string;
  /** The folder that the tests in site/ build the pages into. */
  readonly builtSite: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    browsers: BrowserSetup;
  }
}

const root = fileURLToPath(new URL('pages', import.meta.url));

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [found, firefox] = [await findChromium(), findFirefox()];
  if ('missing' in found) console.warn(`Tests in Chromium are skipped: ${found.missing}`);
  if ('missing' in firefox) console.warn(`Tests in Firefox are skipped: ${firefox.missing}`);
  const folder = mkdtempSync(join(tmpdir(), 'lstm-onnx-pages-'));
  const site = join(folder, 'test-page');
  if (!('missing' in found) || !('missing' in firefox)) await buildPages(site);
  const server = 'missing' in found ? undefined : await startChromium(found);
  project.provide('browsers', {
    chromium:
      'missing' in found
        ? { missing: found.missing }
        : { endpoint: server?.wsEndpoint() ?? '', version: found.version },
    firefox,
    site,
    builtSite: join(folder, 'built-site'),
  });
  return async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  };
}

async function buildPages(outDir: string): Promise<void> {
  if (!existsSync(new URL('../../dist/web.js', import.meta.url))) {
    throw new Error('dist/web.js is not there, which the browser tests load: run npm run build first');
  }
  await build({
    ...{ root, configFile: false, logLevel: 'error' },
    build: { outDir, emptyOutDir: true },
    worker: { format: 'es' }, // a worker that loads parts of itself when it needs them
  });
}
