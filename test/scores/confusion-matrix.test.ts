import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confusionMatrix } from '../../src/scores/confusion-matrix.js';
import { failureOf } from '../data/failure.js';

describe('confusionMatrix', () => {
  it('is what scikit-learn prints for its examples', () => {
    expect(confusionMatrix([0, 0, 2, 2, 0, 2], [2, 0, 2, 2, 0, 1])).toEqual({
      labels: [0, 1, 2],
      counts: [
        [2, 0, 0],
        [0, 0, 1],
        [1, 0, 2],
      ],
    });
    const labels = ['ant', 'bird', 'cat'];
    expect(
      confusionMatrix(
        ['ant', 'ant', 'cat', 'cat', 'ant', 'cat'],
        ['cat', 'ant', 'cat', 'cat', 'ant', 'bird'],
        {
          labels,
        },
      ),
    ).toEqual({
      labels,
      counts: [
        [2, 0, 0],
        [0, 0, 1],
        [1, 0, 2],
      ],
    });
  });

  it('names class numbers by the labels, those that are not there too', () => {
    const matrix = confusionMatrix(Int32Array.of(0, 2), [2, 2], { labels: ['x', 'y', 'z'] });
    expect(matrix).toEqual({
      labels: ['x', 'y', 'z'],
      counts: [
        [0, 0, 0],
        [0, 0, 0],
        [1, 0, 1],
      ],
    });
  });

  it('orders numbers as numbers', () => {
    expect(confusionMatrix([10, 9], [10, 9]).labels).toEqual([9, 10]);
  });

  it('leaves out targets that are ignored, and what was predicted for them', () => {
    expect(confusionMatrix([1, 7, 0], [1, -100, 1], { ignoreIndex: -100 })).toEqual({
      labels: [0, 1],
      counts: [
        [0, 0],
        [1, 1],
      ],
    });
    expect(confusionMatrix([1], [-1], { ignoreIndex: -1 })).toEqual({ labels: [], counts: [] });
  });

  it('has in its rows the targets, in its columns the predictions, in its diagonal those that are right', () => {
    const pairs = fc.array(fc.tuple(fc.integer({ min: -2, max: 3 }), fc.integer({ min: -2, max: 3 })));
    fc.assert(
      fc.property(pairs, (given) => {
        const { labels, counts } = confusionMatrix(
          given.map(([x]) => x),
          given.map(([, y]) => y),
        );
        labels.forEach((actual, i) => {
          labels.forEach((predicted, j) => {
            expect(counts[i]![j]).toBe(given.filter(([x, y]) => x === predicted && y === actual).length);
          });
        });
        expect(counts.flat().reduce((sum, count) => sum + count, 0)).toBe(given.length);
      }),
    );
  });

  it.each([
    [[[0, 1], [0]], 'got 2 predictions and 1 target'],
    [[[0], [0.5]], 'a class is the number 0.5'],
    [[[0], ['a']], "a class is the text 'a'"],
    [[[0], [3], { labels: ['a', 'b'] }], 'a class is the number 3, which is none of the labels a, b'],
    [[['c'], ['a'], { labels: ['a', 'b'] }], "a class is the text 'c', which is none of the labels"],
    [[[0], [1], { labels: ['a', 'a'] }], 'two labels are the same'],
    [[[0], [1], { labels: [0, 1] }], 'labels got the number 0; expected a list of names'],
    [[[0], [1], { normalize: 'true' }], "no option 'normalize'"],
    [['ab', 'ab'], "predictions got the text 'ab'; expected a list"],
  ])('refuses %j', (given, message) => {
    const failure = failureOf(() => confusionMatrix(...(given as unknown as [number[], number[]])));
    expect(failure.message).toContain(message);
  });
});
