/** What a model's source is in Node: a file, bytes, or a URL to download. */
import { fileURLToPath } from 'node:url';
import { LstmOnnxError, messageOf } from '../errors.js';
import { type DownloadOptions, fetchModel } from './fetch-model.js';

/** A model by its path, else its bytes. */
export interface Located {
  /** For messages. */
  readonly name: string;
  readonly content: string | Uint8Array;
  /** Where its bytes came from, if from a URL. */
  readonly url?: string;
}

/** Finds a model, and downloads it if needed. @throws E_FILE_READ, E_INVALID_OPTION, the signal's reason */
export async function locate(source: string | URL | Uint8Array, options: DownloadOptions): Promise<Located> {
  if (source instanceof Uint8Array) return { name: 'the model', content: source };
  const url = source instanceof URL ? source : urlOf(source);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    return { name: url.href, url: url.href, content: await fetchModel(url, options) };
  }
  const path = url === undefined ? source : pathOf(url);
  if (typeof path !== 'string' || path === '') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `A model is loaded from a path, a URL or its bytes (Uint8Array), not from ${path === '' ? 'an empty path' : typeof source}.`,
    );
  }
  return { name: path, content: path };
}

/** The string as a URL, if it is one of a supported kind; paths such as `C:\model.onnx` are not. */
function urlOf(source: unknown): URL | undefined {
  if (typeof source !== 'string' || !/^(?:file|https?):\/\//i.test(source)) return undefined;
  try {
    return new URL(source);
  } catch (cause) {
    throw new LstmOnnxError('E_INVALID_OPTION', `'${source}' is not a URL: ${messageOf(cause)}.`, { cause });
  }
}

function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `Models come from file:, http: and https: URLs; '${url.href}' is none of them: ${messageOf(cause)}.`,
      { cause },
    );
  }
}
