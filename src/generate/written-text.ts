/** Tokens as a text that people read: characters side by side, words with the spaces that belong between them. */
import type { Vocabulary } from '../data/text/vocabulary.js';

/** Of words: what no space stands before, and behind. A hyphen has neither. */
const closing = /^[-.,;:!?%)\]}»”’…]$/u;
const opening = /^[-([{«“‘]$/u;

/** What stands between a token and the next one. */
function spaceBetween({ tokenizer }: Vocabulary, before: string, next: string): '' | ' ' {
  if (tokenizer === 'characters') return '';
  if (tokenizer === 'words' && (closing.test(next) || opening.test(before))) return '';
  return ' ';
}

/** Tokens by their ids, as a text. @param before the token in front of them, if there is one */
export function writtenText(vocabulary: Vocabulary, ids: Iterable<number>, before?: string): string {
  let text = '';
  let last = before;
  for (const id of ids) {
    const token = vocabulary.tokens[id] ?? '';
    text += last === undefined ? token : spaceBetween(vocabulary, last, token) + token;
    last = token;
  }
  return text;
}
