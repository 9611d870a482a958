/** Limits for graphs that come from outside; a network past them is none that anybody trains. */
import { type Dim, formatShape } from '../../builder/shape.js';
import { LstmOnnxError } from '../../errors.js';

export const MAX_NODES = 10_000;
/** Of inputs, and of outputs. */
export const MAX_INPUTS = 1_000;
export const MAX_RANK = 8;
/** Joined dimensions are named after their parts, so that a chain of joins doubles the name at every step. */
const MAX_DIM_LENGTH = 1_000;

/** @throws E_UNSUPPORTED for a shape that is too large to work with, or holds nothing */
export function checkShape(shape: readonly Dim[]): void {
  if (shape.length > MAX_RANK) throw tooMany(`${shape.length} dimensions`, MAX_RANK);
  for (const dim of shape) {
    const bad = typeof dim === 'number' ? !Number.isSafeInteger(dim) || dim < 1 : dim.length > MAX_DIM_LENGTH;
    if (bad) {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `a tensor of shape ${formatShape(shape).slice(0, MAX_DIM_LENGTH)} is not read.`,
      );
    }
  }
}

export function tooMany(what: string, limit: number): LstmOnnxError {
  return new LstmOnnxError('E_UNSUPPORTED', `The graph has ${what}; at most ${limit} are read.`);
}
