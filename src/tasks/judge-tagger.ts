/** How good a tagger is on texts that it has not seen, beside what needs no network. */
import { mostFrequentTag } from '../baselines/most-frequent-tag.js';
import { mustHave } from '../must-get.js';
import { confusionMatrix } from '../scores/confusion-matrix.js';
import { type SpanScores, spanF1 } from '../scores/spans.js';
import { bioForms } from '../tagging/bio.js';
import type { TaggedWords, Tagger } from '../tagging/tagger.js';
import type { TaggedPart, TagSplit } from './split-tagged.js';

export interface TagScores {
  /** The share of tokens whose tag is right. */
  readonly tokenAccuracy: number;
  /** That of tokens whose word is not among those to learn from; undefined where there are none. */
  readonly newWordAccuracy?: number;
  /** The share of texts all of whose tags are right. */
  readonly textAccuracy: number;
  /** Of tags that say spans: how well these are found. */
  readonly spans?: SpanScores;
}

/** Scores of a baseline, and of how many tokens just one of it and the model has the right tag; and in how many texts either has more. */
export interface BaselineTagScores extends TagScores {
  readonly modelAlone: number;
  readonly baselineAlone: number;
  readonly modelBetter: number;
  readonly baselineBetter: number;
}

export type TagBaseline = 'mostFrequentTag' | 'majority';

/** A text of the test part with what the model says of it. */
export interface JudgedTags {
  readonly words: readonly string[];
  readonly actual: readonly string[];
  readonly predicted: readonly string[];
}

export interface TaggerEvaluation {
  readonly texts: number;
  readonly tokens: number;
  /** Tokens whose word is not among those to learn from. */
  readonly newWords: number;
  /** The tag that most tokens to learn from have. */
  readonly overall: string;
  readonly model: TagScores;
  readonly baselines: Readonly<Record<TagBaseline, BaselineTagScores>>;
  readonly labels: readonly string[];
  /** `confusion[i][j]`: how many tokens with tag i were taken for tag j. */
  readonly confusion: readonly (readonly number[])[];
  readonly judged: readonly JudgedTags[];
}

type Tags = readonly (readonly string[])[];

/**
 * Tags the texts of the test part. The baselines are the most frequent tag of each word among the texts to learn from, and the most frequent
 * tag of all for every token.
 *
 * @param labels all tags that there are
 */
export async function judgeTagger(
  tagger: Tagger,
  { train, test }: Pick<TagSplit, 'train' | 'test'>,
  labels: readonly string[],
): Promise<TaggerEvaluation> {
  const found = (await tagger.tagWords(test.tokens)).map((text: TaggedWords) => text.labels);
  const byWord = mostFrequentTag(train);
  const isNew = test.tokens.map((words) => words.map((word) => !byWord.knows(word)));
  const forms = bioForms(labels);
  const scores = (predicted: Tags) => scoresOf(predicted, test, isNew, forms);
  const baseline = (predicted: Tags): BaselineTagScores => ({
    ...scores(predicted),
    modelAlone: sum(alone(found, predicted, test)),
    baselineAlone: sum(alone(predicted, found, test)),
    ...better(found, predicted, test),
  });
  return {
    texts: test.tokens.length,
    tokens: test.tokens.reduce((sum, { length }) => sum + length, 0),
    newWords: isNew.flat().filter(Boolean).length,
    overall: byWord.overall,
    model: scores(found),
    baselines: {
      mostFrequentTag: baseline(byWord.tag(test.tokens)),
      majority: baseline(test.tokens.map((words) => words.map(() => byWord.overall))),
    },
    labels,
    confusion: confusionMatrix(found.flat(), test.tags.flat(), { labels }).counts,
    judged: test.tokens.map((words, i) => ({
      words,
      actual: test.tags[i] ?? [],
      predicted: mustHave(found[i], `The tags of text ${i}`),
    })),
  };
}

function scoresOf(
  predicted: Tags,
  { tags }: TaggedPart,
  isNew: readonly (readonly boolean[])[],
  forms: ReadonlyMap<string, string> | undefined,
): TagScores {
  const right = tags.map((own, i) => own.map((tag, place) => predicted[i]?.[place] === tag));
  const ofNew = right.flatMap((own, i) => own.filter((_, place) => isNew[i]?.[place]));
  const inBio = (lists: Tags) => lists.map((own) => own.map((tag) => forms?.get(tag) ?? tag));
  return {
    tokenAccuracy: shareOf(right.flat()),
    ...(ofNew.length > 0 && { newWordAccuracy: shareOf(ofNew) }),
    textAccuracy: shareOf(right.map((own) => own.every(Boolean))),
    ...(forms && { spans: spanF1(inBio(predicted), inBio(tags)) }),
  };
}

function shareOf(right: readonly boolean[]): number {
  return right.filter(Boolean).length / right.length;
}

/** How many tokens of each text the first alone gets right. */
function alone(first: Tags, second: Tags, { tags }: TaggedPart): number[] {
  return tags.map(
    (own, i) => own.filter((tag, place) => first[i]?.[place] === tag && second[i]?.[place] !== tag).length,
  );
}

/** In how many texts the model, and in how many the baseline, gets more tokens right. */
function better(model: Tags, baseline: Tags, test: TaggedPart) {
  const baselineAlone = alone(baseline, model, test);
  const more = alone(model, baseline, test).map((count, i) => count - (baselineAlone[i] ?? 0));
  return {
    modelBetter: more.filter((count) => count > 0).length,
    baselineBetter: more.filter((count) => count < 0).length,
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
