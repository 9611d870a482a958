/** Captions of images by the model files of an encoder and a decoder. */
import { wrongArgument } from '../arguments.js';
import { gatherRows } from '../data/dataset.js';
import { expectWhole } from '../data/table/table.js';
import type { Vocabulary } from '../data/text/vocabulary.js';
import { LstmOnnxError } from '../errors.js';
import { checkPair, type EncoderAndDecoder } from '../generate/encoder-and-decoder.js';
import type { Generated } from '../generate/generated.js';
import { writtenText } from '../generate/written-text.js';
import { mustHave } from '../must-get.js';
import { checkArray, type NdArray } from '../nd-array.js';
import { checkOptionNames } from '../option-names.js';
import { hasAttention, written } from '../sequences/written.js';
import type { TranslateTextsOptions } from './translator.js';
import { beamOf, checkWriteOptions } from './write-options.js';

/** What was written for an image. */
export interface Caption {
  readonly text: string;
  readonly tokens: readonly string[];
  /** The sum of the logarithms of the probabilities that the model gives its tokens, the end among them. */
  readonly logProbability: number;
  /** Why it ends: by the end token, or because it is as long as it may be. */
  readonly finish: Generated['finish'];
  /**
   * Where `attention` was asked for: how much of each strip of the image, from left to right, went into each token, `[tokens, strips]`; the
   * weights of a token come to 1.
   */
  readonly attention?: NdArray<'float32'>;
}

/** What the files of a captioner say. */
export interface CaptionerPlan {
  /** The pixels of an image. */
  readonly image: { readonly height: number; readonly width: number };
  /** How captions become tokens, and the most that are written, the end counted. */
  readonly text: { readonly vocabulary: Vocabulary; readonly column: string; readonly maxLength: number };
  /** How many sequences a beam search keeps. */
  readonly beam: number;
}

/** Images in shades of grey, `[count, height, width]`, from 0, black, to 1, white. */
export type GreyImages = Pick<NdArray<'float32'>, 'shape' | 'data'> & { readonly dtype: 'float32' };

const optionNames = { beam: true, attention: true, maxLength: true, batchSize: true, signal: true } as const;

/** Writes captions; `captionerOf` makes it. */
export class Captioner {
  /** What images are taken, and how captions are written. */
  readonly plan: CaptionerPlan;
  /** Whether the model says which strips of an image each token comes from. */
  readonly hasAttention: boolean;
  readonly #models: EncoderAndDecoder;

  /** Use `captionerOf`. */
  constructor(models: EncoderAndDecoder, plan: CaptionerPlan) {
    checkPair(models);
    this.#models = models;
    this.plan = plan;
    this.hasAttention = hasAttention(models);
  }

  /**
   * A caption of each image, in their order.
   *
   * @param images float32 `[count, height, width]`, shades from 0, black, to 1, white
   * @throws E_SHAPE_MISMATCH for images of another size; E_INVALID_OPTION for numbers that are no shades, and options that make no sense;
   *   E_UNSUPPORTED for the attention of a model without any; what `generate` throws
   */
  async caption(images: GreyImages, options: TranslateTextsOptions = {}): Promise<readonly Caption[]> {
    const where = 'caption';
    checkOptionNames(where, options, optionNames, { beams: 'beam', numBeams: 'beam' });
    const { text, image } = this.plan;
    checkImages(where, images, image);
    const { maxLength, attention, batchSize, signal } = checkWriteOptions(
      where,
      options,
      text.maxLength,
      this.hasAttention,
    );
    const beam = beamOf(where, options.beam ?? this.plan.beam);
    const count = images.shape[0] ?? 0;
    const found: Caption[] = [];
    for (let start = 0; start < count; start += batchSize) {
      const indices = Array.from({ length: Math.min(batchSize, count - start) }, (_, i) => start + i);
      const { shape, data } = gatherRows(images, indices);
      const source = { source: { data, dims: shape } };
      const results = await written(this.#models, source, { beam, maxLength, attention, signal });
      for (const { found: best, attention: weights } of results) {
        found.push({
          ...this.#spelled(mustHave(best[0], 'A caption')),
          ...(weights && { attention: weights }),
        });
      }
    }
    return found;
  }

  #spelled({ tokens, logProbability, finish }: Generated) {
    const { vocabulary } = this.plan.text;
    return {
      text: writtenText(vocabulary, tokens),
      tokens: tokens.map((token) => mustHave(vocabulary.tokens[token], 'A token')),
      ...{ logProbability, finish },
    };
  }
}

/** @throws E_INVALID_OPTION, E_SHAPE_MISMATCH */
function checkImages(where: string, images: unknown, { height, width }: CaptionerPlan['image']): void {
  expectWhole(where, { height, width }, 1);
  checkArray(where, images);
  const [count = 0, rows, columns, ...more] = images.shape;
  if (
    images.dtype !== 'float32' ||
    rows === undefined ||
    columns === undefined ||
    more.length > 0 ||
    count < 1
  ) {
    throw wrongArgument(where, images, `images float32 [count, ${height}, ${width}]`, 'E_SHAPE_MISMATCH');
  }
  if (rows !== height || columns !== width) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${where}: the images have ${rows} by ${columns} pixels; expected ${height} by ${width}, height by width, as in training.`,
    );
  }
  const wrong = Array.prototype.find.call(
    images.data,
    (value) => !(Number(value) >= 0 && Number(value) <= 1),
  );
  if (wrong === undefined) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${where}: a pixel is ${String(wrong)}; expected shades from 0 to 1. Divide bytes by 255.`,
  );
}
