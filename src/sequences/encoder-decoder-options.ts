/** What an encoder reads, what a decoder writes, and how large they are: as a caller says it, checked. */
import { inWords, isObject, wrongArgument } from '../arguments.js';
import { checkedOptions, rules } from '../builder/train/number-options.js';
import { LstmOnnxError } from '../errors.js';

/** Sequences of tokens. */
export interface TokenSource {
  /** How many tokens there are. */
  readonly vocabulary: number;
  /** @default the hidden size */
  readonly embeddingDim?: number;
}

/** Sequences of numbers, `[batch, time, features]`. */
export interface FeatureSource {
  readonly features: number;
}

/** Images, one for each sequence. */
export interface ImageSource {
  /** `[height, width]`, or `[channels, height, width]`. */
  readonly image: readonly number[];
  /** Convolutions of 3 by 3 before the rest, each with relu and a maximum over 2 by 2: how many channels each gives. @default none */
  readonly conv?: readonly number[];
  /**
   * `columns`: the columns are a sequence, which the encoder reads from left to right. `state`: the decoder's states are made of the
   * image. `step`: the image is the decoder's first step. Without columns there is no encoder, and nothing to attend to.
   * @default 'columns'
   */
  readonly as?: 'columns' | 'state' | 'step';
}

export interface TargetTokens {
  /** How many tokens there are, the start and the end among them. */
  readonly vocabulary: number;
  /** The token before the first one. */
  readonly start: number;
  /** The token behind the last one. */
  readonly end: number;
  /** @default the hidden size */
  readonly embeddingDim?: number;
}

/**
 * How well a step of the encoder fits one of the decoder: `dot`, their product (Luong et al. 2015); `general`, their product by a matrix
 * (the same); `additive`, by a layer of its own (Bahdanau et al. 2015).
 */
export type AttentionKind = 'none' | 'dot' | 'general' | 'additive';

/** What {@link encoderDecoder} takes. */
export interface EncoderDecoderOptions {
  readonly source: TokenSource | FeatureSource | ImageSource;
  readonly target: TargetTokens;
  /** @default 'lstm' */
  readonly cell?: 'lstm' | 'gru';
  /** Features of the hidden states. @default 128 */
  readonly hiddenSize?: number;
  /** Of the encoder and of the decoder. @default 1 */
  readonly numLayers?: number;
  /** Whether the encoder also reads from the end; linear layers make the decoder's states of those of both directions. @default false */
  readonly bidirectional?: boolean;
  /** @default 'general', and 'none' for an image that is not read by its columns */
  readonly attention?: AttentionKind;
  /** Whether each step of the decoder is also fed what attention made of the step before (Luong et al. 2015). @default false */
  readonly inputFeeding?: boolean;
  /** Whether the logits are products with the embeddings of the targets; they are of the hidden size then. @default false */
  readonly tiedEmbeddings?: boolean;
  /** In training: of embeddings, between layers, and before the logits. @default 0 */
  readonly dropout?: number;
}

/** The options with their defaults. */
export interface EncoderDecoderPlan extends Required<EncoderDecoderOptions> {
  readonly source: Required<TokenSource> | FeatureSource | Required<ImageSource>;
  readonly target: Required<TargetTokens>;
}

const defaults = {
  cell: 'lstm' as 'lstm' | 'gru',
  hiddenSize: 128,
  numLayers: 1,
  bidirectional: false,
  inputFeeding: false,
  tiedEmbeddings: false,
  dropout: 0,
};

const anObject = (value: unknown) => (isObject(value) ? undefined : `${inWords(value)}; give an object`);

/** @throws E_INVALID_OPTION for options that make no sense, or do not fit together */
export function encoderDecoderPlan(options: EncoderDecoderOptions): EncoderDecoderPlan {
  const given = checkedOptions<EncoderDecoderOptions, typeof defaults>(
    'encoderDecoder',
    options,
    {
      source: anObject,
      target: anObject,
      cell: rules.oneOf('lstm', 'gru'),
      hiddenSize: rules.count,
      numLayers: rules.count,
      bidirectional: rules.flag,
      attention: rules.oneOf('none', 'dot', 'general', 'additive'),
      inputFeeding: rules.flag,
      tiedEmbeddings: rules.flag,
      dropout: rules.decay,
    },
    defaults,
    { hidden: 'hiddenSize', layers: 'numLayers', teacherForcing: 'training({ teacherForcing })' },
    ['attention'],
  );
  const source = sourceOf(given.source, given.hiddenSize);
  const target = targetOf(given.target, given.hiddenSize);
  const attention = given.attention ?? ('as' in source && source.as !== 'columns' ? 'none' : 'general');
  const plan = { ...given, source, target, attention };
  const problem = misfit(plan);
  if (problem === undefined) return plan;
  throw new LstmOnnxError('E_INVALID_OPTION', `encoderDecoder: ${problem}.`);
}

/** What does not fit together, and what to do. */
function misfit(plan: EncoderDecoderPlan): string | undefined {
  const { source, target, attention, hiddenSize } = plan;
  const isRead = !('as' in source) || source.as === 'columns';
  if (!isRead && (attention !== 'none' || plan.bidirectional)) {
    return (
      `an image as ${source.as} has no steps to attend to, and no encoder; leave attention and bidirectional out, or read it ` +
      "by its columns: { as: 'columns' }"
    );
  }
  if (plan.inputFeeding && attention === 'none') {
    return "inputFeeding feeds what attention made of a step, and attention is 'none'; give a kind of attention";
  }
  if (attention === 'dot' && plan.bidirectional) {
    return (
      `attention by dot product needs as many features of the encoder as of the decoder, and with two directions there are ` +
      `${2 * hiddenSize} and ${hiddenSize}; give attention: 'general'`
    );
  }
  if (plan.tiedEmbeddings && target.embeddingDim !== hiddenSize) {
    return (
      `tiedEmbeddings needs embeddings of the hidden size, ${hiddenSize}, and the target's embeddingDim is ` +
      `${target.embeddingDim}; leave embeddingDim out`
    );
  }
  return undefined;
}

function targetOf(target: TargetTokens, hiddenSize: number): Required<TargetTokens> {
  const whole = checkedOptions(
    'encoderDecoder: target',
    target,
    { vocabulary: rules.count, start: rules.whole, end: rules.whole, embeddingDim: rules.count },
    { embeddingDim: hiddenSize },
  );
  const { vocabulary, start, end } = whole;
  if (start < vocabulary && end < vocabulary && start !== end) return whole;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `encoderDecoder: target: start is ${start} and end is ${end}; expected two tokens from 0 to ${vocabulary - 1}.`,
  );
}

function sourceOf(source: EncoderDecoderOptions['source'], hiddenSize: number): EncoderDecoderPlan['source'] {
  const where = 'encoderDecoder: source';
  if ('vocabulary' in source) {
    return checkedOptions(
      where,
      source,
      { vocabulary: rules.count, embeddingDim: rules.count },
      { embeddingDim: hiddenSize },
    );
  }
  if ('features' in source) return checkedOptions(where, source, { features: rules.count }, {});
  if ('image' in source) return imageOf(where, source);
  throw wrongArgument(where, source, '{ vocabulary }, { features } or { image: [height, width] }');
}

function imageOf(where: string, source: ImageSource): Required<ImageSource> {
  const counts = (value: unknown, fits: (length: number) => boolean) =>
    Array.isArray(value) && fits(value.length) && value.every((size) => rules.count(size) === undefined);
  const whole = checkedOptions(
    where,
    source,
    {
      image: (value) =>
        counts(value, (length) => length === 2 || length === 3)
          ? undefined
          : `${inWords(value)}; give [height, width] or [channels, height, width]`,
      conv: (value) =>
        counts(value, () => true)
          ? undefined
          : `${inWords(value)}; give the channels of each, such as [8, 16]`,
      as: rules.oneOf('columns', 'state', 'step'),
    },
    { conv: [] as readonly number[], as: 'columns' as const },
  );
  const smallest = Math.min(...whole.image.slice(-2));
  if (smallest >= 2 ** whole.conv.length) return whole;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${where}: ${whole.conv.length} convolutions halve an image of ${whole.image.join(' by ')} to nothing; give fewer.`,
  );
}
