/** How good a captioner is on images that it has not seen, beside what takes no training. */
import { nearestImages } from '../baselines/nearest-image.js';
import { gatherRows } from '../data/dataset.js';
import { type Tokenizer, tokensOf } from '../data/text/tokenizers.js';
import type { Vocabulary } from '../data/text/vocabulary.js';
import { mustHave } from '../must-get.js';
import type { Caption, Captioner, GreyImages } from './captioner.js';
import { evenlySpread } from './evenly-spread.js';
import { imageKeys } from './image-keys.js';
import { type PickedSamples, pickSamples } from './pick-samples.js';
import type { CaptionedImages } from './train-captioner.js';
import {
  isSame,
  mostFrequent,
  nearestReference,
  type WrittenScores,
  writtenScores,
} from './written-scores.js';

/** Images that are judged, evenly spread over the test part; more would take long. */
const MOST_JUDGED = 2000;
/** Samples that are shown of those that are right, and of those that are wrong. */
const SHOWN = 8;

/** An image of the test part, what is right for it, and what was written. */
export interface JudgedCaption {
  /** `[1, height, width]` */
  readonly image: GreyImages;
  /** All captions that are right, the one nearest to what was written first. */
  readonly references: readonly string[];
  readonly caption: Caption;
  readonly isRight: boolean;
  readonly logProbability: number;
}

export interface CaptionerEvaluation {
  /** Images that were judged, evenly spread, the captions that they have, and how many different images the part has. */
  readonly sources: number;
  readonly pairs: number;
  readonly of: number;
  /** The model by its beam search; undefined where the beam is 1, which is greedy. */
  readonly beam: WrittenScores | undefined;
  readonly greedy: WrittenScores;
  readonly baselines: {
    /** The caption of the image to learn from that is nearest, pixel by pixel. */
    readonly nearestSource: WrittenScores;
    /** The caption that comes most often, for every image. */
    readonly mostFrequent: WrittenScores;
  };
  /** Images to learn from that each was compared with. */
  readonly compared: number;
  /** Captions that did not end by themselves. */
  readonly endless: number;
  /** Some of the images, with attention where the model has it. */
  readonly samples: PickedSamples<JudgedCaption>;
}

export async function judgeCaptioner(
  captioner: Captioner,
  train: CaptionedImages,
  test: CaptionedImages,
): Promise<CaptionerEvaluation> {
  const { text, beam } = captioner.plan;
  const all = byImage(test.images);
  const judged = evenlySpread(all, MOST_JUDGED);
  const images = gatherRows(
    test.images,
    judged.map(([first = 0]) => first),
  );
  const texts = judged.map((places) => places.map((i) => test.texts[i] ?? ''));
  const references = texts.map((own) => own.map((each) => tokensIn(text.vocabulary, each)));
  const options = { attention: false };
  const greedy = await captioner.caption(images, { ...options, beam: 1 });
  const best = beam > 1 ? await captioner.caption(images, { ...options, beam }) : greedy;
  const scores = (captions: readonly Caption[]) =>
    writtenScores(
      captions.map(({ tokens }) => tokens),
      references,
    );
  const nearest = nearestImages(train.images, images);
  const constant = tokensIn(text.vocabulary, mostFrequent(train.texts));
  const samples = judged.map((_, i) => {
    const caption = mustHave(best[i], 'A caption');
    return sampleOf(gatherRows(images, [i]), caption, texts[i] ?? [], references[i] ?? []);
  });
  return {
    ...{ sources: judged.length, of: all.length, pairs: references.flat().length },
    beam: beam > 1 ? scores(best) : undefined,
    greedy: scores(greedy),
    baselines: {
      nearestSource: writtenScores(
        nearest.places.map((place) => tokensIn(text.vocabulary, train.texts[place] ?? '')),
        references,
      ),
      mostFrequent: writtenScores(
        references.map(() => constant),
        references,
      ),
    },
    compared: nearest.compared,
    endless: best.filter(({ finish }) => finish === 'length').length,
    samples: await withAttention(pickSamples(samples, SHOWN), captioner),
  };
}

/** The places of each image. */
function byImage(images: GreyImages): number[][] {
  const found = new Map<string, number[]>();
  for (const [i, key] of imageKeys(images).entries()) {
    const places = found.get(key);
    if (places) places.push(i);
    else found.set(key, [i]);
  }
  return [...found.values()];
}

/** As a text would be written out, whatever the vocabulary knows. */
function tokensIn({ tokenizer, lowercase }: Vocabulary, text: string): string[] {
  return tokensOf(tokenizer as Tokenizer, text, lowercase); // trainCaptioner makes no vocabulary of tokens of its own
}

function sampleOf(
  image: GreyImages,
  caption: Caption,
  texts: readonly string[],
  references: readonly (readonly string[])[],
): JudgedCaption {
  const nearest = nearestReference(caption.tokens, references);
  const first = mustHave(texts[references.indexOf(nearest)], 'A reference');
  return {
    ...{ image, caption, references: [first, ...new Set(texts.filter((text) => text !== first))] },
    isRight: isSame(caption.tokens, nearest),
    logProbability: caption.logProbability,
  };
}

/** Writes once more those that are shown, since attention takes another run. */
async function withAttention(
  { right, wrong }: PickedSamples<JudgedCaption>,
  captioner: Captioner,
): Promise<PickedSamples<JudgedCaption>> {
  if (!captioner.hasAttention) return { right, wrong };
  const attended = (samples: readonly JudgedCaption[]) =>
    Promise.all(
      samples.map(async (sample) => {
        const [caption = sample.caption] = await captioner.caption(sample.image, { attention: true });
        return { ...sample, caption };
      }),
    );
  return { right: await attended(right), wrong: await attended(wrong) };
}
