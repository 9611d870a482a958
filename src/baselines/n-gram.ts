/** A language model that counts: how often each token came behind the few tokens before it. What a network has to beat. */
import { inWords, isList, wrongArgument } from '../arguments.js';
import { checkedOptions, rules } from '../builder/train/number-options.js';
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';
import { countGrams } from './n-gram-counts.js';

export interface NGramOptions {
  /** How many tokens there are: those of the vocabulary. */
  readonly size: number;
  /** How many tokens an n-gram has; each token is predicted from `order - 1` before it. @default 5 */
  readonly order?: number;
}

/** What {@link nGramModel} gives. */
export interface NGramModel {
  readonly order: number;
  readonly size: number;
  /**
   * The natural logarithm of the probability of a token. Over all tokens the probabilities sum to 1, whatever the context.
   *
   * @param next a token
   * @param context the tokens before it, of which the last `order - 1` count; there may be fewer, or none
   * @throws E_INVALID_OPTION for what are no tokens of the model
   */
  logProbability(next: number, context: ArrayLike<number>): number;
  /**
   * The perplexity of a text: `exp` of the mean of `-logProbability` over its tokens, each behind those before it. The first token has none
   * and does not count, as with `evaluate` and the targets of `textStream`.
   *
   * @param ids two tokens at least
   * @throws E_INVALID_OPTION for what are no tokens of the model
   */
  perplexity(ids: ArrayLike<number>): number;
}

const defaults = { order: 5 };

/**
 * Learns an n-gram model by interpolated, modified Kneser-Ney smoothing: each order takes a discount from its counts and gives it to the order
 * below, and the lowest shares it among all tokens alike. Lower orders count before how many different tokens an n-gram came, not how
 * often. There are three discounts an order, for counts of 1, 2 and more (Chen and Goodman 1998, "An Empirical Study of Smoothing Techniques
 * for Language Modeling", section 3, https://dash.harvard.edu/handle/1/25104739).
 *
 * ```ts
 * const model = nGramModel(ids.subarray(0, end), { size: vocabulary.tokens.length });
 * console.log(model.perplexity(ids.subarray(end)));
 * ```
 *
 * A million characters of a book take a third of a second and 8 MB at order 5, and a second and 50 MB at order 7: up to 32 bytes for each n-gram
 * that there is.
 *
 * @param ids the tokens of a text, such as `encodeText` gives: whole numbers from 0 to `size - 1`
 * @throws E_INVALID_OPTION for what are no tokens, none, and other options
 */
export function nGramModel(ids: ArrayLike<number>, options: NGramOptions): NGramModel {
  const { order, size } = checkedOptions<NGramOptions, typeof defaults>(
    'nGramModel',
    options,
    { order: rules.count, size: rules.count },
    defaults,
    { n: 'order', vocabulary: 'size, the number of its tokens' },
  );
  expectTokens('nGramModel: ids', ids, size, 1);
  if (ids.length * size > Number.MAX_SAFE_INTEGER)
    throw wrongArgument(
      'nGramModel: size',
      size,
      'fewer tokens, 2 ** 53 divided by the length of the text at most',
    );
  const levels = countGrams(ids, order, size);

  const probability = (next: number, context: ArrayLike<number>, end: number): number => {
    let [result, node] = [1 / size, 0];
    for (const [length, level] of levels.entries()) {
      if (length > end) break;
      if (length > 0) {
        const found = level.contexts.get(node * size + (context[end - length] ?? 0));
        if (found === undefined) break;
        node = found;
      }
      const count = level.follows.get(node * size + next) ?? 0;
      result = level.probability(node, count, result);
    }
    return result;
  };

  return {
    order,
    size,
    logProbability(next, context) {
      expectTokens('nGramModel: next', [next], size, 1);
      expectTokens('nGramModel: context', context, size, 0);
      return Math.log(probability(next, context, context.length));
    },
    perplexity(text) {
      expectTokens('nGramModel: the text', text, size, 2);
      let sum = 0;
      for (let i = 1; i < text.length; i++) sum += Math.log(probability(text[i] ?? 0, text, i));
      return Math.exp(-sum / (text.length - 1));
    },
  };
}

/** @throws E_INVALID_OPTION for what are no tokens, or too few */
function expectTokens(where: string, ids: unknown, size: number, least: number): void {
  if (!isList(ids)) throw wrongArgument(where, ids, 'a list of tokens, as encodeText gives');
  for (let i = 0; i < ids.length; i++) {
    const token = ids[i];
    if (Number.isInteger(token) && Number(token) >= 0 && Number(token) < size) continue;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${where} has ${inWords(token)} at place ${i}; expected a token, a whole number from 0 to ${size - 1}.`,
    );
  }
  if (ids.length >= least) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${where} has ${counted(ids.length, 'token')}; expected ${least} at least.`,
  );
}
