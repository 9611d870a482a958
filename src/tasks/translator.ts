/** Translations of texts by the model files of an encoder and a decoder. */
import { wrongArgument } from '../arguments.js';
import { encodeTexts } from '../data/text/encode-text.js';
import type { Vocabulary } from '../data/text/vocabulary.js';
import { LstmOnnxError } from '../errors.js';
import { checkPair, type EncoderAndDecoder } from '../generate/encoder-and-decoder.js';
import type { BeamOptions } from '../generate/generate-options.js';
import type { Generated } from '../generate/generated.js';
import { writtenText } from '../generate/written-text.js';
import { mustHave } from '../must-get.js';
import type { NdArray } from '../nd-array.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { hasAttention, type Written, written } from '../sequences/written.js';
import { batchesOf, beamOf, checkWriteOptions } from './write-options.js';

/** A text that was written for another. */
export interface Translation {
  readonly text: string;
  readonly tokens: readonly string[];
  /** The sum of the logarithms of the probabilities that the model gives its tokens, the end among them. */
  readonly logProbability: number;
  /** Why it ends: by the end token, or because it is as long as it may be. */
  readonly finish: Generated['finish'];
  /** The tokens that were read, the unknown token in place of those that the model does not know. */
  readonly source: readonly string[];
  /** How many tokens of the source the model does not know. */
  readonly unknown: number;
  /** Whether the source is longer than what the model reads, so that only its first tokens were read. */
  readonly cut: boolean;
  /**
   * Where `attention` was asked for: how much of each step of the source went into each token, `[tokens, source tokens]`; the weights of a
   * token come to 1.
   */
  readonly attention?: NdArray<'float32'>;
  /** The second best and so on, where a beam search was asked for several. */
  readonly others?: readonly Pick<Translation, 'text' | 'tokens' | 'logProbability' | 'finish'>[];
}

/** What {@link Translator.translate} takes. */
export interface TranslateTextsOptions {
  /** How many sequences a beam search keeps, or its options; 1 takes the most probable token at each step. @default that of the training */
  readonly beam?: number | BeamOptions;
  /** Whether to say which tokens of the source each token comes from. @default false */
  readonly attention?: boolean;
  /** The most tokens of a translation, its end counted. @default that of the training */
  readonly maxLength?: number;
  /** How many texts run side by side. @default 64 */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
}

const optionNames = {
  beam: true,
  attention: true,
  maxLength: true,
  batchSize: true,
  signal: true,
} satisfies OptionNames<TranslateTextsOptions>;

/** What the files of a translator say. */
export interface TranslatorPlan {
  /** How sources become tokens, and the most tokens that are read. */
  readonly source: { readonly vocabulary: Vocabulary; readonly column: string; readonly maxLength: number };
  /** How translations become tokens, and the most that are written, the end counted. */
  readonly target: { readonly vocabulary: Vocabulary; readonly column: string; readonly maxLength: number };
  /** How many sequences a beam search keeps. */
  readonly beam: number;
}

/** Translates; `translatorOf` makes it. */
export class Translator {
  /** How texts are read and written. */
  readonly plan: TranslatorPlan;
  /** Whether the model says which tokens of a source each token comes from. */
  readonly hasAttention: boolean;
  readonly #models: EncoderAndDecoder;

  /** Use `translatorOf`. */
  constructor(models: EncoderAndDecoder, plan: TranslatorPlan) {
    checkPair(models);
    this.#models = models;
    this.plan = plan;
    this.hasAttention = hasAttention(models);
  }

  /**
   * A translation of each text, in their order.
   *
   * @throws E_INVALID_OPTION for texts without tokens, and options that make no sense; E_UNSUPPORTED for the attention of a model without
   *   any; what `generate` throws
   */
  async translate(
    texts: readonly string[],
    options: TranslateTextsOptions = {},
  ): Promise<readonly Translation[]> {
    const where = 'translate';
    checkOptionNames(where, options, optionNames, { beams: 'beam', numBeams: 'beam' });
    if (!Array.isArray(texts)) throw wrongArgument(where, texts, 'a list of texts');
    const { source, target } = this.plan;
    const { maxLength, attention, batchSize, signal } = checkWriteOptions(
      where,
      options,
      target.maxLength,
      this.hasAttention,
    );
    const beam = beamOf(where, options.beam ?? this.plan.beam);
    const { sequences } = encodeTexts(source.vocabulary, texts);
    const kept = sequences.map((tokens) => tokens.subarray(0, source.maxLength));
    const found: Translation[] = [];
    for (const indices of batchesOf(kept, batchSize)) {
      const batch = indices.map((i) => mustHave(kept[i], 'A source'));
      const results = await written(this.#models, batch, { beam, maxLength, attention, signal });
      for (const [row, i] of indices.entries()) {
        found[i] = this.#translation(mustHave(sequences[i], 'A source'), mustHave(results[row], 'A result'));
      }
    }
    return found;
  }

  #translation(sequence: Int32Array, { found: [first, ...others], attention }: Written): Translation {
    const { vocabulary, maxLength } = this.plan.source;
    const read = sequence.subarray(0, maxLength);
    return {
      ...this.#spelled(mustHave(first, 'What was written')),
      source: Array.from(read, (token) => tokenOf(vocabulary, token)),
      unknown: read.reduce((count, token) => count + (token === vocabulary.special.unknown ? 1 : 0), 0),
      cut: sequence.length > maxLength,
      ...(attention && { attention: firstSteps(attention, read.length) }),
      ...(others.length > 0 && { others: others.map((other) => this.#spelled(other)) }),
    };
  }

  #spelled({ tokens, logProbability, finish }: Generated) {
    const { vocabulary } = this.plan.target;
    return {
      text: writtenText(vocabulary, tokens),
      tokens: tokens.map((token) => tokenOf(vocabulary, token)),
      ...{ logProbability, finish },
    };
  }
}

function tokenOf({ tokens }: Vocabulary, token: number): string {
  const text = tokens[token];
  if (text !== undefined) return text;
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `The decoder wrote the token ${token}, and its vocabulary has ${tokens.length}.`,
  );
}

/** The weights without those of padding. */
function firstSteps(
  { shape: [rows = 0, time = 0], data }: NdArray<'float32'>,
  steps: number,
): NdArray<'float32'> {
  if (steps === time) return { dtype: 'float32', shape: [rows, time], data };
  const kept = new Float32Array(rows * steps);
  for (let row = 0; row < rows; row++) kept.set(data.subarray(row * time, row * time + steps), row * steps);
  return { dtype: 'float32', shape: [rows, steps], data: kept };
}
