/** Models kept in a browser's Cache Storage, by their URL. */
import { type DownloadOptions, failureOf, fetchModel, readBody } from './fetch-model.js';

/** What one model has to do with the cache: it is kept once it has opened, since anything may answer at a URL. */
export class ModelCache {
  readonly #name: string;
  readonly #downloaded: { readonly url: URL; readonly bytes: Uint8Array }[] = [];

  /** @param name of the Cache Storage */
  constructor(name: string) {
    this.#name = name;
  }

  /**
   * What the cache has, else what the server gives.
   *
   * @throws E_FILE_READ; the signal's reason
   */
  async fetch(url: URL, options: DownloadOptions): Promise<Uint8Array> {
    const known = await this.#open().then(
      (cache) => cache?.match(url),
      () => undefined,
    );
    if (known) return readBody(known, options, failureOf(url, options));
    const bytes = await fetchModel(url, options);
    this.#downloaded.push({ url, bytes });
    return bytes;
  }

  /** Keeps what was downloaded. */
  async keep(): Promise<void> {
    try {
      for (const { url, bytes } of this.#downloaded) {
        const cache = await this.#open();
        const headers = { 'content-length': String(bytes.length) };
        await cache?.put(url, new Response(Uint8Array.from(bytes), { headers }));
      }
    } catch {
      // A full disk, storage that is forbidden, or a URL that caches do not take: the model is there all the same.
    }
  }

  /** Pages without https: have no caches. */
  async #open(): Promise<Cache | undefined> {
    return globalThis.caches?.open(this.#name);
  }
}
