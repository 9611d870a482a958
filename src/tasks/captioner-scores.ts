/** How good a captioner is beside what takes no training, as a table and in words. */
import { counted } from '../counted.js';
import { type ScoreTable, withLines } from '../scores/score-table.js';
import type { CaptionerEvaluation } from './judge-captioner.js';
import { writtenRows, writtenVerdict } from './written-table.js';

const names = { one: 'image', nearest: 'nearest image', frequent: 'most frequent caption' };

export function captionerScores(evaluation: CaptionerEvaluation): ScoreTable {
  const { sources, pairs, of } = evaluation;
  const part = of > sources ? ` of ${of.toLocaleString('en')}` : '';
  const spread = of > sources ? ', evenly spread' : '';
  const several =
    pairs > sources ? `, ${counted(pairs.toLocaleString('en'), 'caption')}, the nearest counts` : '';
  return withLines({
    title: `${counted(sources.toLocaleString('en'), 'image')}${part} of the test part${spread}${several}`,
    rows: writtenRows(evaluation, names),
    verdict: writtenVerdict(evaluation, names),
  });
}
