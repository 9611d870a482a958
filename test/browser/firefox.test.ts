/** The forward fixtures of PyTorch in Firefox, where the system has one: on both providers, with two threads. */
import { type Browser, launch, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import type { Network } from '../../src/builder/network.js';
import { initParameters } from '../../src/builder/parameters.js';
import { exportOnnx } from '../../src/export/export.js';
import type { Fixture } from '../fixtures.js';
import { feedsOf, itComputesWhatPyTorchDoes } from '../parity/exported.js';
import { simpleLSTM } from '../parity/networks.js';
import { type Evaluates, keepOpenIn, runIn, testSite } from './lab.js';
import { type StaticServer, serveFolder } from './static-server.js';

const { firefox } = inject('browsers');

describe.skipIf('missing' in firefox)('in an isolated page of Firefox, 2 threads,', () => {
  let server: StaticServer;
  let browser: Browser;
  let page: Page;
  // The same, but for how puppeteer writes the types of what it passes on.
  const tab: Evaluates = {
    evaluate: (act, argument) => page.evaluate(act as never, argument) as never,
  };
  beforeAll(async () => {
    if ('missing' in firefox) throw new Error(firefox.missing);
    server = await serveFolder(testSite, { isolated: true });
    browser = await launch({ browser: 'firefox', executablePath: firefox.executablePath, headless: true });
    page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForFunction(() => 'lab' in window);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  describe.each(['simd', 'wasm'] as const)('on %s an exported', (provider) => {
    const options = { providers: [provider], numThreads: 2 };

    beforeAll(() => keepOpenIn(tab, exportOnnx(simpleLSTM, initParameters(simpleLSTM, 1)), options));

    async function results(network: Network, fixture: Fixture<unknown>) {
      const model = exportOnnx(network, fixture.params);
      const ran = await runIn(tab, { model, feeds: feedsOf(network, fixture), options });
      expect(ran.running).toBe(provider);
      return ran.results as ReadonlyMap<string, never>;
    }

    itComputesWhatPyTorchDoes(results);
  });
});
