/** The test page in a browser, seen from a test. */

import type { WebLoadOptions } from 'lstm-onnx/web';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { describe, inject } from 'vitest';
import type {} from './pages/main.js';
import type {} from './setup.js';
import { type ServerOptions, type StaticServer, serveFolder } from './static-server.js';
import { bytesToBase64, type DataAndDims, fromWire, type ReceivedTensor, toWire } from './wire.js';

const browsers = inject('browsers');

/** `describe` where there is a Chromium; setup.ts has said why where there is none. */
export const describeInChromium = describe.skipIf('missing' in browsers.chromium);

export const testSite = browsers.site;

/** How long, in milliseconds, a slow machine may take for what a page does at once. */
export const patience = 120_000;

export async function connectChromium(): Promise<Browser> {
  if ('missing' in browsers.chromium) throw new Error(browsers.chromium.missing);
  return chromium.connect(browsers.chromium.endpoint);
}

type SentOptions = Pick<WebLoadOptions, 'providers' | 'numThreads' | 'worker'>;

export interface RunInPage {
  readonly model: Uint8Array;
  readonly feeds: Readonly<Record<string, DataAndDims>>;
  readonly options: SentOptions;
}

export interface RanInPage {
  readonly results: ReadonlyMap<string, ReceivedTensor>;
  readonly running: string;
}

/** The test page, open, in a context of its own. */
export class Lab implements AsyncDisposable {
  private constructor(
    private readonly context: BrowserContext,
    private readonly browser: Browser,
    readonly page: Page,
    readonly server: StaticServer,
    /** What the page has thrown into the void or written to the console as an error. */
    readonly problems: readonly string[],
  ) {}

  static async open(options: ServerOptions = {}): Promise<Lab> {
    const server = await serveFolder(testSite, options);
    const browser = await connectChromium();
    const context = await browser.newContext();
    context.setDefaultTimeout(patience);
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(server.url);
    await page.waitForFunction(() => 'lab' in window);
    return new Lab(context, browser, page, server, problems);
  }

  keepOpen(model: Uint8Array, options: SentOptions): Promise<void> {
    return keepOpenIn(this.page, model, options);
  }

  run(run: RunInPage): Promise<RanInPage> {
    return runIn(this.page, run);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    await this.browser.close();
    await this.server[Symbol.asyncDispose]();
  }
}

/** What a page of playwright and one of puppeteer have in common. */
export interface Evaluates {
  evaluate<Argument, Result>(
    act: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
}

/** Keeps a model open, and so the worker of its provider, which would else start anew for every model. */
export async function keepOpenIn(page: Evaluates, model: Uint8Array, options: SentOptions): Promise<void> {
  await page.evaluate(
    async ({ model, options }) => {
      const { lstmOnnx, base64ToBytes } = window.lab;
      await lstmOnnx.Model.load(base64ToBytes(model), options);
    },
    { model: bytesToBase64(model), options },
  );
}

/** Loads a model in the page, runs it once, and lets go of it. */
export async function runIn(page: Evaluates, { model, feeds, options }: RunInPage): Promise<RanInPage> {
  const sent = { model: bytesToBase64(model), feeds: toWire(feeds), options };
  const { results, running } = await page.evaluate(({ model, feeds, options }) => {
    const { withModel, base64ToBytes, fromWire, toWire } = window.lab;
    return withModel(base64ToBytes(model), options, async (loaded) => ({
      results: toWire(await loaded.run(fromWire(feeds))),
      running: loaded.providers.running,
    }));
  }, sent);
  return { results: new Map(Object.entries(fromWire(results))), running };
}
