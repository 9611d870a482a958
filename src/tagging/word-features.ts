/**
 * What a tagger sees of a word: the word itself, how it begins and ends, and its shape. The last three say something of words that were not
 * there in training: those on -ing are mostly verbs, those with a capital letter names.
 */

import { encodeText } from '../data/text/encode-text.js';
import { type Vocabulary, vocabulary } from '../data/text/vocabulary.js';
import { mustHave } from '../must-get.js';

export interface WordFeature {
  /** The input of the model, which is also the name of its vocabulary. */
  readonly input: string;
  readonly kind: 'word' | 'prefix' | 'suffix' | 'shape';
  /** Of a prefix and a suffix: its characters. */
  readonly length?: number;
}

/** What `train tag` takes. */
export const wordFeatures: readonly WordFeature[] = [
  { input: 'words', kind: 'word' },
  { input: 'prefixes', kind: 'prefix', length: 2 },
  { input: 'suffixes', kind: 'suffix', length: 3 },
  { input: 'shapes', kind: 'shape' },
];

/** Tokens of texts have no blanks, so that none is called so. */
const [NO_WORD, UNKNOWN] = ['<no word>', '<unknown word>'];

/** Longer shapes are all alike. */
const SHAPE_CHARACTERS = 10;

/**
 * The form of a word that a feature looks at, in small letters. The shape has `X` for a capital letter, `XX` for several, `x` for small ones,
 * `d` for digits, and other characters as they are: `Xx` of Ada, `XX-d` of DC-10.
 */
export function formOf(word: string, { kind, length = 0 }: WordFeature): string {
  if (kind === 'shape') return shapeOf(word);
  const small = word.toLowerCase();
  if (kind === 'word') return small;
  const characters = Array.from(small);
  return (kind === 'prefix' ? characters.slice(0, length) : characters.slice(-length)).join('');
}

function shapeOf(word: string): string {
  const shape = word
    .replaceAll(/\p{Lu}{2,}/gu, 'XX')
    .replaceAll(/\p{Lu}(?!X)/gu, 'X')
    .replaceAll(/[\p{Ll}\p{Lt}\p{Lm}\p{Lo}\p{M}]+/gu, 'x')
    .replaceAll(/\p{N}+/gu, 'd');
  return Array.from(shape).slice(0, SHAPE_CHARACTERS).join('');
}

/**
 * The vocabulary of each feature, by its input. What comes less often than `minCount` is unknown in training already, so that the model
 * learns what to make of unknown words.
 */
export function wordVocabularies(
  texts: readonly (readonly string[])[],
  minCount: number,
  maxSize: number,
): Record<string, Vocabulary> {
  const options = { padding: NO_WORD, unknown: UNKNOWN, maxSize };
  return Object.fromEntries(
    wordFeatures.map((feature) => {
      const counts = new Map<string, number>();
      const forms = formsOf([feature]);
      for (const words of texts) {
        for (const word of words) {
          const [form = ''] = forms(word);
          counts.set(form, (counts.get(form) ?? 0) + 1);
        }
      }
      const most = [...counts.values()].reduce((a, b) => Math.max(a, b), 0);
      // Of texts whose words all differ every word is taken.
      const least = most < minCount ? 1 : minCount;
      const taken = function* () {
        for (const [form, count] of counts) for (let i = 0; i < count; i++) yield form;
      };
      return [feature.input, vocabulary(taken(), { ...options, tokens: (form) => [form], minCount: least })];
    }),
  );
}

/** The forms of a word, which are found once for each. */
function formsOf(features: readonly WordFeature[]): (word: string) => readonly string[] {
  const found = new Map<string, readonly string[]>();
  return (word) => {
    const known = found.get(word);
    if (known) return known;
    const forms = features.map((feature) => formOf(word, feature));
    found.set(word, forms);
    return forms;
  };
}

/** Words as numbers, for the inputs of a tagger. */
export class WordEncoder {
  readonly features: readonly WordFeature[];
  readonly #vocabularies: readonly Vocabulary[];
  readonly #forms: (word: string) => readonly string[];

  /** @param vocabularies by input */
  constructor(features: readonly WordFeature[], vocabularies: Readonly<Record<string, Vocabulary>>) {
    this.features = features;
    this.#vocabularies = features.map(({ input }) =>
      mustHave(vocabularies[input], `The vocabulary of ${input}`),
    );
    this.#forms = formsOf(features);
  }

  /** The ids of the words of one text, for each feature. */
  encode(words: readonly string[]): Int32Array[] {
    const forms = words.map((word) => this.#forms(word));
    return this.#vocabularies.map((vocabulary, i) =>
      encodeText(
        vocabulary,
        forms.map((form) => form[i] ?? ''),
      ),
    );
  }

  /** Whether the vocabulary has the word itself. */
  knows(word: string): boolean {
    const place = this.features.findIndex(({ kind }) => kind === 'word');
    const vocabulary = this.#vocabularies[place];
    if (!vocabulary) return true;
    const [id] = encodeText(vocabulary, [this.#forms(word)[place] ?? '']);
    return id !== vocabulary.special.unknown;
  }
}
