/** What counts around a decoder: parts without leaks, the nearest sequence, scores, and which samples are shown. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NearestSequence } from '../../src/baselines/nearest-sequence.js';
import { editDistance } from '../../src/index.js';
import { foundTokenizer } from '../../src/tasks/found-tokenizer.js';
import { pickSamples } from '../../src/tasks/pick-samples.js';
import { splitByKey } from '../../src/tasks/split-by-key.js';
import { nearestReference, writtenScores } from '../../src/tasks/written-scores.js';
import { failureOf } from '../data/failure.js';

const sizes = { validation: 0.2, test: 0.2, seed: 1 };

describe('parts of samples with keys', () => {
  it('have every sample once, and all of a key in one part', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 30 }), (keys) => {
        if (new Set(keys).size < 4) return;
        const parts = Object.values(splitByKey(keys, sizes, 'source'));
        expect(parts.flat().sort((a, b) => a - b)).toEqual([...keys.keys()]);
        for (const key of keys) {
          const holders = parts.filter((part) => part.some((i: number) => keys[i] === key));
          expect(holders).toHaveLength(1);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('have the sizes that are asked for, follow the seed, and are never empty', () => {
    const keys = Array.from({ length: 100 }, (_, i) => String(i));
    const { train, validation, test } = splitByKey(keys, sizes, 'source');
    expect([train.length, validation.length, test.length]).toEqual([60, 20, 20]);
    expect(splitByKey(keys, sizes, 'source').test).toEqual(test);
    expect(splitByKey(keys, { ...sizes, seed: 2 }, 'source').test).not.toEqual(test);
    expect(splitByKey(['a', 'b', 'c'], { ...sizes, test: 0.01 }, 'source').test).toHaveLength(1);
    expect(failureOf(() => splitByKey(['a', 'b', 'b'], sizes, 'source'))).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: expect.stringMatching(/2 different sources.* none is left to learn from/),
    });
  });
});

describe('the nearest sequence', () => {
  it('is the one of the least edit distance, the first of those that are alike', () => {
    const words = ['cat', 'cart', 'dog', 'dot', 'mat', 'rabbit'].map((word) => [...word]);
    const nearest = new NearestSequence(words);
    expect(['cat', 'dig', 'rabbits', 'bat'].map((word) => nearest.of([...word]))).toEqual([0, 2, 5, 0]);
  });

  it('is that of all sequences wherever one shares something with it and there are few', () => {
    const word = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), word, (words, wanted) => {
        const sharing = words.filter((each) => each.some((token) => wanted.includes(token)));
        if (sharing.length === 0) return;
        const least = Math.min(...sharing.map((each) => editDistance(wanted, each)));
        expect(editDistance(wanted, words[new NearestSequence(words).of(wanted)]!)).toBe(least);
      }),
    );
  });

  it('is the first one where none shares anything', () => {
    expect(new NearestSequence([['a'], ['b']]).of(['z'])).toBe(0);
  });
});

describe('scores of what was written', () => {
  it('take the nearest of several right ones', () => {
    const references = [
      ['R', 'EH1', 'D'],
      ['R', 'IY1', 'D'],
    ];
    expect(nearestReference(['R', 'IY1'], references)).toEqual(['R', 'IY1', 'D']);
    const scores = writtenScores([['R', 'IY1', 'D'], ['A']], [references, [['A', 'B']]]);
    expect(scores).toEqual({ exact: 0.5, errorRate: 1 / 5 });
  });

  it('are 1 and 0 of what is all right', () => {
    expect(writtenScores([['a'], ['b', 'c']], [[['a']], [['x'], ['b', 'c']]])).toEqual({
      exact: 1,
      errorRate: 0,
    });
  });
});

describe('samples to be shown', () => {
  it('are the surest of those that are wrong, and some over all of those that are right', () => {
    const samples = Array.from({ length: 20 }, (_, i) => ({
      isRight: i % 2 === 0,
      logProbability: -((i * 7) % 20),
      i,
    }));
    const { right, wrong } = pickSamples(samples, 3);
    expect(right.map(({ i }) => i)).toEqual([0, 8, 14]);
    expect(wrong.map(({ logProbability }) => -logProbability)).toEqual([1, 3, 5]);
    expect(pickSamples(samples, 50).right).toHaveLength(10);
    expect(pickSamples([], 3)).toEqual({ right: [], wrong: [] });
  });
});

describe('the tokens of texts', () => {
  it('are words where most texts have spaces in them, else characters', () => {
    expect(foundTokenizer(['How are you?', 'Run!'])).toBe('words');
    expect(foundTokenizer(['read', ' spell ', '日本語です'])).toBe('characters');
  });
});
