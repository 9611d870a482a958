/**
 * The sequence that is most like another by edit distance, out of many. Not all are compared: those that share the rarest pieces with it are
 * found by an index of pieces, and the ones that share most are measured.
 */
import { editDistance } from '../scores/edit-distance.js';

/** Entries of the index that are looked at for one sequence. */
const MOST_ENTRIES = 5000;
/** Sequences that are measured. */
const MOST_MEASURED = 40;

export class NearestSequence {
  readonly #sequences: readonly (readonly string[])[];
  /** The sequences that have a piece, by the piece. */
  readonly #index = new Map<string, number[]>();

  /** @param sequences lists of tokens, one at least */
  constructor(sequences: readonly (readonly string[])[]) {
    this.#sequences = sequences;
    for (const [i, tokens] of sequences.entries()) {
      for (const piece of piecesOf(tokens)) {
        const entries = this.#index.get(piece);
        if (entries) entries.push(i);
        else this.#index.set(piece, [i]);
      }
    }
  }

  /** The place of the sequence that is most like the tokens, the first of those that are alike. */
  of(tokens: readonly string[]): number {
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    for (const i of this.#candidates(tokens)) {
      const distance = editDistance(tokens, this.#sequences[i] ?? []);
      if (distance < least || (distance === least && i < best)) [best, least] = [i, distance];
    }
    return best;
  }

  /** Those that share most pieces, among those that share the rarest. */
  #candidates(tokens: readonly string[]): number[] {
    const lists = [...piecesOf(tokens)].flatMap((piece) => {
      const entries = this.#index.get(piece);
      return entries ? [entries] : [];
    });
    const shared = new Map<number, number>();
    let seen = 0;
    for (const entries of lists.sort((a, b) => a.length - b.length)) {
      if (seen >= MOST_ENTRIES) break;
      for (const i of entries.slice(0, MOST_ENTRIES - seen)) shared.set(i, (shared.get(i) ?? 0) + 1);
      seen += entries.length;
    }
    const order = [...shared].sort(([i, a], [j, b]) => b - a || i - j);
    return order.slice(0, MOST_MEASURED).map(([i]) => i);
  }
}

/** Tokens alone, and with the one behind them; the first and the last with the edge. */
function piecesOf(tokens: readonly string[]): ReadonlySet<string> {
  const edged = ['', ...tokens, ''];
  return new Set([...tokens, ...tokens.map((token, i) => `${token}\n${edged[i + 2]}`), `\n${edged[1]}`]);
}
