/** How texts are best cut into tokens, where nobody says it. */
import type { Tokenizer } from '../data/text/tokenizers.js';
import { evenlySpread } from './evenly-spread.js';

/** Texts that are looked at, evenly spread. */
const MOST = 1000;

/** Words; characters where hardly a text has a space in it, as words to be spelled, or Chinese and Japanese. */
export function foundTokenizer(texts: readonly string[]): Extract<Tokenizer, 'words' | 'characters'> {
  const looked = evenlySpread(texts, MOST);
  const spaced = looked.filter((text) => /\S\s+\S/u.test(text)).length;
  return spaced < 0.1 * looked.length ? 'characters' : 'words';
}
