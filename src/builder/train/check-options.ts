/** Checks of what callers give to training. */
import { LstmOnnxError } from '../../errors.js';
import type { Loss } from './losses.js';

/** @throws E_INVALID_OPTION unless each of them, by name, is a whole number of at least 1 */
export function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new LstmOnnxError('E_INVALID_OPTION', `${name} is ${value}; give an integer of at least 1.`);
    }
  }
}

/** @throws E_INVALID_OPTION unless there is a loss, which callers without types may have left out */
export function checkLoss(loss: Partial<Loss> | undefined): void {
  if (typeof loss?.compute !== 'function') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'The option loss is no loss; give crossEntropy, mse, l1, bceWithLogits or one of your own, as in { loss: crossEntropy }.',
    );
  }
}

/** @throws E_INVALID_OPTION unless the bound on the gradients' norm, where there is one, is above 0 */
export function checkClipNorm(clipNorm: number | undefined): void {
  if (clipNorm !== undefined && !(clipNorm > 0)) {
    throw new LstmOnnxError('E_INVALID_OPTION', `clipNorm is ${clipNorm}; give a number above 0, such as 1.`);
  }
}
