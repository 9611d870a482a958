/** Downloads a model over HTTP with the platform's own fetch. */
import { joinBytes } from '../array-layout.js';
import { counted } from '../counted.js';
import { LstmOnnxError, messageOf } from '../errors.js';

/** An ONNX file is one protobuf message, and those end at 2 GiB. Larger models keep weights in other files. */
export const MAX_MODEL_BYTES = 2 ** 31 - 1;

const IDLE_TIMEOUT = 60_000;
/** The longest time of a timer, 24 days: setTimeout treats a longer one as none. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** The progress of a download. */
export interface Progress {
  /** Bytes so far. */
  readonly loaded: number;
  /** Bytes in total; absent if the server does not say, or only gives the compressed size. */
  readonly total?: number;
}

/** Options of a download. */
export interface DownloadOptions {
  /** Ends the download and the opening of the model; the signal's reason is thrown. */
  readonly signal?: AbortSignal;
  /**
   * How long the server may send nothing before the download fails, in milliseconds. Default: 60,000. A slow download may
   * take as long as it likes.
   */
  readonly idleTimeout?: number;
  /** Called as bytes arrive, where the model comes from a URL. */
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * @throws E_FILE_READ when the server cannot be reached, says no, falls silent, or sends more than an ONNX file can hold;
 *   E_INVALID_OPTION; the signal's reason
 */
export async function fetchModel(url: URL, options: DownloadOptions = {}): Promise<Uint8Array> {
  const { signal, idleTimeout = IDLE_TIMEOUT } = options;
  if (!(idleTimeout > 0)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `idleTimeout is ${idleTimeout}; give milliseconds, more than 0.`,
    );
  }
  const fail = failureOf(url, options);
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(
      () =>
        controller.abort(new Error(`the server sent nothing for ${counted(idleTimeout / 1000, 'second')}`)),
      Math.min(idleTimeout, MAX_TIMEOUT),
    );
  };
  signal?.throwIfAborted();
  signal?.addEventListener('abort', abort);
  heard();
  try {
    const response = await fetch(url, { signal: controller.signal }).catch(fail);
    if (!response.ok)
      return fail(new Error(`the server answered ${response.status} ${response.statusText}`.trim()));
    return await readBody(response, options, fail, heard);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** Throws the error for a download that failed. */
type Fail = (cause: unknown) => never;

/** A failure of the download itself; what the caller's `onProgress` throws is passed on unchanged. */
export function failureOf(url: URL, { signal }: DownloadOptions): Fail {
  return (cause) => {
    signal?.throwIfAborted();
    const reason =
      cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause);
    throw new LstmOnnxError('E_FILE_READ', `Cannot fetch the model ${url.href}: ${reason}.`, { cause });
  };
}

/** The bytes of a response, counted as they arrive. @param heard is called for each piece */
export async function readBody(
  response: Response,
  { onProgress }: DownloadOptions,
  fail: Fail,
  heard?: () => void,
): Promise<Uint8Array> {
  const { headers } = response;
  const length = headers.has('content-encoding') ? Number.NaN : Number(headers.get('content-length') ?? NaN);
  const total = Number.isSafeInteger(length) ? { total: length } : {};
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body?.getReader();
  const next = () => reader?.read().catch(fail);
  try {
    for (let part = await next(); part?.value !== undefined; part = await next()) {
      heard?.();
      loaded += part.value.length;
      if (loaded > MAX_MODEL_BYTES) {
        fail(new Error(`it is longer than ${MAX_MODEL_BYTES} bytes, the limit of an ONNX file`));
      }
      chunks.push(part.value);
      onProgress?.({ loaded, ...total });
    }
  } catch (error) {
    // The rest is not needed, so a failure to cancel it does not matter.
    await reader?.cancel().catch(() => {});
    throw error;
  }
  return joinBytes(chunks);
}
