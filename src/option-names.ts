/** Options that no function knows are refused, so that a misspelt one does not go unread. */
import { LstmOnnxError } from './errors.js';

/** The options of an interface, each listed once: the compiler refuses a list that lacks one or has one too many. */
export type OptionNames<Options> = { readonly [Name in keyof Required<Options>]: true };

/**
 * Checks the names of a function's options.
 *
 * @param where The function, for the message
 * @param options What was passed, of whatever kind
 * @param known The options that there are
 * @param meant For names that people bring from elsewhere: what does the same here
 * @throws E_INVALID_OPTION when the options are no object or have a name that is not known
 */
export function checkOptionNames(
  where: string,
  options: unknown,
  known: Readonly<Record<string, true>>,
  meant: Readonly<Record<string, string>> = {},
): void {
  if (options === undefined) return;
  const names = Object.keys(known);
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const got = options === null ? 'null' : Array.isArray(options) ? 'an array' : `a ${typeof options}`;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${where} takes its options as an object, with ${names.join(', ')}; got ${got}.`,
    );
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  const instead = Object.hasOwn(meant, unknown) ? meant[unknown] : similar(unknown, names);
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${where} has no option '${unknown}'${instead === undefined ? '' : `; use ${instead}`}. ` +
      `Its options are ${names.join(', ')}.`,
  );
}

/** The only name that differs in case alone, or that one of the two begins with. */
function similar(unknown: string, names: readonly string[]): string | undefined {
  const given = unknown.toLowerCase();
  const alike = names.filter((name) => {
    const lower = name.toLowerCase();
    return lower.startsWith(given) || given.startsWith(lower);
  });
  return alike.length === 1 ? alike[0] : undefined;
}
