/** The tokens that may follow a sequence, with their scores, and the sequence with one of them. */
import { LstmOnnxError } from '../errors.js';
import { mustHave } from '../must-get.js';
import { allowedNext } from './allowed-outputs.js';
import type { Generated, GeneratedSoFar, Hypothesis, SearchLimits } from './generated.js';
import { logProbabilities, penalized } from './token-scores.js';
import { tokensTo } from './written-token.js';

export interface NextTokens {
  /** Log probabilities of all tokens. */
  readonly scores: Float64Array;
  /** Those that may come; undefined for all. */
  readonly tokens: readonly number[] | undefined;
}

/** What every search starts from. */
export function emptyHypothesis({ prompt, repetitionPenalty, allowed }: SearchLimits): Hypothesis {
  const before = repetitionPenalty === 1 ? undefined : new Set(prompt);
  return { last: undefined, logProbability: 0, before, allowed };
}

export function nextTokens(logits: Float64Array, hypothesis: Hypothesis, limits: SearchLimits): NextTokens {
  const { before, allowed } = hypothesis;
  const scores = logProbabilities(before ? penalized(logits, before, limits.repetitionPenalty) : logits);
  const { end, forbidden } = limits;
  return { scores, tokens: allowed ? allowedNext(allowed, end) : notForbidden(scores.length, forbidden) };
}

/** @throws E_INVALID_OPTION where none is left */
function notForbidden(count: number, forbidden: ReadonlySet<number>): readonly number[] | undefined {
  if (forbidden.size === 0) return undefined;
  const left = Array.from({ length: count }, (_, token) => token).filter((token) => !forbidden.has(token));
  if (left.length > 0) return left;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `generate: all ${count} tokens are forbidden; leave one out of the option forbidden.`,
  );
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

/** How many tokens it has. */
export function lengthOf({ last }: Hypothesis): number {
  return last?.length ?? 0;
}

/** A sequence with one more token, which is not the end. */
export function extended(hypothesis: Hypothesis, token: number, logProbability: number): Hypothesis {
  const { last, before, allowed } = hypothesis;
  return {
    last: { token, previous: last, length: lengthOf(hypothesis) + 1 },
    logProbability,
    before: before?.has(token) === false ? new Set(before).add(token) : before,
    allowed: allowed && mustHave(allowed.next.get(token), 'An allowed token'),
  };
}

/** A sequence that has ended. */
export function ended(
  hypothesis: Hypothesis,
  logProbability: number,
  finish: Generated['finish'],
  lengthPenalty: number,
): Generated {
  const length = lengthOf(hypothesis) + (finish === 'end' ? 1 : 0);
  return {
    tokens: tokensTo(hypothesis.last),
    logProbability,
    score: scoreOf(logProbability, length, lengthPenalty),
    finish,
  };
}

/** A sequence that goes on. Its list of tokens is made when it is first asked for, so that steps that nobody looks at take no longer. */
export function soFar(hypothesis: Hypothesis, lengthPenalty: number): GeneratedSoFar {
  const { last, logProbability } = hypothesis;
  let tokens: readonly number[] | undefined;
  return {
    get tokens() {
      tokens ??= tokensTo(last);
      return tokens;
    },
    last: last?.token,
    logProbability,
    score: scoreOf(logProbability, lengthOf(hypothesis), lengthPenalty),
  };
}

/** The score of a sequence of a length: `logProbability / length ** lengthPenalty`. */
export function scoreOf(logProbability: number, length: number, lengthPenalty: number): number {
  return length === 0 ? 0 : logProbability / length ** lengthPenalty;
}
