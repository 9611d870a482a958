/** Multinomial naive Bayes: classes of sequences by how often each token is in them, for a network to be measured against. */

import { inWords, isList, wrongArgument } from '../arguments.js';
import { checkedOptions, rules } from '../builder/train/number-options.js';
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';
import { largestOf } from '../extremes.js';

export interface NaiveBayesOptions {
  /** How many tokens there are: their ids are 0 to `size - 1`. Of a vocabulary, `tokens.length`. */
  readonly size: number;
  /** How many classes there are. @default one more than the largest label */
  readonly classes?: number;
  /** What is added to each count, so that a token that a class has never had does not rule it out. @default 1, as Laplace */
  readonly smoothing?: number;
}

export interface NaiveBayes {
  /** The most probable class of each sequence, the first of equal ones. Sequences are as those to learn from. */
  predict(sequences: readonly ArrayLike<number>[]): Int32Array;
}

const defaults = { smoothing: 1 };

/**
 * Counts how often each class has each token, and takes the class that makes a sequence most probable. The order of tokens does not
 * matter. Its numbers are those of scikit-learn's `MultinomialNB` on counts of tokens. A network that reads words in their order should
 * be better; where it is not, counting does.
 *
 * @param sequences the token ids of each sequence to learn from, as `encodeTexts` gives them
 * @param labels the class of each, from 0
 * @throws E_INVALID_OPTION for other arguments, for ids and labels that are out of range, and without sequences
 * @throws E_SHAPE_MISMATCH for another number of labels than of sequences
 */
export function naiveBayes(
  sequences: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  options: NaiveBayesOptions,
): NaiveBayes {
  const where = 'naiveBayes';
  const { size, smoothing, classes } = checkedOptions<NaiveBayesOptions, typeof defaults>(
    where,
    options,
    { size: rules.count, classes: rules.count, smoothing: rules.positive },
    defaults,
    { alpha: 'smoothing', vocabulary: 'size, the number of its tokens' },
    ['classes'],
  );
  expectSequences(where, sequences, size);
  const classTotal = classCount(where, sequences, labels, classes);

  const counts = Array.from({ length: classTotal }, () => new Float64Array(size).fill(smoothing));
  const examples = new Float64Array(classTotal);
  for (const [i, sequence] of sequences.entries()) {
    const label = labels[i] ?? 0;
    examples[label] = (examples[label] ?? 0) + 1;
    const ofClass = counts[label];
    for (let t = 0; ofClass && t < sequence.length; t++) {
      const token = sequence[t] ?? 0;
      ofClass[token] = (ofClass[token] ?? 0) + 1;
    }
  }
  const tokenScores = counts.map(logShares);
  const classScores = logShares(examples);

  return {
    predict(given) {
      expectSequences('naiveBayes.predict', given, size);
      return Int32Array.from(given, (sequence) => {
        const scores = tokenScores.map((ofTokens, label) => {
          let score = classScores[label] ?? 0;
          for (let t = 0; t < sequence.length; t++) score += ofTokens[sequence[t] ?? 0] ?? 0;
          return score;
        });
        return scores.indexOf(largestOf(scores));
      });
    },
  };
}

/** The logarithm of each count's share of all. */
function logShares(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => Math.log(count / total));
}

function expectSequences(where: string, sequences: unknown, size: number): void {
  if (!Array.isArray(sequences)) throw wrongArgument(where, sequences, 'a list of sequences of token ids');
  for (const [i, sequence] of sequences.entries()) {
    if (!isList(sequence)) throw wrongArgument(`${where}: sequence ${i}`, sequence, 'a list of token ids');
    const wrong = Array.prototype.findIndex.call(sequence, (token) => !isIndex(token, size));
    if (wrong === -1) continue;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${where}: sequence ${i} has ${inWords(sequence[wrong])} at place ${wrong}; expected token ids from 0 to ${size - 1}, as size says.`,
    );
  }
}

/** @returns how many classes there are, once labels are as they should be */
function classCount(
  where: string,
  sequences: readonly unknown[],
  labels: ArrayLike<number>,
  given: number | undefined,
): number {
  if (!isList(labels))
    throw wrongArgument(`${where}: labels`, labels, 'a list with a class number for each sequence');
  if (labels.length !== sequences.length) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${where} got ${counted(sequences.length, 'sequence')} and ${counted(labels.length, 'label')}; expected a label for each sequence.`,
    );
  }
  if (labels.length === 0) throw wrongArgument(where, sequences, 'at least one sequence to learn from');
  let largest = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!isIndex(label, given ?? 2 ** 31)) {
      const range = given === undefined ? 'from 0' : `from 0 to ${given - 1}, as classes says`;
      throw wrongArgument(`${where}: label ${i}`, label, `a class number ${range}`);
    }
    largest = Math.max(largest, label);
  }
  return given ?? largest + 1;
}

function isIndex(value: unknown, below: number): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < below;
}
