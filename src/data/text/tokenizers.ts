/** How a text is cut into tokens. */

/**
 * `characters`: Unicode code points. Clusters of them, such as a letter and the accent behind it, are not kept together, since
 * what is a cluster changes from one version of Unicode to the next, and with it the tokens of a model.
 *
 * `words`: {@link wordPattern}.
 *
 * `spaces`: what stands between white space, as it is, such as phonemes that are written `R EH1 D`.
 */
export type Tokenizer = 'characters' | 'words' | 'spaces';

/**
 * A word is letters, marks and digits, with single apostrophes between them (`don't`); every other character but
 * white space is a token of its own.
 */
const wordPattern = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]/gu;

const tokenizers: Readonly<Record<Tokenizer, (text: string) => string[]>> = {
  characters: (text) => Array.from(text),
  words: (text) => text.match(wordPattern) ?? [],
  spaces: (text) => text.match(/\S+/gu) ?? [],
};

/** How texts can be cut. */
export const tokenizerNames = ['words', 'characters', 'spaces'] as const satisfies readonly Tokenizer[];

export function isTokenizer(name: unknown): name is Tokenizer {
  return tokenizerNames.some((known) => known === name);
}

export function tokensOf(tokenizer: Tokenizer, text: string, lowercase: boolean): string[] {
  return tokenizers[tokenizer](lowercase ? text.toLowerCase() : text);
}
