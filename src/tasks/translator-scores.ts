/** How good a translator is beside what takes no training, as a table and in words. */
import { counted } from '../counted.js';
import { type ScoreTable, withLines } from '../scores/score-table.js';
import type { TranslatorEvaluation } from './judge-translator.js';
import { writtenRows, writtenVerdict } from './written-table.js';

const names = { one: 'source', nearest: 'nearest source', frequent: 'most frequent target' };

export function translatorScores(evaluation: TranslatorEvaluation): ScoreTable {
  const { sources, pairs, of } = evaluation;
  const part = of > sources ? ` of ${of.toLocaleString('en')}` : '';
  const spread = of > sources ? ', evenly spread' : '';
  const several =
    pairs > sources ? `, ${counted(pairs.toLocaleString('en'), 'pair')}, the nearest counts` : '';
  return withLines({
    title: `${counted(sources.toLocaleString('en'), 'source')}${part} of the test part${spread}${several}`,
    rows: writtenRows(evaluation, names),
    verdict: writtenVerdict(evaluation, names),
  });
}
