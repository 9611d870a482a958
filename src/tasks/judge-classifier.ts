/** How good a classifier is on texts that it has not seen, beside what needs no network. */

import { naiveBayes } from '../baselines/naive-bayes.js';
import { encodeTexts } from '../data/text/encode-text.js';
import type { LabelledTexts } from '../data/text/labelled-texts.js';
import { largestOf } from '../extremes.js';
import { confusionMatrix } from '../scores/confusion-matrix.js';
import { averageF1, MatchCounts, type PrecisionAndRecall, precisionAndRecall } from '../scores/f1.js';
import type { Classified, TextClassifier } from './classifier.js';
import type { LabelledParts } from './split-labelled.js';
import { stretchIds } from './stretch-counts.js';

export interface ClassScores {
  /** The share of the texts whose class is right. */
  readonly accuracy: number;
  /** The mean of the F1 scores of the classes, each counting as much as any other. */
  readonly macroF1: number;
}

/** Scores of the model and of a baseline, and on how many texts just one of them is right. */
export interface BaselineScores extends ClassScores {
  readonly modelAlone: number;
  readonly baselineAlone: number;
}

export type BaselineName = 'majority' | 'naiveBayes';

/** A text of the test part with what the model says of it. */
export interface JudgedText extends Pick<Classified, 'label' | 'probability'> {
  readonly text: string;
  /** The right class. */
  readonly actual: string;
}

export interface ClassifierEvaluation {
  readonly texts: number;
  readonly model: ClassScores;
  readonly baselines: Readonly<Record<BaselineName, BaselineScores>>;
  /** What naive Bayes counts: the tokens of the model, or stretches of characters where those are characters. */
  readonly bayesCounts: 'tokens' | 'stretches';
  readonly classes: readonly (PrecisionAndRecall & { readonly class: string })[];
  /** `confusion[i][j]`: how many texts of class i were taken for class j. */
  readonly confusion: readonly (readonly number[])[];
  readonly judged: readonly JudgedText[];
}

/**
 * Classifies the texts of the test part. The baselines are the most frequent class of the texts to learn from, and naive Bayes on the
 * same tokens of them; where those are characters, on stretches of one to four, since single ones tell little.
 *
 * @param onNote told of tokens that are not known, and of texts that are cut
 */
export async function judgeClassifier(
  classifier: TextClassifier,
  { train, test }: Pick<LabelledParts, 'train' | 'test'>,
  onNote: (note: string) => void = () => {},
): Promise<ClassifierEvaluation> {
  const { classes } = classifier;
  const found = await classifier.classify(test.texts, { onNote: ({ text }) => onNote(text) });
  const places = new Map(classes.map((name, i) => [name, i]));
  const model = Int32Array.from(found, ({ label }) => places.get(label) ?? -1);
  const judged = found.map(({ label, probability }, i) => ({
    ...{ label, probability, text: test.texts[i] ?? '' },
    actual: classes[test.labels[i] ?? -1] ?? '',
  }));
  const baseline = (predicted: Int32Array): BaselineScores => ({
    ...scoresOf(predicted, test.labels),
    modelAlone: countWhere(test.labels, (label, i) => model[i] === label && predicted[i] !== label),
    baselineAlone: countWhere(test.labels, (label, i) => model[i] !== label && predicted[i] === label),
  });
  const counts = countsOf(model, test.labels);
  return {
    texts: test.texts.length,
    model: scoresOf(model, test.labels),
    baselines: {
      majority: baseline(test.labels.map(() => mostFrequent(train, classes.length))),
      naiveBayes: baseline(bayes(classifier, train, test)),
    },
    bayesCounts: classifier.vocabulary.tokenizer === 'characters' ? 'stretches' : 'tokens',
    classes: classes.map((name, i) => ({ class: name, ...precisionAndRecall(counts.of(i)) })),
    confusion: confusionMatrix(model, test.labels, { labels: classes }).counts,
    judged,
  };
}

function bayes(
  { vocabulary, maxLength, classes }: TextClassifier,
  train: LabelledTexts,
  test: LabelledTexts,
) {
  if (vocabulary.tokenizer === 'characters') {
    const read = { lowercase: vocabulary.lowercase, maxLength };
    const { size, learned, others } = stretchIds(train.texts, test.texts, read);
    return naiveBayes(learned, train.labels, { size, classes: classes.length }).predict(others);
  }
  const [learned, tested] = [train, test].map(
    ({ texts }) => encodeTexts(vocabulary, texts, { maxLength, tooLong: 'cut' }).sequences,
  );
  const sizes = { size: vocabulary.tokens.length, classes: classes.length };
  return naiveBayes(learned ?? [], train.labels, sizes).predict(tested ?? []);
}

function mostFrequent({ labels }: LabelledTexts, classes: number): number {
  const counts = new Int32Array(classes);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts.indexOf(largestOf(counts));
}

function scoresOf(predicted: Int32Array, actual: Int32Array): ClassScores {
  return {
    accuracy: countWhere(actual, (label, i) => predicted[i] === label) / actual.length,
    macroF1: averageF1(countsOf(predicted, actual), 'macro'),
  };
}

function countsOf(predicted: Int32Array, actual: Int32Array): MatchCounts<number> {
  const counts = new MatchCounts<number>();
  for (const [i, label] of actual.entries()) {
    const taken = predicted[i] ?? -1;
    counts.of(taken).predicted++;
    counts.of(label).actual++;
    if (taken === label) counts.of(label).right++;
  }
  return counts;
}

function countWhere(labels: Int32Array, isCounted: (label: number, i: number) => boolean): number {
  return labels.reduce((sum, label, i) => sum + (isCounted(label, i) ? 1 : 0), 0);
}
