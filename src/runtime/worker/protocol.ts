/** What a page and a worker that holds its sessions say to each other. */
import type { LstmTrace } from '../lstm-trace.js';
import type { SessionOptions, TensorParts } from '../session.js';
import type { ModelValue } from '../values.js';

/** What both providers of a browser may be told. */
export interface ProviderSettings {
  readonly numThreads: number;
  /** The kernels that this browser takes; for `simd` alone. A worker made of a Blob can import no part of them. */
  readonly kernels?: Uint8Array;
  /** onnxruntime-web's files; for `wasm` alone. */
  readonly wasmPaths?: { readonly mjs: string; readonly wasm: string };
}

type Parts = Readonly<Record<string, TensorParts>>;

/** A session in the worker, by its number there. */
export interface OpenedSession {
  readonly session: number;
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly sequences: ReadonlySet<string>;
  /** Whether it tells what an LSTM computes inside. */
  readonly canTrace: boolean;
}

/** What the worker does for the page. */
export interface SessionHost {
  open(bytes: Uint8Array, options: SessionOptions, settings: ProviderSettings): Promise<OpenedSession>;
  run(session: number, feeds: Parts, fetches?: readonly string[]): Promise<Parts>;
  trace(session: number, feeds: Parts): Promise<readonly LstmTrace[]>;
  release(session: number): Promise<void>;
}

/** A call of one of the host's methods. */
export interface Call {
  readonly id: number;
  readonly method: keyof SessionHost;
  readonly args: readonly unknown[];
}

/** What became of it. */
export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorMessage };

/** An error without its class; with a code where it is one of this library's. */
export interface ErrorMessage {
  readonly code?: string;
  readonly message: string;
}

/**
 * Tensors as a message carries them: without their class, and a view of a larger buffer copied, since all of the
 * buffer would go with it.
 */
export function partsOf(tensors: Readonly<Record<string, TensorParts>>): Parts {
  const entries = Object.entries(tensors).map(([name, { type, data, dims }]) => {
    const isView = ArrayBuffer.isView(data) && data.byteLength < data.buffer.byteLength;
    return [name, { type, data: isView ? data.slice() : data, dims }] as const;
  });
  return Object.fromEntries(entries);
}
