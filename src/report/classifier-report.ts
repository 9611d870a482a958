/** `report.html` of a classifier: how good it is, which classes it takes for which, and texts that it gets wrong. */

import type { ScoreTable } from '../scores/score-table.js';
import type { ClassifierEvaluation, JudgedText } from '../tasks/judge-classifier.js';
import type { TrainedClassifier } from '../tasks/train-classifier.js';
import { confusionTable } from './confusion-table.js';
import { element, type Markup, table } from './markup.js';
import { commandSection, facts, page, section, trainingSection } from './page.js';
import { samplesTable } from './samples-table.js';

/** Texts of a kind that are shown. */
const MOST = 12;

export interface ClassifierReport {
  readonly classifier: TrainedClassifier;
  readonly evaluation: ClassifierEvaluation;
  readonly table: ScoreTable;
  readonly settings: {
    readonly cell: 'lstm' | 'gru';
    readonly hiddenSize: number;
    readonly numLayers: number;
    readonly embeddingDim: number;
    readonly maxLength: number;
    readonly balanced?: boolean | undefined;
  };
  /** The name of the file or folder of the texts. */
  readonly data: string;
  readonly columns: { readonly text: string; readonly label: string } | undefined;
  readonly notes: ReadonlySet<string>;
  /** The command that makes it again. */
  readonly command: string;
}

/** @returns the text of an HTML file, which is well-formed XML, too */
export function classifierReport(report: ClassifierReport): string {
  const { classifier, evaluation, data, notes, command } = report;
  return page(
    `Classes of ${data}`,
    scores(report),
    factsOf(report),
    section(
      'Classes',
      confusionTable(classifier.classes, evaluation.confusion),
      table('Scores of each class', classRows(evaluation)),
    ),
    samples(evaluation.judged),
    trainingSection(classifier.history, notes),
    commandSection(command),
  );
}

function scores({ table: { title, rows, verdict } }: ClassifierReport): Markup {
  return section(
    'How good it is',
    verdict.map((line) => element('p', { class: 'verdict' }, line)),
    element('div', { class: 'scores' }, table(title, rows)),
  );
}

function factsOf({ classifier, settings, data, columns }: ClassifierReport): Markup {
  const { parts, vocabulary, classes } = classifier;
  const { cell, hiddenSize, numLayers, embeddingDim, maxLength, balanced } = settings;
  const size = (part: keyof typeof parts & ('train' | 'validation' | 'test')) =>
    parts[part].texts.length.toLocaleString('en');
  const layers = numLayers > 1 ? `${numLayers} layers of ` : '';
  return facts([
    ['Data', data],
    ['Columns', columns ? `${columns.text} (text), ${columns.label} (class)` : ''],
    ['Texts', `${size('train')} to learn from, ${size('validation')} to validate, ${size('test')} to test`],
    ['Classes', `${classes.length}${balanced ? ', each counting as much as any other' : ''}`],
    [
      'Tokens',
      `${vocabulary.tokens.length.toLocaleString('en')} ${vocabulary.tokenizer}${vocabulary.lowercase ? ' in lower case' : ''}, at most ${maxLength} of a text`,
    ],
    [
      'Network',
      `${cell.toUpperCase()} of ${layers}${hiddenSize} features in both directions, over embeddings of ${embeddingDim}`,
    ],
  ]);
}

function classRows({ classes }: ClassifierEvaluation): string[][] {
  const shown = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(3));
  return [
    ['class', 'precision', 'recall', 'F1', 'texts'],
    ...classes.map(({ class: name, precision, recall, f1, support }) => [
      ...[name, shown(precision), shown(recall), shown(f1), support.toLocaleString('en')],
    ]),
  ];
}

function samples(judged: readonly JudgedText[]): Markup {
  const wrong = judged.filter(({ label, actual }) => label !== actual);
  const right = judged.filter(({ label, actual }) => label === actual);
  const surest = wrong.toSorted((a, b) => b.probability - a.probability).slice(0, MOST);
  const leastSure = right.toSorted((a, b) => a.probability - b.probability).slice(0, MOST);
  return section(
    'Texts',
    surest.length === 0
      ? element('p', {}, 'It gets every text of the test right.')
      : samplesTable(
          'The surest mistakes',
          ['text', 'right class', 'predicted', { number: 'probability' }],
          surest.map((each) => [each.text, each.actual, each.label, percent(each)]),
        ),
    leastSure.length === 0
      ? []
      : samplesTable(
          'Right, and least sure',
          ['text', 'class', { number: 'probability' }],
          leastSure.map((each) => [each.text, each.actual, percent(each)]),
        ),
  );
}

function percent({ probability }: JudgedText): string {
  return `${(100 * probability).toFixed(1)} %`;
}
