/** Levels of quantiles, which losses and metrics of quantile forecasts take. */
import { inWords } from '../../arguments.js';
import { rules } from './number-options.js';

export interface QuantileOptions {
  /** The levels of the predictions' last axis, rising: `[0.1, 0.5, 0.9]`. */
  readonly quantiles: readonly number[];
}

/** A rule for levels: what is wrong with them; undefined if nothing is. */
export function quantileRule(value: unknown): string | undefined {
  const expected = 'levels between 0 and 1 that rise, such as [0.1, 0.5, 0.9]';
  if (!Array.isArray(value) || value.length === 0) {
    return `${Array.isArray(value) ? 'an empty list' : inWords(value)}; give ${expected}`;
  }
  const wrong = value.findIndex((level, i) => {
    const between = rules.positiveShare(level) === undefined && level < 1;
    return !between || (i > 0 && level <= value[i - 1]);
  });
  const level: unknown = value[wrong];
  return wrong === -1
    ? undefined
    : `a list with ${typeof level === 'number' ? level : inWords(level)} at ${wrong}; give ${expected}`;
}
