/** Options that are numbers, choices and flags: a rule for each says what is wrong with a value. */
import { inWords } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames } from '../../option-names.js';

/** What is wrong with a value, and what to give; undefined if it is right. */
export type Rule = (value: unknown) => string | undefined;

/** A rule for each option. */
export type Rules<Options> = { readonly [Name in keyof Required<Options>]: Rule };

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : inWords(value);
}

/** A rule for numbers. */
function numbers(fits: (n: number) => boolean, expected: string): Rule {
  return (value) =>
    typeof value === 'number' && fits(value) ? undefined : `${shown(value)}; give ${expected}`;
}

export const rules = {
  amount: numbers((n) => n >= 0 && n < Number.POSITIVE_INFINITY, 'a number of at least 0'),
  positive: numbers((n) => n > 0 && n < Number.POSITIVE_INFINITY, 'a number above 0'),
  share: numbers((n) => n >= 0 && n <= 1, 'a number from 0 to 1'),
  positiveShare: numbers((n) => n > 0 && n <= 1, 'a number above 0 and at most 1'),
  decay: numbers((n) => n >= 0 && n < 1, 'a number of at least 0 and below 1'),
  count: numbers((n) => Number.isSafeInteger(n) && n >= 1, 'an integer of at least 1'),
  whole: numbers((n) => Number.isSafeInteger(n) && n >= 0, 'an integer of at least 0'),
  flag: ((value) =>
    typeof value === 'boolean' ? undefined : `${shown(value)}; give true or false`) satisfies Rule,
  unit: oneOf('epoch', 'step'),
  oneOf,
};

function oneOf(...choices: string[]): Rule {
  return (value) =>
    choices.some((choice) => choice === value)
      ? undefined
      : `${shown(value)}; give ${choices.map((choice) => `'${choice}'`).join(' or ')}`;
}

/**
 * The given options over the defaults, checked.
 *
 * @param where the function, for messages
 * @param known a rule for each option; one that has no default is required, unless it is among `optional`
 * @param meant what other libraries call options
 * @throws E_INVALID_OPTION
 */
export function checkedOptions<Options extends object, Defaults extends Partial<Options>>(
  where: string,
  options: Options | undefined,
  known: Rules<Options>,
  defaults: Defaults,
  meant: Readonly<Record<string, string>> = {},
  optional: readonly (keyof Options)[] = [],
): Options & Defaults {
  const names = Object.keys(known);
  checkOptionNames(where, options, Object.fromEntries(names.map((name) => [name, true] as const)), meant);
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  const whole: Record<string, unknown> = { ...defaults, ...Object.fromEntries(given) };
  for (const name of names as (keyof Options & string)[]) {
    if (optional.includes(name) && whole[name] === undefined) continue;
    const problem = known[name](whole[name]);
    if (problem !== undefined)
      throw new LstmOnnxError('E_INVALID_OPTION', `${where}: ${name} is ${problem}.`);
  }
  return whole as Options & Defaults; // every rule holds
}
