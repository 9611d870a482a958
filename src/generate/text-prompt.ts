/** A prompt as the tokens that a model reads. */
import { encodeText } from '../data/text/encode-text.js';
import { tokensOf } from '../data/text/tokenizers.js';
import type { Vocabulary } from '../data/text/vocabulary.js';

/** A text, or its tokens where the vocabulary is of tokens of your own. */
export type Prompt = string | readonly string[];

export interface PromptTokens {
  /** One at least. */
  readonly tokens: readonly number[];
  /** What the vocabulary does not have, each once; the unknown token stands for it. */
  readonly unknown: readonly string[];
  /** The last token, behind which a space may be due; undefined where none is. */
  readonly last: string | undefined;
}

/**
 * A prompt without any token begins as texts and lines begin: with the start token, a line feed, a full stop, or else the most frequent token.
 *
 * @throws what `encodeText` throws, for what the vocabulary has no token for
 */
export function promptTokens(vocabulary: Vocabulary, prompt: Prompt): PromptTokens {
  const tokens = [...encodeText(vocabulary, prompt)];
  if (tokens.length === 0) return { tokens: [beginning(vocabulary)], unknown: [], last: undefined };
  const { tokenizer, lowercase, special } = vocabulary;
  const cut =
    tokenizer === 'own' || typeof prompt !== 'string' ? prompt : tokensOf(tokenizer, prompt, lowercase);
  const texts = Array.from(cut);
  const unknown = texts.filter((_, place) => tokens[place] === special.unknown);
  const endsInSpace = typeof prompt === 'string' && /\s$/.test(prompt);
  return { tokens, unknown: [...new Set(unknown)], last: endsInSpace ? undefined : texts.at(-1) };
}

function beginning({ tokens, special }: Vocabulary): number {
  if (special.start !== undefined) return special.start;
  const usual = ['\n', '.'].map((token) => tokens.indexOf(token)).find((token) => token >= 0);
  const standing = new Set(Object.values(special));
  return (
    usual ??
    Math.max(
      tokens.findIndex((_, token) => !standing.has(token)),
      0,
    )
  );
}
