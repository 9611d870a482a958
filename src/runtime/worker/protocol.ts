/** The messages between the caller of a model and the worker or process that holds its session. */
import type { Hint } from '../../hints.js';
import { float16BitsOf } from '../float16.js';
import type { RecurrentTrace } from '../recurrent-trace.js';
import type { SessionOptions, TensorParts } from '../session.js';
import type { ModelValue } from '../values.js';

export interface SimdSettings {
  readonly numThreads: number;
  /** The kernels for this browser. A worker made of a Blob cannot import them itself. */
  readonly kernels: Uint8Array;
}

export interface WasmSettings {
  readonly numThreads: number;
  /** onnxruntime-web's files. */
  readonly wasmPaths: { readonly mjs: string; readonly wasm: string };
}

/** What each provider of a browser needs beside the model. */
export interface ProviderSettings {
  readonly simd: SimdSettings;
  readonly wasm: WasmSettings;
}

export type WebProvider = keyof ProviderSettings;

type Parts = Readonly<Record<string, TensorParts>>;

/** A session in the worker, by its number there. */
export interface OpenedSession {
  readonly session: number;
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly sequences: ReadonlySet<string>;
  readonly notice?: string;
  /** Whether it tells what a recurrent layer computes inside. */
  readonly canTrace: boolean;
}

/** The model that a worker is to open. */
export type WorkerModel<P extends WebProvider> = readonly [
  bytes: Uint8Array,
  options: SessionOptions,
  settings: ProviderSettings[P],
];

/** The methods of the worker or process that holds sessions. @typeParam Model how it is given a model */
export interface SessionHost<Model extends readonly unknown[]> {
  open(...model: Model): Promise<OpenedSession>;
  run(session: number, feeds: Parts, fetches?: readonly string[]): Promise<Parts>;
  trace(session: number, feeds: Parts): Promise<readonly RecurrentTrace[]>;
  release(session: number): Promise<void>;
}

/** A call of one of the host's methods. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Its result. */
export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorMessage };

/** An error without its class; with a code where it is one of this library's. */
export interface ErrorMessage {
  readonly code?: string;
  readonly message: string;
  readonly hints?: readonly Hint[];
  /** Of weights that are missing. */
  readonly files?: readonly string[];
}

/**
 * Tensors as a message carries them: without their class, and a view of a larger buffer copied, since all of the
 * buffer would go with it. A Float16Array goes as its bits, of which its reader's engine makes what it has.
 */
export function partsOf(tensors: Readonly<Record<string, TensorParts>>): Parts {
  const entries = Object.entries(tensors).map(([name, { type, data: given, dims }]) => {
    const data = (type === 'float16' && float16BitsOf(given)) || given;
    const isView = ArrayBuffer.isView(data) && data.byteLength < data.buffer.byteLength;
    return [name, { type, data: isView ? data.slice() : data, dims }] as const;
  });
  return Object.fromEntries(entries);
}
