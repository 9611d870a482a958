/** A draft of the options of a forecast, which goes on where reading the file stumbles over what is to be decided. */
import { LstmOnnxError } from '../errors.js';
import type { Hint } from '../hints.js';
import type { ForecastSettings } from './forecast-settings.js';
import { SettingsDraft } from './settings-draft.js';

type ForecastConfig = Partial<ForecastSettings>;

/** Texts in a column of numbers that may be missing values; more of them are something else. */
const MOST_MISSING = 20;

export class ForecastDraft extends SettingsDraft<ForecastConfig & { readonly csv: string }> {
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
