/** `fit` in Node, which can print how far it is. */
import { fit as trained } from './builder/train/fit.js';

/**
 * Trains a network, as {@link trained} does everywhere; in Node it also takes `progress: true`, and prints to stderr: in a terminal a
 * bar with the time left, the loss of the last step (after an epoch its mean) and the validation loss, elsewhere a line for
 * each epoch.
 *
 * @throws what `fit` throws: E_LOSS_NOT_FINITE at the step whose loss is not a number; E_NOT_FINITE for data with NaN or
 *   infinite numbers; E_INVALID_OPTION, E_SHAPE_MISMATCH and others for data or options that do not fit the network
 */
export const fit: typeof trained = async (network, data, options) => {
  if (options?.progress !== true) return trained(network, data, options);
  const { trainingProgress } = await import('./progress/training-progress.js');
  const progress = trainingProgress(() => options.epochs ?? 1, process.stderr);
  try {
    return await trained(network, data, {
      ...options,
      progress: false,
      onStep(end) {
        progress.step(end);
        return options.onStep?.(end) ?? undefined;
      },
      onEpoch(end) {
        progress.epoch(end.log);
        return options.onEpoch?.(end);
      },
    });
  } finally {
    progress.stop();
  }
};
