/** Language models of texts: what is chosen for a text, what is refused, and scores that are right. */
import { describe, expect, it } from 'vitest';
import { nGramModel } from '../../src/baselines/n-gram.js';
import { perplexity } from '../../src/builder/train/class-metrics.js';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { evaluate } from '../../src/builder/train/evaluate.js';
import { textStream } from '../../src/data/text/text-stream.js';
import { vocabulariesOf } from '../../src/data/text/vocabulary-json.js';
import { Model } from '../../src/runtime/node.js';
import { languageModelText, trainLanguageModel } from '../../src/tasks/language-model.js';
import { languageModelPlan } from '../../src/tasks/language-model-plan.js';
import { evaluateLanguageModel } from '../../src/tasks/language-model-scores.js';
import { languageModelTable } from '../../src/tasks/language-model-table.js';
import { surestMistakes } from '../../src/tasks/mistakes.js';
import { writtenSamples } from '../../src/tasks/written-samples.js';
import { failure } from '../runtime/models.js';
import { rhymes } from './rhymes.js';

const small = {
  hiddenSize: 16,
  embeddingDim: 8,
  epochs: 2,
  steps: 16,
  batchSize: 8,
  backend: 'simd',
} as const;

describe('a language model of a text', () => {
  it.each(['characters', 'words'] as const)(
    'is scored by its file as the network scores, by %s',
    async (tokens) => {
      const text = languageModelText(rhymes(900), { ...small, tokens, minCount: 2 });
      const { network, parameters, toOnnx } = await trainLanguageModel(text);
      await using model = await Model.load(toOnnx(), { providers: ['cpu'] });
      expect(vocabulariesOf(model.metadata)).toEqual({ tokens: text.vocabulary });

      const evaluation = await evaluateLanguageModel(model, text);
      const { metrics } = await evaluate(
        network,
        parameters,
        textStream(text.test, { batchSize: 1, steps: 50 }),
        {
          loss: crossEntropy,
          metrics: [perplexity],
        },
      );
      expect(evaluation.model.perplexity).toBeCloseTo(metrics.perplexity ?? 0, 2);
      expect(evaluation.tokens).toBe(text.test.length - 1);
      const size = text.vocabulary.tokens.length;
      expect(evaluation.baselines.map(({ perplexity: own }) => own)).toEqual(
        [1, 5].map((order) => nGramModel(text.train, { order, size }).perplexity(text.test)),
      );
      expect(2 ** evaluation.model.bits).toBeCloseTo(evaluation.model.perplexity, 6);

      const { surprise } = evaluation;
      const chosen = surestMistakes(text.test, surprise, 5, text.vocabulary.special.unknown);
      expect(chosen.length).toBeGreaterThan(0);
      for (const { place, expected, probability, expectedProbability } of chosen) {
        expect(text.test[place]).not.toBe(expected);
        expect(probability).toBeLessThanOrEqual(expectedProbability);
      }
      const { prompt, samples } = await writtenSamples(model, text.vocabulary, text.test, 1);
      expect(prompt.length).toBeGreaterThan(10);
      expect(samples.map(({ temperature }) => temperature)).toEqual([0.5, 0.8, 1]);
      for (const { text: written } of samples) expect(written.length).toBeGreaterThan(100);
    },
  );

  it('is trained by the first part alone, whose tokens are the vocabulary', () => {
    const text = `${'abc abd '.repeat(200)}${'xyz '.repeat(100)}`;
    const { vocabulary, test, train } = languageModelText(text, { test: 0.2 });
    expect(vocabulary.tokens).toEqual(['<pad>', '<unk>', 'a', 'b', ' ', 'c', 'd']);
    expect(train).not.toContain(1);
    expect([...new Set(test)].sort()).toEqual([1, 4]);
  });

  it('is larger and read less often where the text is longer, unless told otherwise', () => {
    for (const tokens of ['characters', 'words', 'spaces'] as const) {
      const plans = [3000, 40_000, 200_000, 1_000_000, 30_000_000].map((count) =>
        languageModelPlan({ tokens }, count),
      );
      const numbers = (name: 'hiddenSize' | 'batchSize' | 'epochs') => plans.map((plan) => plan[name]);
      expect(numbers('hiddenSize')).toEqual(numbers('hiddenSize').toSorted((a, b) => a - b));
      expect(numbers('batchSize')).toEqual(numbers('batchSize').toSorted((a, b) => a - b));
      expect(numbers('epochs')).toEqual(numbers('epochs').toSorted((a, b) => b - a));
      // Every stream has more than one piece.
      for (const [i, count] of [3000, 40_000].entries())
        expect(count / plans[i]!.batchSize).toBeGreaterThan(plans[i]!.steps);
    }
    expect(languageModelPlan({ hiddenSize: 7, epochs: undefined }, 3000)).toMatchObject({
      hiddenSize: 7,
      epochs: 60,
    });
  });

  it.each([
    ['an empty text', '', {}, /too few/],
    [
      'a text that is too short',
      'a few words, no more than that',
      {},
      /0 characters, of which too few|30 characters, of which too few/,
    ],
    ['parts that leave nothing', rhymes(200), { validation: 0.5, test: 0.5 }, /leaves nothing to learn from/],
    ['a vocabulary without tokens', rhymes(200), { minCount: 100_000 }, /none is left/],
  ])('refuses %s', async (_, text, options, message) => {
    const error = await failure(() => languageModelText(text, options));
    expect(error).toContain('E_INVALID_OPTION');
    expect(error).toMatch(message);
  });

  it('is that of the best epoch where a signal comes later, and none where it comes before', async () => {
    const controller = new AbortController();
    const text = (epoch: number, step: number) =>
      languageModelText(rhymes(900), {
        ...small,
        epochs: 3,
        signal: controller.signal,
        onStep: (log) => {
          if (log.epoch === epoch && log.step === step) controller.abort(new Error('enough'));
        },
      });
    const { history, backend } = await trainLanguageModel(text(2, 3));
    expect(history).toHaveLength(1);
    expect(backend).toBeUndefined();
    await expect(trainLanguageModel(text(1, 2))).rejects.toThrow('enough');
  });

  it('is told to be no better where counting is as good', () => {
    const score = (name: string, own: number) => ({ name, perplexity: own, bits: Math.log2(own) });
    const evaluation = {
      ...{ tokens: 5000, unknown: 10, model: score('model', 8) },
      baselines: [score('unigram', 20), score('5-gram', 8)],
      surprise: {
        logProbability: new Float64Array(0),
        expected: new Int32Array(0),
        expectedLogProbability: new Float64Array(0),
      },
    };
    const { lines, verdict } = languageModelTable(evaluation, 'words');
    expect(verdict[0]).toMatch(/^The model is no better than those that count: .* 8, that of 5-gram \(8\)/);
    expect(verdict[1]).toMatch(/^10 of these words \(0\.2 %\) are not in the vocabulary/);
    expect(lines[1]).toMatch(/^model +perplexity +bits per word$/);
  });
});
