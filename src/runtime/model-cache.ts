/** Models kept in a browser's Cache Storage, by their URL. */
import { type DownloadOptions, failureOf, fetchModel, readBody } from './fetch-model.js';

/** One model and the cache: it is kept only after it has opened, since a URL may return anything. */
export class ModelCache {
  readonly #name: string;
  readonly #downloaded: { readonly url: URL; readonly bytes: Uint8Array }[] = [];

  /** @param name of the Cache Storage */
  constructor(name: string) {
    this.#name = name;
  }

  /**
   * From the cache, else from the server.
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
      // A full disk, forbidden storage, or a URL that caches refuse: the model still works.
    }
  }

  /** Pages without https have no caches. */
  async #open(): Promise<Cache | undefined> {
    return globalThis.caches?.open(this.#name);
  }
}
