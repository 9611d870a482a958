/** Texts as a column of a table. */
import type { TextColumn } from './table.js';

/** @param texts of each row, undefined where one is missing */
export function textColumn(texts: readonly (string | undefined)[]): TextColumn {
  const ids = new Map<string, number>();
  const codes = Int32Array.from(texts, (text) => {
    if (text === undefined) return -1;
    const known = ids.get(text) ?? ids.size;
    ids.set(text, known);
    return known;
  });
  return {
    kind: 'text',
    codes,
    categories: [...ids.keys()],
    missing: codes.reduce((count, code) => count + (code === -1 ? 1 : 0), 0),
  };
}
