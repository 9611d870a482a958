/**
 * The interface to onnxruntime: what a runtime (node.ts, web.ts) provides so that models load and run on it. Code above it
 * does not know which onnxruntime package is used.
 */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import type { DownloadOptions } from './fetch-model.js';
import type { OnnxFile } from './onnx-file.js';
import type { Provider, ProviderStatus } from './providers.js';
import type { RecurrentTrace } from './recurrent-trace.js';
import type { ModelValue } from './values.js';

/** onnxruntime's session options; the execution providers are chosen by `providers` instead. */
export type SessionOptions = Omit<InferenceSession.SessionOptions, 'executionProviders'>;

/** An opened session. Concurrent runs are allowed; `release` is called once, when no run is in flight unless it ends them. */
export interface Session {
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  /** The file's `metadata_props`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Names of inputs that must not be empty, since a recurrent layer reads them. */
  readonly sequences: ReadonlySet<string>;
  /** The runtime's own tensor class: its `run` takes instances of this one. */
  readonly Tensor: TensorConstructor;
  /** Why it runs slower than it could, where that is known. */
  readonly notice?: string;
  /** Whether `release` may be called while runs are under way: it ends them. */
  readonly endsRuns?: boolean;
  /** Runs the graph; without `fetches` every output is computed. */
  run(feeds: Record<string, Tensor>, fetches?: readonly string[]): Promise<Readonly<Record<string, Tensor>>>;
  /** What every recurrent layer computed step by step; absent where the provider does not tell. */
  trace?(feeds: Readonly<Record<string, TensorParts>>): Promise<readonly RecurrentTrace[]>;
  release(): Promise<void>;
}

/** A tensor without a class: what messages between threads carry. */
export interface TensorParts {
  readonly type: Tensor.Type;
  readonly data: Tensor.DataType;
  readonly dims: readonly number[];
}

/** A session without a tensor class. */
export interface PartsSession extends Omit<Session, 'Tensor' | 'run'> {
  run(
    feeds: Readonly<Record<string, TensorParts>>,
    fetches?: readonly string[],
  ): Promise<Readonly<Record<string, TensorParts>>>;
}

/** Where a model came from. */
export interface ModelSource {
  /** The path or URL, for messages. */
  readonly name: string;
  /** Where it lies on disk, if it does: onnxruntime looks for files of weights beside it. */
  readonly path?: string;
  /**
   * A file in its folder, by a name in the model; absent where the model has no folder.
   * @throws E_FILE_READ; E_INVALID_FILE for a name that leads out of the folder
   */
  readonly beside?: (name: string) => Promise<Uint8Array>;
}

/** A model's bytes and where they came from. */
export interface ModelFile extends ModelSource {
  readonly bytes: Uint8Array;
}

/** Where models come from and the providers that can open them. */
export interface Runtime<File extends ModelSource = ModelFile> {
  /** Reads a model. @throws E_FILE_READ, E_INVALID_OPTION, the signal's reason */
  read(source: string | URL | Uint8Array, options: DownloadOptions): Promise<File>;
  /** The providers that `'auto'` tries, in order. */
  autoProviders(): Promise<readonly Provider[]>;
  /**
   * Opens a session on this one provider.
   * @throws E_PROVIDER_UNAVAILABLE when the provider cannot run here whatever the model; anything else is
   * onnxruntime's own failure.
   */
  open(provider: Provider, file: File, options: SessionOptions): Promise<Session>;
  /** Which providers run here, and what the others lack. */
  availableProviders(): Promise<readonly ProviderStatus[]>;
}

/**
 * The metadata of either onnxruntime package, in this library's terms. A value of unknown rank has the shape [] there,
 * which is also a scalar's; the file tells them apart.
 */
export function modelValues(
  metadata: readonly InferenceSession.ValueMetadata[],
  { unranked }: OnnxFile,
): readonly ModelValue[] {
  return metadata.map((value) => {
    if (!value.isTensor) return { name: value.name, dtype: 'non-tensor' };
    const { name, type: dtype, shape } = value;
    return shape.length === 0 && unranked.has(name)
      ? { name, dtype }
      : { name, dtype, shape: shape.map(modelDim) };
  });
}

/** An unnamed dimension is `''` in onnxruntime-node and -1, read as unsigned, in onnxruntime-web. */
const UNNAMED_DIMENSION = 0xffff_ffff;

function modelDim(dim: number | string): number | string | null {
  return dim === '' || dim === UNNAMED_DIMENSION || dim === -1 ? null : dim;
}

/**
 * Defaults of this library: onnxruntime's own log stays silent (4 is "fatal"), because every error reaches the caller as an
 * exception.
 */
export const DEFAULT_SESSION_OPTIONS = { logSeverityLevel: 4 } as const satisfies SessionOptions;
