/** The options of `train translate`, as one table: the command line, the file for `--config`, its JSON schema and the command in the report. */
import * as z from 'zod';
import { tokenizerNames } from '../data/text/tokenizers.js';
import { expectPartLeft, learningDefaults, learningSettings } from './learning-settings.js';
import { recordSettings } from './record-settings.js';
import { choice, flag, probability, text, whole } from './setting-schemas.js';
import type { SettingTable } from './settings.js';
import { UsageError } from './usage-error.js';

/** What is taken where nothing is said, beside `learningDefaults`. */
export const translateDefaults = {
  hiddenSize: 128,
  embeddingDim: 64,
  dropout: 0.2,
  epochs: 30,
  batchSize: 64,
  lr: 0.003,
  patience: 4,
  attention: 'general',
  bidirectional: true,
  labelSmoothing: 0.1,
  lowercase: false,
  vocabularySize: 10_000,
  beam: 4,
} as const;

export const pairSettings = z.strictObject({
  data: text('a file').describe('The CSV, TSV or JSON lines file of the pairs'),
  source: text().exactOptional().describe('The column that is read [default: source, where there is one]'),
  target: text()
    .exactOptional()
    .describe('The column that is written [default: target, or the only other one]'),
  header: flag()
    .exactOptional()
    .describe(
      'Whether the first line names the columns; --no-header for lines with tabs that have none, as those of Tatoeba and Anki: the columns are 1, 2 ... [default: true]',
    ),
  ...recordSettings.shape,
});

export const tokenSettings = z.strictObject({
  tokens: choice(tokenizerNames)
    .exactOptional()
    .describe('How both texts are cut into tokens [default: found by the texts, for each side]'),
  sourceTokens: choice(tokenizerNames)
    .exactOptional()
    .describe('How the texts that are read are cut [default: tokens]'),
  targetTokens: choice(tokenizerNames)
    .exactOptional()
    .describe(
      "How the texts that are written are cut; 'spaces' takes phonemes such as EH1 [default: tokens]",
    ),
  lowercase: flag().exactOptional().describe('Put all texts into lower case'),
  maxLength: whole(10_000)
    .exactOptional()
    .describe('The most tokens of a text [default: that of the longest, at most twice what 99 of 100 have]'),
  minCount: whole()
    .exactOptional()
    .describe(
      'How often a token comes at least to be known [default: 1; 2 of what is read in 1,000 texts and more]',
    ),
  vocabularySize: whole()
    .exactOptional()
    .describe(
      `The most tokens of each vocabulary, the most frequent ones [default: ${translateDefaults.vocabularySize}]`,
    ),
});

/** How a decoder writes, of translations and captions. */
export const writerSettings = z.strictObject({
  attention: choice(['general', 'dot', 'additive', 'none'])
    .exactOptional()
    .describe(`How the decoder attends to what was read [default: ${translateDefaults.attention}]`),
  bidirectional: flag()
    .exactOptional()
    .describe(
      `Whether the encoder reads from both ends, else --no-bidirectional [default: ${translateDefaults.bidirectional}]`,
    ),
  embeddingDim: whole(4096)
    .exactOptional()
    .describe(`Features of a token [default: ${translateDefaults.embeddingDim}]`),
  labelSmoothing: probability()
    .exactOptional()
    .describe(
      `The part of the probability that is spread over all tokens in training [default: ${translateDefaults.labelSmoothing}]`,
    ),
  beam: whole(100)
    .exactOptional()
    .describe(
      `Sequences that a beam search keeps; 1 takes the most probable token each time [default: ${translateDefaults.beam}]`,
    ),
});

const files = 'encoder.onnx, decoder.onnx, model.safetensors and report.html';
export const translateLearning = learningSettings(translateDefaults, files);

export const translateSettings = z.strictObject({
  ...pairSettings.shape,
  ...tokenSettings.shape,
  ...writerSettings.shape,
  ...translateLearning.shape,
});

export type TranslateSettings = z.infer<typeof translateSettings>;

type Defaults = typeof learningDefaults & typeof translateDefaults;

/** All settings of a run; those that depend on the data may be left out. */
export type TranslateRun = TranslateSettings & {
  readonly [Name in keyof Defaults]: NonNullable<TranslateSettings[Name & keyof TranslateSettings]>;
};

export const translateTable: SettingTable<typeof translateSettings.shape, TranslateRun> = {
  name: 'translate',
  schema: translateSettings,
  paths: ['data', 'output'],
  example: '{ "data": "words.csv", "source": "word", "target": "phonemes" }',
  complete({ data, ...others }, missing) {
    if (data === undefined) throw missing('data');
    checkAttention(others);
    expectPartLeft(others);
    return { ...learningDefaults, ...translateDefaults, data, ...others };
  },
};

/** @throws UsageError for attention that does not go with the encoder */
export function checkAttention({
  attention,
  bidirectional = translateDefaults.bidirectional,
}: Pick<Partial<TranslateSettings>, 'attention' | 'bidirectional'>): void {
  if (attention !== 'dot' || !bidirectional) return;
  throw new UsageError(
    '--attention is dot, which takes an encoder that reads from one end alone; give --no-bidirectional too, or --attention general.',
  );
}
