/** Samples split into parts, those that are alike in one part: a test on what was learned would flatter. */
import { Generator } from '../builder/random.js';
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';

export interface Parts {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/** Fractions that are held back, and the seed of the order. */
export interface PartSizes {
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
}

/**
 * The indices of each part, in their order.
 *
 * @param keys of each sample; those of one key are in one part
 * @param noun what the keys are of, for messages: `source`
 * @throws E_INVALID_OPTION where a part would be empty
 */
export function splitByKey(
  keys: readonly string[],
  { validation, test, seed }: PartSizes,
  noun: string,
): Parts {
  const groups = new Map<string, number[]>();
  for (const [i, key] of keys.entries()) {
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  }
  const all = [...groups.values()];
  const [forValidation, forTest] = [validation, test].map((part) =>
    Math.max(Math.round(part * all.length), 1),
  );
  const held = (forValidation ?? 0) + (forTest ?? 0);
  if (held >= all.length) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `There are ${counted(all.length, `different ${noun}`)}, of which ${held} are held back to validate and test, so that none is left to ` +
        'learn from. Give more of them, or smaller fractions as validation and test.',
    );
  }
  const order = Array.from(new Generator(seed).randperm(all.length));
  const take = (from: number, to: number) =>
    order
      .slice(from, to)
      .flatMap((group) => all[group] ?? [])
      .sort((a, b) => a - b);
  const testFrom = all.length - (forTest ?? 0);
  const validationFrom = testFrom - (forValidation ?? 0);
  return {
    train: take(0, validationFrom),
    validation: take(validationFrom, testFrom),
    test: take(testFrom, all.length),
  };
}
