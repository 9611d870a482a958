/** Each word's most frequent tag: what a tagger that looks at the words around has to beat. */
import { isList, wrongArgument } from '../arguments.js';
import { checkTaggedTexts, type TaggedTexts } from '../data/text/tagged-texts.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';

export interface MostFrequentTagOptions {
  /** Whether words that differ in capital letters are one. @default false */
  readonly lowercase?: boolean;
}

/** What {@link mostFrequentTag} gives. */
export interface MostFrequentTag {
  /** The tag that most tokens have; that of words that were not learned. */
  readonly overall: string;
  /** Whether there was the word among those to learn from. */
  knows(word: string): boolean;
  /** The tags of texts, each a list of its words. */
  tag(texts: readonly (readonly string[])[]): string[][];
}

const optionNames = { lowercase: true } satisfies OptionNames<MostFrequentTagOptions>;

/**
 * Learns which tag each word has most often, and gives it that one wherever it stands; words that were not there get the most frequent tag
 * of all. Of tags that are equally frequent it takes the one that is more frequent overall, then the first by name. For parts of speech
 * of English texts 90 % and more are right (Charniak et al. 1993, "Equations for part-of-speech tagging").
 *
 * ```ts
 * const byWord = mostFrequentTag(train);
 * byWord.tag([['ada', 'met', 'alan']]); // [['B-PER', 'O', 'B-PER']]
 * ```
 *
 * @param texts such as `readTaggedTexts` and `taggedTexts` give
 * @throws E_INVALID_OPTION for other data and options, and for no token
 */
export function mostFrequentTag(
  texts: Pick<TaggedTexts, 'tokens' | 'tags'>,
  options: MostFrequentTagOptions = {},
): MostFrequentTag {
  const where = 'mostFrequentTag';
  checkTaggedTexts(where, texts);
  checkOptionNames(where, options, optionNames);
  const { lowercase = false } = options;
  if (typeof lowercase !== 'boolean') throw wrongArgument(`${where}: lowercase`, lowercase, 'true or false');
  const formOf = lowercase ? (word: string) => word.toLowerCase() : (word: string) => word;
  const all = new Map<string, number>();
  const byWord = new Map<string, Map<string, number>>();
  texts.tokens.forEach((words, text) => {
    words.forEach((word, place) => {
      const tag = texts.tags[text]?.[place] ?? '';
      const form = formOf(word);
      const own = byWord.get(form) ?? new Map<string, number>();
      byWord.set(form, own);
      own.set(tag, (own.get(tag) ?? 0) + 1);
      all.set(tag, (all.get(tag) ?? 0) + 1);
    });
  });
  const overall = largest(all, all);
  if (overall === undefined) throw wrongArgument(where, texts, 'texts with tokens');
  const best = new Map(Array.from(byWord, ([form, counts]) => [form, largest(counts, all) ?? overall]));
  return {
    overall,
    knows: (word) => best.has(formOf(word)),
    tag(given) {
      if (!isTexts(given))
        throw wrongArgument(`${where}.tag`, given, "lists of words, as in [['ada', 'met']]");
      return given.map((words) => words.map((word) => best.get(formOf(word)) ?? overall));
    },
  };
}

function isTexts(given: unknown): given is readonly (readonly string[])[] {
  return (
    Array.isArray(given) &&
    given.every((words) => isList(words) && Array.from(words).every((word) => typeof word === 'string'))
  );
}

/** The tag that is counted most often. */
function largest(counts: ReadonlyMap<string, number>, all: ReadonlyMap<string, number>): string | undefined {
  const count = (of: ReadonlyMap<string, number>, tag: string) => of.get(tag) ?? 0;
  let best: string | undefined;
  for (const tag of counts.keys()) {
    if (best === undefined) best = tag;
    else {
      const order =
        count(counts, tag) - count(counts, best) ||
        count(all, tag) - count(all, best) ||
        (tag < best ? 1 : -1);
      if (order > 0) best = tag;
    }
  }
  return best;
}
