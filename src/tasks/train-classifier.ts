/** From texts with classes to a network that tells the class of a text. */

import type { Network } from '../builder/network.js';
import { f1 } from '../builder/train/class-metrics.js';
import { crossEntropy } from '../builder/train/cross-entropy.js';
import { accuracy } from '../builder/train/metrics.js';
import { counted } from '../counted.js';
import { raggedDataset } from '../data/ragged-dataset.js';
import { quotedNames } from '../data/table/table.js';
import { encodeTexts } from '../data/text/encode-text.js';
import type { LabelledTexts } from '../data/text/labelled-texts.js';
import type { Tokenizer } from '../data/text/tokenizers.js';
import { type Vocabulary, vocabulary } from '../data/text/vocabulary.js';
import { LstmOnnxError } from '../errors.js';
import { classifierNetwork } from './classifier-network.js';
import { type FitUntilStopped, fitUntilStopped } from './fit-until-stopped.js';
import { foundTokenizer } from './found-tokenizer.js';
import { fitOptionsOf, type Learning } from './learning.js';
import { type LabelledParts, splitLabelled } from './split-labelled.js';

/** What is taken where nothing is said; see {@link ClassifierOptions} for what depends on the texts. */
export const classifierDefaults = {
  maxSize: 20_000,
  maxLength: 256,
  embeddingDim: 64,
  hiddenSize: 64,
  dropout: 0.5,
  epochs: 20,
  batchSize: 32,
  lr: 0.003,
  patience: 4,
} as const;

/** From so many texts on, words that come once stand for those that are not known. */
const MANY = 100;

export interface ClassifierOptions extends Learning {
  /** How texts are cut. @default words; characters of texts without spaces, such as names */
  readonly tokens?: Tokenizer | undefined;
  /** Whether texts are in lower case first. @default true of words, else false */
  readonly lowercase?: boolean | undefined;
  /** How often a token comes at least. @default 2 of words from 100 texts on, else 1 */
  readonly minCount?: number | undefined;
  /** The most tokens of the vocabulary. */
  readonly maxSize: number;
  /** The most tokens of a text; of longer ones the first are taken. */
  readonly maxLength: number;
  readonly embeddingDim: number;
  /** Whether each class counts as much as any other, however many texts it has. @default false */
  readonly balanced?: boolean | undefined;
  /** Told what is found and done. */
  readonly onNote?: (note: string) => void;
}

export interface TrainedClassifier extends FitUntilStopped {
  readonly network: Network;
  readonly vocabulary: Vocabulary;
  readonly classes: readonly string[];
  readonly parts: LabelledParts;
}

/**
 * Learns from one part of the texts, and takes the epoch that is best on another; the third is for telling how good the classifier is.
 *
 * @throws E_INVALID_FILE for texts of one class, for too few of them, and for nearly as many classes as texts; what `fit` throws;
 *   the signal's reason before the end of the first epoch, behind which training ends with the best one so far
 */
export async function trainClassifier(
  data: LabelledTexts,
  options: ClassifierOptions,
): Promise<TrainedClassifier> {
  const { classes } = data;
  const note = (text: string) => options.onNote?.(text);
  checkClasses(data);
  const { validation, test, seed } = options;
  const parts = splitLabelled(data, { validation, test, seed });
  for (const each of notesOfParts(parts)) note(each);
  const known = vocabularyOf(parts.train.texts, options, note);
  const { maxLength } = options;
  const samples = (part: 'train' | 'validation') => {
    const { texts, labels } = parts[part];
    const { sequences, notes } = encodeTexts(known, texts, { maxLength, tooLong: 'cut' });
    for (const { text } of notes) note(`${partNames[part]}: ${text}`);
    const targets = { dtype: 'int32', shape: [labels.length], data: labels } as const;
    return raggedDataset({ inputs: { tokens: { sequences, lengths: 'lengths' } }, targets });
  };
  const network = classifierNetwork({ ...options, tokens: known.tokens.length, classes: classes.length });
  const result = await fitUntilStopped(network, samples('train'), {
    ...fitOptionsOf(options),
    loss: options.balanced ? crossEntropy({ weights: balancedWeights(parts.train) }) : crossEntropy,
    metrics: [accuracy, f1()],
    validation: samples('validation'),
  });
  const { parameters, history, backend } = result;
  return { network, parameters, history, backend, vocabulary: known, classes, parts };
}

const partNames = { train: 'To learn from', validation: 'To validate', test: 'To test' } as const;

function checkClasses({ texts, labels, classes }: LabelledTexts): void {
  const there = new Set(labels);
  if (there.size < 2) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `All ${counted(texts.length, 'text')} are of one class, ${quotedNames(classes)}; expected two classes at least.`,
    );
  }
  if (there.size > 2 && there.size > texts.length / 2) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `There are ${counted(there.size, 'class', 'classes')} of ${counted(texts.length, 'text')}, such as ${quotedNames(classes.slice(0, 3))}; expected several texts of each class. Is another column that of the classes?`,
    );
  }
}

function* notesOfParts({ train, validation, test, repeated }: LabelledParts): Generator<string> {
  const [learned, validated, tested] = [train, validation, test].map(({ texts }) =>
    texts.length.toLocaleString('en'),
  );
  yield `${learned} texts to learn from, ${validated} to validate, ${tested} to test.`;
  if (repeated > 0) {
    yield `${counted(repeated, 'text')} ${repeated === 1 ? 'repeats an earlier one' : 'repeat earlier ones'}; equal texts are in one part.`;
  }
}

/** How texts become tokens, where that is not said. */
export function textReading(
  texts: readonly string[],
  given: Pick<ClassifierOptions, 'tokens' | 'lowercase' | 'minCount'>,
) {
  const { tokens = foundTokenizer(texts) } = given;
  const least = tokens === 'words' && texts.length >= MANY ? 2 : 1;
  const { lowercase = tokens === 'words', minCount = least } = given;
  return { tokens, lowercase, minCount };
}

function vocabularyOf(
  texts: readonly string[],
  options: ClassifierOptions,
  note: (text: string) => void,
): Vocabulary {
  const reading = textReading(texts, options);
  const { tokens, lowercase, minCount } = reading;
  const known = vocabulary(texts, { ...reading, maxSize: options.maxSize });
  const often = minCount > 1 ? `, each at least ${minCount} times` : '';
  note(
    `Texts are read as ${tokens}${lowercase ? ' in lower case' : ''}; ${known.tokens.length.toLocaleString('en')} tokens are known${often}.`,
  );
  return known;
}

/** A class with half as many texts counts twice as much for each: `texts / (classes * texts of the class)`, as scikit-learn has it. */
function balancedWeights({ labels, classes }: LabelledTexts): number[] {
  const counts = new Int32Array(classes.length);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const there = counts.filter((count) => count > 0).length;
  return Array.from(counts, (count) => (count > 0 ? labels.length / (there * count) : 0));
}
