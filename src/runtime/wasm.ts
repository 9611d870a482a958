/**
 * Models on WebAssembly, through onnxruntime-web. The only file that imports it; loaded when the provider `wasm` is
 * asked for.
 */
import * as ort from 'onnxruntime-web/wasm';
import { LstmOnnxError, messageOf } from '../errors.js';
import { SerialQueue } from '../serial-queue.js';
import { expectFiles } from './external-data.js';
import type { OnnxFile } from './onnx-file.js';
import { modelValues, type Session, type SessionOptions } from './session.js';
import type { WasmSettings } from './worker/protocol.js';

// More than one thread needs SharedArrayBuffer, which pages have only in cross-origin isolation, and in Node keeps
// the process alive. Values that a program set before are kept.
ort.env.wasm.numThreads ??= 1;
if (ort.env.logLevel === 'warning') ort.env.logLevel = 'fatal';

/**
 * Milliseconds, the download of onnxruntime-web among them. A browser that cannot load a thread's program reports nothing:
 * without a limit the first model would wait forever.
 */
const LONGEST_START_MS = 300_000;

/** What onnxruntime-web needs to know in a browser before its first session; later calls have no effect. */
export function configureWasm({ numThreads, wasmPaths }: WasmSettings): void {
  ort.env.wasm.numThreads = numThreads;
  ort.env.wasm.initTimeout = LONGEST_START_MS;
  ort.env.wasm.wasmPaths = wasmPaths;
}

/**
 * Opens a model on the `wasm` provider.
 *
 * @throws E_PROVIDER_UNAVAILABLE where onnxruntime-web does not start, as without its files; else onnxruntime's own error
 */
export async function openWasmSession(file: OnnxFile, options: SessionOptions): Promise<Session> {
  expectFiles(file.externalFiles, options);
  const session = await create(file.bytes, { ...options, executionProviders: ['wasm'] });
  // onnxruntime-web runs a session once at a time; a run that fails must not take the waiting ones with it.
  const queue = new SerialQueue();
  // Unless the run sets a level, onnxruntime-web logs warnings, whatever the session's level.
  const runOptions = { logSeverityLevel: options.logSeverityLevel ?? 4 };
  return {
    inputs: modelValues(session.inputMetadata, file),
    outputs: modelValues(session.outputMetadata, file),
    metadata: file.metadata,
    sequences: file.sequences,
    Tensor: ort.Tensor,
    run: (feeds, fetches) =>
      queue.add(() =>
        fetches === undefined ? session.run(feeds, runOptions) : session.run(feeds, fetches, runOptions),
      ),
    release: () => queue.add(() => session.release()),
  };
}

async function create(
  ...args: [bytes: Uint8Array, options: ort.InferenceSession.SessionOptions]
): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(...args);
  } catch (cause) {
    if (!/no available backend found/.test(messageOf(cause))) throw cause;
    const message = `onnxruntime-web does not start (are its files where wasmPaths says, and does the page's policy allow them and 'wasm-unsafe-eval'?): ${messageOf(cause)}`;
    throw new LstmOnnxError('E_PROVIDER_UNAVAILABLE', message, { cause });
  }
}
