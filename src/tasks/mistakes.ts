/** Where a language model was surest of something else than what came. */
import type { TokenSurprise } from './token-surprise.js';

export interface Mistake {
  /** The place in the text of the token that came. */
  readonly place: number;
  /** What the model held to be the most probable, and its probability. */
  readonly expected: number;
  readonly expectedProbability: number;
  /** The probability of what came. */
  readonly probability: number;
}

/** So far apart, in tokens: one surprise leads to others. */
const APART = 40;

/**
 * @param ids the text that was read; an unknown token is no mistake, since nobody knows what it is
 * @returns the surest first
 */
export function surestMistakes(
  ids: Int32Array,
  { logProbability, expected, expectedLogProbability }: TokenSurprise,
  most: number,
  unknown: number | undefined,
): readonly Mistake[] {
  const all = Array.from(
    logProbability,
    (score, i): Mistake => ({
      place: i + 1,
      expected: expected[i] ?? 0,
      expectedProbability: Math.exp(expectedLogProbability[i] ?? 0),
      probability: Math.exp(score),
    }),
  );
  const wrong = all
    .filter(({ place, expected: token }) => ids[place] !== token && ids[place] !== unknown)
    .sort((a, b) => b.expectedProbability - a.expectedProbability);
  const found: Mistake[] = [];
  for (const mistake of wrong) {
    if (found.length === most) break;
    if (found.every(({ place }) => Math.abs(place - mistake.place) > APART)) found.push(mistake);
  }
  return found;
}
