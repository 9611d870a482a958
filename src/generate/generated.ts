/** What is generated, whole or so far. */
import type { AllowedNode } from './allowed-outputs.js';
import type { WrittenToken } from './written-token.js';

/** A sequence that was generated. */
export interface Generated {
  /** What comes behind the prompt, without the end token. */
  readonly tokens: readonly number[];
  /**
   * The sum of the logarithms of the probabilities that the model gives these tokens, the end token among them where there is one. A
   * repetition penalty counts; temperature, topK, topP, allowed outputs and forbidden tokens do not.
   */
  readonly logProbability: number;
  /** What a beam search orders by: `logProbability / length ** lengthPenalty`, with the end token counted; else `logProbability`. */
  readonly score: number;
  /** Why it ends: by the end token, or because it has `maxLength` tokens. */
  readonly finish: 'end' | 'length';
}

/** A sequence while it is generated; `finish` is absent as long as it goes on. Whoever reads `tokens` has a list of all of them made. */
export interface GeneratedSoFar extends Omit<Generated, 'finish'> {
  readonly finish?: Generated['finish'];
  /** The last token, as long as it goes on. */
  readonly last?: number | undefined;
}

/** A sequence that goes on. */
export interface Hypothesis {
  /** The last of its tokens; undefined where there is none yet. */
  readonly last: WrittenToken | undefined;
  readonly logProbability: number;
  /** The tokens that a repetition penalty is for, if there is one: those of the prompt and its own. */
  readonly before: ReadonlySet<number> | undefined;
  /** Where it stands among the allowed outputs, if there are any. */
  readonly allowed: AllowedNode | undefined;
}

/** The search for what follows one prompt. */
export interface SequenceSearch {
  /** Those that go on, each a row of the batch; none once the search has ended. */
  readonly running: readonly Hypothesis[];
  /**
   * Goes on by a token.
   *
   * @param logits of the next token, for each of `running`
   * @returns for each of those that go on now, which of those before it follows
   */
  advance(logits: readonly Float64Array[]): readonly number[];
  /** The best one so far. */
  best(): GeneratedSoFar;
  /** What was found, the best first; once the search has ended. */
  results(): readonly Generated[];
}

/** What every search is held to. */
export interface SearchLimits {
  readonly prompt: readonly number[];
  readonly end: number | undefined;
  readonly maxLength: number;
  readonly repetitionPenalty: number;
  readonly allowed: AllowedNode | undefined;
  readonly forbidden: ReadonlySet<number>;
  /** Of a beam search: whether a sequence ends with its last token, which is one of its own. */
  readonly endsWith?: EndTest | undefined;
}

export type EndTest = (last: WrittenToken) => boolean;
