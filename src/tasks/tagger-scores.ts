/** How good a tagger is beside the baselines, as a table and in words. */
import { counted } from '../counted.js';
import { type ScoreTable, withLines } from '../scores/score-table.js';
import type { TagBaseline, TaggerEvaluation, TagScores } from './judge-tagger.js';
import { signTest } from './sign-test.js';

/** A difference that chance gives in one of twenty tests is none. */
const CHANCE = 0.05;
/** Of fewer texts the scores say little. */
const FEW = 30;

const names: readonly TagBaseline[] = ['mostFrequentTag', 'majority'];

function nameOf(baseline: TagBaseline, { overall }: TaggerEvaluation): string {
  return baseline === 'majority' ? `always ${overall}` : 'most frequent tag of the word';
}

export function taggerScores(evaluation: TaggerEvaluation): ScoreTable {
  const { texts, tokens, newWords, model, baselines } = evaluation;
  const hasSpans = model.spans !== undefined;
  const rows = [
    ['tagger', 'tokens right', 'new words right', 'texts right', ...(hasSpans ? ['span F1'] : [])],
    ['model', ...cells(model)],
    ...names.map((name) => [nameOf(name, evaluation), ...cells(baselines[name])]),
  ];
  const words = newWords > 0 ? `, ${counted(newWords.toLocaleString('en'), 'word')} of them new` : '';
  const title = `${counted(texts.toLocaleString('en'), 'text')} that the model has not seen, ${counted(tokens.toLocaleString('en'), 'token')}${words}`;
  const few = texts < FEW ? [`The scores are rough: ${counted(texts, 'text')} to test on are few.`] : [];
  return withLines({ title, rows, verdict: [...verdict(evaluation), ...few] });
}

function cells({ tokenAccuracy, newWordAccuracy, textAccuracy, spans }: TagScores): string[] {
  const unseen = newWordAccuracy === undefined ? '–' : percent(newWordAccuracy);
  return [percent(tokenAccuracy), unseen, percent(textAccuracy), ...(spans ? [f1Of(spans.f1)] : [])];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Without any span there is nothing to divide by. */
function f1Of(f1: number): string {
  return Number.isNaN(f1) ? '–' : f1.toFixed(3);
}

/**
 * By spans where tags say them, else by tokens. It is told apart from chance by texts, in how many of which it gets more tokens right:
 * tokens of one text depend on each other.
 */
function verdict(evaluation: TaggerEvaluation): string[] {
  const { model, baselines } = evaluation;
  const by = model.spans ? 'spans' : 'tokens';
  const [best = 'mostFrequentTag'] = names.toSorted(
    (a, b) => measured(baselines[b], by) - measured(baselines[a], by),
  );
  const { modelBetter, baselineBetter } = baselines[best];
  const name = nameOf(best, evaluation);
  const figures =
    by === 'spans'
      ? `its span F1 is ${f1Of(model.spans?.f1 ?? 0)}, and that of '${name}' ${f1Of(baselines[best].spans?.f1 ?? 0)}`
      : `it gets ${percent(model.tokenAccuracy)} of the tokens right, and '${name}' ${percent(baselines[best].tokenAccuracy)}`;
  if (measured(model, by) <= measured(baselines[best], by)) {
    return [`The model is no better than the best baseline: ${figures}. Prefer the baseline.`];
  }
  const isChance = modelBetter <= baselineBetter || signTest(modelBetter, baselineBetter) > CHANCE;
  const byTexts = `the model gets more tokens right in ${counted(modelBetter, 'text')}, and the baseline in ${baselineBetter}`;
  if (isChance) {
    return [
      `The model may be no better than the best baseline: ${figures}, which may be chance: ${byTexts}.`,
    ];
  }
  const byTokens = noWorse(evaluation, 'tokens');
  return [
    `The model is better than the baselines: ${figures}.`,
    ...byTokens.map((other) => `By tokens it is no better than '${nameOf(other, evaluation)}'.`),
  ];
}

type Measure = 'tokens' | 'newWords' | 'texts' | 'spans';

/** NaN, of texts without a span, is no success. */
function measured(scores: TagScores, by: Measure): number {
  const values = {
    tokens: scores.tokenAccuracy,
    newWords: scores.newWordAccuracy,
    texts: scores.textAccuracy,
    spans: scores.spans?.f1,
  };
  return values[by] || 0;
}

function noWorse({ model, baselines }: TaggerEvaluation, by: Measure): TagBaseline[] {
  return names.filter((name) => measured(baselines[name], by) >= measured(model, by));
}

/** For programs. */
export function taggerScoresJson(evaluation: TaggerEvaluation): string {
  const { judged: _, ...told } = evaluation;
  return JSON.stringify({
    event: 'evaluation',
    ...told,
    noWorseThanModel: {
      tokenAccuracy: noWorse(evaluation, 'tokens'),
      ...(told.newWords > 0 && { newWordAccuracy: noWorse(evaluation, 'newWords') }),
      textAccuracy: noWorse(evaluation, 'texts'),
      ...(told.model.spans && { spanF1: noWorse(evaluation, 'spans') }),
    },
  });
}
