/** A draft of a file for `--config`: what was found, and what a person has to decide. */
import { LstmOnnxError } from '../errors.js';
import type { Hint } from '../hints.js';
import { type ForecastSettings, forecastSettings } from './forecast-settings.js';

type ForecastConfig = Partial<ForecastSettings>;
type Name = keyof ForecastConfig;

/** A setting that the file does not tell. */
export interface Decision {
  readonly option: string;
  /** What it may be, as JSON. */
  readonly values: readonly unknown[];
  readonly why: string;
}

/** Texts in a column of numbers that may be missing values; more of them are something else. */
const MOST_MISSING = 20;

export class ForecastDraft {
  /** What to go on with: of what is to be decided, one of the possible values. */
  settings: ForecastConfig & { readonly csv: string };
  readonly notes: string[] = [];
  readonly #open = new Map<Name, Decision>();

  constructor(given: ForecastDraft['settings']) {
    this.settings = given;
  }

  get decisions(): readonly Decision[] {
    return [...this.#open.values()];
  }

  /** Takes what was found, and notes it. */
  take(found: Partial<ForecastConfig>, note?: string): void {
    this.settings = { ...this.settings, ...found };
    if (note !== undefined) this.notes.push(note);
  }

  /** Goes on with the first of some values, and leaves the choice to a person. */
  leave<N extends Name>(option: N, values: readonly NonNullable<ForecastConfig[N]>[], why: string): void {
    const [first] = values;
    if (first !== undefined) this.settings = { ...this.settings, [option]: first };
    this.#open.set(option, { option, values, why });
  }

  /** The settings in the order of their table; null for what is to be decided, so that nothing is trained before it is. */
  toJson(): Record<string, unknown> {
    const names = Object.keys(forecastSettings.shape) as Name[]; // the table has these alone
    const valueFor = (name: Name) => (this.#open.has(name) ? null : this.settings[name]);
    const all = names.map((name) => [name, valueFor(name)] as const);
    return Object.fromEntries(all.filter(([, value]) => value !== undefined));
  }

  /** What can be read, once what its errors point to is set. */
  async after<T>(read: () => T | Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await read();
      } catch (error) {
        if (!(error instanceof LstmOnnxError) || !this.#followHints(error)) throw error;
      }
    }
  }

  /** @returns whether one of the hints was followed, so that reading may go on */
  #followHints(error: LstmOnnxError): boolean {
    return (error.hints ?? []).some((hint) => this.#follow(hint, error.message));
  }

  #follow(hint: Hint, message: string): boolean {
    if (!('option' in hint)) return false;
    const { option } = hint;
    if (option === 'missing') return this.#isMissing(hint.found[0], message);
    // What is set already is not the way on.
    if (Object.hasOwn(this.settings, option)) return false;
    switch (option) {
      case 'dateFormat':
        return this.#choose(option, hint.found, `The dates of column '${hint.column}' fit several formats.`);
      case 'decimal':
        return this.#choose(option, [hint.value], '');
      case 'separator': {
        const names = hint.found.map((found) => (found === '\t' ? 'tab' : found));
        return this.#choose(option, names, 'The first lines have as many of each.');
      }
      case 'fill':
        this.leave(
          option,
          ['linear', 'previous', 'drop'],
          'Rows or values are missing: draw a line between the neighbours, repeat the last value, or leave them out.',
        );
        return true;
      case 'duplicates':
        this.leave(option, ['last', 'first'], 'Times repeat: one row of each is kept.');
        return true;
      case 'sort':
        this.take({ sort: true }, 'Rows are not in the order of time: sort puts them there.');
        return true;
      default:
        return false;
    }
  }

  /** The only one that there is, else one of several. */
  #choose<N extends 'dateFormat' | 'decimal' | 'separator'>(
    option: N,
    found: readonly NonNullable<ForecastConfig[N]>[],
    why: string,
  ): boolean {
    const [only] = found;
    if (only === undefined) return false;
    if (found.length > 1) this.leave(option, found, why);
    else this.take({ [option]: only }, `${option}: ${JSON.stringify(only)} is what fits.`);
    return true;
  }

  #isMissing(text: string, why: string): boolean {
    const before = this.settings.missing ?? [];
    if (before.includes(text) || before.length >= MOST_MISSING) return false;
    this.leave('missing', [[...before, text]], why);
    return true;
  }
}
