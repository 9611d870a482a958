/**
 * Beam search: at each step the best `width` sequences go on. As in Hugging Face's transformers, a sequence that ends counts only among
 * the best `width` of its step; the search goes on until no sequence can become better than those found, unless it is to end early.
 */
import { mustHave } from '../must-get.js';
import type { Generated, GeneratedSoFar, Hypothesis, SearchLimits, SequenceSearch } from './generated.js';
import {
  emptyHypothesis,
  ended,
  extended,
  forEachToken,
  lengthOf,
  nextTokens,
  scoreOf,
  soFar,
} from './next-tokens.js';

export interface BeamSettings {
  readonly width: number;
  readonly lengthPenalty: number;
  readonly nBest: number;
  readonly earlyEnd: boolean;
}

/** One of the running sequences with a token behind it. */
interface Candidate {
  readonly from: number;
  readonly token: number;
  readonly logProbability: number;
}

export class BeamSearch implements SequenceSearch {
  readonly #limits: SearchLimits;
  readonly #settings: BeamSettings;
  #running: readonly Hypothesis[];
  /** The best first. */
  #found: readonly Generated[] = [];

  constructor(limits: SearchLimits, settings: BeamSettings) {
    this.#limits = limits;
    this.#settings = settings;
    this.#running = [emptyHypothesis(limits)];
  }

  get running(): readonly Hypothesis[] {
    return this.#running;
  }

  advance(logits: readonly Float64Array[]): readonly number[] {
    const { end, maxLength, endsWith } = this.#limits;
    const { width } = this.#settings;
    const goingOn: { from: number; hypothesis: Hypothesis }[] = [];
    for (const [rank, { from, token, logProbability }] of this.#candidates(logits).entries()) {
      const before = mustHave(this.#running[from], 'A sequence');
      if (token === end) {
        if (rank < width) this.#find(before, logProbability, 'end');
        continue;
      }
      const hypothesis = extended(before, token, logProbability);
      if (endsWith?.(mustHave(hypothesis.last, 'A token'))) {
        if (rank < width) this.#find(hypothesis, logProbability, 'length');
        continue;
      }
      if (goingOn.length < width) goingOn.push({ from, hypothesis });
    }
    const isLast = goingOn.some(({ hypothesis }) => lengthOf(hypothesis) === maxLength);
    if (isLast) {
      for (const { hypothesis } of goingOn) this.#find(hypothesis, hypothesis.logProbability, 'length');
    }
    this.#running = goingOn.map(({ hypothesis }) => hypothesis);
    if (isLast || this.#isDone()) this.#running = [];
    return this.#running.length === 0 ? [] : goingOn.map(({ from }) => from);
  }

  best(): GeneratedSoFar {
    const { lengthPenalty } = this.#settings;
    const [found] = this.#found;
    const [first] = this.#running;
    const running = first && soFar(first, lengthPenalty);
    const best = found && running && found.score < running.score ? running : (found ?? running);
    return mustHave(best, 'A sequence');
  }

  results(): readonly Generated[] {
    return this.#found.slice(0, this.#settings.nBest);
  }

  /** The most probable first: as many as can be needed, of which each running sequence may end in one. */
  #candidates(logits: readonly Float64Array[]): readonly Candidate[] {
    const best = new Best(this.#settings.width + this.#running.length);
    for (const [from, hypothesis] of this.#running.entries()) {
      const next = nextTokens(mustHave(logits[from], 'The logits'), hypothesis, this.#limits);
      forEachToken(next, (token, score) => {
        best.add(from, token, hypothesis.logProbability + score);
      });
    }
    return best.candidates;
  }

  #find(hypothesis: Hypothesis, logProbability: number, finish: Generated['finish']): void {
    const { width, lengthPenalty } = this.#settings;
    const found = [...this.#found, ended(hypothesis, logProbability, finish, lengthPenalty)];
    this.#found = found.sort((a, b) => b.score - a.score).slice(0, width);
  }

  #isDone(): boolean {
    const { width, nBest, earlyEnd, lengthPenalty } = this.#settings;
    const [first] = this.#running;
    if (!first) return true;
    if (earlyEnd && this.#found.length >= width) return true;
    const last = this.#found[nBest - 1];
    if (!last) return false;
    // A longer one is no more probable; the length that is best for its score is the longest or the next.
    const length = lengthPenalty > 0 ? this.#limits.maxLength : lengthOf(first) + 1;
    return scoreOf(first.logProbability, length, lengthPenalty) <= last.score;
  }
}

/** The most probable candidates, in order; of those that are alike the ones that came first. */
class Best {
  readonly candidates: Candidate[] = [];
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  add(from: number, token: number, logProbability: number): void {
    const { candidates } = this;
    const last = candidates.at(-1);
    const isFull = candidates.length === this.#count;
    if (isFull && last && logProbability <= last.logProbability) return;
    let place = candidates.length;
    while (place > 0 && (candidates[place - 1]?.logProbability ?? 0) < logProbability) place -= 1;
    candidates.splice(place, 0, { from, token, logProbability });
    if (isFull) candidates.pop();
  }
}
