/**
 * Stretches of one to four characters of texts, as numbers to count: what naive Bayes needs to see the order of characters, which single
 * ones do not tell it.
 */
import { tokensOf } from '../data/text/tokenizers.js';

/** The most characters of a stretch. */
export const LONGEST_STRETCH = 4;
/** Stretches that are counted; later ones are rare, and take memory. */
const MOST_STRETCHES = 2 ** 20;
/** What marks the ends of a text: the control characters for its start and its end. */
const [START, END] = ['\u0002', '\u0003'];

export interface ReadTexts {
  readonly lowercase: boolean;
  /** Characters of a text that are read. */
  readonly maxLength: number;
}

export interface StretchIds {
  readonly size: number;
  /** Those of texts to learn from, and of others, of which unknown stretches are left out. */
  readonly learned: readonly Int32Array[];
  readonly others: readonly Int32Array[];
}

/** The stretches of a text whose ends are marked: of `al` that is start, start a, start a l, and so on to the end. */
export function stretchesOf(text: string, { lowercase, maxLength }: ReadTexts): string[] {
  const marked = [START, ...tokensOf('characters', text, lowercase).slice(0, maxLength), END];
  return marked.flatMap((_, start) =>
    marked.slice(start, start + LONGEST_STRETCH).map((_, i) => marked.slice(start, start + i + 1).join('')),
  );
}

export function stretchIds(learn: readonly string[], other: readonly string[], read: ReadTexts): StretchIds {
  const ids = new Map<string, number>();
  const known = (text: string) =>
    Int32Array.from(stretchesOf(text, read).flatMap((stretch) => ids.get(stretch) ?? []));
  const learned = learn.map((text) => {
    for (const stretch of stretchesOf(text, read)) {
      if (!ids.has(stretch) && ids.size < MOST_STRETCHES) ids.set(stretch, ids.size);
    }
    return known(text);
  });
  return { size: ids.size, learned, others: other.map(known) };
}
