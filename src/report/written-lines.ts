/** Text with its line ends, which markup would show as `\n`. */
import { element, type Markup, trusted } from './markup.js';

/** For an element that keeps white space. */
export function lines(text: string): (string | Markup)[] {
  return text.split('\n').flatMap((line, i) => (i === 0 ? [line] : [trusted('\n'), line]));
}

export function writtenBlock(...children: readonly (string | Markup)[]): Markup {
  return element('pre', { class: 'text' }, ...children);
}
