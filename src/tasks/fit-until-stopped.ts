/** Training that a signal ends with the best epoch so far, in place of nothing. */
import type { Network } from '../builder/network.js';
import { type FitOptions, type FitResult, fit } from '../builder/train/fit.js';
import type { TrainingState } from '../builder/train/training-state.js';

export interface FitUntilStopped extends Pick<FitResult, 'parameters' | 'history'> {
  /** Undefined where a signal ended training before its time. */
  readonly backend: FitResult['backend'] | undefined;
}

/**
 * As `fit`. A signal that comes behind the first epoch ends training with the best one so far.
 *
 * @throws the signal's reason before the end of the first epoch, and what `fit` throws
 */
export async function fitUntilStopped(
  network: Network,
  data: Parameters<typeof fit>[1],
  options: FitOptions,
): Promise<FitUntilStopped> {
  const { signal, onEpoch } = options;
  let last: TrainingState | undefined;
  try {
    return await fit(network, data, {
      ...options,
      onEpoch: (end) => {
        // Afterwards there is nothing left to read.
        if (signal) last = end.state();
        return onEpoch?.(end);
      },
    });
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason || !last) throw error;
    const { best, history = [] } = last;
    return { parameters: best?.parameters ?? last.parameters, history, backend: undefined };
  }
}
