/** Checks the options that callers give to training. */
import { expectFunction, inWords, wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';

/** @throws E_INVALID_OPTION unless each value is a whole number of at least 1 */
export function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${name} is ${typeof value === 'number' ? value : inWords(value)}; give an integer of at least 1.`,
      );
    }
  }
}

/** @throws E_INVALID_OPTION unless the bound on the gradients' norm is above 0 or absent */
export function checkClipNorm(clipNorm: number | undefined): void {
  if (clipNorm !== undefined && !(typeof clipNorm === 'number' && clipNorm > 0)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `clipNorm is ${typeof clipNorm === 'number' ? clipNorm : inWords(clipNorm)}; give a number above 0, such as 1.`,
    );
  }
}

/** @throws E_INVALID_OPTION unless callbacks are functions and the signal is an AbortSignal */
export function checkCallbacks({
  onStep,
  onEpoch,
  signal,
}: {
  readonly onStep?: unknown;
  readonly onEpoch?: unknown;
  readonly signal?: unknown;
}): void {
  if (onStep !== undefined) expectFunction('The option onStep', onStep, 'a function');
  if (onEpoch !== undefined) expectFunction('The option onEpoch', onEpoch, 'a function');
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw wrongArgument('The option signal', signal, "an AbortSignal, such as an AbortController's");
  }
}

/** @throws E_INVALID_OPTION unless it is absent or false: whoever prints it takes it out of the options */
export function checkProgress(progress: unknown): void {
  if (progress === undefined || progress === false) return;
  if (progress !== true) throw wrongArgument('The option progress', progress, 'true or false');
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    'The option progress prints in Node alone, where fit comes from lstm-onnx; show it from onStep and onEpoch instead.',
  );
}
