/** The input `lengths` of ops that stop where each sequence ends. */
import { LstmOnnxError } from '../../errors.js';
import { formatShape } from '../shape.js';
import type { TensorType } from '../tensor.js';
import { expectInput } from './op.js';

/**
 * Checks that lengths, int32 `[batch]`, fit x, `[batch, time, ...]` or time-first.
 *
 * @param axis the axis of x that the op goes along, counted from the front
 * @throws E_DTYPE_MISMATCH, E_SHAPE_MISMATCH, E_INVALID_OPTION
 */
export function checkLengthsInput(x: TensorType, lengths: TensorType, axis: number, name: string): void {
  expectInput(x, name, { dtype: 'float32', minRank: 2 });
  expectInput(lengths, `${name}: lengths`, { dtype: 'int32', rank: 1 });
  if (axis < 2 && lengths.shape[0] === x.shape[1 - axis]) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${name}: lengths ${formatShape(lengths.shape)} are for the steps of x along time, axis 0 or 1; got axis ${axis} of ` +
      `${formatShape(x.shape)}.`,
  );
}
