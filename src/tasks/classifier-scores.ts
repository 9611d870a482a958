/** How good a classifier is beside the baselines, as a table and in words. */
import { counted } from '../counted.js';
import { type ScoreTable, withLines } from '../scores/score-table.js';
import type { BaselineName, BaselineScores, ClassifierEvaluation, ClassScores } from './judge-classifier.js';
import { signTest } from './sign-test.js';
import { LONGEST_STRETCH } from './stretch-counts.js';

const names: readonly BaselineName[] = ['majority', 'naiveBayes'];

/** A difference that chance gives in one of twenty tests is none. */
const CHANCE = 0.05;
/** Of fewer texts the scores say little. */
const FEW = 30;

function labelOf(name: BaselineName, { bayesCounts }: ClassifierEvaluation): string {
  if (name === 'majority') return 'always the most frequent';
  return bayesCounts === 'tokens' ? 'naive Bayes' : `naive Bayes (1 to ${LONGEST_STRETCH} letters)`;
}

export function classifierScores(evaluation: ClassifierEvaluation): ScoreTable {
  const { texts, model, baselines } = evaluation;
  const rows = [
    ['classifier', 'accuracy', 'macro F1'],
    ['model', ...cells(model)],
    ...names.toReversed().map((name) => [labelOf(name, evaluation), ...cells(baselines[name])]),
  ];
  const title = `${counted(texts.toLocaleString('en'), 'text')} that the model has not seen`;
  return withLines({ title, rows, verdict: [...verdict(evaluation), ...warning(texts)] });
}

function cells({ accuracy, macroF1 }: ClassScores): string[] {
  return [percent(accuracy), macroF1.toFixed(3)];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** By accuracy, told apart from chance; by macro F1 where that says otherwise. */
function verdict(evaluation: ClassifierEvaluation): string[] {
  const { model, baselines } = evaluation;
  const [best = 'naiveBayes', other = 'majority'] = names.toSorted(
    (a, b) => baselines[b].accuracy - baselines[a].accuracy,
  );
  const mostly = comparison(labelOf(best, evaluation), evaluation, baselines[best]);
  const alsoBetter = [best, other].filter(
    (name) => baselines[name].macroF1 >= model.macroF1 && baselines[name].accuracy < model.accuracy,
  );
  return [
    mostly,
    ...alsoBetter.map(
      (name) =>
        `By macro F1 it is no better: ${model.macroF1.toFixed(3)}, and ${labelOf(name, evaluation)} ${baselines[name].macroF1.toFixed(3)}.`,
    ),
  ];
}

function comparison(label: string, { model, texts }: ClassifierEvaluation, baseline: BaselineScores): string {
  const { modelAlone, baselineAlone } = baseline;
  const right = `${percent(model.accuracy)} right, and ${label} ${percent(baseline.accuracy)}`;
  const alone = `of ${texts.toLocaleString('en')} texts the model alone gets ${modelAlone} right, and ${label} alone ${baselineAlone}`;
  if (modelAlone <= baselineAlone) {
    return `The model is no better than the best baseline: it gets ${right}. Prefer the baseline.`;
  }
  if (signTest(modelAlone, baselineAlone) > CHANCE) {
    return `The model may be no better than the best baseline: it gets ${right}, which may be chance: ${alone}.`;
  }
  return `The model is better than the baselines: it gets ${right}.`;
}

function warning(texts: number): string[] {
  return texts < FEW ? [`The scores are rough: ${counted(texts, 'text')} to test on are few.`] : [];
}

/** The names of the baselines that are no worse than the model, by each score. */
function noWorse({ model, baselines }: ClassifierEvaluation, by: keyof ClassScores): BaselineName[] {
  return names.filter((name) => baselines[name][by] >= model[by]);
}

/** For programs. */
export function classifierScoresJson(evaluation: ClassifierEvaluation): string {
  const { texts, model, baselines, bayesCounts, classes, confusion } = evaluation;
  return JSON.stringify({
    event: 'evaluation',
    ...{ texts, model, baselines, bayesCounts, classes, confusion },
    noWorseThanModel: { accuracy: noWorse(evaluation, 'accuracy'), macroF1: noWorse(evaluation, 'macroF1') },
  });
}
