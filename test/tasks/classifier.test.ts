/** From texts with classes to a model file that classifies, and how good it is. */
import '../matcher.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { linear } from '../../src/builder/ops/linear.js';
import { mean } from '../../src/builder/ops/reduce.js';
import {
  classifierOf,
  defineNetwork,
  embedding,
  exportOnnx,
  initParameters,
  int32,
  Model,
  type TextClassifier,
  vocabulary,
} from '../../src/index.js';
import { classifierMetadata } from '../../src/tasks/classifier.js';
import { classifierScores, classifierScoresJson } from '../../src/tasks/classifier-scores.js';
import { type ClassifierEvaluation, judgeClassifier } from '../../src/tasks/judge-classifier.js';
import { signTest } from '../../src/tasks/sign-test.js';
import { splitLabelled } from '../../src/tasks/split-labelled.js';
import { type TrainedClassifier, textReading, trainClassifier } from '../../src/tasks/train-classifier.js';
import { labelled, orderedWords } from './classify-samples.js';
import { learningForTests } from './learning-for-tests.js';

const options = { ...learningForTests, maxSize: 100, maxLength: 10, embeddingDim: 12, hiddenSize: 12 };

describe('trainClassifier', () => {
  const notes: string[] = [];
  let trained: TrainedClassifier;
  let classifier: TextClassifier;
  let evaluation: ClassifierEvaluation;
  beforeAll(async () => {
    const data = labelled(orderedWords(400));
    trained = await trainClassifier(data, { ...options, onNote: (note) => notes.push(note) });
    const { network, parameters, vocabulary: known, classes } = trained;
    const bytes = exportOnnx(network, parameters, {
      ...{ labels: classes, vocabularies: { tokens: known }, softmax: true },
      metadata: classifierMetadata({ maxLength: 10 }),
    });
    classifier = classifierOf(await Model.load(bytes, { providers: ['cpu'] }));
    evaluation = await judgeClassifier(classifier, trained.parts);
  });

  it('learns the order of words, which no baseline knows', () => {
    expect(evaluation.model.accuracy).toBeGreaterThan(0.95);
    expect(evaluation.baselines.naiveBayes.accuracy).toBeLessThan(0.75);
    expect(evaluation.texts).toBe(40);
    const { verdict, lines } = classifierScores(evaluation);
    expect(verdict).toEqual([
      expect.stringMatching(/^The model is better than the baselines: it gets 9\d|100/),
    ]);
    expect(lines.slice(0, 3)).toEqual([
      '40 texts that the model has not seen:',
      expect.stringMatching(/^classifier +accuracy +macro F1$/),
      expect.stringMatching(/^model +\d+\.\d % +[01]\.\d{3}$/),
    ]);
  });

  it('says how texts are read, and how they are split', () => {
    expect(notes).toContain('320 texts to learn from, 40 to validate, 40 to test.');
    expect(notes).toContain(
      'Texts are read as words in lower case; 14 tokens are known, each at least 2 times.',
    );
  });

  it('counts which classes are taken for which', () => {
    const { confusion, classes, judged } = evaluation;
    expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(40);
    for (const [i, { class: name, support, recall }] of classes.entries()) {
      const own = judged.filter(({ actual }) => actual === name);
      expect(own).toHaveLength(support);
      expect(own.filter(({ label }) => label === name).length / own.length).toBe(recall);
      expect(confusion[i]![i]).toBe(own.filter(({ label }) => label === name).length);
    }
  });

  it('gives JSON whose figures are those of the table', () => {
    const json = JSON.parse(classifierScoresJson(evaluation));
    expect(json).toMatchObject({ event: 'evaluation', texts: 40, model: evaluation.model });
    expect(json.noWorseThanModel).toEqual({ accuracy: [], macroF1: [] });
  });

  it('gives each text the probabilities that it gives it alone', async () => {
    const texts = ['no dog yes', 'the yes', 'yes no big big red here now cat', 'NO Yes'];
    const together = await classifier.classify(texts, { batchSize: 3 });
    for (const [i, text] of texts.entries()) {
      const [alone] = await classifier.classify([text]);
      expect(together[i]!.label).toBe(alone!.label);
      expect(together[i]!.probabilities).toBeCloseToArray(alone!.probabilities, { atol: 1e-5 });
      expect(alone!.probability).toBe(Math.max(...alone!.probabilities));
      const sum = alone!.probabilities.reduce((all, p) => all + p, 0);
      expect([sum]).toBeCloseToArray([1], { atol: 1e-5 });
    }
    expect(await classifier.classify([])).toEqual([]);
  });

  it('tells of tokens that it does not know, and of texts that are cut', async () => {
    const told: string[] = [];
    await classifier.classify([`zebra ${'dog '.repeat(12)}`, 'cat'], {
      onNote: ({ text }) => told.push(text),
    });
    expect(told).toEqual([
      '1 of 11 tokens (9.1 %) are not in the vocabulary.',
      '1 text cut after 10 tokens.',
    ]);
    await expect(classifier.classify([' '])).rejects.toThrow(/text 0 has no tokens/);
  });
});

describe('what is refused', () => {
  const rows = orderedWords(40);
  const train = (data: readonly (readonly [string, string])[]) => trainClassifier(labelled(data), options);
  it.each([
    ['one class', rows.map(([text]) => [text, 'a'] as const), /All 40 texts are of one class, 'a'/],
    ['classes as many as texts', rows.map(([text], i) => [text, `${i}`] as const), /40 classes of 40 texts/],
    ['one text', rows.map(([, label]) => ['same', label] as const), /is 1 different text, too few/],
    ['two texts', rows.slice(0, 2).map(([text], i) => [text, `${i}`] as const), /2 different texts, too few/],
  ])('%s', async (_, data, message) => {
    await expect(train(data)).rejects.toMatchObject({
      code: 'E_INVALID_FILE',
      message: expect.stringMatching(message),
    });
  });
});

describe('splitLabelled', () => {
  const sizes = { validation: 0.2, test: 0.2, seed: 3 };
  it('keeps equal texts in one part, whatever their case and white space', () => {
    const rows = orderedWords(50).flatMap(([text, label]) => [
      [text, label] as const,
      [` ${text.toUpperCase().replace(' ', '\n')}`, label] as const,
    ]);
    const { train, validation, test, repeated } = splitLabelled(labelled(rows), sizes);
    expect(repeated).toBe(50);
    const parts = [train, validation, test].map(
      ({ texts }) => new Set(texts.map((text) => text.trim().replace(/\s/g, ' ').toLowerCase())),
    );
    expect(parts.map(({ size }) => size)).toEqual([30, 10, 10]);
    expect([train, validation, test].map(({ texts }) => texts.length)).toEqual([60, 20, 20]);
    expect(new Set(parts.flatMap((part) => [...part])).size).toBe(50);
    const classOf = new Map(rows);
    for (const { texts, labels, classes } of [train, validation, test])
      for (const [i, text] of texts.entries()) expect(classes[labels[i]!]).toBe(classOf.get(text));
  });
});

it.each([
  ['one word each', ['Anna', 'Ben', 'Zoe'], {}, { tokens: 'characters', lowercase: false, minCount: 1 }],
  ['words', ['good film', 'bad'], {}, { tokens: 'words', lowercase: true, minCount: 1 }],
  [
    'many texts',
    Array.from({ length: 100 }, () => 'a b'),
    {},
    { tokens: 'words', lowercase: true, minCount: 2 },
  ],
  [
    'spaces that are given',
    ['a b'],
    { tokens: 'spaces' },
    { tokens: 'spaces', lowercase: false, minCount: 1 },
  ],
  [
    'all that is given',
    ['a b'],
    { lowercase: false, minCount: 3 },
    { tokens: 'words', lowercase: false, minCount: 3 },
  ],
] as const)('how texts are read follows from %s', (_, texts, given, expected) => {
  expect(textReading(texts, given)).toEqual(expected);
});

// By whole numbers: 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n
it.each([
  [3, 10, 0.09228515625],
  [10, 3, 0.09228515625],
  [0, 5, 0.0625],
  [4, 4, 1],
  [0, 0, 1],
  [200, 260, 0.005883922473103979],
])('chance gives %i to %i as often as whole numbers say', (first, second, expected) => {
  expect([signTest(first, second)]).toBeCloseToArray([expected], { rtol: 1e-10 });
});

describe('the verdict', () => {
  const scores = (accuracy: number, macroF1 = accuracy) => ({ accuracy, macroF1 });
  const judged = (bayes: object, model = scores(0.9), texts = 1000) => {
    const majority = { ...scores(0.5, 0.3), modelAlone: 400, baselineAlone: 0 };
    const naiveBayes = { ...scores(0.8), modelAlone: 110, baselineAlone: 10, ...bayes };
    const rest = { bayesCounts: 'tokens' as const, classes: [], confusion: [], judged: [] };
    return classifierScores({ texts, model, baselines: { majority, naiveBayes }, ...rest }).verdict;
  };

  it('is that the model is better where chance does not explain it', () => {
    expect(judged({})).toEqual([
      'The model is better than the baselines: it gets 90.0 % right, and naive Bayes 80.0 %.',
    ]);
  });

  it('doubts a difference that may be chance', () => {
    expect(judged({ ...scores(0.895), modelAlone: 15, baselineAlone: 10 })).toEqual([
      'The model may be no better than the best baseline: it gets 90.0 % right, and naive Bayes 89.5 %, which may be chance: of 1,000 texts the model alone gets 15 right, and naive Bayes alone 10.',
    ]);
  });

  it('says plainly that a baseline is as good', () => {
    expect(judged({ ...scores(0.9), modelAlone: 10, baselineAlone: 10 })[0]).toMatch(
      /^The model is no better than the best baseline: it gets 90\.0 % right, and naive Bayes 90\.0 %\. Prefer the baseline\.$/,
    );
  });

  it('says where macro F1 sees it otherwise, and that few texts tell little', () => {
    expect(judged({ macroF1: 0.95 }, scores(0.9), 20).slice(1)).toEqual([
      'By macro F1 it is no better: 0.900, and naive Bayes 0.950.',
      'The scores are rough: 20 texts to test on are few.',
    ]);
  });
});

describe('classifierOf', () => {
  const known = vocabulary(['ab'], { tokens: 'characters' });
  const network = defineNetwork(
    { tokens: int32('batch', 'time'), lengths: int32('batch') },
    ({ tokens }) => ({
      logits: linear('fc', mean(embedding('emb', tokens, { numEmbeddings: 4, embeddingDim: 2 }), 1), 2),
    }),
  );
  const parameters = initParameters(network, 1);
  const whole = {
    ...{ labels: ['x', 'y'], vocabularies: { tokens: known }, softmax: true },
    metadata: classifierMetadata({ maxLength: 5, text: 'a', label: 'b' }),
  };
  const opened = (of: object) =>
    Model.load(exportOnnx(network, parameters, { ...whole, ...of }), { providers: ['simd'] });

  it('has the classes, the vocabulary and the limit of the file', async () => {
    const { classes, vocabulary: read, maxLength } = classifierOf(await opened({}));
    expect({ classes, read, maxLength }).toEqual({ classes: ['x', 'y'], read: known, maxLength: 5 });
  });

  it.each([
    ['without a task', { metadata: {} }, /says no task/],
    [
      'of another task',
      { metadata: { 'lstm_onnx.task': '{"version":1,"task":"tag"}' } },
      /of the task 'tag'/,
    ],
    ['without labels', { labels: undefined }, /it has no labels/],
    ['without a vocabulary', { vocabularies: undefined }, /it has no vocabulary/],
    ['that gives logits', { softmax: false }, /its output probabilities has no classes/],
  ])('refuses a model %s', async (_, of, message) => {
    const model = await opened(of);
    expect(() => classifierOf(model)).toThrow(message);
    expect(() => classifierOf(model)).toThrow(expect.objectContaining({ code: 'E_INVALID_FILE' }));
  });
});
