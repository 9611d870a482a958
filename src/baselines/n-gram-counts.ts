/**
 * The n-grams of a text, counted as Kneser-Ney smoothing needs them. A context is a node of a tree that goes backwards: the parent of "abc" is
 * "bc". So all contexts of a token, short to long, lie on one path.
 */
import { GramTable } from './gram-table.js';

/** All contexts of one length. */
export interface GramLevel {
  /** The node of a context, by its parent's number times the number of tokens, plus the earliest token of the context. */
  readonly contexts: GramTable;
  /** How often a token came, by the number of its context's node times the number of tokens, plus the token. */
  readonly follows: GramTable;
  /**
   * The probability of a token.
   *
   * @param node of the context
   * @param count how often the token came there
   * @param lower its probability by the shorter contexts
   */
  probability(node: number, count: number, lower: number): number;
}

/** Counts the n-grams of a text, for contexts of none to `order - 1` tokens. */
export function countGrams(ids: ArrayLike<number>, order: number, size: number): readonly GramLevel[] {
  const levels = Array.from({ length: order }, () => ({
    contexts: new GramTable(),
    follows: new GramTable(),
  }));
  const path = new Float64Array(order);
  for (let i = 0; i < ids.length; i++) {
    const token = ids[i] ?? 0;
    const longest = Math.min(order - 1, i);
    for (let length = 1; length <= longest; length++) {
      const key = (path[length - 1] ?? 0) * size + (ids[i - length] ?? 0);
      path[length] = levels[length]?.contexts.numberOf(key) ?? 0;
    }
    // The longest one counts how often. A shorter one counts what comes before it: once for each new n-gram that is longer by a token.
    for (let length = longest; length >= 0; length--) {
      const before = levels[length]?.follows.increment((path[length] ?? 0) * size + token);
      if (before !== 0) break;
    }
  }
  return levels.map(({ contexts, follows }) => smoothed(contexts, follows, size));
}

function smoothed(contexts: GramTable, follows: GramTable, size: number): GramLevel {
  const discounts = discountsOf(follows);
  const nodes = Math.max(1, contexts.size);
  const totals = new Float64Array(nodes);
  const taken = new Float64Array(nodes);
  follows.forEach((key, count) => {
    const node = Math.floor(key / size);
    totals[node] = (totals[node] ?? 0) + count;
    taken[node] = (taken[node] ?? 0) + discountOf(count);
  });
  function discountOf(count: number): number {
    return discounts[Math.min(count, 3)] ?? 0;
  }
  return {
    contexts,
    follows,
    probability(node, count, lower) {
      return (count - discountOf(count) + (taken[node] ?? 0) * lower) / (totals[node] ?? 1);
    },
  };
}

/** What is taken from counts where the estimates make no sense, as in a text of few tokens: half of each count up to 3. */
const FALLBACK = [0, 0.5, 1, 1.5];

/** What is taken from counts of 0, 1, 2 and more, estimated from how many n-grams have the counts 1 to 4. */
function discountsOf(follows: GramTable): readonly number[] {
  const having = new Float64Array(5);
  follows.forEach((_, count) => {
    if (count < 5) having[count] = (having[count] ?? 0) + 1;
  });
  const [, one = 0, two = 0, three = 0, four = 0] = having;
  const y = one / (one + 2 * two);
  const discounts = [0, 1 - (2 * y * two) / one, 2 - (3 * y * three) / two, 3 - (4 * y * four) / three];
  // Each must leave something to the orders below. NaN is from counts that nothing has.
  return discounts.every((discount, count) => count === 0 || (discount > 0 && discount <= count))
    ? discounts
    : FALLBACK;
}
