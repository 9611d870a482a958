import { describe, expect, it } from 'vitest';
import { checkOptionNames } from '../src/option-names.js';

const known = { validation: true, providers: true, lr: true } as const;

describe('checkOptionNames', () => {
  it('takes options that are known, and none at all', () => {
    expect(() => checkOptionNames('fit', { validation: 1 }, known)).not.toThrow();
    expect(() => checkOptionNames('fit', undefined, known)).not.toThrow();
  });

  it.each([
    [{ validationSplit: 0.1 }, 'use validation.'],
    [{ provider: 'cpu' }, 'use providers.'],
    [{ LR: 1 }, 'use lr.'],
    [{ learningRate: 1 }, 'use lr in adam.'],
  ])('names what was meant by %o', (options, message) => {
    expect(() => checkOptionNames('fit', options, known, { learningRate: 'lr in adam' })).toThrow(message);
  });

  it('lists what there is where nothing is alike', () => {
    expect(() => checkOptionNames('fit', { toString: 1 }, known)).toThrow(
      "fit has no option 'toString'. Its options are validation, providers, lr.",
    );
  });

  it.each([
    [null, 'null'],
    [3, 'a number'],
    [[], 'an array'],
  ])('refuses %o for options', (options, got) => {
    expect(() => checkOptionNames('fit', options, known)).toThrow(`got ${got}.`);
  });
});
