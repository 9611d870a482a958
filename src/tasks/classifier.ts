/** Classes of texts, by a model file alone: it has the classes, the vocabulary and how texts are cut. */

import * as z from 'zod/mini';
import { isList, wrongArgument } from '../arguments.js';
import type { DataNote } from '../data/table/table.js';
import { expectWhole } from '../data/table/table.js';
import { type EncodedTexts, encodeTexts } from '../data/text/encode-text.js';
import type { Vocabulary } from '../data/text/vocabulary.js';
import { vocabulariesOf } from '../data/text/vocabulary-json.js';
import { LstmOnnxError } from '../errors.js';
import { largestOf } from '../extremes.js';
import { jsonOf } from '../json-of.js';
import { mustHave } from '../must-get.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { BaseModel } from '../runtime/model.js';
import { taskFactsOf, taskMetadata } from './task-metadata.js';

/** What a model file of this task says beside its labels and its vocabulary. */
export interface ClassifierFacts {
  /** The most tokens of a text; longer ones are cut. */
  readonly maxLength: number;
  /** The columns that it was trained on; none of a folder. */
  readonly text?: string;
  readonly label?: string;
}

const facts = z.strictObject({
  maxLength: z.int().check(z.positive()),
  text: z.exactOptional(z.string()),
  label: z.exactOptional(z.string()),
});

export function classifierMetadata(known: ClassifierFacts): Record<string, string> {
  return taskMetadata('classify', { ...known });
}

/** What a text is. */
export interface Classified {
  /** The most probable class, the first of equal ones. */
  readonly label: string;
  /** How probable it is, 0 to 1. */
  readonly probability: number;
  /** How probable each class is, in the order of `classes`. */
  readonly probabilities: Float32Array;
}

export interface ClassifyOptions {
  /** How many texts the model is given at once. @default 32 */
  readonly batchSize?: number;
  /** Told of tokens that the model does not know, and of texts that are cut. */
  readonly onNote?: (note: DataNote) => void;
}

const optionNames = { batchSize: true, onNote: true } satisfies OptionNames<ClassifyOptions>;

/** Says which class texts are of; {@link classifierOf} makes it. */
export class TextClassifier {
  readonly classes: readonly string[];
  /** The tokens that it knows, and how texts are cut into them. */
  readonly vocabulary: Vocabulary;
  /** The most tokens of a text; longer ones are cut. */
  readonly maxLength: number;
  readonly #model: BaseModel;

  /** Use {@link classifierOf}. */
  constructor(model: BaseModel, classes: readonly string[], vocabulary: Vocabulary, maxLength: number) {
    this.classes = classes;
    this.vocabulary = vocabulary;
    this.maxLength = maxLength;
    this.#model = model;
  }

  /**
   * The class of each text, in their order. Texts of about one length are run together, so that short ones cost little.
   *
   * @throws E_INVALID_OPTION for what are no texts, texts without a token, and other options; what `run` of the model throws
   */
  async classify(texts: readonly string[], options: ClassifyOptions = {}): Promise<readonly Classified[]> {
    checkOptionNames('classify', options, optionNames);
    const { batchSize = 32, onNote } = options;
    expectWhole('classify', { batchSize }, 1);
    if (onNote !== undefined && typeof onNote !== 'function')
      throw wrongArgument('classify: onNote', onNote, 'a function');
    if (!isList(texts)) throw wrongArgument('classify', texts, 'a list of texts');
    const { sequences, notes } = this.#encoded(texts);
    for (const note of notes) onNote?.(note);
    const byLength = [...sequences.keys()].sort((a, b) => lengthOf(sequences[a]) - lengthOf(sequences[b]));
    const found = new Map<number, Classified>();
    for (let from = 0; from < byLength.length; from += batchSize) {
      const places = byLength.slice(from, from + batchSize);
      const batch = places.map((place) => mustHave(sequences[place], `Text ${place}`));
      for (const [i, each] of (await this.#run(batch)).entries()) found.set(places[i] ?? 0, each);
    }
    return Array.from(sequences, (_, place) => mustHave(found.get(place), `The class of text ${place}`));
  }

  #encoded(texts: readonly string[]): EncodedTexts {
    return encodeTexts(this.vocabulary, texts, { maxLength: this.maxLength, tooLong: 'cut' });
  }

  async #run(sequences: readonly Int32Array[]): Promise<Classified[]> {
    const time = largestOf(sequences.map(lengthOf));
    const tokens = new Int32Array(sequences.length * time).fill(this.vocabulary.special.padding ?? 0);
    for (const [i, ids] of sequences.entries()) tokens.set(ids, i * time);
    const lengths = Int32Array.from(sequences, lengthOf);
    const { probabilities } = await this.#model.run(
      {
        tokens: { dims: [sequences.length, time], data: tokens },
        lengths: { dims: [sequences.length], data: lengths },
      },
      ['probabilities'],
    );
    const { data } = mustHave(probabilities, 'The output probabilities');
    if (!(data instanceof Float32Array))
      throw new LstmOnnxError('E_INTERNAL', 'The probabilities of a classifier are not float32.');
    const count = this.classes.length;
    return sequences.map((_, i) => classified(data.slice(i * count, (i + 1) * count), this.classes));
  }
}

function lengthOf(ids: Int32Array | undefined): number {
  return ids?.length ?? 0;
}

function classified(probabilities: Float32Array, classes: readonly string[]): Classified {
  const probability = largestOf(probabilities);
  const label = mustHave(classes[probabilities.indexOf(probability)], 'The most probable class');
  return { label, probability, probabilities };
}

/**
 * The classifier of a model file that `lstm-onnx` wrote for the task `classify`: on any provider, in Node and in the browser.
 *
 * ```ts
 * const classifier = classifierOf(await Model.load('model.onnx'));
 * const [first] = await classifier.classify(['Congratulations, you have won!']);
 * first.label; // 'spam'
 * ```
 *
 * @throws E_INVALID_FILE for a model of another task or none, and for one whose classes or vocabulary are not in its metadata
 */
export function classifierOf(model: BaseModel): TextClassifier {
  if (!(model instanceof BaseModel)) throw wrongArgument('classifierOf', model, 'what Model.load gives');
  const { maxLength } = classifierFactsOf(model.metadata);
  const { tokens: vocabulary } = vocabulariesOf(model.metadata);
  if (!vocabulary) throw incomplete('it has no vocabulary of the input tokens');
  const { data: classes } = z.array(z.string()).safeParse(jsonOf(model.metadata.get('labels') ?? ''));
  if (!classes) throw incomplete('it has no labels');
  for (const name of ['tokens', 'lengths']) {
    if (!model.inputs.some((input) => input.name === name)) throw incomplete(`it has no input ${name}`);
  }
  const size = model.outputs.find(({ name }) => name === 'probabilities')?.shape?.at(-1);
  if (size !== classes.length) {
    throw incomplete(
      `it has ${classes.length} labels, and its output probabilities has ${size ?? 'no'} classes`,
    );
  }
  return new TextClassifier(model, classes, vocabulary, maxLength);
}

/** @throws E_INVALID_FILE for the metadata of another model */
export function classifierFactsOf(metadata: ReadonlyMap<string, string>): ClassifierFacts {
  return taskFactsOf(metadata, 'classify', facts);
}

function incomplete(why: string): LstmOnnxError {
  return new LstmOnnxError('E_INVALID_FILE', `The model is no whole classifier of texts: ${why}.`);
}
