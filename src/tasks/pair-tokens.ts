/** Pairs of texts as tokens of two vocabularies, which are made of those to learn from. */
import { counted } from '../counted.js';
import { encodeTexts } from '../data/text/encode-text.js';
import type { TextPairs } from '../data/text/text-pairs.js';
import { type Tokenizer, tokensOf } from '../data/text/tokenizers.js';
import { type Vocabulary, vocabulary } from '../data/text/vocabulary.js';
import { mustHave } from '../must-get.js';

/** How texts become tokens. */
export interface TokenSettings {
  readonly tokens: Tokenizer;
  readonly lowercase: boolean;
  /** How often a token comes at least; found where undefined. */
  readonly minCount: number | undefined;
  /** The most tokens of the vocabulary. */
  readonly vocabularySize: number;
  /** The most tokens of a text; found where undefined. */
  readonly maxLength: number | undefined;
}

/** One side of the pairs. */
export interface TokenSide {
  readonly vocabulary: Vocabulary;
  /** The most tokens of a text. */
  readonly maxLength: number;
}

/** Of fewer texts every word is kept: most come once. */
const MANY_TEXTS = 1000;
const USUAL = 0.99;

/**
 * The vocabulary of a side.
 *
 * @param isWritten whether texts of this side are to be written: these have a start and an end, and no word is too rare
 */
export function sideOf(texts: readonly string[], settings: TokenSettings, isWritten: boolean): TokenSide {
  const { tokens, lowercase, vocabularySize: maxSize } = settings;
  // A network that never reads the unknown token does not know what to do with it.
  const isRare = tokens !== 'characters' && !isWritten && texts.length >= MANY_TEXTS;
  const { minCount = isRare ? 2 : 1 } = settings;
  const ends = isWritten ? { start: true, end: true } : {};
  return {
    vocabulary: vocabulary(texts, { tokens, lowercase, minCount, maxSize, ...ends }),
    maxLength: settings.maxLength ?? usualLength(texts, settings),
  };
}

/** That of the longest; but at most twice what 99 of 100 have, since one very long text makes a whole batch as long. */
function usualLength(texts: readonly string[], { tokens, lowercase }: TokenSettings): number {
  const lengths = Int32Array.from(texts, (text) => tokensOf(tokens, text, lowercase).length).sort();
  const usual = mustHave(lengths[Math.floor(USUAL * (lengths.length - 1))], 'A length');
  return Math.max(Math.min(mustHave(lengths.at(-1), 'A length'), 2 * usual), 1);
}

/** Sources and targets as ids. */
export interface EncodedPairs {
  readonly sources: readonly Int32Array[];
  readonly targets: readonly Int32Array[];
}

/** The ids of both texts of each pair; pairs with a text that is too long are left out, since a part of it would be learned as the whole. */
export function encodedPairs(
  { sources, targets }: Pick<TextPairs, 'sources' | 'targets'>,
  source: TokenSide,
  target: TokenSide,
): EncodedPairs & { readonly left: number } {
  const read = encodeTexts(source.vocabulary, sources).sequences;
  const written = encodeTexts(target.vocabulary, targets).sequences;
  const fits = (i: number) =>
    (read[i]?.length ?? 0) <= source.maxLength && (written[i]?.length ?? 0) <= target.maxLength;
  return {
    sources: read.filter((_, i) => fits(i)),
    targets: written.filter((_, i) => fits(i)),
    left: read.reduce((count, _, i) => count + (fits(i) ? 0 : 1), 0),
  };
}

/** What a vocabulary is of, in words: `27 characters`. */
export function sideWords({ vocabulary: { tokens, tokenizer, special, lowercase } }: TokenSide): string {
  const noun = { words: 'word', characters: 'character', spaces: 'token', own: 'token' }[tokenizer];
  const count = tokens.length - Object.keys(special).length;
  return `${counted(count.toLocaleString('en'), noun)}${lowercase ? ' in lower case' : ''}`;
}
