/** Reads a model, opens it on the first provider that can, and reports which one. */

import { LstmOnnxError, messageOf, textOf } from '../errors.js';
import { FeedChecker, type Finite } from './feeds.js';
import type { DownloadOptions } from './fetch-model.js';
import {
  checkProviders,
  type NoneOpened,
  openFirst,
  type Provider,
  type ProviderReport,
  providerUnavailable,
} from './providers.js';
import { Runner } from './runner.js';
import {
  DEFAULT_SESSION_OPTIONS,
  type ModelSource,
  type Runtime,
  type Session,
  type SessionOptions,
} from './session.js';
import { tokenSizes } from './token-sizes.js';
import type { ModelValue } from './values.js';

/** How a model is opened. */
export interface LoadOptions extends DownloadOptions {
  /**
   * Execution providers in order of preference: the first that opens the model runs it. Default `'auto'`: CUDA
   * when its libraries are there and a session opens on it, else CPU (WebAssembly where onnxruntime-node has no
   * build for the platform).
   */
  readonly providers?: 'auto' | readonly Provider[];
  /**
   * Passed on to onnxruntime. Default: its own, with `logSeverityLevel: 4`, so that it prints nothing. The provider
   * `simd` takes `intraOpNumThreads` (default: the processors, 4 at most) and `externalData`, nothing else.
   */
  readonly sessionOptions?: SessionOptions;
  /**
   * How NaN and infinities are treated, in float feeds and in the states that a stream carries: `'check'`, the default,
   * refuses them with E_NOT_FINITE; `'allow'` passes them to the provider, and providers give different results for them.
   */
  readonly finite?: Finite;
}

/** A model that is ready to run. */
export interface OpenedModel {
  readonly runner: Runner;
  readonly checker: FeedChecker;
  readonly finite: Finite;
  /** How many tokens there are, of inputs that are tokens. */
  readonly tokens: ReadonlyMap<string, number>;
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly providers: ProviderReport;
}

/** @throws E_FILE_READ, E_INVALID_FILE, E_UNSUPPORTED, E_PROVIDER_UNAVAILABLE, E_INVALID_OPTION */
export async function openModel<File extends ModelSource>(
  runtime: Runtime<File>,
  source: string | URL | Uint8Array | ArrayBuffer,
  options: LoadOptions = {},
): Promise<OpenedModel> {
  const { signal, finite = 'check' } = options;
  const wanted = checkProviders(options.providers);
  checkChoices(options, finite);
  const sessionOptions = { ...DEFAULT_SESSION_OPTIONS, ...(await checkedSessionOptions(options)) };
  const given = source instanceof ArrayBuffer ? new Uint8Array(source) : source;
  const file = await runtime.read(given, options);
  signal?.throwIfAborted();
  const providers = wanted === 'auto' ? await runtime.autoProviders() : wanted;
  const opening = openFirst(providers, async (provider) => {
    signal?.throwIfAborted();
    return runtime.open(provider, file, sessionOptions);
  });
  const outcome = await unlessAborted(opening, signal);
  if (!('opened' in outcome)) throw await noneOpened(runtime, file, outcome);
  const session = outcome.opened;
  const { inputs, outputs, metadata } = session;
  try {
    const tokens = tokenSizes(metadata);
    return {
      runner: new Runner(session, file.name),
      checker: new FeedChecker(inputs, session, finite, tokens),
      finite,
      tokens,
      inputs,
      outputs,
      metadata,
      providers:
        session.notice === undefined
          ? outcome.report
          : Object.freeze({ ...outcome.report, notice: session.notice }),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** A session that opens after the abort is released. @throws the signal's reason, at once */
function unlessAborted(opening: Promise<Opening>, signal: AbortSignal | undefined): Promise<Opening> {
  if (signal === undefined) return opening;
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason);
      opening.then(
        (late) => ('opened' in late ? late.opened.release() : undefined),
        () => {}, // nobody waits for it
      );
    };
    signal.addEventListener('abort', abort, { once: true });
    opening.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

type Opening = Awaited<ReturnType<typeof openFirst<Session>>>;

/** Names that other libraries use for options of `Model.load`; see `checkOptionNames`. */
export const meantLoadOptions = {
  provider: "providers, a list such as { providers: ['simd'] }",
  executionProviders: "providers, a list such as { providers: ['cuda', 'cpu'] }",
  device: "providers, a list such as { providers: ['cuda', 'cpu'] }",
  threads: 'sessionOptions: { intraOpNumThreads }',
  numThreads: 'sessionOptions: { intraOpNumThreads }',
  intraOpNumThreads: 'sessionOptions: { intraOpNumThreads }',
  graphOptimizationLevel: 'sessionOptions: { graphOptimizationLevel }',
  logSeverityLevel: 'sessionOptions: { logSeverityLevel }',
  externalData: 'sessionOptions: { externalData }',
};

/** The check of session options is loaded only if there are any. */
async function checkedSessionOptions({ sessionOptions }: LoadOptions): Promise<SessionOptions> {
  if (sessionOptions === undefined) return {};
  const { checkSessionOptions } = await import('./session-options.js');
  return checkSessionOptions(sessionOptions);
}

function checkChoices({ signal, onProgress }: LoadOptions, finite: unknown): void {
  const wrong =
    finite !== 'check' && finite !== 'allow'
      ? `finite is ${textOf(finite)}; give 'check' or 'allow'`
      : signal !== undefined && typeof signal?.throwIfAborted !== 'function'
        ? 'signal must be an AbortSignal'
        : onProgress !== undefined && typeof onProgress !== 'function'
          ? 'onProgress must be a function'
          : undefined;
  if (wrong !== undefined) throw new LstmOnnxError('E_INVALID_OPTION', `Model.load: ${wrong}.`);
}

async function noneOpened<File extends ModelSource>(
  runtime: Runtime<File>,
  file: File,
  outcome: NoneOpened,
): Promise<LstmOnnxError> {
  const { attempts, refusal } = outcome;
  if (refusal === undefined) return providerUnavailable(attempts, await runtime.availableProviders());
  const reason = messageOf(refusal.error).trim();
  if (refusal.error instanceof LstmOnnxError) {
    const { code } = refusal.error;
    const isOther = /FILE|DATA|OPTION/.test(code);
    const isLimited = refusal.provider === 'simd' && !isOther;
    const text = isLimited
      ? `The provider simd does not run ${file.name}: ${reason} onnxruntime may: the providers cpu and wasm.`
      : `${file.name}: ${reason}`;
    return new LstmOnnxError(code, text, { cause: refusal.error });
  }
  const message = `onnxruntime (${refusal.provider}) does not open ${file.name}: ${reason}`;
  const options = { cause: refusal.error };
  if (/external data/i.test(reason)) {
    const remedy =
      file.path === undefined
        ? 'Part of the weights lie in other files: load the model by its path, with those files beside it.'
        : 'Put the files of external weights beside the model.';
    return new LstmOnnxError('E_FILE_READ', `${message}\n${remedy}`, options);
  }
  if (/sessionOptions\./.test(reason)) return new LstmOnnxError('E_INVALID_OPTION', message, options);
  // onnxruntime's messages for operators, versions and types that it does not support.
  const unsupported =
    /not a registered function|NOT_IMPLEMENTED|not implemented|unsupported|implementation for/i;
  return new LstmOnnxError(unsupported.test(reason) ? 'E_UNSUPPORTED' : 'E_INVALID_FILE', message, options);
}
