/** The settings of `train tag`, as one table: options, the file for `--config`, its schema and the command in the report follow. */
import * as z from 'zod';
import { taggerDefaults } from '../tasks/train-tagger.js';
import { expectPartLeft, learningDefaults, learningSettings } from './learning-settings.js';
import { recordSettings } from './record-settings.js';
import { flag, text, whole } from './setting-schemas.js';
import type { SettingTable } from './settings.js';

/** A column of a file with a token on each line. */
export const column = () => {
  const error = 'the number of a column, from 1, or its name';
  return z.union([z.int().min(1), z.string().min(1)], { error });
};

/** Which tokens, with which tags. */
export const tagDataSettings = z.strictObject({
  data: text('a file or folder').describe(
    'A file with a token and its tag on each line (CoNLL, CoNLL-U), a CSV or JSON lines file of texts, or a folder of such files',
  ),
  tokenColumn: column()
    .exactOptional()
    .describe('Of CoNLL: the column of the tokens, by number or name [default: the first; FORM of CoNLL-U]'),
  tagColumn: column()
    .exactOptional()
    .describe(
      'Of CoNLL: the column of the tags, by number or name, such as XPOS [default: the last; UPOS of CoNLL-U]',
    ),
  tokens: text('a column')
    .exactOptional()
    .describe(
      'Of CSV and JSON lines: the column of the tokens, lists or with white space between them [default: found by its name]',
    ),
  tags: text('a column')
    .exactOptional()
    .describe(
      'Of CSV and JSON lines: the column of the tags, one for each token [default: found by its name]',
    ),
  ...recordSettings.shape,
});

const defaults = taggerDefaults;

/** How words become numbers, and what is made of these. */
export const taggerSettings = z.strictObject({
  crf: flag()
    .exactOptional()
    .describe('Learn which tags follow which; --no-crf finds each by itself [default: of up to 100 tags]'),
  minCount: whole()
    .exactOptional()
    .describe(
      `How often a word, its beginning or its end comes at least, to be known [default: ${defaults.minCount}]`,
    ),
  maxVocabulary: whole()
    .exactOptional()
    .describe(`The most words that are known, the most frequent ones [default: ${defaults.maxVocabulary}]`),
  maxLength: whole(100_000)
    .exactOptional()
    .describe(
      `The most tokens of a text; longer ones are learned in pieces [default: ${defaults.maxLength}]`,
    ),
  embeddingDim: whole(4096)
    .exactOptional()
    .describe(
      `Features of a word; its beginning, end and shape have a quarter each [default: ${defaults.embeddingDim}]`,
    ),
});

export const tagTrainingSettings = learningSettings(
  { ...defaults, epochs: '30; 15 of 2,000 texts and more, 8 of 20,000', batchSize: '16; 32 of 2,000 texts' },
  'model.onnx, model.safetensors and report.html',
);

export const tagSettings = z.strictObject({
  ...tagDataSettings.shape,
  ...taggerSettings.shape,
  ...tagTrainingSettings.shape,
});

export type TagSettings = z.infer<typeof tagSettings>;

const taken = { ...learningDefaults, ...defaults } as const;

/** All settings of a run; those that depend on the data may be left out. */
export type TagRun = TagSettings & {
  readonly [Name in keyof typeof taken]: NonNullable<TagSettings[Name]>;
};

export const tagTable: SettingTable<typeof tagSettings.shape, TagRun> = {
  name: 'tag',
  schema: tagSettings,
  paths: ['data', 'output'],
  example: '{ "data": "train.conllu", "tagColumn": "XPOS" }',
  complete({ data, ...others }, missing) {
    if (data === undefined) throw missing('data');
    expectPartLeft(others);
    return { ...taken, data, ...others };
  },
};
