/** What a tagger sees of words, how texts are split and cut, and how good taggers are told to be. */
import { describe, expect, it } from 'vitest';
import { Model, taggerOf } from '../../src/index.js';
import { bioForms, brokenSpans, isBio } from '../../src/tagging/bio.js';
import type { Tagger } from '../../src/tagging/tagger.js';
import { wordBatches, wordsIn } from '../../src/tagging/word-batches.js';
import {
  formOf,
  WordEncoder,
  type WordFeature,
  wordFeatures,
  wordVocabularies,
} from '../../src/tagging/word-features.js';
import { judgeTagger } from '../../src/tasks/judge-tagger.js';
import { splitTagged } from '../../src/tasks/split-tagged.js';
import { taggerScores, taggerScoresJson } from '../../src/tasks/tagger-scores.js';
import { taggerPace, trainTagger } from '../../src/tasks/train-tagger.js';
import { failureOf } from '../data/failure.js';
import { rejectionOf } from '../files/rejection.js';
import { learningForTests } from './learning-for-tests.js';

const forms = (word: string) => wordFeatures.map((feature) => formOf(word, feature));

describe('what a tagger sees of a word', () => {
  it.each([
    ['Ada', ['ada', 'ad', 'ada', 'Xx']],
    ['WALKING', ['walking', 'wa', 'ing', 'XX']],
    ['I', ['i', 'i', 'i', 'X']],
    ['1,984', ['1,984', '1,', '984', 'd,d']],
    ['DC-10', ['dc-10', 'dc', '-10', 'XX-d']],
    ['Ångström', ['ångström', 'ån', 'röm', 'Xx']],
    ['東京', ['東京', '東京', '東京', 'x']],
    ['a.b.c.d.e.f.g', ['a.b.c.d.e.f.g', 'a.', 'f.g', 'x.x.x.x.x.']],
  ])('is its small letters, beginning, end and shape: %s', (word, expected) => {
    expect(forms(word)).toEqual(expected);
  });

  it('is unknown where it is rare, and in training already', () => {
    const vocabularies = wordVocabularies(
      [
        ['the', 'The', 'cat'],
        ['cat', 'sat'],
      ],
      2,
      100,
    );
    expect(vocabularies.words?.tokens).toEqual(['<no word>', '<unknown word>', 'the', 'cat']);
    const encoder = new WordEncoder(wordFeatures, vocabularies);
    expect(Array.from(encoder.encode(['cat', 'sat', 'THE', 'dog'])[0]!)).toEqual([3, 1, 2, 1]);
    expect(['The', 'sat', 'dog'].map((word) => encoder.knows(word))).toEqual([true, false, false]);
    // The shape of dog is that of the others.
    expect(encoder.encode(['dog'])[3]).toEqual(encoder.encode(['cat'])[3]);
  });

  it('is taken of every word where all differ, and of the most frequent ones where there are too many', () => {
    expect(wordVocabularies([['a', 'b']], 2, 100).words?.tokens).toHaveLength(4);
    expect(wordVocabularies([['a', 'b', 'b']], 1, 3).words?.tokens).toEqual([
      '<no word>',
      '<unknown word>',
      'b',
    ]);
  });

  it('comes in batches of about one length, with each text once', () => {
    const texts = Array.from({ length: 150 }, (_, i) => new Array<string>((i * 37) % 50).fill('a'));
    const encoder = new WordEncoder(wordFeatures, wordVocabularies([['a']], 1, 9));
    const batches = [...wordBatches(texts, encoder)];
    const seen = batches.flatMap(({ indices }) => indices);
    expect(seen.toSorted((a, b) => a - b)).toEqual([...texts.keys()].filter((i) => texts[i]!.length > 0));
    for (const { indices, feeds } of batches) {
      const { words, lengths } = feeds as Record<string, { data: Int32Array; dims: number[] }>;
      expect(words?.dims).toEqual([indices.length, Math.max(...indices.map((i) => texts[i]!.length))]);
      expect([...lengths!.data]).toEqual(indices.map((i) => texts[i]!.length));
      expect(words?.data.filter((id) => id > 0)).toHaveLength(lengths!.data.reduce((a, b) => a + b));
    }
    expect(batches.length).toBeLessThan(5);
  });

  it('is cut out of a text at white space, and from punctuation that is not known with it', () => {
    const knows = (word: string) => ['jr.', 'u.s.', '...'].includes(word.toLowerCase());
    expect(wordsIn(' (Ada met\tAlan Jr. in "Rio".)\n', knows)).toEqual([
      '(',
      'Ada',
      'met',
      'Alan',
      'Jr.',
      'in',
      '"',
      'Rio',
      '"',
      '.',
      ')',
    ]);
    expect(wordsIn("don't stop ... 3.5% !", knows)).toEqual(["don't", 'stop', '...', '3.5', '%', '!']);
    expect(wordsIn('  ', knows)).toEqual([]);
  });
});

describe('tags that say spans', () => {
  it('are BIO, or become it', () => {
    expect(isBio(['O', 'B-X', 'I-X'])).toBe(true);
    expect([['O'], ['NOUN', 'O'], ['B-X', 'E-X']].map(isBio)).toEqual([false, false, false]);
    expect([...bioForms(['O', 'B-X', 'I-X', 'E-X', 'S-Y'])!]).toEqual([
      ...[
        ['O', 'O'],
        ['B-X', 'B-X'],
        ['I-X', 'I-X'],
        ['E-X', 'I-X'],
        ['S-Y', 'B-Y'],
      ],
    ]);
    expect(bioForms(['U-X', 'L-X', 'O'])?.get('U-X')).toBe('B-X');
    expect(bioForms(['NN', 'VB'])).toBeUndefined();
    expect(bioForms(['S', 'O'])).toBeUndefined();
  });

  it('begin with B, which is counted where they do not', () => {
    expect(brokenSpans(['I-X', 'I-X', 'I-Y', 'O', 'I-Y', 'B-Y', 'I-Y'])).toBe(3);
    expect(brokenSpans(['B-X', 'I-X', 'O'])).toBe(0);
  });
});

describe('a split of tagged texts', () => {
  const sizes = { validation: 0.1, test: 0.2, seed: 3 };
  const texts = Array.from({ length: 60 }, (_, i) => [`w${i % 30}`, 'is']);

  it('has each text in one part, and equal ones in the same', () => {
    const tags = texts.map((words) => words.map((word) => word.toUpperCase()));
    const { train, validation, test, repeated } = splitTagged({ tokens: texts, tags }, sizes);
    expect([train, validation, test].map(({ tokens }) => tokens.length)).toEqual([42, 6, 12]);
    expect(repeated).toBe(30);
    const keys = [train, validation, test].map(({ tokens }) => new Set(tokens.map((words) => words.join())));
    expect(new Set(keys.flatMap((own) => [...own])).size).toBe(keys.reduce((sum, { size }) => sum + size, 0));
    for (const part of [train, validation, test])
      expect(part.tags[0]![0]).toBe(part.tokens[0]![0]!.toUpperCase());
  });

  it('is refused of few texts, and where none is left to learn from', () => {
    const few = { tokens: texts.slice(0, 5), tags: texts.slice(0, 5) };
    expect(failureOf(() => splitTagged(few, sizes))).toMatchObject({ code: 'E_INVALID_OPTION' });
    const greedy = { ...sizes, validation: 0.5, test: 0.5 };
    expect(failureOf(() => splitTagged({ tokens: texts, tags: texts }, greedy))).toMatchObject({
      code: 'E_INVALID_OPTION',
    });
  });
});

describe('how good a tagger is', () => {
  const train = { tokens: [['a', 'b', 'c', 'c']], tags: [['B-X', 'I-X', 'O', 'O']] };
  /** Tags that the words say. */
  const saying = {
    tagWords: async (texts: string[][]) =>
      texts.map((words) => ({ labels: words.map((word) => word.slice(1)) })),
  };
  const judge = (tokens: string[][], tags: string[][], labels = ['B-X', 'I-X', 'O']) =>
    judgeTagger(saying as unknown as Tagger, { train, test: { tokens, tags } }, labels);

  it('is counted by tokens, new words, texts and spans', async () => {
    const evaluation = await judge([['aB-X', 'bI-X', 'cO'], ['aB-X']], [['B-X', 'I-X', 'O'], ['O']]);
    expect(evaluation).toMatchObject({ texts: 2, tokens: 4, newWords: 4, overall: 'O' });
    expect(evaluation.model).toMatchObject({ tokenAccuracy: 0.75, newWordAccuracy: 0.75, textAccuracy: 0.5 });
    expect(evaluation.model.spans).toMatchObject({ precision: 0.5, recall: 1, support: 1 });
    expect(evaluation.baselines.majority).toMatchObject({
      tokenAccuracy: 0.5,
      modelAlone: 2,
      baselineAlone: 1,
      modelBetter: 1,
      baselineBetter: 1,
    });
    expect(evaluation.confusion).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [1, 0, 1],
    ]);
    const json = JSON.parse(taggerScoresJson(evaluation));
    expect(json).toMatchObject({ event: 'evaluation', noWorseThanModel: { tokenAccuracy: [], spanF1: [] } });
    expect(json.judged).toBeUndefined();
  });

  it('has no spans where tags say none, and no new words where all are known', async () => {
    const known = {
      tagWords: async (texts: string[][]) => texts.map((words) => ({ labels: words.map(() => 'O') })),
    };
    const parts = { train, test: { tokens: [['c', 'a']], tags: [['O', 'N']] } };
    const evaluation = await judgeTagger(known as unknown as Tagger, parts, ['N', 'O']);
    expect(evaluation.model).toEqual({ tokenAccuracy: 0.5, textAccuracy: 0 });
    const { rows, verdict } = taggerScores(evaluation);
    expect(rows[0]).toEqual(['tagger', 'tokens right', 'new words right', 'texts right']);
    expect(rows[1]).toEqual(['model', '50.0 %', '–', '0.0 %']);
    expect(verdict).toEqual([
      expect.stringMatching(
        /^The model is no better than the best baseline: it gets 50\.0 % of the tokens right/,
      ),
      'The scores are rough: 1 text to test on are few.',
    ]);
  });

  it('is told apart from chance', async () => {
    const texts = (count: number) => Array.from({ length: 30 }, () => new Array<string>(count).fill('vN'));
    const tagsOf = (tokens: string[][]) => tokens.map((words) => words.map(() => 'N'));
    const labels = ['N', 'O'];
    const many = texts(4);
    expect(taggerScores(await judge(many, tagsOf(many), labels)).verdict).toEqual([
      expect.stringMatching(
        /^The model is better than the baselines: it gets 100\.0 % of the tokens right, and '/,
      ),
    ]);
    // Of many tokens, which are of one text.
    const few = [new Array<string>(40).fill('vN'), ...Array.from({ length: 40 }, () => ['vO'])];
    const verdict = taggerScores(
      await judge(
        few,
        few.map((words) => words.map((word) => word.slice(1))),
        labels,
      ),
    ).verdict;
    expect(verdict).toEqual([
      expect.stringMatching(
        /may be no better .* chance: the model gets more tokens right in 1 text, and the baseline in 0/,
      ),
    ]);
  });
});

describe('trainTagger', () => {
  const texts = Array.from({ length: 40 }, (_, i) => [`w${i % 20}`, `v${i % 7}`, 'end', `w${(i * 3) % 20}`]);
  const data = {
    tokens: texts,
    tags: texts.map((words) => words.map((word) => word[0]!)),
    labels: ['e', 'v', 'w'],
    notes: [],
  };
  const options = {
    ...learningForTests,
    ...{
      epochs: 2,
      hiddenSize: 4,
      embeddingDim: 8,
      minCount: 1,
      maxVocabulary: 20,
      maxLength: 3,
      columns: { tokens: 'words' },
    },
  };

  it('learns long texts in pieces, leaves rare words out, and says both in the file', async () => {
    const notes: string[] = [];
    const trained = await trainTagger(data, { ...options, onNote: (note) => notes.push(note) });
    expect(notes).toContainEqual(expect.stringMatching(/texts of more than 3 tokens: learned in pieces/));
    expect(trained.vocabularies.words?.tokens).toHaveLength(20);
    expect(trained).toMatchObject({ crf: true, bio: false });
    await using model = await Model.load(trained.onnx, { providers: ['cpu'] });
    const tagger = taggerOf(model);
    const found = await tagger.tagWords([['w1', 'v1', 'end', 'w2', 'zzz'], [], ['w1']]);
    expect(found.map(({ labels }) => labels.length)).toEqual([5, 0, 1]);
    expect(found[0]).toMatchObject({ words: ['w1', 'v1', 'end', 'w2', 'zzz'], unknown: expect.any(Number) });
    expect(found[0]!.unknown).toBeGreaterThan(0);
    for (const wrong of [['w1'], [[3]], undefined])
      expect(await rejectionOf(tagger.tagWords(wrong as never))).toMatchObject({ code: 'E_INVALID_OPTION' });
    expect(await rejectionOf(tagger.tagTexts([3] as never))).toMatchObject({ code: 'E_INVALID_OPTION' });
  });

  it('tags each text as it does without the others', async () => {
    const { onnx } = await trainTagger(data, options);
    await using model = await Model.load(onnx, { providers: ['simd'] });
    const tagger = taggerOf(model);
    const together = await tagger.tagWords([...texts, ['w1']]);
    for (const i of [0, 13, 40]) {
      const [alone] = await tagger.tagWords([[...texts, ['w1']][i]!]);
      expect(alone!.labels).toEqual(together[i]!.labels);
    }
  });

  it('finds each tag by itself of many tags, and says so', async () => {
    const tags = texts.map((words, i) => words.map((_, place) => `t${(4 * i + place) % 101}`));
    const labels = [...new Set(tags.flat())].sort();
    const notes: string[] = [];
    const { crf } = await trainTagger(
      { ...data, tags, labels },
      { ...options, epochs: 1, onNote: (note) => notes.push(note) },
    );
    expect(crf).toBe(false);
    expect(notes).toContainEqual(expect.stringMatching(/There are 101 tags/));
  });

  it('takes fewer passes over many texts', () => {
    expect([100, 5000, 100_000].map(taggerPace).map(({ epochs }) => epochs)).toEqual([30, 15, 8]);
  });

  it('is refused one tag alone', async () => {
    const one = { ...data, labels: ['w'] };
    expect(await rejectionOf(trainTagger(one, options))).toMatchObject({
      message: expect.stringMatching(/nothing to learn/),
    });
  });
});

describe('a file that is no whole tagger of words', () => {
  const feature: WordFeature = { input: 'words', kind: 'word' };

  it.each<[string, object, RegExp]>([
    [
      'a feature without a vocabulary',
      { features: [feature], output: 'y', bio: false, columns: { tokens: 1 } },
      /no vocabulary of 'words'/,
    ],
    ['no features', { features: [], output: 'y', bio: false, columns: { tokens: 1 } }, /features/],
    ['another version of facts', { more: 1 }, /is not read/],
  ])('is refused: %s', async (_, facts, message) => {
    const { defineNetwork, exportOnnx, float32, initParameters } = await import('../../src/index.js');
    const { taskMetadata } = await import('../../src/tasks/task-metadata.js');
    const network = defineNetwork({ y: float32('batch', 'time', 2) }, ({ y }) => ({ z: y }));
    const metadata = taskMetadata('tag', { ...facts });
    const bytes = exportOnnx(network, initParameters(network, 1), { metadata, labels: ['a', 'b'] });
    await using model = await Model.load(bytes, { providers: ['cpu'] });
    expect(failureOf(() => taggerOf(model))).toMatchObject({
      code: 'E_INVALID_FILE',
      message: expect.stringMatching(message),
    });
  });
});
