/**
 * From the logits of a step to the scores of its next token: log probabilities, and what sampling makes of them. Penalty, temperature,
 * top-k and top-p are those of the logits processors of Hugging Face's transformers, in their order.
 * https://huggingface.co/docs/transformers/internal/generation_utils
 */

import type { Generator } from '../builder/random.js';
import { LstmOnnxError } from '../errors.js';

/**
 * The logits with a penalty on tokens that were there before: a positive one is divided by it, a negative one multiplied (Keskar et
 * al. 2019, https://arxiv.org/abs/1909.05858).
 *
 * @param before those of the prompt and of what was generated behind it
 */
export function penalized(logits: Float64Array, before: ReadonlySet<number>, penalty: number): Float64Array {
  const changed = logits.slice();
  for (const token of before) {
    const logit = logits[token] ?? 0;
    changed[token] = logit < 0 ? logit * penalty : logit / penalty;
  }
  return changed;
}

/** `log_softmax`. @throws E_NOT_FINITE for logits that have NaN, plus infinity, or minus infinity alone */
export function logProbabilities(logits: Float64Array): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  let isNumber = true;
  for (const logit of logits) {
    if (logit > largest) largest = logit;
    if (Number.isNaN(logit)) isNumber = false;
  }
  if (!isNumber || !Number.isFinite(largest)) {
    throw new LstmOnnxError(
      'E_NOT_FINITE',
      `The logits have ${isNumber ? `${largest} as the largest number` : 'NaN'}, which no next token follows from. Its weights ` +
        'or what the model was fed are too large, or not numbers.',
    );
  }
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  const total = largest + Math.log(sum);
  return logits.map((logit) => logit - total);
}

/** How a token is drawn. */
export interface Sampling {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
}

/** A token that may come next, and its score. */
interface Candidate {
  readonly token: number;
  readonly score: number;
}

/**
 * Draws a token.
 *
 * @param scores logits, or log probabilities
 * @param tokens those that may come
 */
export function draw(
  scores: Float64Array,
  tokens: Iterable<number>,
  { temperature, topK, topP }: Sampling,
  generator: Generator,
): number {
  const given = Array.from(tokens, (token) => ({ token, score: scores[token] ?? 0 }));
  const top = highest(given);
  // From the highest on, so that the least temperature leaves that one. Where it is -Infinity all are alike.
  const all = given.map(({ token, score }) => ({
    token,
    score: score === top ? 0 : (score - top) / temperature,
  }));
  const kept = nucleus(largest(all, topK), topP);
  // In the order of the tokens, so that equal scores are drawn alike whatever sorted them.
  kept.sort((a, b) => a.token - b.token);
  const weights = weightsOf(kept);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = (generator.uniform(1, 0, 1)[0] ?? 0) * total;
  for (const [i, { token }] of kept.entries()) {
    left -= weights[i] ?? 0;
    if (left < 0) return token;
  }
  return kept.findLast((_, i) => (weights[i] ?? 0) > 0)?.token ?? 0;
}

/** The k largest, and those that are as large as the last of them. */
function largest(candidates: Candidate[], k: number): Candidate[] {
  if (k >= candidates.length) return candidates;
  const least = candidates.map(({ score }) => score).sort((a, b) => b - a)[k - 1] ?? 0;
  return candidates.filter(({ score }) => score >= least);
}

/** The fewest whose probabilities come to p or more, the most probable first; one at least. */
function nucleus(candidates: Candidate[], p: number): Candidate[] {
  if (p >= 1) return candidates;
  const sorted = candidates.toSorted((a, b) => b.score - a.score || a.token - b.token);
  const weights = weightsOf(sorted);
  const enough = p * weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const count = weights.findIndex((weight) => {
    sum += weight;
    return sum >= enough;
  });
  return count === -1 ? sorted : sorted.slice(0, count + 1);
}

function weightsOf(candidates: readonly Candidate[]): number[] {
  const top = highest(candidates);
  return candidates.map(({ score }) => Math.exp(score - top));
}

function highest(candidates: readonly Candidate[]): number {
  return candidates.reduce((most, { score }) => Math.max(most, score), Number.NEGATIVE_INFINITY);
}
