/** Predictions beside targets: checks that both are lists and as long. */
import { isList, wrongArgument } from '../arguments.js';
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';

/** @throws E_INVALID_OPTION for what is no list, E_SHAPE_MISMATCH for lists of different lengths */
export function expectPairs(
  where: string,
  predictions: ArrayLike<unknown>,
  targets: ArrayLike<unknown>,
  each: string,
): void {
  for (const [name, list] of Object.entries({ predictions, targets }))
    if (!isList(list)) throw wrongArgument(`${where}: ${name}`, list, `a list with ${each}`);
  if (predictions.length === targets.length) return;
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `${where} got ${counted(predictions.length, 'prediction')} and ${counted(targets.length, 'target')}; ` +
      `expected as many of each, lists with ${each}.`,
  );
}
