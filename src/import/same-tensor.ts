/** Whether two tensors of a file are one tensor of the model, which files say by equal numbers alone. */
import type { Parameter } from '../builder/parameters.js';
import { sameShape } from '../builder/shape.js';

/** Whether two tensors have one shape and the same numbers, bit by bit but for NaN. */
export function sameNumbers(one: Parameter, other: Parameter): boolean {
  return sameShape(one.shape, other.shape) && one.data.every((number, i) => Object.is(number, other.data[i]));
}

/** Whether numbers are so many kinds that no two tensors have them by chance; those that begin as ones or zeros are not. */
export function isDistinctive({ data }: Parameter): boolean {
  const [first = 0] = data;
  return data.some((number) => number !== first);
}
