/** `report.html` of `train translate`: how good it is, what it writes right and wrong, and what it attends to; one file without a script. */
import { counted } from '../counted.js';
import type { ScoreTable } from '../scores/score-table.js';
import type { JudgedTranslation, TranslatorEvaluation } from '../tasks/judge-translator.js';
import { sideWords } from '../tasks/pair-tokens.js';
import type { TrainedTranslator } from '../tasks/train-translator.js';
import { percent } from '../tasks/written-table.js';
import { attentionMap, attentionSection } from './attention-map.js';
import { element, type Markup, table } from './markup.js';
import { commandSection, facts, page, section, trainingSection } from './page.js';
import { samplesTable } from './samples-table.js';

/** What a report is of. */
export interface TranslateReport {
  /** The name of the file of the pairs. */
  readonly file: string;
  readonly trained: TrainedTranslator;
  readonly evaluation: TranslatorEvaluation;
  readonly table: ScoreTable;
  /** The network in a few words. */
  readonly network: string;
  /** What was found and done, in lines. */
  readonly notes: readonly string[];
  /** The command that makes it again. */
  readonly command: string;
}

/** Tokens of a text whose attention is still seen at a glance. */
const MOST_TOKENS = 40;

/** @returns the text of an HTML file, which is well-formed XML, too */
export function translateReport(report: TranslateReport): string {
  const { evaluation, trained } = report;
  const { source, target } = trained.plan;
  const { right, wrong } = evaluation.samples;
  return page(
    `From ${source.column} to ${target.column}`,
    scoresSection(report.table, evaluation.beam !== undefined),
    factsOf(report),
    section(
      'What it writes',
      shownSamples('Wrong, the surest first', wrong, report),
      shownSamples('Right', right, report),
    ),
    attentionSection(
      evaluation.samples,
      'What is read stands above, what is written at the left: the more coloured a cell, the more of the token above went into the one at the left.',
      mapOf,
    ),
    trainingSection(trained.history, report.notes),
    commandSection(report.command),
  );
}

/** Of translations and captions. */
export function scoresSection({ title, rows, verdict }: ScoreTable, hasBeam: boolean): Markup {
  const search = hasBeam
    ? ' Greedy takes the most probable token at each step; a beam search keeps several texts at a time.'
    : '';
  return section(
    'How good it is',
    verdict.map((line) => element('p', { class: 'verdict' }, line)),
    element('div', { class: 'scores' }, table(title, rows)),
    element(
      'p',
      { class: 'soft' },
      `Exact is the part of the texts that are right to the last token. The token error rate counts the tokens to insert, delete or replace until a text is right, by the tokens of what is right.${search}`,
    ),
  );
}

function factsOf({ file, trained, evaluation, network }: TranslateReport): Markup {
  const { source, target, beam } = trained.plan;
  const { train, validation, test } = trained.parts;
  const sizes = [train, validation, test].map(({ sources }) => sources.length.toLocaleString('en'));
  const unknown = evaluation.tokens > 0 ? evaluation.unknown / evaluation.tokens : 0;
  return facts([
    ['File', file],
    ['Read', `${source.column}: ${sideWords(source)}, up to ${source.maxLength} in a text`],
    ['Written', `${target.column}: ${sideWords(target)}, up to ${target.maxLength - 1} in a text`],
    ['Pairs', `${sizes[0]} to learn from, ${sizes[1]} to validate, ${sizes[2]} to test`],
    ['Unknown', unknown > 0 ? `${percent(unknown)} of the tokens read in the test part` : ''],
    [
      'Cut',
      evaluation.cut > 0
        ? counted(evaluation.cut, 'source of the test part', 'sources of the test part')
        : '',
    ],
    [
      'Without an end',
      evaluation.endless > 0 ? `${counted(evaluation.endless, 'text')} cut off at the most tokens` : '',
    ],
    ['Network', network],
    ['Search', beam > 1 ? `beam of ${beam}` : 'greedy'],
  ]);
}

function shownSamples(
  title: string,
  samples: readonly JudgedTranslation[],
  { trained: { plan } }: TranslateReport,
): Markup {
  if (samples.length === 0) return element('p', { class: 'soft' }, `${title}: none.`);
  const isRight = samples[0]?.isRight === true;
  const rows = samples.map(({ source, references, translation: { text, logProbability } }) => [
    source,
    ...(isRight ? [] : [references.slice(0, 3).join(' / ')]),
    text,
    percent(Math.exp(logProbability)),
  ]);
  const columns = [
    plan.source.column,
    ...(isRight ? [] : ['right']),
    isRight ? 'written, and right' : 'written',
    { number: 'probability' },
  ];
  return samplesTable(title, columns, rows);
}

/** Undefined where there is nothing to draw, or too much. */
function mapOf(
  kind: string,
  { translation: { attention, tokens, source } }: JudgedTranslation,
): Markup | undefined {
  const isDrawn = [tokens, source].every(({ length }) => length > 1 && length <= MOST_TOKENS);
  return attention && isDrawn ? attentionMap(kind, tokens, source, attention) : undefined;
}
