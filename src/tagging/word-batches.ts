/** Texts of words as batches that a model is fed, and texts cut into words. */
import type { Feeds } from '../runtime/values.js';
import type { WordEncoder } from './word-features.js';

export interface WordBatch {
  /** Which texts they are. */
  readonly indices: readonly number[];
  readonly feeds: Feeds;
}

/** The most texts of a batch, and the most words with the padding. */
const [TEXTS, WORDS] = [64, 16_384];

/** Batches of texts of about one length; texts without words are in none. */
export function* wordBatches(
  texts: readonly (readonly string[])[],
  encoder: WordEncoder,
): Generator<WordBatch> {
  const lengthOf = (text: number) => texts[text]?.length ?? 0;
  const order = [...texts.keys()].filter((text) => lengthOf(text) > 0);
  order.sort((a, b) => lengthOf(a) - lengthOf(b));
  let batch: number[] = [];
  for (const text of order) {
    // The last one is the longest.
    if (batch.length === TEXTS || (batch.length + 1) * lengthOf(text) > WORDS) {
      if (batch.length > 0) yield { indices: batch, feeds: feedsOf(batch, texts, encoder) };
      batch = [];
    }
    batch.push(text);
  }
  if (batch.length > 0) yield { indices: batch, feeds: feedsOf(batch, texts, encoder) };
}

function feedsOf(
  batch: readonly number[],
  texts: readonly (readonly string[])[],
  encoder: WordEncoder,
): Feeds {
  const lengths = Int32Array.from(batch, (text) => texts[text]?.length ?? 0);
  const time = lengths.reduce((a, b) => Math.max(a, b), 0);
  const ids = encoder.features.map(() => new Int32Array(batch.length * time));
  batch.forEach((text, row) => {
    encoder.encode(texts[text] ?? []).forEach((own, feature) => {
      ids[feature]?.set(own, row * time);
    });
  });
  const inputs = encoder.features.map(({ input }, i) => {
    return [input, { data: ids[i] ?? new Int32Array(0), dims: [batch.length, time] }] as const;
  });
  return { ...Object.fromEntries(inputs), lengths: { data: lengths, dims: [batch.length] } };
}

/**
 * The words of a text: what stands between white space. Of what is not known, punctuation at its ends is cut off: `London.` becomes two,
 * and `Jr.` stays as it is where the data that was learned from has it so.
 */
export function wordsIn(text: string, knows: (word: string) => boolean): string[] {
  return text.split(/\s+/u).flatMap((piece) => {
    if (piece === '') return [];
    if (knows(piece)) return [piece];
    const [, before = '', word = '', after = ''] = /^(\p{P}*)(.*?)(\p{P}*)$/su.exec(piece) ?? [];
    return [...before, ...(word === '' ? [] : [word]), ...after];
  });
}
