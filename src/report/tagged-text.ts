/** A text with the tag of each word above it: right ones plain, wrong ones marked, with the right tag behind. */
import { element, type Markup } from './markup.js';
import { shortened } from './samples-table.js';

/** Words of a text. */
const MOST = 80;
/** Characters of a word, which stands on one line. */
const LONGEST = 24;

/** @param plain the tag that goes without saying, such as O */
export function taggedText(
  words: readonly string[],
  actual: readonly string[],
  predicted: readonly string[],
  plain: string | undefined,
): Markup {
  const shown = words.slice(0, MOST).flatMap((word, i) => {
    const [right = '', found = ''] = [actual[i], predicted[i]];
    if (right !== found) return [tagged(word, `${found}, not ${right}`, 'wrong'), ' '];
    return found === plain ? [word, ' '] : [tagged(word, found, 'right'), ' '];
  });
  return element('p', { class: 'tagged' }, ...shown, words.length > MOST ? '…' : '');
}

function tagged(word: string, tag: string, kind: 'right' | 'wrong'): Markup {
  return element('ruby', { class: kind }, shortened(word, LONGEST), element('rt', {}, tag));
}
