/** The forward fixtures of PyTorch in Firefox, where the system has one: on both providers, with and without threads. */
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
const bytes = exportOnnx(simpleLSTM, initParameters(simpleLSTM, 1));

const isolations = [
  ['an isolated page, 2 threads', true],
  ['a page without special headers', false],
] as const;

describe.skipIf('missing' in firefox)('Firefox', () => {
  let browser: Browser;
  beforeAll(async () => {
    if ('missing' in firefox) throw new Error(firefox.missing);
    const { executablePath } = firefox;
    browser = await launch({ browser: 'firefox', executablePath, headless: true, timeout: 0 });
  });
  afterAll(() => browser?.close());

  describe.each(isolations)('in %s', (_name, isolated) => {
    let server: StaticServer;
    beforeAll(async () => {
      server = await serveFolder(testSite, { isolated });
    });
    afterAll(() => server[Symbol.asyncDispose]());

    describe.each(['simd', 'wasm'] as const)('on %s an exported', (provider) => {
      const options = { providers: [provider], ...(isolated ? { numThreads: 2 } : {}) };
      let page: Page;
      // The same, but for how puppeteer writes the types of what it passes on.
      const tab: Evaluates = {
        evaluate: (act, argument) => page.evaluate(act as never, argument) as never,
      };

      /** A page on which the provider has started. */
      async function open(): Promise<boolean> {
        page = await browser.newPage();
        page.setDefaultTimeout(0);
        await page.goto(server.url);
        await page.waitForFunction(() => 'lab' in window);
        expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
        const started = keepOpenIn(tab, bytes, options).then(() => true);
        started.catch(() => {}); // what it comes to once the page is closed
        if (!isolated) return started;
        return Promise.race([started, new Promise<false>((end) => setTimeout(end, 40_000, false))]);
      }

      beforeAll(async () => {
        // Now and then a worker of Firefox that starts a worker waits for ever: one of the two misses the other's
        // signal (WorkerPrivate::WaitForIsDebuggerRegistered). Threads start so; a new page is another try.
        for (let attempt = 0; !(await open()); attempt++) {
          if (attempt === 2) throw new Error(`${provider} does not start`);
          await page.close();
        }
      });
      afterAll(() => page?.close());

      async function results(network: Network, fixture: Fixture<unknown>) {
        const model = exportOnnx(network, fixture.params);
        const ran = await runIn(tab, { model, feeds: feedsOf(network, fixture), options });
        expect(ran.running).toBe(provider);
        return ran.results as ReadonlyMap<string, never>;
      }

      itComputesWhatPyTorchDoes(results);
    });
  });
});
