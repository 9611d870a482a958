/**
 * Models in Node: files from disk, sessions through onnxruntime-node (CPU, CUDA and what else it has on the
 * platform), for `wasm` onnxruntime-web, for `simd` kernels of our own. The only file that imports onnxruntime-node.
 */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Tensor } from 'onnxruntime-common';
import { LstmOnnxError, messageOf, reworded, textOf } from '../errors.js';
import { pathBeside } from '../files/beside.js';
import { cannotRead } from '../files/read.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { CUDA_HINT, cudaObstacle } from './cuda.js';
import { notGiven, urlBeside, withFiles } from './external-data.js';
import { type DownloadOptions, fetchModel, MAX_MODEL_BYTES } from './fetch-model.js';
import { float16BitsOf } from './float16.js';
import { type Located, locate } from './locate.js';
import { BaseModel } from './model.js';
import { type OnnxFile, readOnnxFile } from './onnx-file.js';
import { type LoadOptions, meantLoadOptions, openModel } from './open-model.js';
import { probeModel } from './probe.js';
import type { Provider, ProviderStatus } from './providers.js';
import { recurrentCheck } from './recurrent-shapes.js';
import {
  DEFAULT_SESSION_OPTIONS,
  type ModelFile,
  modelValues,
  type Runtime,
  type Session,
  type SessionOptions,
} from './session.js';
import { vulkanObstacle } from './vulkan.js';
import { withTensors } from './with-tensors.js';

type Ort = typeof import('onnxruntime-node');

/** How a model is opened in Node. */
export interface NodeLoadOptions extends LoadOptions {
  /**
   * Runs the model in a separate process, for untrusted files: if onnxruntime crashes that process, this model's runs fail
   * with an error. `release` ends the process and any runs in it. Default: false.
   */
  readonly isolate?: boolean;
}

/** Any ONNX model, opened to run in Node. */
export class Model extends BaseModel {
  /**
   * Opens a model.
   *
   * @param source A path, a `file:` or `http(s):` URL, or the file's bytes. Weights in other files are read from the model's
   * folder; with bytes, `sessionOptions.externalData` has them.
   * @throws E_FILE_READ when the file or its external weights cannot be read; E_MISSING_DATA for bytes whose weights are in
   * other files; E_INVALID_FILE when it is no ONNX
   * model; E_UNSUPPORTED for operators, versions or types that onnxruntime does not have; E_PROVIDER_UNAVAILABLE,
   * with every reason and the providers that are there, when none of those asked for runs here; E_INVALID_OPTION.
   */
  static async load(
    source: string | URL | Uint8Array | ArrayBuffer,
    options: NodeLoadOptions = {},
  ): Promise<Model> {
    checkOptionNames('Model.load', options, optionNames, meantLoadOptions);
    const { isolate = false, ...others } = options;
    if (typeof isolate !== 'boolean') {
      throw new LstmOnnxError('E_INVALID_OPTION', `isolate is ${textOf(isolate)}; it must be true or false.`);
    }
    if (!isolate) return new Model(await openModel(nodeRuntime, source, others));
    const { isolatedRuntime } = await import('./process/isolated-runtime.js');
    return new Model(await openModel(isolatedRuntime(nodePlatform, others.signal), source, others));
  }
}

const optionNames = {
  providers: true,
  sessionOptions: true,
  finite: true,
  signal: true,
  idleTimeout: true,
  onProgress: true,
  isolate: true,
} satisfies OptionNames<NodeLoadOptions>;

/**
 * Every execution provider that this platform may have, and whether a session really opens on it: if not, the reason, and
 * the command that adds it if there is one. Takes a moment, since it tries them.
 */
export async function availableProviders(): Promise<readonly ProviderStatus[]> {
  const file = described(probeModel());
  const statuses: ProviderStatus[] = [];
  for (const provider of await platformProviders()) {
    try {
      const obstacle = (await obstacleTo(provider)) ?? vulkanObstacle(provider, existsSync);
      if (obstacle !== undefined) {
        statuses.push({ provider, available: false, ...obstacle });
        continue;
      }
      const session = await open(provider, file, DEFAULT_SESSION_OPTIONS);
      await session.release();
      statuses.push({ provider, available: true });
    } catch (error) {
      statuses.push({ provider, available: false, reason: messageOf(error).trim() });
    }
  }
  return statuses;
}

/** What a separate process leaves to the one that started it. */
const nodePlatform = {
  locate,
  obstacleTo,
  availableProviders,
  async autoProviders(): Promise<readonly Provider[]> {
    try {
      await onnxruntimeNode();
      return ['cuda', 'cpu'];
    } catch {
      // Both are still tried, to keep their reasons.
      return ['cuda', 'cpu', 'wasm'];
    }
  },
};

const nodeRuntime: Runtime<NodeFile> = { ...nodePlatform, read, open };

export type NodePlatform = typeof nodePlatform;

/** Opens a session on what {@link locate} found. */
export async function openLocated(
  provider: Provider,
  located: Located,
  options: SessionOptions,
): Promise<Session> {
  const file = await fileOf(located, {});
  return open(provider, { ...file, onnx: readOnnxFile(file.bytes) }, options);
}

/** The bytes of a model, and how files in its folder are read. */
async function fileOf({ name, content, url }: Located, options: DownloadOptions): Promise<ModelFile> {
  if (typeof content === 'string') {
    return {
      name,
      path: content,
      bytes: await readBytes(content, 'model'),
      beside: async (file) => readBytes(await pathBeside(content, file), `external weights of ${name}`),
    };
  }
  if (url === undefined) return { name, bytes: content };
  return { name, bytes: content, beside: (file) => fetchModel(urlBeside(new URL(url), file), options) };
}

async function platformProviders(): Promise<readonly Provider[]> {
  const always: readonly Provider[] = ['cpu', 'cuda', 'wasm', 'simd'];
  try {
    const listed = await supportedBackends();
    const others: readonly Provider[] = ['coreml', 'dml', 'webgpu'];
    return [...always, ...others.filter((provider) => listed.has(provider))];
  } catch {
    return always;
  }
}

/**
 * onnxruntime-node, loaded when a model first needs it: training and exporting do not need its 45 MB, and on a platform
 * without a build of it, `wasm` still runs.
 * @throws E_PROVIDER_UNAVAILABLE
 */
async function onnxruntimeNode(): Promise<Ort> {
  try {
    const ort = await import('onnxruntime-node');
    // onnxruntime reads this once, at its first session, for what it logs outside of sessions.
    if (ort.env.logLevel === 'warning') ort.env.logLevel = 'fatal';
    return ort;
  } catch (cause) {
    throw new LstmOnnxError(
      'E_PROVIDER_UNAVAILABLE',
      `onnxruntime-node does not load on ${process.platform}/${process.arch}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

async function supportedBackends(): Promise<ReadonlySet<string>> {
  const { listSupportedBackends } = await onnxruntimeNode();
  return new Set(listSupportedBackends().map((backend) => backend.name));
}

/** Why a provider cannot work, as far as known without trying a model. */
async function obstacleTo(
  provider: Provider,
): Promise<{ readonly reason: string; readonly install?: string } | undefined> {
  if (provider === 'wasm' || provider === 'simd') return undefined;
  const supported = await supportedBackends();
  const { platform, arch } = process;
  if (provider === 'cuda') {
    const packageFolder = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
    const exists = (file: string) => existsSync(join(packageFolder, file));
    return cudaObstacle({ platform, arch, supported: supported.has(provider), packageFolder, exists });
  }
  if (!supported.has(provider)) {
    return { reason: `onnxruntime-node has no '${provider}' on ${platform}/${arch}` };
  }
  return undefined;
}

/** A model's file, and what is in it. */
interface NodeFile extends ModelFile {
  readonly onnx: OnnxFile;
}

function described(file: ModelFile): NodeFile {
  try {
    return { ...file, onnx: readOnnxFile(file.bytes) };
  } catch (cause) {
    if (!(cause instanceof LstmOnnxError)) throw cause;
    throw reworded(cause, `${file.name}: ${cause.message}`);
  }
}

async function open(provider: Provider, file: NodeFile, given: SessionOptions): Promise<Session> {
  const { onnx } = file;
  // By its path, onnxruntime finds the weights in the files beside it. WebAssembly sees no disk, and bytes have no place.
  const byPath = provider !== 'wasm' && provider !== 'simd' && !onnx.isRewritten ? file.path : undefined;
  // Files that cannot be read fail here, with their own error.
  const options =
    byPath === undefined ? await withFiles(file, notGiven(onnx.externalFiles, given), given) : given;
  if (provider === 'wasm') {
    const { openWasmSession } = await import('./wasm.js');
    return openWasmSession(onnx, options);
  }
  if (provider === 'simd') {
    const [{ openSimdSession, sharedEngine }, { defaultThreads }, { kernelBytes }] = await Promise.all([
      import('./simd/session.js'),
      import('../builder/backends/simd/default-threads.js'),
      import('../builder/backends/simd/kernel-bytes.js'),
    ]);
    // 0 is onnxruntime's word for its default.
    const threads = options.intraOpNumThreads || defaultThreads();
    const engine = await sharedEngine(() => kernelBytes('running'), threads);
    return withTensors(openSimdSession(file.bytes, engine, options, onnx.model));
  }
  const obstacle = await obstacleTo(provider);
  if (obstacle !== undefined) throw new LstmOnnxError('E_PROVIDER_UNAVAILABLE', obstacle.reason);
  const ort = await onnxruntimeNode();
  const executionProviders = [provider];
  try {
    const session = await (byPath === undefined
      ? ort.InferenceSession.create(onnx.bytes, { ...options, executionProviders })
      : ort.InferenceSession.create(byPath, { ...options, executionProviders }));
    const inputs = modelValues(session.inputMetadata, onnx);
    const checkShapes = onnx.model && recurrentCheck(onnx.model, onnx.sequences);
    const takesFloat16 = inputs.some(({ dtype }) => dtype === 'float16');
    return {
      inputs,
      outputs: modelValues(session.outputMetadata, onnx),
      metadata: onnx.metadata,
      sequences: onnx.sequences,
      Tensor: ort.Tensor,
      run: (tensors, fetches) => {
        checkShapes?.(tensors);
        const feeds = takesFloat16 ? withBits(tensors) : tensors;
        return fetches === undefined ? session.run(feeds) : session.run(feeds, fetches);
      },
      release: () => session.release(),
    };
  } catch (cause) {
    if (provider !== 'cuda') throw cause;
    throw new Error(`${messageOf(cause).trim()} (${CUDA_HINT})`, { cause });
  }
}

/** Every Float16Array as a Uint16Array of the same memory: onnxruntime-node 1.30 takes the first for empty. */
function withBits(tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = Object.create(null);
  for (const [name, tensor] of Object.entries(tensors)) {
    const { type, dims, location } = tensor;
    const bits = type === 'float16' && location === 'cpu' ? float16BitsOf(tensor.data) : undefined;
    // Of a tensor's members, onnxruntime-node reads these. Its own class would make a Float16Array of the bits.
    feeds[name] = bits === undefined ? tensor : ({ type, dims, location, data: bits } as Tensor);
  }
  return feeds;
}

async function read(source: string | URL | Uint8Array, options: DownloadOptions): Promise<NodeFile> {
  return described(await fileOf(await locate(source, options), options));
}

async function readBytes(path: string, what: string): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error('it is not a file');
    if (found.size > MAX_MODEL_BYTES)
      throw new Error(`it has ${found.size} bytes, more than ${MAX_MODEL_BYTES}`);
    return await readFile(path);
  } catch (cause) {
    throw cannotRead(`the ${what} '${path}'`, cause);
  }
}
