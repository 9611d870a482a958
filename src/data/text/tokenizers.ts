/** How a text is cut into tokens. */

/**
 * `characters`: Unicode code points. Clusters of them, such as a letter and the accent behind it, are not kept together, since
 * what is a cluster changes from one version of Unicode to the next, and with it the tokens of a model.
 *
 * `words`: {@link wordPattern}.
 */
export type Tokenizer = 'characters' | 'words';

/**
 * A word is letters, marks and digits, with single apostrophes between them (`don't`); every other character but
 * white space is a token of its own.
 */
const wordPattern = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]/gu;

const tokenizers: Readonly<Record<Tokenizer, (text: string) => string[]>> = {
  characters: (text) => Array.from(text),
  words: (text) => text.match(wordPattern) ?? [],
};

export function tokensOf(tokenizer: Tokenizer, text: string, lowercase: boolean): string[] {
  return tokenizers[tokenizer](lowercase ? text.toLowerCase() : text);
}
