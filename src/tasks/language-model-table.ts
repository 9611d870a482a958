/** How good a language model is beside models that count, as a table and in words. */
import type { Tokenizer } from '../data/text/tokenizers.js';
import { type ScoreTable, withLines } from '../scores/score-table.js';
import type { LanguageModelEvaluation, LanguageModelScore } from './language-model-scores.js';

/** What a token is called. */
export const tokenNoun: Readonly<Record<Tokenizer, string>> = {
  characters: 'character',
  words: 'word',
  spaces: 'token',
};

/** Fewer tokens make the figures rough. */
const FEW = 2000;

export function languageModelTable(evaluation: LanguageModelEvaluation, tokenizer: Tokenizer): ScoreTable {
  const { tokens, unknown, model, baselines } = evaluation;
  const noun = tokenNoun[tokenizer];
  const rows = [model, ...baselines].map(({ name, perplexity, bits }) => [
    name,
    shown(perplexity),
    shown(bits),
  ]);
  const title = `The last part of the text, ${tokens.toLocaleString('en')} ${noun}s that were not learned from`;
  return withLines({
    title,
    rows: [['model', 'perplexity', `bits per ${noun}`], ...rows],
    verdict: [
      verdictOf(model, baselines),
      ...(unknown > 0 ? [unknownOf(unknown, tokens, noun)] : []),
      ...(tokens < FEW ? [`With so few ${noun}s the figures are rough.`] : []),
    ],
  });
}

function verdictOf(model: LanguageModelScore, baselines: readonly LanguageModelScore[]): string {
  const better = noWorse(model, baselines);
  const list = (scores: readonly LanguageModelScore[]) =>
    scores.map(({ name, perplexity }) => `${name} (${shown(perplexity)})`).join(', ');
  if (better.length === 0) {
    const [best] = baselines.toSorted((a, b) => a.perplexity - b.perplexity);
    const of = best
      ? `: its perplexity is ${shown(model.perplexity)}, that of the best of these, ${list([best])}`
      : '';
    return `The model is better than those that count${of}.`;
  }
  return `The model is no better than those that count: its perplexity is ${shown(model.perplexity)}, that of ${list(better)}. It needs a longer text, or other settings.`;
}

function unknownOf(unknown: number, tokens: number, noun: string): string {
  const share = (100 * unknown) / tokens;
  const percent = share < 0.1 ? 'less than 0.1' : share.toFixed(1);
  return `${unknown.toLocaleString('en')} of these ${noun}s (${percent} %) are not in the vocabulary: all of them count as one token, <unk>, which is easier to predict than each of them.`;
}

/** The baselines whose perplexity is not larger than the model's, the best first. */
export function noWorse(
  model: LanguageModelScore,
  baselines: readonly LanguageModelScore[],
): readonly LanguageModelScore[] {
  return baselines
    .filter(({ perplexity }) => !(perplexity > model.perplexity))
    .toSorted((a, b) => a.perplexity - b.perplexity);
}

/** Four digits. */
function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
