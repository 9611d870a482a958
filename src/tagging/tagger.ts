/** A label for every step, from a model file. */
import { inWords, wrongArgument } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { jsonOf } from '../json-of.js';
import { mustHave } from '../must-get.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { BaseModel } from '../runtime/model.js';
import type { Feeds, Results } from '../runtime/values.js';
import { withBio } from './bio-crf.js';
import { type Crf, chosen } from './crf.js';
import { crfsIn, hasCrf, type OutputCrf } from './crf-metadata.js';
import { featureVocabularies, type TagFacts, tagFactsOf } from './tag-facts.js';
import { viterbi } from './viterbi.js';
import { wordBatches, wordsIn } from './word-batches.js';
import { WordEncoder } from './word-features.js';

/** The tags of one sequence. */
export interface TaggedSequence {
  /** The number of each step's tag. */
  readonly tags: readonly number[];
  /** The name of each step's tag; its number as text where the model has no labels of the tags. */
  readonly labels: readonly string[];
}

/** The tags of the words of one text. */
export interface TaggedWords extends TaggedSequence {
  readonly words: readonly string[];
  /** How many of the words are not in the model's vocabulary. */
  readonly unknown: number;
}

export interface TaggerOptions {
  /** The output that has the tags, where several do. @default the only one of a `crf` */
  readonly output?: string;
  /** Whether only BIO tags may come out, as {@link withBio} has them; the model needs labels. @default what a file of `train tag` says, else false */
  readonly bio?: boolean;
}

const names = { output: true, bio: true } satisfies OptionNames<TaggerOptions>;

/** Tags sequences; {@link taggerOf} makes it. */
export class Tagger {
  /** The names of the tags, in their order; undefined where the model has none. */
  readonly labels: readonly string[] | undefined;
  /** What the model has learned, with the tags that are forbidden. */
  readonly crf: Crf;
  readonly #model: BaseModel;
  readonly #output: string;
  readonly #lengths: string | undefined;
  readonly #encoder: WordEncoder | undefined;

  /** Use {@link taggerOf}. */
  constructor(
    model: BaseModel,
    output: string,
    { crf, lengths }: OutputCrf,
    labels: readonly string[] | undefined,
    encoder?: WordEncoder,
  ) {
    this.#encoder = encoder;
    this.labels = labels;
    this.crf = crf;
    this.#model = model;
    this.#output = output;
    this.#lengths = lengths;
  }

  /**
   * Runs the model and finds the best tags of each sequence.
   *
   * @param feeds as `run` of the model takes them, the lengths of the sequences among them where the model has them
   * @returns one for each sequence, in their order, without padding
   * @throws what `run` of the model throws; E_NOT_FINITE for emissions that are NaN or Infinity
   */
  async tag(feeds: Feeds): Promise<readonly TaggedSequence[]> {
    const lengths = this.#lengths;
    const given = lengths !== undefined && this.#model.inputs.some(({ name }) => name === lengths);
    const fetched = lengths === undefined || given ? [this.#output] : [this.#output, lengths];
    const results = await this.#model.run(feeds, fetched);
    const read = lengths === undefined ? undefined : (given ? feeds : results)[lengths];
    // Numbers of any integer type, which the model has taken or given.
    const steps = read && Array.from(read.data as ArrayLike<number | bigint>, Number);
    const options = steps ? { lengths: steps } : {};
    return viterbi(this.#emissions(results), this.crf, options).map((tags) => ({
      tags,
      labels: tags.map((tag) => this.labels?.[tag] ?? String(tag)),
    }));
  }

  /**
   * The tags of texts that are cut into words, as those that the model learned from were.
   *
   * ```ts
   * const [first] = await tagger.tagWords([['ada', 'met', 'alan']]);
   * first.labels; // ['B-PER', 'O', 'B-PER']
   * ```
   *
   * @param texts a list of words each; one without words has no tags
   * @throws E_INVALID_OPTION for a model that `train tag` has not written, and for what are no words; what `run` of the model throws
   */
  async tagWords(texts: readonly (readonly string[])[]): Promise<readonly TaggedWords[]> {
    const encoder = this.#words('tagWords');
    if (!Array.isArray(texts) || !texts.every(areWords)) {
      throw wrongArgument('tagWords', texts, "a list of words for each text, as in [['ada', 'met', 'alan']]");
    }
    const found = new Map<number, TaggedSequence>();
    for (const { indices, feeds } of wordBatches(texts, encoder)) {
      const tagged = await this.tag(feeds);
      for (const [row, text] of indices.entries()) found.set(text, mustHave(tagged[row], 'A tagged text'));
    }
    return texts.map((words, text) => ({
      ...(found.get(text) ?? { tags: [], labels: [] }),
      ...{ words, unknown: words.filter((word) => !encoder.knows(word)).length },
    }));
  }

  /**
   * The tags of texts that are not cut into words yet: white space cuts them, and punctuation at the ends of what is not known.
   *
   * @throws as {@link tagWords}
   */
  async tagTexts(texts: readonly string[]): Promise<readonly TaggedWords[]> {
    const encoder = this.#words('tagTexts');
    if (!areWords(texts)) throw wrongArgument('tagTexts', texts, "a list of texts, as in ['Ada met Alan.']");
    return this.tagWords(texts.map((text) => wordsIn(text, (word) => encoder.knows(word))));
  }

  #words(where: string): WordEncoder {
    if (this.#encoder) return this.#encoder;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${where}: the model does not say how words become its inputs; expected a file that train tag wrote. Give the inputs to tag instead.`,
    );
  }

  #emissions(results: Results) {
    const { dims, data } = mustHave(results[this.#output], `The output ${this.#output}`);
    if (data instanceof Float32Array) return { dtype: 'float32', shape: dims, data } as const;
    throw new LstmOnnxError(
      'E_DTYPE_MISMATCH',
      `tag: the output '${this.#output}' is ${inWords(data)}; expected a Float32Array.`,
    );
  }
}

/**
 * The tagger of a model file that `train tag` wrote, or `exportOnnx` of a network with `crf`, whose transitions are in the metadata: on any
 * provider, in Node and in the browser. The first has {@link Tagger.tagWords}, too.
 *
 * ```ts
 * const tagger = taggerOf(await Model.load('model.onnx'), { bio: true });
 * const [first] = await tagger.tag({ tokens, lengths });
 * first.labels; // ['B-PER', 'I-PER', 'O']
 * ```
 *
 * @throws E_INVALID_FILE for a model without a conditional random field that is not of `train tag` either; E_UNKNOWN_NAME,
 *   E_INVALID_OPTION for an output that has none, and for `bio` without labels that are BIO tags
 */
export function taggerOf(model: BaseModel, options: TaggerOptions = {}): Tagger {
  if (!(model instanceof BaseModel)) throw wrongArgument('taggerOf', model, 'what Model.load gives');
  checkOptionNames('taggerOf', options, names);
  const { metadata } = model;
  const facts = tagFactsOf(metadata);
  const { bio = facts?.bio ?? false } = options;
  if (typeof bio !== 'boolean') throw wrongArgument('taggerOf: bio', bio, 'true or false');
  const all = facts && !hasCrf(metadata) ? withoutCrf(metadata, facts) : crfsIn(metadata);
  const output = chosen('taggerOf', [...all.keys()], options.output);
  const found = mustHave(all.get(output), `The crf of ${output}`);
  const labels = labelsOf(metadata, found.crf.start.length);
  const encoder = facts && new WordEncoder(facts.features, featureVocabularies(metadata, facts));
  if (!bio) return new Tagger(model, output, found, labels, encoder);
  if (!labels) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      "taggerOf: the model has no labels of the tags, by which bio knows them; export it with them, as in { labels: ['O', 'B-PER'] }.",
    );
  }
  return new Tagger(model, output, { ...found, crf: withBio(found.crf, labels) }, labels, encoder);
}

/** Of a model whose tags do not depend on each other: all transitions are alike. */
function withoutCrf(metadata: ReadonlyMap<string, string>, { output }: TagFacts): Map<string, OutputCrf> {
  const labels = jsonOf(metadata.get('labels') ?? 'null');
  const tags = Array.isArray(labels) ? labels.length : 0;
  const crf = {
    start: new Float32Array(tags),
    end: new Float32Array(tags),
    transitions: new Float32Array(tags * tags),
  };
  return new Map([[output, { crf, lengths: 'lengths' }]]);
}

function areWords(list: unknown): list is readonly string[] {
  return Array.isArray(list) && list.every((word) => typeof word === 'string');
}

/** The labels of the metadata, where there is one for each tag. */
function labelsOf(metadata: ReadonlyMap<string, string>, tags: number): readonly string[] | undefined {
  const labels = jsonOf(metadata.get('labels') ?? 'null');
  const isText = (label: unknown): label is string => typeof label === 'string';
  return Array.isArray(labels) && labels.length === tags && labels.every(isText) ? labels : undefined;
}
