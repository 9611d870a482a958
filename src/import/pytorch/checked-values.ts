/** Values of a pickle that must be sizes, checked before anything is done with them. */
import { MAX_RANK } from '../../data/array-bytes.js';
import { LstmOnnxError } from '../../errors.js';
import { describe, PickleSequence, type PickleValue } from './pickle-values.js';

/** The error of a PyTorch file that contradicts itself. */
export function damagedTorch(what: string): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', `The PyTorch file is damaged: ${what}. Fetch or save it again.`);
}

/** A whole number of at least 0. */
export function sizeOfValue(value: PickleValue | undefined, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw damagedTorch(`${describe(value ?? null)} stands where ${what} are counted`);
  }
  return value;
}

/** A tuple of such numbers, no longer than a tensor has dimensions. It is copied, so its length is held first. */
export function sizesOfValue(value: PickleValue | undefined, what: string): number[] {
  if (!(value instanceof PickleSequence) || value.items.length > MAX_RANK) {
    throw damagedTorch(`${describe(value ?? null)} stands where ${what} are listed, at most ${MAX_RANK}`);
  }
  return value.items.map((item) => sizeOfValue(item, what));
}
