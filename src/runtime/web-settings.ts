/** What the options of a page say to a provider: threads, kernels, and where onnxruntime-web's files are. */
import { processors } from '#simd-platform';
import { kernelBytes } from '../builder/backends/simd/kernel-bytes.js';
import { LstmOnnxError, messageOf, textOf } from '../errors.js';
import type { OptionNames } from '../option-names.js';
import type { SessionOptions } from './session.js';
import type { ProviderSettings, WebProvider } from './worker/protocol.js';

/** What a page says of how models run, whichever they are. */
export interface PlatformOptions {
  /**
   * onnxruntime-web's two files, for bundlers that do not bring them along by themselves (Vite and webpack do).
   * The first model on `wasm` decides.
   */
  readonly wasmPaths?: { readonly mjs: string | URL; readonly wasm: string | URL };
  /**
   * Threads, where the page is cross-origin isolated; elsewhere it is one. Default: the number of processors, at most 4, on
   * `simd`; half of that number, at most 4, on `wasm`, where the first model decides.
   */
  readonly numThreads?: number;
  /** Whether the model runs in a worker, so that the page stays responsive. Default: true on a page, false in a worker. */
  readonly worker?: boolean;
}

export const platformNames = {
  numThreads: true,
  wasmPaths: true,
  worker: true,
} satisfies OptionNames<PlatformOptions>;

/** @throws E_INVALID_OPTION */
export function checkPlatform({ numThreads, wasmPaths, worker }: PlatformOptions): void {
  if (numThreads !== undefined && !(Number.isInteger(numThreads) && numThreads >= 1)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `numThreads is ${textOf(numThreads)}; it must be 1, 2, 3, ...`,
    );
  }
  if (worker !== undefined && typeof worker !== 'boolean') {
    throw new LstmOnnxError('E_INVALID_OPTION', `worker is ${textOf(worker)}; it must be true or false.`);
  }
  if (wasmPaths !== undefined && typeof wasmPaths !== 'object') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `wasmPaths is ${wasmPaths}; it must be { mjs, wasm }, two URLs.`,
    );
  }
}

/** @param expected what may be given, for the message */
export function urlOf(given: unknown, expected: string): URL {
  if (given instanceof URL) return given;
  if (typeof given === 'string' && given !== '') {
    try {
      return new URL(given, globalThis.document?.baseURI ?? location.href);
    } catch {
      // said below
    }
  }
  const got = typeof given === 'string' ? `'${given}'` : typeof given;
  throw new LstmOnnxError('E_INVALID_OPTION', `${expected}, not from ${got}.`);
}

/** Loads a part of this library on demand. @throws E_PROVIDER_UNAVAILABLE */
export async function part<T>(loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (cause) {
    if (cause instanceof LstmOnnxError) throw cause;
    const message = `a part of lstm-onnx cannot be loaded; reload the page to try again: ${messageOf(cause)}`;
    throw new LstmOnnxError('E_PROVIDER_UNAVAILABLE', message, { cause });
  }
}

/** Whether models run in a worker. */
export function usesWorker({
  worker = 'document' in globalThis && 'Worker' in globalThis,
}: PlatformOptions): boolean {
  return worker;
}

export const settingsOf: {
  readonly [P in WebProvider]: (
    options: PlatformOptions,
    sessionOptions: SessionOptions,
  ) => Promise<ProviderSettings[P]>;
} = {
  simd: async (options, sessionOptions) => ({
    numThreads: threadsOf(options, sessionOptions, processors()),
    kernels: await part(kernelBytes(usesWorker(options) ? 'recurrent' : 'running')),
  }),
  wasm: async (options, sessionOptions) => ({
    numThreads: threadsOf(options, sessionOptions, Math.ceil(processors() / 2)),
    wasmPaths: options.wasmPaths ? absolute(options.wasmPaths) : bundledWasmPaths(),
  }),
};

/** @param useful threads that a provider has a use for */
function threadsOf(
  { numThreads }: PlatformOptions,
  { intraOpNumThreads }: SessionOptions,
  useful: number,
): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return numThreads ?? (intraOpNumThreads || Math.min(useful, MOST_THREADS));
}

const MOST_THREADS = 4;

/** A worker made of a Blob has no folder that a relative URL could start from. */
function absolute({ mjs, wasm }: { readonly mjs: string | URL; readonly wasm: string | URL }) {
  const expected = "onnxruntime-web's files are loaded from the URLs in wasmPaths";
  return { mjs: urlOf(mjs, expected).href, wasm: urlOf(wasm, expected).href };
}

/**
 * Vite and webpack see these and bring the files along. Vite's development server takes the package's name for a folder
 * beside this file, and does not: there the files are where npm puts packages.
 */
function bundledWasmPaths() {
  const mjs = new URL('onnxruntime-web/ort-wasm-simd-threaded.mjs', import.meta.url).href;
  const wasm = new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url).href;
  return { mjs: besideThisPackage(mjs), wasm: besideThisPackage(wasm) };
}

function besideThisPackage(url: string): string {
  return url.replace('/lstm-onnx/dist/runtime/onnxruntime-web/', '/onnxruntime-web/dist/');
}
