/** What a page and a worker that holds its sessions say to each other. */
import type { Tensor } from 'onnxruntime-common';
import type { SessionOptions } from '../session.js';
import type { ModelValue } from '../values.js';

/** A tensor without its class, which messages do not carry. */
export interface TensorMessage {
  readonly type: Tensor.Type;
  readonly data: Tensor.DataType;
  readonly dims: readonly number[];
}

export type TensorMessages = Readonly<Record<string, TensorMessage>>;

/** What both providers of a browser may be told. */
export interface ProviderSettings {
  readonly numThreads: number;
  /** The kernels that this browser takes; for `simd` alone. A worker made of a Blob can import no part of them. */
  readonly kernels?: Uint8Array;
  /** onnxruntime-web's files; for `wasm` alone. */
  readonly wasmPaths?: { readonly mjs: string; readonly wasm: string };
}

/** A session in the worker, by its number there. */
export interface OpenedSession {
  readonly session: number;
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** What the worker does for the page. */
export interface SessionHost {
  open(bytes: Uint8Array, options: SessionOptions, settings: ProviderSettings): Promise<OpenedSession>;
  run(session: number, feeds: TensorMessages, fetches?: readonly string[]): Promise<TensorMessages>;
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

/** A tensor's parts. A view of a larger buffer is copied, since a message would carry all of the buffer. */
export function tensorMessage({ type, data, dims }: TensorMessage): TensorMessage {
  const isPart = ArrayBuffer.isView(data) && data.byteLength < data.buffer.byteLength;
  return { type, data: isPart ? data.slice() : data, dims };
}
