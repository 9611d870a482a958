/** How good sequences are that were written: how many are right, and how many tokens of the others are wrong. */

import { smallestOf } from '../extremes.js';
import { mustHave } from '../must-get.js';
import { editDistance, errorRate } from '../scores/edit-distance.js';

export interface WrittenScores {
  /** The fraction of sequences that are right, token by token. */
  readonly exact: number;
  /** Edits (insert, delete, replace) that make what was written right, for each token of what is right. */
  readonly errorRate: number;
}

type Tokens = readonly string[];

/** The one of several right sequences that is nearest to what was written, the first of those that are alike. */
export function nearestReference(written: Tokens, references: readonly Tokens[]): Tokens {
  const distances = references.map((reference) => editDistance(written, reference));
  const place = distances.indexOf(smallestOf(distances));
  return mustHave(references[place], 'A reference');
}

/**
 * @param written what was written for each source
 * @param references what is right for each source, one at least
 */
export function writtenScores(
  written: readonly Tokens[],
  references: readonly (readonly Tokens[])[],
): WrittenScores {
  const nearest = written.map((tokens, i) => nearestReference(tokens, references[i] ?? []));
  const right = written.filter((tokens, i) => isSame(tokens, nearest[i] ?? []));
  return { exact: right.length / written.length, errorRate: errorRate(written, nearest) };
}

export function isSame(a: Tokens, b: Tokens): boolean {
  return a.length === b.length && a.every((token, i) => token === b[i]);
}

/** The text that comes most often, the first of those that are alike. */
export function mostFrequent(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  let [best, most] = ['', 0];
  for (const [text, count] of counts) if (count > most) [best, most] = [text, count];
  return best;
}
