/** `report.html` of `train caption`: how good it is, pictures with captions right and wrong, and what each token attends to. */
import { counted } from '../counted.js';
import type { ScoreTable } from '../scores/score-table.js';
import type { CaptionerEvaluation, JudgedCaption } from '../tasks/judge-captioner.js';
import { sideWords } from '../tasks/pair-tokens.js';
import type { TrainedCaptioner } from '../tasks/train-captioner.js';
import { percent } from '../tasks/written-table.js';
import { attentionSection } from './attention-map.js';
import { element, type Markup } from './markup.js';
import { commandSection, facts, page, section, trainingSection } from './page.js';
import { picture, pictureMap } from './picture.js';
import { scoresSection } from './translate-report.js';

/** What a report is of. */
export interface CaptionReport {
  /** The name of the file of the captions. */
  readonly file: string;
  readonly trained: TrainedCaptioner;
  readonly evaluation: CaptionerEvaluation;
  readonly table: ScoreTable;
  /** The network in a few words. */
  readonly network: string;
  /** What was found and done, in lines. */
  readonly notes: readonly string[];
  /** The command that makes it again. */
  readonly command: string;
}

/** Tokens of a caption whose attention is still seen at a glance. */
const MOST_TOKENS = 40;

/** @returns the text of an HTML file, which is well-formed XML, too */
export function captionReport(report: CaptionReport): string {
  const { evaluation, trained } = report;
  const { right, wrong } = evaluation.samples;
  return page(
    `Captions of ${report.file}`,
    scoresSection(report.table, evaluation.beam !== undefined),
    factsOf(report),
    section('What it writes', gallery('Wrong, the surest first', wrong), gallery('Right', right)),
    attentionSection(
      evaluation.samples,
      'Below each picture stands what is written: the more coloured a cell, the more of the strip of the picture above it went into the token at the left.',
      mapOf,
    ),
    trainingSection(trained.history, report.notes),
    commandSection(report.command),
  );
}

function factsOf({ file, trained, evaluation, network }: CaptionReport): Markup {
  const { image, text, beam } = trained.plan;
  const { train, validation, test } = trained.parts;
  const sizes = [train, validation, test].map(({ texts }) => texts.length.toLocaleString('en'));
  const all = train.images.shape[0] ?? 0;
  return facts([
    ['File', file],
    ['Images', `${image.height} by ${image.width} pixels, height by width, in shades of grey`],
    ['Captions', `${sideWords(text)}, up to ${text.maxLength - 1} in a text`],
    ['Parts', `${sizes[0]} captions to learn from, ${sizes[1]} to validate, ${sizes[2]} to test`],
    [
      'Nearest image',
      evaluation.compared < all ? `of ${evaluation.compared.toLocaleString('en')} at even strides` : '',
    ],
    [
      'Without an end',
      evaluation.endless > 0 ? `${counted(evaluation.endless, 'caption')} cut off at the most tokens` : '',
    ],
    ['Network', `${convolutionWords(trained.conv)}${network}`],
    ['Search', beam > 1 ? `beam of ${beam}` : 'greedy'],
  ]);
}

function convolutionWords(channels: readonly number[]): string {
  if (channels.length === 0) return '';
  return `${counted(channels.length, 'convolution')} of ${channels.join(' and ')} channels, then `;
}

function gallery(title: string, samples: readonly JudgedCaption[]): Markup {
  if (samples.length === 0) return element('p', { class: 'soft' }, `${title}: none.`);
  const figures = samples.map(({ image, references, caption, isRight, logProbability }) =>
    element(
      'figure',
      {},
      picture(image, references[0] ?? ''),
      element(
        'figcaption',
        {},
        element('b', {}, caption.text === '' ? '(nothing)' : caption.text),
        ` ${percent(Math.exp(logProbability))}`,
        ...(isRight ? [] : [element('br', {}), `right: ${references.slice(0, 3).join(' / ')}`]),
      ),
    ),
  );
  return element('div', {}, element('h3', {}, title), element('div', { class: 'grid' }, ...figures));
}

/** Undefined where there is nothing to draw, or too much. */
function mapOf(kind: string, { image, caption: { attention, tokens } }: JudgedCaption): Markup | undefined {
  if (!attention || tokens.length === 0 || tokens.length > MOST_TOKENS) return undefined;
  return pictureMap(kind, image, tokens, attention);
}
