import { expect, it } from 'vitest';
import { naiveBayes } from '../../src/baselines/naive-bayes.js';
import { failureOf } from '../data/failure.js';

const sequences = [
  [2, 0, 5, 2],
  [2, 4, 3, 3],
  [1, 3],
  [4, 1, 5, 5, 2],
  [4, 5, 5, 2],
  [5, 5, 5, 5],
  [5, 5, 2, 5, 5],
  [3, 1, 4],
  [5, 2, 3, 3, 3],
];
const labels = [0, 0, 0, 1, 1, 1, 1, 2, 2];

it.each([
  { smoothing: 1, expected: [0, 0, 1, 1, 2, 2, 0, 0] },
  { smoothing: 0.01, expected: [0, 2, 1, 1, 2, 2, 0, 0] },
])(
  "gives the classes that scikit-learn's MultinomialNB gives, with $smoothing added to each count",
  (given) => {
    const { smoothing, expected } = given;
    const bayes = naiveBayes(sequences, labels, { size: 6, smoothing });
    const unseen = [[2, 2], [3], [5, 5, 2], [2, 5], [3, 3, 5, 5], [1, 3], Int32Array.of(1, 2, 2, 3), [2, 3]];
    expect([...bayes.predict(unseen)]).toEqual(expected);
  },
);

it('gives the class that counts with one added give', () => {
  // [1, 2]: class 1 2/3 * 3/6 * 2/6, class 0 1/3 * 1/5 * 2/5. [2, 2]: 2/3 * 2/6 * 2/6 against 1/3 * 2/5 * 2/5, so the prior decides.
  const few = [Int32Array.of(1, 1), Int32Array.of(2), Int32Array.of(2, 0)];
  const bayes = naiveBayes(few, Int32Array.of(1, 1, 0), { size: 3 });
  expect([...bayes.predict([[1, 2], [2, 2], [0, 0], []])]).toEqual([1, 1, 0, 1]);
  expect([...bayes.predict([])]).toEqual([]);
});

it('never takes a class that it has not seen', () => {
  const bayes = naiveBayes([[0], [1]], [1, 2], { size: 3, classes: 5 });
  expect([...bayes.predict([[0], [1], [2]])]).toEqual([1, 2, 1]);
});

it.each<[string, () => unknown, string]>([
  [
    'no options',
    () => naiveBayes(sequences, labels, undefined as never),
    'size is undefined; give an integer of at least 1',
  ],
  ['no size', () => naiveBayes(sequences, labels, {} as never), 'size is undefined'],
  [
    'no smoothing',
    () => naiveBayes([[0]], [0], { size: 1, smoothing: 0 }),
    'smoothing is 0; give a number above 0',
  ],
  [
    'an id too large',
    () => naiveBayes(sequences, labels, { size: 5 }),
    'sequence 0 has the number 5 at place 2',
  ],
  [
    'a sequence of words',
    () => naiveBayes(['ab'] as never, [0], { size: 9 }),
    "sequence 0 got the text 'ab'",
  ],
  ['labels that are missing', () => naiveBayes(sequences, [0], { size: 6 }), '9 sequences and 1 label'],
  ['a label too large', () => naiveBayes([[0]], [2], { size: 1, classes: 2 }), 'label 0 got the number 2'],
  ['a label below 0', () => naiveBayes([[0]], [-1], { size: 1 }), 'label 0 got the number -1'],
  ['nothing to learn from', () => naiveBayes([], [], { size: 1 }), 'at least one sequence to learn from'],
  [
    'an id too large later',
    () => naiveBayes([[0]], [0], { size: 1 }).predict([[0], [1]]),
    'naiveBayes.predict: sequence 1 has the number 1 at place 0; expected token ids from 0 to 0',
  ],
])('refuses %s', (_, call, message) => {
  expect(failureOf(call).message).toContain(message);
});
