/** The scores of next tokens by their definitions, computed by hand. */
import { describe, expect, it } from 'vitest';
import { Generator } from '../../src/builder/random.js';
import { draw, logProbabilities, penalized } from '../../src/generate/token-scores.js';

const probabilities = [0.05, 0.4, 0.25, 0.1, 0.2];
const logits = Float64Array.from(probabilities, Math.log);
const all = [0, 1, 2, 3, 4];
const plain = { temperature: 1, topK: Number.POSITIVE_INFINITY, topP: 1 };

/** How often each token is drawn, of 20,000. */
function shares(sampling: Partial<typeof plain>, scores = logits, tokens = all): number[] {
  const generator = new Generator(1);
  const counts = all.map(() => 0);
  for (let i = 0; i < 20_000; i++) {
    const token = draw(scores, tokens, { ...plain, ...sampling }, generator);
    counts[token] = counts[token]! + 1;
  }
  return counts.map((count) => count / 20_000);
}

const normalized = (weights: readonly number[]) => {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
};

describe('a token is drawn', () => {
  it('of the most probable where the temperature is the least there is, and of all where none is probable', () => {
    expect(shares({ temperature: Number.MIN_VALUE })).toEqual([0, 1, 0, 0, 0]);
    const none = shares({ topP: 0.9 }, new Float64Array(5).fill(Number.NEGATIVE_INFINITY), [1, 3]);
    expect(none[1]! + none[3]!).toBe(1);
  });

  it.each<[string, Partial<typeof plain>, readonly number[]]>([
    ['by the probabilities', {}, probabilities],
    ['by their powers, with a temperature', { temperature: 0.5 }, probabilities.map((p) => p ** 2)],
    ['of the k most probable', { topK: 2 }, [0, 0.4, 0.25, 0, 0]],
    ['of the fewest that come to p', { topP: 0.64 }, [0, 0.4, 0.25, 0, 0]],
    ['of one more where they do not come to p', { topP: 0.66 }, [0, 0.4, 0.25, 0, 0.2]],
    ['of one at least', { topP: 0.01 }, [0, 1, 0, 0, 0]],
    ['of the fewest of the k', { topK: 3, topP: 0.7 }, [0, 0.4, 0.25, 0, 0]],
  ])('%s', (_, sampling, weights) => {
    const expected = normalized(weights);
    for (const [token, share] of shares(sampling).entries()) {
      if (expected[token] === 0) expect(share).toBe(0);
      else expect(Math.abs(share - expected[token]!)).toBeLessThan(0.015);
    }
  });

  it('of all that are as probable as the last of the k', () => {
    const scores = Float64Array.of(1, 2, 1, 0, 1);
    expect(shares({ topK: 2 }, scores).map((share) => share > 0)).toEqual([true, true, true, false, true]);
  });

  it('of those that may come, never one with a probability of 0', () => {
    const scores = Float64Array.of(Number.NEGATIVE_INFINITY, 1, 0, 5, 5);
    expect(shares({}, scores, [0, 1, 2]).map((share) => share > 0)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('logits', () => {
  it('of tokens that were there are divided by the penalty, negative ones multiplied, each once', () => {
    const changed = penalized(Float64Array.of(2, -2, 3, -3), new Set([0, 1]), 2);
    expect([...changed]).toEqual([1, -4, 3, -3]);
  });

  it('become log probabilities, however large they are', () => {
    const [a, b] = logProbabilities(Float64Array.of(1000, 1000 + Math.log(3)));
    expect(a).toBeCloseTo(Math.log(0.25), 10);
    expect(b).toBeCloseTo(Math.log(0.75), 10);
  });

  it.each([
    [[1, Number.NaN], /have NaN/],
    [[1, Number.POSITIVE_INFINITY], /have Infinity as the largest/],
    [[Number.NEGATIVE_INFINITY], /have -Infinity as the largest/],
  ])('that are no numbers are refused: %j', (values, message) => {
    expect(() => logProbabilities(Float64Array.from(values))).toThrow(message);
  });
});
