/**
 * Models in browsers: files from URLs, sessions on kernels of our own (`simd`) or through onnxruntime-web (`wasm`).
 */
import { fewerThreads } from '#simd-platform';
import { kernelBytes } from '../builder/backends/simd/kernel-bytes.js';
import { LstmOnnxError, messageOf, textOf } from '../errors.js';
import { MissingFiles } from '../import/onnx/external-data.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { urlBeside, withFiles } from './external-data.js';
import { type DownloadOptions, fetchModel } from './fetch-model.js';
import { BaseModel } from './model.js';
import { ModelCache } from './model-cache.js';
import { type LoadOptions, meantLoadOptions, openModel } from './open-model.js';
import type { Provider, ProviderStatus } from './providers.js';
import {
  DEFAULT_SESSION_OPTIONS,
  type ModelFile,
  type Runtime,
  type Session,
  type SessionOptions,
} from './session.js';
import {
  checkPlatform,
  type PlatformOptions,
  part,
  platformNames,
  settingsOf,
  urlOf,
  usesWorker,
} from './web-settings.js';
import { withTensors } from './with-tensors.js';
import type { WebProvider, WorkerModel } from './worker/protocol.js';
import { SessionWorker } from './worker/worker-session.js';

/** How a model is opened in a browser. */
export interface WebLoadOptions extends LoadOptions, PlatformOptions {
  /**
   * Providers in order of preference: the first that opens the model runs it. Default `'auto'`: `simd`, then `wasm`.
   * `webgpu` and `webnn` may be asked for and are skipped, with the reason in `model.providers`.
   */
  readonly providers?: 'auto' | readonly Provider[];
  /**
   * Name of a Cache Storage that keeps the bytes of models by their URL: what it has is not downloaded again, so give
   * a model that changes another URL or name. Default: none; the browser's HTTP cache goes by the server's headers.
   */
  readonly cache?: string;
}

/** Any ONNX model, opened to run in a browser. */
export class Model extends BaseModel {
  /**
   * Opens a model.
   *
   * @param source A URL, relative ones to the page, or the file's bytes. Weights in other files are fetched from the model's
   * folder; with bytes, `sessionOptions.externalData` has them.
   * @throws E_FILE_READ when a file cannot be fetched; E_MISSING_DATA for bytes whose weights are in other files; E_INVALID_FILE when it is no ONNX model; E_UNSUPPORTED for
   * operators, versions or types that the provider does not have; E_PROVIDER_UNAVAILABLE, with every reason, when none
   * of those asked for runs here; E_INVALID_OPTION; the signal's reason.
   */
  static async load(
    source: string | URL | Uint8Array | ArrayBuffer,
    options: WebLoadOptions = {},
  ): Promise<Model> {
    checkOptionNames('Model.load', options, loadNames, meantLoadOptions);
    const { cache: name } = options;
    if (name !== undefined && typeof name !== 'string') {
      throw new LstmOnnxError('E_INVALID_OPTION', `cache is ${textOf(name)}; it must be a name.`);
    }
    const cache = name === undefined ? undefined : new ModelCache(name);
    const opened = await openModel(webRuntime(options, cache), source, options);
    await cache?.keep();
    return new Model(opened);
  }
}

const loadNames = {
  providers: true,
  sessionOptions: true,
  finite: true,
  signal: true,
  idleTimeout: true,
  onProgress: true,
  cache: true,
  ...platformNames,
} satisfies OptionNames<WebLoadOptions>;

/** Which providers open a session in this browser, and what the others lack. Takes a moment, since it tries them. */
export async function availableProviders(options: PlatformOptions = {}): Promise<readonly ProviderStatus[]> {
  checkOptionNames('availableProviders', options, platformNames, meantLoadOptions);
  checkPlatform(options);
  const { probeModel } = await import('./probe.js');
  const file = probeModel();
  const statuses: ProviderStatus[] = [];
  for (const provider of ['simd', 'wasm', 'webgpu', 'webnn'] as const) {
    try {
      const session = await open(options, provider, file, DEFAULT_SESSION_OPTIONS);
      await session.release();
      statuses.push({ provider, available: true });
    } catch (error) {
      statuses.push({ provider, available: false, reason: messageOf(error).trim() });
    }
  }
  return statuses;
}

/** The providers of browsers, the better one first. */
const preferred = ['simd', 'wasm'] as const;

function webRuntime(options: WebLoadOptions, cache: ModelCache | undefined): Runtime {
  checkPlatform(options);
  return {
    read: (source, download) => read(source, download, cache),
    open: (provider, file, sessionOptions) => open(options, provider, file, sessionOptions),
    // Without trying them: an error message is not worth that download.
    availableProviders: async () => preferred.map((provider) => ({ provider, available: true })),
    autoProviders: async () => preferred,
  };
}

async function read(
  source: string | URL | Uint8Array,
  download: DownloadOptions,
  cache: ModelCache | undefined,
): Promise<ModelFile> {
  if (source instanceof Uint8Array) return { name: 'the model', bytes: source };
  const url = urlOf(source, 'A model is loaded from a URL or its bytes (Uint8Array, ArrayBuffer)');
  const fetched = (from: URL) => (cache ? cache.fetch(from, download) : fetchModel(from, download));
  const beside = new Map<string, Promise<Uint8Array>>();
  return {
    name: url.href,
    bytes: await fetched(url),
    // Cached, since every provider that is tried asks for them.
    beside: (name) => {
      const known = beside.get(name) ?? fetched(urlBeside(url, name));
      beside.set(name, known);
      return known;
    },
  };
}

/** How each provider opens a session. */
type Openers = { readonly [P in WebProvider]: (...model: WorkerModel<P>) => Promise<Session> };

const here: Openers = {
  async simd(bytes, options, { numThreads, kernels }) {
    const { openSimdSession, sharedEngine } = await part(import('./simd/session.js'));
    return withTensors(openSimdSession(bytes, await sharedEngine(() => kernels, numThreads), options));
  },
  async wasm(bytes, options, settings) {
    const [{ configureWasm, openWasmSession }, { readOnnxFile }] = await part(
      Promise.all([import('./wasm.js'), import('./onnx-file.js')]),
    );
    configureWasm(settings);
    return openWasmSession(readOnnxFile(bytes), options);
  },
};

/** Workers that hold the sessions of models on a page, one for each provider. */
const workers = {
  simd: new SessionWorker<'simd'>(async () => (await part(import('#simd-worker'))).source),
  /** With the ops that few models have, and what files are that are no models. */
  simdWhole: new SessionWorker<'simd'>(async () => (await part(import('#simd-whole-worker'))).source),
  wasm: new SessionWorker<'wasm'>(async () => (await part(import('#wasm-worker'))).source),
};

const inWorker: Openers = {
  async simd(bytes, options, settings) {
    try {
      return await workers.simd.open(bytes, options, settings);
    } catch (error) {
      const knowsLittle =
        error instanceof LstmOnnxError && ['E_UNSUPPORTED', 'E_INVALID_FILE'].includes(error.code);
      if (!knowsLittle) throw error;
      const kernels = await part(kernelBytes('running'));
      return workers.simdWhole.open(bytes, options, { ...settings, kernels });
    }
  },
  wasm: (...model) => workers.wasm.open(...model),
};

async function open(
  options: WebLoadOptions,
  provider: Provider,
  file: ModelFile,
  sessionOptions: SessionOptions,
): Promise<Session> {
  if (provider !== 'simd' && provider !== 'wasm') {
    throw new LstmOnnxError(
      'E_PROVIDER_UNAVAILABLE',
      provider === 'webgpu' || provider === 'webnn'
        ? `the onnxruntime-web that this library brings is the one for WebAssembly, which has no '${provider}'`
        : `browsers have no '${provider}'`,
    );
  }
  return openOn(provider, options, file, sessionOptions);
}

async function openOn<P extends WebProvider>(
  provider: P,
  options: WebLoadOptions,
  file: ModelFile,
  sessionOptions: SessionOptions,
): Promise<Session> {
  const settings = await settingsOf[provider](options, sessionOptions);
  const opener = (usesWorker(options) ? inWorker : here)[provider];
  const opened = (options: SessionOptions) => opener(file.bytes, options, settings);
  // Only the caller that opens the model knows the files of weights that it names.
  const session = await opened(sessionOptions).catch(async (error) => {
    if (!(error instanceof MissingFiles && file.beside)) throw error;
    return opened(await withFiles(file, error.files, sessionOptions));
  });
  const notice = settings.numThreads === 1 ? fewerThreads() : undefined;
  return notice === undefined ? session : { ...session, notice };
}
