/** A sequence of tokens as its last token, which leads back to those before it: one that is longer by a token shares all others. */

export interface WrittenToken {
  readonly token: number;
  /** The one before it; undefined for the first. */
  readonly previous: WrittenToken | undefined;
  /** How many tokens there are with this one. */
  readonly length: number;
}

/** The tokens up to this one, as a new list. */
export function tokensTo(last: WrittenToken | undefined): number[] {
  const tokens = new Array<number>(last?.length ?? 0);
  for (let written = last; written; written = written.previous) tokens[written.length - 1] = written.token;
  return tokens;
}
