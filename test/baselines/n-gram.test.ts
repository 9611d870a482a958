/** The n-gram model against its definition, counted the long way, and as a distribution. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GramTable } from '../../src/baselines/gram-table.js';
import { type LstmOnnxError, nGramModel } from '../../src/index.js';
import '../matcher.js';

/** Tokens that follow each other by a rule with some chance, so that contexts matter. */
function text(length: number, size: number): number[] {
  let state = 7;
  const ids = [0, 1];
  while (ids.length < length) {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    const chance = Math.floor(state / 65536) % 10;
    ids.push(chance < 6 ? (ids.at(-1)! + 2 * ids.at(-2)! + 1) % size : chance % size);
  }
  return ids;
}

/** Chen and Goodman (1998), equations 23 to 27, by n-grams as texts. */
function byDefinition(ids: readonly number[], order: number, size: number) {
  const grams = (length: number) => ids.slice(length - 1).map((_, i) => ids.slice(i, i + length).join(' '));
  const counts = Array.from({ length: order }, (_, i) => {
    const found = new Map<string, number>();
    const add = (gram: string) => found.set(gram, (found.get(gram) ?? 0) + 1);
    if (i + 1 === order) for (const gram of grams(order)) add(gram);
    // How many different tokens came before it; the beginning of the text is one more.
    else for (const gram of new Set(grams(i + 2))) add(gram.slice(gram.indexOf(' ') + 1));
    if (i + 1 < order) add(ids.slice(0, i + 1).join(' '));
    return found;
  });
  const discounts = counts.map((found) => {
    const [n1, n2, n3, n4] = [1, 2, 3, 4].map(
      (n) => [...found.values()].filter((count) => count === n).length,
    );
    const y = n1! / (n1! + 2 * n2!);
    const own = [1 - (2 * y * n2!) / n1!, 2 - (3 * y * n3!) / n2!, 3 - (4 * y * n4!) / n3!];
    return own.every((d, i) => d > 0 && d <= i + 1) ? own : [0.5, 1, 1.5];
  });
  const probability = (next: number, context: readonly number[]): number => {
    const own = context.slice(Math.max(0, context.length - order + 1));
    const lower = own.length === 0 ? 1 / size : probability(next, own.slice(1));
    const discount = (count: number) => (count === 0 ? 0 : discounts[own.length]![Math.min(count, 3) - 1]!);
    const after = Array.from(
      { length: size },
      (_, token) => counts[own.length]!.get([...own, token].join(' ')) ?? 0,
    );
    const total = after.reduce((sum, count) => sum + count, 0);
    if (total === 0) return lower;
    const taken = after.reduce((sum, count) => sum + discount(count), 0);
    return (after[next]! - discount(after[next]!) + taken * lower) / total;
  };
  return probability;
}

describe('nGramModel', () => {
  it.each([1, 2, 3, 4])('gives the probabilities of modified Kneser-Ney smoothing at order %i', (order) => {
    const ids = text(400, 6);
    const model = nGramModel(ids, { order, size: 7 });
    const reference = byDefinition(ids, order, 7);
    const contexts = [
      [],
      [3],
      [6],
      [0, 1],
      [5, 6],
      [1, 2, 3],
      [4, 0, 2, 5, 1],
      ...text(60, 6).map((_, i, all) => all.slice(0, i)),
    ];
    const pairs = contexts.flatMap((context) => [0, 1, 2, 3, 4, 5, 6].map((next) => ({ next, context })));
    const found = pairs.map(({ next, context }) => Math.exp(model.logProbability(next, context)));
    expect(found).toBeCloseToArray(
      pairs.map(({ next, context }) => reference(next, context)),
      { atol: 1e-12 },
    );
  });

  it('gives every token a probability, which sum to 1, whatever it has read', () => {
    const tokens = fc.array(fc.nat(4), { maxLength: 40 });
    fc.assert(
      fc.property(tokens, fc.integer({ min: 1, max: 6 }), tokens, (ids, order, context) => {
        const model = nGramModel([...ids, 2], { order, size: 5 });
        const probabilities = [0, 1, 2, 3, 4].map((next) => Math.exp(model.logProbability(next, context)));
        expect(Math.min(...probabilities)).toBeGreaterThan(0);
        expect([probabilities.reduce((sum, p) => sum + p, 0)]).toBeCloseToArray([1], { atol: 1e-12 });
      }),
    );
  });

  it('has the perplexity of its probabilities, the first token left out', () => {
    const model = nGramModel(text(300, 5), { order: 3, size: 5 });
    const held = text(50, 4);
    const logs = held.map((token, i) => model.logProbability(token, held.slice(0, i))).slice(1);
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    expect([model.perplexity(Int32Array.from(held))]).toBeCloseToArray([Math.exp(-mean)], { rtol: 1e-12 });
  });

  it('knows a text better from more tokens before, and a text without order not at all', () => {
    const [learned, held] = [text(20_000, 12).slice(0, 18_000), text(20_000, 12).slice(18_000)];
    const [one, two, three] = [1, 2, 3].map((order) =>
      nGramModel(learned, { order, size: 12 }).perplexity(held),
    );
    expect(three).toBeLessThan(0.75 * two!);
    expect(two).toBeLessThan(one!);
    const even = nGramModel([0, 1, 2, 3], { size: 4, order: 1 });
    expect([even.perplexity([3, 1, 0, 2, 2])]).toBeCloseToArray([4], { rtol: 1e-12 });
  });

  it('counts words of a large vocabulary, whose n-grams have keys beyond 32 bits', () => {
    const ids = text(5000, 50).map((token) => token * 20_000);
    const [small, large] = [nGramModel(text(5000, 50), { size: 50 }), nGramModel(ids, { size: 1_000_000 })];
    const context = text(5000, 50).slice(0, 30);
    const next = text(5000, 50)[30]!;
    const found = large.logProbability(
      next * 20_000,
      context.map((token) => token * 20_000),
    );
    // They differ by the share that the lowest order gives to tokens that never came.
    expect([found]).toBeCloseToArray([small.logProbability(next, context)], { atol: 0.01 });
  });

  it.each([
    ['ids without a token', () => nGramModel([], { size: 3 }), 'has 0 tokens'],
    [
      'a token that is not in the vocabulary',
      () => nGramModel([0, 3], { size: 3 }),
      'the number 3 at place 1',
    ],
    ['a text in place of tokens', () => nGramModel('abc' as never, { size: 3 }), "the text 'abc'"],
    ['a missing size', () => nGramModel([0], {} as never), 'size is undefined'],
    ['an order of 0', () => nGramModel([0], { size: 3, order: 0 }), 'order is 0'],
    ['a size beyond what a number holds', () => nGramModel([0, 1], { size: 2 ** 53 - 1 }), 'size got'],
    [
      'a context of other tokens',
      () => nGramModel([0], { size: 3 }).logProbability(1, [-1]),
      'the number -1 at place 0',
    ],
    [
      'a next token of NaN',
      () => nGramModel([0], { size: 3 }).logProbability(Number.NaN, []),
      'NaN at place 0',
    ],
    [
      'the perplexity of one token',
      () => nGramModel([0], { size: 3 }).perplexity([1]),
      'has 1 token; expected 2',
    ],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(
      expect.objectContaining({ code: 'E_INVALID_OPTION' } satisfies Partial<LstmOnnxError>),
    );
    expect(call).toThrow(message);
  });
});

it('a table of n-grams counts and numbers what a Map does, while it grows', () => {
  const keys = fc.array(fc.oneof(fc.nat(30), fc.maxSafeNat()), { maxLength: 300 });
  fc.assert(
    fc.property(keys, (given) => {
      const [counts, numbers] = [new GramTable(), new GramTable()];
      const [counted, numbered] = [new Map<number, number>(), new Map<number, number>()];
      for (const key of given) {
        expect(counts.increment(key)).toBe(counted.get(key) ?? 0);
        counted.set(key, (counted.get(key) ?? 0) + 1);
        if (!numbered.has(key)) numbered.set(key, numbered.size);
        expect(numbers.numberOf(key)).toBe(numbered.get(key));
      }
      const found = new Map<number, number>();
      counts.forEach((key, count) => {
        found.set(key, count);
      });
      expect(found).toEqual(counted);
      expect(numbers.size).toBe(numbered.size);
      for (const key of [...given, 31]) expect(numbers.get(key)).toBe(numbered.get(key));
    }),
  );
});
