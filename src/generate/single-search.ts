/** Greedy search and sampling: one sequence, which goes on by one token at each step. */
import type { Generator } from '../builder/random.js';
import { mustHave } from '../must-get.js';
import type { Generated, GeneratedSoFar, Hypothesis, SearchLimits, SequenceSearch } from './generated.js';
import {
  emptyHypothesis,
  ended,
  extended,
  forEachToken,
  lengthOf,
  type NextTokens,
  nextTokens,
  soFar,
} from './next-tokens.js';
import { draw, type Sampling } from './token-scores.js';

/** How the next token is chosen. */
type Choice = (next: NextTokens) => number;

/** The most probable one, the first of those that are alike. */
export const mostProbable: Choice = (next) => {
  let [best, most] = [-1, Number.NEGATIVE_INFINITY];
  forEachToken(next, (token, score) => {
    if (best === -1 || score > most) [best, most] = [token, score];
  });
  return best;
};

/** One that is drawn. */
export function drawn(sampling: Sampling, generator: Generator): Choice {
  return ({ scores, tokens }) => draw(scores, tokens ?? scores.keys(), sampling, generator);
}

export class SingleSearch implements SequenceSearch {
  readonly #limits: SearchLimits;
  readonly #choose: Choice;
  #last: Hypothesis;
  #result: Generated | undefined;

  constructor(limits: SearchLimits, choose: Choice) {
    this.#limits = limits;
    this.#choose = choose;
    this.#last = emptyHypothesis(limits);
  }

  get running(): readonly Hypothesis[] {
    return this.#result ? [] : [this.#last];
  }

  advance([logits]: readonly Float64Array[]): readonly number[] {
    const { end, maxLength } = this.#limits;
    const next = nextTokens(mustHave(logits, 'The logits'), this.#last, this.#limits);
    const token = this.#choose(next);
    const logProbability = this.#last.logProbability + (next.scores[token] ?? 0);
    if (token === end) {
      this.#result = ended(this.#last, logProbability, 'end', 0);
      return [];
    }
    this.#last = extended(this.#last, token, logProbability);
    if (lengthOf(this.#last) < maxLength) return [0];
    this.#result = ended(this.#last, logProbability, 'length', 0);
    return [];
  }

  best(): GeneratedSoFar {
    return this.#result ?? soFar(this.#last, 0);
  }

  results(): readonly Generated[] {
    return [mustHave(this.#result, 'The end of a search')];
  }
}
