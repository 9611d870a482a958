/** Texts whose class is which of two words comes first: who counts words cannot tell them, who reads them in order can. */
import type { LabelledTexts } from '../../src/data/text/labelled-texts.js';
import { Generator } from '../../src/index.js';

const filler = ['the', 'a', 'big', 'red', 'dog', 'cat', 'runs', 'sees', 'here', 'now'];

/** As `[text, class]`; no text comes twice. */
export function orderedWords(count: number, seed = 1): [text: string, label: string][] {
  const random = new Generator(seed);
  const below = (most: number) => random.random32() % most;
  const word = () => filler[below(filler.length)]!;
  const found = new Map<string, string>();
  while (found.size < count) {
    const isFirst = below(2) === 0;
    const words = [word(), ...(isFirst ? ['yes', word(), 'no'] : ['no', word(), 'yes']), word(), word()];
    found.set(words.join(' '), isFirst ? 'yes first' : 'no first');
  }
  return [...found];
}

export function labelled(rows: readonly (readonly [string, string])[]): LabelledTexts {
  const classes = [...new Set(rows.map(([, label]) => label))].sort();
  return {
    texts: rows.map(([text]) => text),
    labels: Int32Array.from(rows, ([, label]) => classes.indexOf(label)),
    classes,
    notes: [],
  };
}
