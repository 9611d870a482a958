/** `report.html` of `train generate`: how well a text is foretold, what surprises the model, and what it writes. */
import type { EpochLog } from '../builder/train/logs.js';
import { counted } from '../counted.js';
import { writtenText } from '../generate/written-text.js';
import type { ScoreTable } from '../scores/score-table.js';
import type { LanguageModelText } from '../tasks/language-model.js';
import type { LanguageModelEvaluation } from '../tasks/language-model-scores.js';
import { tokenNoun } from '../tasks/language-model-table.js';
import { surestMistakes } from '../tasks/mistakes.js';
import type { WrittenSamples } from '../tasks/written-samples.js';
import { element, type Markup, table } from './markup.js';
import { commandSection, facts, page, section, trainingSection } from './page.js';
import { samplesTable } from './samples-table.js';
import { shadedText, shadeLegend } from './shaded-text.js';
import { lines, writtenBlock } from './written-lines.js';

export interface LanguageModelReport {
  /** The names of the files of the text. */
  readonly files: readonly string[];
  /** Of the whole text. */
  readonly characters: number;
  readonly parts: LanguageModelText;
  readonly evaluation: LanguageModelEvaluation;
  readonly table: ScoreTable;
  readonly samples: WrittenSamples;
  readonly history: readonly EpochLog[];
  /** What was found and done, in lines. */
  readonly notes: readonly string[];
  /** The command that makes it again. */
  readonly command: string;
}

/** Tokens that are shown, mistakes, and tokens in front of a mistake. */
const shown = {
  characters: { text: 1500, context: 60 },
  others: { text: 300, context: 12 },
} as const;
const MISTAKES = 10;
const FILES = 5;

/** @returns the text of an HTML file, which is well-formed XML, too */
export function languageModelReport(report: LanguageModelReport): string {
  const { files, history, notes, command } = report;
  const [first = 'a text'] = files;
  return page(
    `A language model of ${files.length === 1 ? first : `${files.length} texts`}`,
    scores(report),
    factsOf(report),
    written(report),
    surprise(report),
    mistakes(report),
    trainingSection(history, notes),
    commandSection(command),
  );
}

function scores({ table: { title, rows, verdict } }: LanguageModelReport): Markup {
  return section(
    'How well it foretells the text',
    verdict.map((line, i) => element('p', i === 0 ? { class: 'verdict' } : {}, line)),
    element('div', { class: 'scores' }, table(title, rows)),
    element(
      'p',
      { class: 'soft' },
      'A perplexity of 10 is as if each token were guessed among 10 that are alike; 1 would be to know each. The unigram model counts how often ' +
        'each token comes, the 5-gram model what comes behind the four before it (modified Kneser-Ney smoothing). All read the same text.',
    ),
  );
}

function factsOf({ files, characters, parts }: LanguageModelReport): Markup {
  const { plan, vocabulary, train, validation, test } = parts;
  const noun = `${tokenNoun[plan.tokens]}s`;
  const count = (number: number) => number.toLocaleString('en');
  const more = files.length > FILES ? ` and ${files.length - FILES} more` : '';
  const layers = plan.numLayers > 1 ? `${plan.numLayers} layers of ` : '';
  return section(
    'The text and the network',
    facts([
      ['Text', `${files.slice(0, FILES).join(', ')}${more}: ${count(characters)} characters`],
      ['Tokens', `${noun}${plan.lowercase ? ', in lower case' : ''}`],
      ['Learned', `the first ${count(train.length)} ${noun}`],
      ['Validated', `the next ${count(validation.length)}, which tell the best epoch`],
      ['Tested', `the last ${count(test.length)}`],
      ['Vocabulary', vocabularyWords(vocabulary.tokens.length, plan.minCount)],
      [
        'Network',
        `${plan.cell.toUpperCase()} of ${layers}${plan.hiddenSize} features, embeddings of ${plan.embeddingDim}`,
      ],
      ['Training', `${plan.batchSize} parts of the text side by side, gradients through ${plan.steps} steps`],
    ]),
  );
}

function vocabularyWords(size: number, minCount: number): string {
  const tokens = `${size.toLocaleString('en')} tokens`;
  return minCount === 1
    ? tokens
    : `${tokens} that come at least ${counted(minCount, 'time')} in what is learned`;
}

function written({ samples: { prompt, samples } }: LanguageModelReport): Markup {
  return section(
    'What it writes',
    element('p', {}, 'Behind the first words of the part that it has not seen, at three temperatures:'),
    ...samples.map(({ temperature, text }) =>
      element(
        'figure',
        {},
        element('figcaption', {}, `Temperature ${temperature}`),
        writtenBlock(element('b', {}, ...lines(prompt)), ...lines(text)),
      ),
    ),
  );
}

function surprise({ parts: { plan, vocabulary, test }, evaluation }: LanguageModelReport): Markup {
  const { text: most } = shown[plan.tokens === 'characters' ? 'characters' : 'others'];
  const { logProbability } = evaluation.surprise;
  return section(
    'What surprises it',
    element(
      'p',
      {},
      'The text that it has not seen. The stronger the colour, the less probable the model held what came:',
    ),
    shadeLegend(),
    shadedText(vocabulary, test.subarray(0, most + 1), logProbability.subarray(0, most)),
  );
}

function mistakes({
  parts: { plan, vocabulary, test },
  evaluation,
}: LanguageModelReport): Markup | readonly Markup[] {
  const found = surestMistakes(test, evaluation.surprise, MISTAKES, vocabulary.special.unknown);
  if (found.length === 0) return [];
  const { context } = shown[plan.tokens === 'characters' ? 'characters' : 'others'];
  const token = (id: number) => JSON.stringify(vocabulary.tokens[id] ?? '');
  const percent = (probability: number) =>
    probability < 0.0001 ? '< 0.01 %' : `${(100 * probability).toFixed(probability < 0.01 ? 2 : 0)} %`;
  const rows = found.map(({ place, expected, expectedProbability, probability }) => [
    `${place > context ? '… ' : ''}${writtenText(vocabulary, test.subarray(Math.max(0, place - context), place))}`,
    `${token(expected)}, ${percent(expectedProbability)}`,
    `${token(test[place] ?? 0)}, ${percent(probability)}`,
  ]);
  return section(
    'Where it was surest of something else',
    samplesTable('The surest first, with the probabilities', ['text before', 'expected', 'came'], rows),
  );
}
