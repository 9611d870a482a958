/** Models kept in a browser's Cache Storage, by their URL. */
import { type DownloadOptions, fetchModel, readBody } from './fetch-model.js';

/**
 * What the cache has, else what the server gives, kept for the next time.
 *
 * @throws E_FILE_READ; the signal's reason
 */
export async function fetchCached(
  url: URL,
  options: DownloadOptions,
  cacheName: string,
): Promise<Uint8Array> {
  // Pages without https: have no caches.
  const cache = await globalThis.caches?.open(cacheName);
  const known = await cache?.match(url);
  if (known) return readBody(known, options);
  const bytes = await fetchModel(url, options);
  try {
    await cache?.put(url, new Response(Uint8Array.from(bytes)));
  } catch {
    // A full disk, or a URL that caches do not take: the model is there all the same.
  }
  return bytes;
}
