/**
 * Execution providers: their names, the report on which run and which do not, and the choice of the first that really opens
 * a model.
 */
import { LstmOnnxError, messageOf, textOf } from '../errors.js';
import { quoteNames } from './values.js';

/** Every provider name this library knows: as onnxruntime spells them, and its own. */
const PROVIDERS = ['cuda', 'cpu', 'wasm', 'simd', 'coreml', 'dml', 'webgpu', 'webnn'] as const;

/**
 * An execution provider. Of onnxruntime-node: `cpu`, `cuda`, and where the platform has them `coreml`, `dml` (DirectML)
 * and `webgpu`. `wasm` is onnxruntime-web on WebAssembly; `simd` is this library's own WebAssembly kernels, which run
 * recurrent networks without onnxruntime and refuse other models. `webnn` is known, to be skipped with a reason.
 */
export type Provider = (typeof PROVIDERS)[number];

/** A provider that was asked for and does not run the model, with the reason. */
export interface SkippedProvider {
  readonly provider: Provider;
  readonly reason: string;
}

/** Which provider runs a model, and why those preferred to it do not. */
export interface ProviderReport {
  readonly running: Provider;
  readonly skipped: readonly SkippedProvider[];
  /** Why it runs slower than it could, for example on a page without threads. */
  readonly notice?: string;
}

/** Whether a provider runs on this machine; if not, why, and the command that adds it if there is one. */
export type ProviderStatus =
  | { readonly provider: Provider; readonly available: true }
  | {
      readonly provider: Provider;
      readonly available: false;
      readonly reason: string;
      readonly install?: string;
    };

/** Providers that run any model on any machine: if one of them opens no session, the model is the cause. */
const UNIVERSAL: ReadonlySet<Provider> = new Set<Provider>(['cpu', 'wasm']);

/** Providers that work anywhere but refuse some models, which may still run on another. */
const SELECTIVE: ReadonlySet<Provider> = new Set<Provider>(['simd']);

function isProvider(name: unknown): name is Provider {
  return PROVIDERS.some((provider) => provider === name);
}

/** The `providers` option, checked. @throws E_INVALID_OPTION */
export function checkProviders(option: unknown): 'auto' | readonly Provider[] {
  if (option === undefined || option === 'auto') return 'auto';
  if (!Array.isArray(option) || option.length === 0) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `providers is ${Array.isArray(option) ? 'an empty list' : textOf(option)}. Give 'auto' or a list of ` +
        `provider names in order of preference, out of ${quoteNames(PROVIDERS)}.`,
    );
  }
  return option.map((name: unknown) => {
    if (isProvider(name)) return name;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `Unknown execution provider '${textOf(name)}'. The known ones are ${quoteNames(PROVIDERS)}.`,
    );
  });
}

/** How an attempt at one provider ended. */
interface Attempt extends SkippedProvider {
  readonly error: unknown;
  /** Whether the model, not the machine, is why the provider did not open it. */
  readonly refusedModel: boolean;
}

/** No provider opened the model. */
export interface NoneOpened {
  readonly attempts: readonly SkippedProvider[];
  /**
   * The error of the first provider that runs any model and refused this one, or of a selective one that was asked for
   * alone; absent where the reasons are not the model's.
   */
  readonly refusal?: { readonly provider: Provider; readonly error: unknown };
}

/** Tries each provider alone, in order; the first that opens a session is the one that runs. */
export async function openFirst<T>(
  providers: readonly Provider[],
  open: (provider: Provider) => Promise<T>,
): Promise<{ readonly opened: T; readonly report: ProviderReport } | NoneOpened> {
  const attempts: Attempt[] = [];
  for (const provider of new Set(providers)) {
    try {
      const opened = await open(provider);
      const skipped = attempts.map(({ provider, reason }) => Object.freeze({ provider, reason }));
      return { opened, report: Object.freeze({ running: provider, skipped: Object.freeze(skipped) }) };
    } catch (error) {
      const unavailable = error instanceof LstmOnnxError && error.code === 'E_PROVIDER_UNAVAILABLE';
      attempts.push({
        provider,
        reason: messageOf(error).trim(),
        error,
        refusedModel: !unavailable,
      });
    }
  }
  const refusals = attempts.filter(({ refusedModel }) => refusedModel);
  const refusal =
    refusals.find(({ provider }) => UNIVERSAL.has(provider)) ??
    (attempts.length === 1 ? refusals.find(({ provider }) => SELECTIVE.has(provider)) : undefined);
  return refusal === undefined ? { attempts } : { attempts, refusal };
}

/** The error for a model that no wanted provider can run here. */
export function providerUnavailable(
  attempts: readonly SkippedProvider[],
  statuses: readonly ProviderStatus[],
): LstmOnnxError {
  const reasons = attempts.map(({ provider, reason }) => `  ${provider}: ${reason}`).join('\n');
  const tried = new Set(attempts.map(({ provider }) => provider));
  const available = statuses.flatMap(({ provider, available }) =>
    available && !tried.has(provider) ? [provider] : [],
  );
  const installs = statuses.flatMap((status) =>
    !status.available && status.install !== undefined && tried.has(status.provider)
      ? [`\nTo add ${status.provider}: ${status.install}`]
      : [],
  );
  return new LstmOnnxError(
    'E_PROVIDER_UNAVAILABLE',
    `None of the execution providers asked for runs here:\n${reasons}\n` +
      `Available here: ${quoteNames(available)}.${installs.join('')}`,
  );
}
