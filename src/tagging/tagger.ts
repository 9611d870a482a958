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
import { crfsIn, type OutputCrf } from './crf-metadata.js';
import { viterbi } from './viterbi.js';

/** The tags of one sequence. */
export interface TaggedSequence {
  /** The number of each step's tag. */
  readonly tags: readonly number[];
  /** The name of each step's tag; its number as text where the model has no labels of the tags. */
  readonly labels: readonly string[];
}

export interface TaggerOptions {
  /** The output that has the tags, where several do. @default the only one of a `crf` */
  readonly output?: string;
  /** Whether only BIO tags may come out, as {@link withBio} has them; the model needs labels. @default false */
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

  /** Use {@link taggerOf}. */
  constructor(
    model: BaseModel,
    output: string,
    { crf, lengths }: OutputCrf,
    labels: readonly string[] | undefined,
  ) {
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
 * The tagger of a model file that `exportOnnx` wrote of a network with `crf`, whose transitions are in the metadata: on any
 * provider, in Node and in the browser.
 *
 * ```ts
 * const tagger = taggerOf(await Model.load('model.onnx'), { bio: true });
 * const [first] = await tagger.tag({ tokens, lengths });
 * first.labels; // ['B-PER', 'I-PER', 'O']
 * ```
 *
 * @throws E_INVALID_FILE for a model without a conditional random field; E_UNKNOWN_NAME, E_INVALID_OPTION for an output that has
 *   none, and for `bio` without labels that are BIO tags
 */
export function taggerOf(model: BaseModel, options: TaggerOptions = {}): Tagger {
  if (!(model instanceof BaseModel)) throw wrongArgument('taggerOf', model, 'what Model.load gives');
  checkOptionNames('taggerOf', options, names);
  const { bio = false } = options;
  if (typeof bio !== 'boolean') throw wrongArgument('taggerOf: bio', bio, 'true or false');
  const all = crfsIn(model.metadata);
  const output = chosen('taggerOf', [...all.keys()], options.output);
  const found = mustHave(all.get(output), `The crf of ${output}`);
  const labels = labelsOf(model.metadata, found.crf.start.length);
  if (!bio) return new Tagger(model, output, found, labels);
  if (!labels) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      "taggerOf: the model has no labels of the tags, by which bio knows them; export it with them, as in { labels: ['O', 'B-PER'] }.",
    );
  }
  return new Tagger(model, output, { ...found, crf: withBio(found.crf, labels) }, labels);
}

/** The labels of the metadata, where there is one for each tag. */
function labelsOf(metadata: ReadonlyMap<string, string>, tags: number): readonly string[] | undefined {
  const labels = jsonOf(metadata.get('labels') ?? 'null');
  const isText = (label: unknown): label is string => typeof label === 'string';
  return Array.isArray(labels) && labels.length === tags && labels.every(isText) ? labels : undefined;
}
