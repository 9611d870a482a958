/** Trains an encoder and a decoder on images and their captions, with parts held back to validate and to test. */
import type { Network } from '../builder/network.js';
import type { StateDict } from '../builder/parameters.js';
import { counted } from '../counted.js';
import { gatherRows } from '../data/dataset.js';
import { encodeTexts } from '../data/text/encode-text.js';
import type { Tokenizer } from '../data/text/tokenizers.js';
import { LstmOnnxError } from '../errors.js';
import { type EncoderDecoderFiles, encoderDecoder } from '../sequences/encoder-decoder.js';
import type { CaptionerPlan, GreyImages } from './captioner.js';
import { captionerMetadata } from './captioner-metadata.js';
import type { FitUntilStopped } from './fit-until-stopped.js';
import { imageKeys } from './image-keys.js';
import { sideOf, sideWords, type TokenSettings, type TokenSide } from './pair-tokens.js';
import { splitByKey } from './split-by-key.js';
import { endsOf, fitWriting, networkOptions, type WritingOptions } from './writing.js';

/** Images, and what is to be written for each. */
export interface CaptionedImages {
  readonly images: GreyImages;
  readonly texts: readonly string[];
}

export interface CaptionerOptions extends WritingOptions, Omit<TokenSettings, 'tokens'> {
  readonly tokens: Tokenizer;
  /** Channels of the convolutions before the rest; found by the size of the images where undefined. */
  readonly conv: readonly number[] | undefined;
  /** What the captions are called in the data, for the model file. */
  readonly column: string;
}

export interface TrainedCaptioner {
  readonly plan: CaptionerPlan;
  readonly conv: readonly number[];
  readonly network: Network;
  readonly parameters: StateDict;
  readonly history: FitUntilStopped['history'];
  readonly backend: FitUntilStopped['backend'];
  readonly parts: {
    readonly train: CaptionedImages;
    readonly validation: CaptionedImages;
    readonly test: CaptionedImages;
  };
  toOnnx(): EncoderDecoderFiles;
}

/** @throws E_INVALID_OPTION for too few images, and options that do not fit together; what `fit` throws */
export async function trainCaptioner(
  data: CaptionedImages,
  options: CaptionerOptions,
): Promise<TrainedCaptioner> {
  const { beam, column, onNote } = options;
  const [, height = 0, width = 0] = data.images.shape;
  const parts = partsOf(data, options);
  const text = sideOf(parts.train.texts, options, true);
  const conv = options.conv ?? usualConvolutions(height, width);
  onNote(
    `images: ${height} by ${width} pixels, ${counted(conv.length, 'convolution')}; captions: ${sideWords(text)}, up to ${text.maxLength} in a text`,
  );
  const plan: CaptionerPlan = {
    image: { height, width },
    text: { ...text, maxLength: text.maxLength + 1, column }, // with the end
    beam,
  };
  const model = encoderDecoder({
    source: { image: [height, width], conv },
    target: {
      vocabulary: text.vocabulary.tokens.length,
      ...endsOf(text),
      embeddingDim: options.embeddingDim,
    },
    ...networkOptions(options),
  });
  const samples = (part: CaptionedImages, name: string) => {
    const { images, targets, left } = fitting(part, text);
    if (left > 0) onNote(`${counted(left, 'caption')} too long, left out of the ${name} part`);
    return model.samples(images, targets);
  };
  const fitted = await fitWriting(
    model,
    samples(parts.train, 'training'),
    samples(parts.validation, 'validation'),
    options,
  );
  return {
    ...fitted,
    ...{ plan, parts, conv },
    toOnnx: () =>
      model.toOnnx(fitted.parameters, {
        metadata: captionerMetadata(plan),
        vocabularies: { token: text.vocabulary },
      }),
  };
}

/** Two halvings of images that are large enough for it. */
function usualConvolutions(height: number, width: number): number[] {
  const smallest = Math.min(height, width);
  if (smallest >= 16) return [16, 32];
  return smallest >= 8 ? [16] : [];
}

/** Those whose captions are not too long, since a part of one would be learned as the whole. */
function fitting({ images, texts }: CaptionedImages, side: TokenSide) {
  const { sequences } = encodeTexts(side.vocabulary, texts);
  const kept = [...sequences.keys()].filter((i) => (sequences[i]?.length ?? 0) <= side.maxLength);
  if (kept.length === 0) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `No caption of a part is as short as ${side.maxLength} tokens; give a larger maxLength.`,
    );
  }
  return {
    images: gatherRows(images, kept),
    targets: kept.map((i) => sequences[i] ?? new Int32Array()),
    left: texts.length - kept.length,
  };
}

/** Equal images are in one part. */
function partsOf({ images, texts }: CaptionedImages, options: CaptionerOptions): TrainedCaptioner['parts'] {
  const keys = imageKeys(images);
  const different = new Set(keys).size;
  if (different < keys.length) {
    options.onNote(
      `${counted(keys.length, 'caption')} of ${counted(different, 'different image')}; all captions of an image are in one part`,
    );
  }
  const { train, validation, test } = splitByKey(keys, options, 'image');
  const part = (indices: readonly number[]): CaptionedImages => ({
    images: gatherRows(images, indices),
    texts: indices.map((i) => texts[i] ?? ''),
  });
  return { train: part(train), validation: part(validation), test: part(test) };
}
