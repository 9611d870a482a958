/** The schedule of a run: where it began, and what it follows. */
import { LstmOnnxError } from '../../errors.js';
import type { EpochOptions } from './epoch.js';
import type { EpochLog } from './logs.js';
import type { OptimizerConfig } from './optimizers.js';
import type { RunOptions } from './run-options.js';
import { optionsAt } from './schedule-rates.js';
import { followedLoss } from './schedules.js';

/** The optimizer's options at the steps of an epoch, by the schedule of its learning rate. */
export function optimizerIn(
  epoch: number,
  { optimizer, scheduledFrom = { epoch: 0, step: 0 } }: RunOptions,
  history: readonly EpochLog[],
): EpochOptions['optimizerAt'] {
  const past = history.filter((log) => log.epoch > scheduledFrom.epoch);
  const over = epoch - 1 - scheduledFrom.epoch;
  return (step) => optionsAt(optimizer, { epoch: over, step: step - scheduledFrom.step, past });
}

/** @throws E_INVALID_OPTION for a schedule that follows the loss of validation data that there is none of */
export function checkFollowedLoss({ lr }: OptimizerConfig, validation: object | undefined): void {
  if (followedLoss(lr) !== 'validation' || validation) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    'The schedule reduceOnPlateau is to follow the validation loss, but the run has no validation data; give the option ' +
      "validation, or the schedule on: 'training'.",
  );
}
