/** Naive Bayes beside a classifier that reads characters: it counts stretches of them. */
import { expect, it } from 'vitest';
import { classifierOf, exportOnnx, Model } from '../../src/index.js';
import { classifierMetadata } from '../../src/tasks/classifier.js';
import { classifierScores } from '../../src/tasks/classifier-scores.js';
import { judgeClassifier } from '../../src/tasks/judge-classifier.js';
import { stretchesOf, stretchIds } from '../../src/tasks/stretch-counts.js';
import { trainClassifier } from '../../src/tasks/train-classifier.js';
import { labelled } from './classify-samples.js';
import { learningForTests } from './learning-for-tests.js';

const read = { lowercase: true, maxLength: 9 };
const shown = (text: string, settings = read) =>
  stretchesOf(text, settings).map((stretch) => stretch.replace('\u0002', '^').replace('\u0003', '$'));

it('stretches are of up to four characters, the ends marked', () => {
  expect(shown('Al')).toEqual(['^', '^a', '^al', '^al$', 'a', 'al', 'al$', 'l', 'l$', '$']);
  expect(shown('😀b', { lowercase: false, maxLength: 1 })).toEqual(['^', '^😀', '^😀$', '😀', '😀$', '$']);
});

it('stretches that were not learned are left out', () => {
  const { size, learned, others } = stretchIds(['al'], ['la', 'al'], read);
  expect([size, learned[0]?.length, others[1]]).toEqual([10, 10, learned[0]]);
  expect(others[0]).toHaveLength(4); // ^, l, a and $
});

it('naive Bayes knows by stretches what single characters do not tell', async () => {
  // Both classes have the same letters; the last one tells them apart.
  const letters = [...'bcdfghjk'];
  const rows = letters.flatMap((a) =>
    letters.flatMap((b): [string, string][] => [
      [`${a}${b}xy`, 'ends in y'],
      [`${a}${b}yx`, 'ends in x'],
    ]),
  );
  const options = {
    ...learningForTests,
    epochs: 1,
    maxSize: 100,
    maxLength: 10,
    embeddingDim: 4,
    hiddenSize: 4,
  };
  const trained = await trainClassifier(labelled(rows), { ...options, tokens: 'characters' });
  const { network, parameters, vocabulary, classes } = trained;
  const bytes = exportOnnx(network, parameters, {
    ...{ labels: classes, vocabularies: { tokens: vocabulary }, softmax: true },
    metadata: classifierMetadata({ maxLength: 10 }),
  });
  await using model = await Model.load(bytes, { providers: ['cpu'] });
  const evaluation = await judgeClassifier(classifierOf(model), trained.parts);
  expect(evaluation).toMatchObject({ bayesCounts: 'stretches', baselines: { naiveBayes: { accuracy: 1 } } });
  expect(classifierScores(evaluation).lines.join('\n')).toMatch(/^naive Bayes \(1 to 4 letters\) +100\.0 %/m);
});
