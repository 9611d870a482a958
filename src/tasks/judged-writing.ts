/** What judging translations and captions has in common: both write token by token, and may attend to what they read. */
import { type Tokenizer, tokensOf } from '../data/text/tokenizers.js';
import type { Vocabulary } from '../data/text/vocabulary.js';
import { mustHave } from '../must-get.js';
import type { PickedSamples } from './pick-samples.js';
import { isSame, nearestReference, type WrittenScores, writtenScores } from './written-scores.js';

/** What a model wrote. */
interface Written {
  readonly tokens: readonly string[];
  readonly logProbability: number;
}

/** Scores of what was written. */
export interface SearchScores {
  /** By beam search; undefined where the beam is 1, which is greedy. */
  readonly beam: WrittenScores | undefined;
  readonly greedy: WrittenScores;
}

/** @param references the tokens of all texts that are right for each source */
export function searchScores(
  greedy: readonly Written[],
  beam: readonly Written[] | undefined,
  references: readonly (readonly (readonly string[])[])[],
): SearchScores {
  const scores = (found: readonly Written[]) =>
    writtenScores(
      found.map(({ tokens }) => tokens),
      references,
    );
  return { beam: beam && scores(beam), greedy: scores(greedy) };
}

/** Scores of the same text for every source. */
export function constantScores(
  tokens: readonly string[],
  references: readonly (readonly (readonly string[])[])[],
): WrittenScores {
  return writtenScores(
    references.map(() => tokens),
    references,
  );
}

/** As a text would be written out, whatever the vocabulary knows. */
export function tokensIn({ tokenizer, lowercase }: Vocabulary, text: string): string[] {
  return tokensOf(tokenizer as Tokenizer, text, lowercase); // the tasks make no vocabulary of tokens of their own
}

/** What was written beside what is right. */
export interface JudgedText {
  /** All texts that are right, the one nearest to what was written first. */
  readonly references: readonly string[];
  readonly isRight: boolean;
  readonly logProbability: number;
}

/**
 * What was written beside the texts that are right.
 *
 * @param texts all that are right
 * @param references the tokens of each
 */
export function judgedText(
  { tokens, logProbability }: Written,
  texts: readonly string[],
  references: readonly (readonly string[])[],
): JudgedText {
  const nearest = nearestReference(tokens, references);
  const first = mustHave(texts[references.indexOf(nearest)], 'A reference');
  return {
    references: [first, ...new Set(texts.filter((text) => text !== first))],
    isRight: isSame(tokens, nearest),
    logProbability,
  };
}

/**
 * The samples with attention, where the model has it: written once more, since attention takes another run.
 *
 * @param rewrite writes them with attention
 */
export async function withAttention<S>(
  { right, wrong }: PickedSamples<S>,
  model: { readonly hasAttention: boolean },
  rewrite: (samples: readonly S[]) => Promise<readonly S[]>,
): Promise<PickedSamples<S>> {
  if (!model.hasAttention) return { right, wrong };
  return { right: await rewrite(right), wrong: await rewrite(wrong) };
}
