/** How good a captioner is on images that it has not seen, beside what takes no training. */
import { nearestImages } from '../baselines/nearest-image.js';
import { gatherRows } from '../data/dataset.js';
import { mustHave } from '../must-get.js';
import type { Caption, Captioner, GreyImages } from './captioner.js';
import { evenlySpread } from './evenly-spread.js';
import { imageKeys } from './image-keys.js';
import {
  constantScores,
  type JudgedText,
  judgedText,
  type SearchScores,
  searchScores,
  tokensIn,
  withAttention,
} from './judged-writing.js';
import { type PickedSamples, pickSamples } from './pick-samples.js';
import type { CaptionedImages } from './train-captioner.js';
import { mostFrequent, type WrittenScores, writtenScores } from './written-scores.js';

/** Images that are judged, evenly spread over the test part; more would take long. */
const MOST_JUDGED = 2000;
/** Samples that are shown of those that are right, and of those that are wrong. */
const SHOWN = 8;

/** An image of the test part, what is right for it, and what was written. */
export interface JudgedCaption extends JudgedText {
  /** `[1, height, width]` */
  readonly image: GreyImages;
  readonly caption: Caption;
}

export interface CaptionerEvaluation extends SearchScores {
  /** Images that were judged, evenly spread, the captions that they have, and how many different images the part has. */
  readonly sources: number;
  readonly pairs: number;
  readonly of: number;
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
  const searched = beam > 1 ? await captioner.caption(images, { ...options, beam }) : undefined;
  const best = searched ?? greedy;
  const nearest = nearestImages(train.images, images);
  const samples = judged.map((_, i): JudgedCaption => {
    const caption = mustHave(best[i], 'A caption');
    const image = gatherRows(images, [i]);
    return { image, caption, ...judgedText(caption, texts[i] ?? [], references[i] ?? []) };
  });
  return {
    ...{ sources: judged.length, of: all.length, pairs: references.flat().length },
    ...searchScores(greedy, searched, references),
    baselines: {
      nearestSource: writtenScores(
        nearest.places.map((place) => tokensIn(text.vocabulary, train.texts[place] ?? '')),
        references,
      ),
      mostFrequent: constantScores(tokensIn(text.vocabulary, mostFrequent(train.texts)), references),
    },
    compared: nearest.compared,
    endless: best.filter(({ finish }) => finish === 'length').length,
    samples: await withAttention(pickSamples(samples, SHOWN), captioner, (some) =>
      Promise.all(
        some.map(async (sample) => {
          const [caption = sample.caption] = await captioner.caption(sample.image, { attention: true });
          return { ...sample, caption };
        }),
      ),
    ),
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
