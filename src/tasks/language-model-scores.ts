/** How good a language model is on a text that it has not seen, beside models that count. */
import { nGramModel } from '../baselines/n-gram.js';
import type { BaseModel } from '../runtime/model.js';
import type { LanguageModelText } from './language-model.js';
import { type TokenSurprise, tokenSurprise } from './token-surprise.js';

export interface LanguageModelScore {
  /** `model`, or that of a model that counts: `unigram`, `5-gram`. */
  readonly name: string;
  readonly perplexity: number;
  /** The logarithm of the perplexity to base 2: bits per token. */
  readonly bits: number;
}

export interface LanguageModelEvaluation {
  /** Of the test part: how many tokens were predicted, and how many of them are not in the vocabulary. */
  readonly tokens: number;
  readonly unknown: number;
  readonly model: LanguageModelScore;
  readonly baselines: readonly LanguageModelScore[];
  /** Token by token. */
  readonly surprise: TokenSurprise;
}

const ORDERS = [
  ['unigram', 1],
  ['5-gram', 5],
] as const;

/**
 * The model reads the test part from its start to its end, by the file that is written; the counting models read the same tokens. The first
 * token does not count, since nothing is before it. An unknown token is one of the vocabulary, which all have to predict.
 *
 * @param model the file of `toOnnx`, loaded
 */
export async function evaluateLanguageModel(
  model: BaseModel,
  { vocabulary, train, test }: Pick<LanguageModelText, 'vocabulary' | 'train' | 'test'>,
): Promise<LanguageModelEvaluation> {
  const surprise = await tokenSurprise(model, test);
  const { logProbability } = surprise;
  const tokens = logProbability.length;
  const mean = logProbability.reduce((sum, each) => sum + each, 0) / tokens;
  const size = vocabulary.tokens.length;
  const counting = ORDERS.map(([name, order]) =>
    scoreOf(name, nGramModel(train, { order, size }).perplexity(test)),
  );
  const { unknown } = vocabulary.special;
  return {
    tokens,
    unknown: test.subarray(1).filter((token) => token === unknown).length,
    model: scoreOf('model', Math.exp(-mean)),
    baselines: counting,
    surprise,
  };
}

function scoreOf(name: string, perplexity: number): LanguageModelScore {
  return { name, perplexity, bits: Math.log2(perplexity) };
}
