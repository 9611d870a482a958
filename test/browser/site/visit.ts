/** A page of the built site in a tab of its own, and what goes on in it: requests, problems, downloads. */
import type { Browser, BrowserContext, BrowserContextOptions, Page, Worker } from 'playwright-core';
import { expect, vi } from 'vitest';
import { connectChromium, patience } from '../lab.js';
import { type StaticServer, serveFolder } from '../static-server.js';
import { builtSite } from './built-site.js';

export const pageFiles = [
  'index.html',
  'inside.html',
  'forecast.html',
  'write.html',
  'train.html',
  'convert.html',
] as const;

export type PageFile = (typeof pageFiles)[number];

/** Whether the server sends the headers that isolate a page, which threads need. */
export const servers = [
  ['with COOP and COEP', true],
  ['without special headers', false],
] as const;

export interface Saved {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export class Visit implements AsyncDisposable {
  private constructor(
    private readonly browser: Browser,
    private readonly context: BrowserContext,
    private readonly server: StaticServer,
    readonly page: Page,
    /** What a person with open developer tools would see in red, violations of the page's policy among it. */
    readonly problems: readonly string[],
    /** The URLs that the tab asked for, or wanted to; those of blobs and data left out. */
    readonly requests: readonly string[],
    /** The paths that the server was asked for. */
    readonly served: readonly string[],
  ) {}

  static async open(
    file: PageFile,
    { isolated = true, ...options }: BrowserContextOptions & { readonly isolated?: boolean } = {},
  ): Promise<Visit> {
    const server = await serveFolder(builtSite(), { isolated });
    const browser = await connectChromium();
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(patience);
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    const requests: string[] = [];
    context.on('request', (request) => {
      if (/^http/.test(request.url())) requests.push(request.url());
    });
    const served: string[] = [];
    server.onRequest((path) => served.push(path));
    const visit = new Visit(browser, context, server, page, problems, requests, served);
    await page.goto(`${server.url}/${file}`);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
    return visit;
  }

  /** Goes to another page in the same tab. */
  async go(file: PageFile): Promise<void> {
    await this.page.goto(`${this.server.url}/${file}`);
  }

  text(selector: string): Promise<string> {
    return this.page.locator(selector).innerText();
  }

  /** Waits until an element reads like this. */
  async reads(selector: string, text: string | RegExp): Promise<void> {
    await soon(async () => {
      const told = await this.text(selector);
      if (typeof text === 'string') expect(told).toBe(text);
      else expect(told).toMatch(text);
    });
  }

  /** The page's own worker, which is there before those that it starts itself. */
  worker(): Worker {
    const [worker] = this.page.workers();
    if (!worker) throw new Error('The page has no worker.');
    return worker;
  }

  /** @returns waits until the page's worker has read so many responses or files whole, and done with them what it does */
  async countReads(kind: 'Response' | 'Blob'): Promise<(count: number) => Promise<void>> {
    const worker = this.worker();
    const counter = await worker.evaluateHandle((kind) => {
      const counter = { count: 0 };
      const { prototype } = globalThis[kind];
      const { arrayBuffer } = prototype;
      prototype.arrayBuffer = async function (this: Response & Blob) {
        const buffer = await arrayBuffer.call(this);
        setTimeout(() => counter.count++);
        return buffer;
      };
      return counter;
    }, kind);
    return (count) =>
      soon(async () => expect(await counter.evaluate((counter) => counter.count)).toBe(count));
  }

  /** The file that clicking this saves. */
  async save(selector: string): Promise<Saved> {
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      this.page.locator(selector).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    return { name: download.suggestedFilename(), bytes: Uint8Array.from(Buffer.concat(chunks)) };
  }

  /** Chooses files as a person does: by the button that opens the dialog. */
  async choose(label: string, files: Parameters<Page['setInputFiles']>[1]): Promise<void> {
    const [chooser] = await Promise.all([
      this.page.waitForEvent('filechooser'),
      this.page.locator(`label[for="${label}"]`).click(),
    ]);
    await chooser.setFiles(files);
  }

  /** Lets go of files over an element. */
  async drop(selector: string, files: readonly Saved[]): Promise<void> {
    const sent = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }));
    const dataTransfer = await this.page.evaluateHandle((sent) => {
      const transfer = new DataTransfer();
      for (const { name, base64 } of sent) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
      }
      return transfer;
    }, sent);
    for (const type of ['dragenter', 'dragover', 'drop']) {
      await this.page.locator(selector).dispatchEvent(type, { dataTransfer });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    await this.browser.close();
    await this.server[Symbol.asyncDispose]();
  }
}

/** Tries until it does not throw: a busy machine takes its time. */
export function soon<T>(act: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(act, { timeout: patience, interval: 30 });
}
