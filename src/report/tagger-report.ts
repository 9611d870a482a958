/** `report.html` of a tagger: how good it is, which tags it takes for which, what it has learned of pairs of tags, and texts. */
import type { ScoreTable } from '../scores/score-table.js';
import type { Crf } from '../tagging/crf.js';
import type { JudgedTags, TaggerEvaluation } from '../tasks/judge-tagger.js';
import type { TrainedTagger } from '../tasks/train-tagger.js';
import { confusionTable } from './confusion-table.js';
import { element, type Markup, table } from './markup.js';
import { commandSection, facts, page, section, trainingSection } from './page.js';
import { taggedText } from './tagged-text.js';
import { transitionsTable } from './transitions-table.js';

/** Texts of a kind that are shown. */
const MOST = 10;

export interface TaggerReport {
  readonly tagger: TrainedTagger;
  readonly crf: Crf;
  readonly evaluation: TaggerEvaluation;
  readonly table: ScoreTable;
  readonly settings: {
    readonly cell: 'lstm' | 'gru';
    readonly hiddenSize: number;
    readonly numLayers: number;
    readonly embeddingDim: number;
    readonly minCount: number;
  };
  /** The name of the file or folder of the texts. */
  readonly data: string;
  /** Which of its columns were read. */
  readonly source: string;
  readonly notes: ReadonlySet<string>;
  /** The command that makes it again. */
  readonly command: string;
}

/** @returns the text of an HTML file, which is well-formed XML, too */
export function taggerReport(report: TaggerReport): string {
  const { tagger, evaluation, data, notes, command } = report;
  return page(
    `Tags of ${data}`,
    scores(report),
    factsOf(report),
    section('Tags', confusionTable(tagger.labels, evaluation.confusion), spans(evaluation)),
    transitions(report),
    texts(evaluation),
    trainingSection(tagger.history, notes),
    commandSection(command),
  );
}

function scores({ table: { title, rows, verdict } }: TaggerReport): Markup {
  return section(
    'How good it is',
    verdict.map((line) => element('p', { class: 'verdict' }, line)),
    element('div', { class: 'scores' }, table(title, rows)),
    element('p', { class: 'soft' }, 'New words are those that are not among the texts to learn from.'),
  );
}

function factsOf({ tagger, settings, data, source }: TaggerReport): Markup {
  const { split, vocabularies, labels, crf } = tagger;
  const { cell, hiddenSize, numLayers, embeddingDim, minCount } = settings;
  const size = (part: 'train' | 'validation' | 'test') => split[part].tokens.length.toLocaleString('en');
  const layers = numLayers > 1 ? `${numLayers} layers of ` : '';
  const known = vocabularies.words?.tokens.length.toLocaleString('en') ?? '';
  return facts([
    ['Data', data],
    ['Columns', source],
    ['Texts', `${size('train')} to learn from, ${size('validation')} to validate, ${size('test')} to test`],
    ['Tags', String(labels.length)],
    [
      'Words',
      `${known} known${minCount > 1 ? `, each at least ${minCount} times` : ''}; of all their beginning, end and shape`,
    ],
    [
      'Network',
      `${cell.toUpperCase()} of ${layers}${hiddenSize} features in both directions, over embeddings of ${embeddingDim}, with ${crf ? 'a conditional random field' : 'each tag by itself'}`,
    ],
  ]);
}

function spans({ model }: TaggerEvaluation): readonly Markup[] {
  if (!model.spans) return [];
  const shown = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(3));
  const all = [...Object.entries(model.spans.types), ['all', model.spans] as const];
  const rows = all.map(([name, { precision, recall, f1, support }]) => [
    ...[name, shown(precision), shown(recall), shown(f1), support.toLocaleString('en')],
  ]);
  return [
    table('Spans: those whose type, start and end are right', [
      ['type', 'precision', 'recall', 'F1', 'spans'],
      ...rows,
    ]),
  ];
}

function transitions({ tagger, crf, evaluation }: TaggerReport): readonly Markup[] {
  if (!tagger.crf) return [];
  const counts = evaluation.confusion.map((row) => row.reduce((a, b) => a + b, 0));
  return [section('Which tag follows which', transitionsTable(crf, tagger.labels, counts))];
}

function texts({ judged, model }: TaggerEvaluation): Markup {
  const wrong = (text: JudgedTags) => text.actual.filter((tag, i) => tag !== text.predicted[i]).length;
  const all = judged.map((text) => ({ text, wrong: wrong(text) }));
  const worst = all
    .filter((one) => one.wrong > 0)
    .toSorted((a, b) => b.wrong / b.text.words.length - a.wrong / a.text.words.length);
  const plain = model.spans ? 'O' : undefined;
  const told = ({ text }: (typeof all)[number]) => text.actual.filter((tag) => tag !== plain).length;
  const right = all.filter((one) => one.wrong === 0).toSorted((a, b) => told(b) - told(a));
  const shown = (list: typeof all) =>
    list.slice(0, MOST).map(({ text }) => taggedText(text.words, text.actual, text.predicted, plain));
  return section(
    'Texts',
    ...(worst.length > 0
      ? [element('h3', {}, 'With the largest share of wrong tags'), ...shown(worst)]
      : [element('p', {}, 'It gets every tag of the test right.')]),
    ...(right.length > 0 ? [element('h3', {}, 'All right, with the most tags'), ...shown(right)] : []),
  );
}
