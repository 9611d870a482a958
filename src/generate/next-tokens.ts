/** The tokens that may follow a sequence, with their scores, and the sequence with one of them. */
import { mustHave } from '../must-get.js';
import { allowedNext } from './allowed-outputs.js';
import type { Generated, Hypothesis, SearchLimits } from './generated.js';
import { logProbabilities, penalized } from './token-scores.js';

export interface NextTokens {
  /** Log probabilities of all tokens. */
  readonly scores: Float64Array;
  /** Those that may come; undefined for all. */
  readonly tokens: readonly number[] | undefined;
}

export function nextTokens(logits: Float64Array, hypothesis: Hypothesis, limits: SearchLimits): NextTokens {
  const { prompt, end, repetitionPenalty } = limits;
  const { tokens: own, allowed } = hypothesis;
  // Without a penalty no list of all tokens is made at each step.
  const kept = repetitionPenalty === 1 ? logits : penalized(logits, [...prompt, ...own], repetitionPenalty);
  const scores = logProbabilities(kept);
  return { scores, tokens: allowed && allowedNext(allowed, end) };
}

/** Calls `visit` with every token that may come, and its score. */
export function forEachToken(
  { scores, tokens }: NextTokens,
  visit: (token: number, score: number) => void,
): void {
  if (!tokens)
    scores.forEach((score, token) => {
      visit(token, score);
    });
  else for (const token of tokens) visit(token, scores[token] ?? 0);
}

/** A sequence with one more token, which is not the end. */
export function extended({ tokens, allowed }: Hypothesis, token: number, logProbability: number): Hypothesis {
  const next = allowed && mustHave(allowed.next.get(token), 'An allowed token');
  return { tokens: [...tokens, token], logProbability, allowed: next };
}

/** A sequence that has ended. */
export function ended(
  { tokens }: Hypothesis,
  logProbability: number,
  finish: Generated['finish'],
  lengthPenalty: number,
): Generated {
  const length = tokens.length + (finish === 'end' ? 1 : 0);
  return { tokens, logProbability, score: scoreOf(logProbability, length, lengthPenalty), finish };
}

/** The score of a sequence of a length: `logProbability / length ** lengthPenalty`. */
export function scoreOf(logProbability: number, length: number, lengthPenalty: number): number {
  return length === 0 ? 0 : logProbability / length ** lengthPenalty;
}
