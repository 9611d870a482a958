/** The settings of `train classify`, as one table: options, the file for `--config`, its schema and the command in the report follow. */
import * as z from 'zod';
import { tokenizerNames } from '../data/text/tokenizers.js';
import { classifierDefaults } from '../tasks/train-classifier.js';
import { expectPartLeft, learningDefaults, learningSettings } from './learning-settings.js';
import { recordSettings } from './record-settings.js';
import { choice, flag, text, whole } from './setting-schemas.js';
import type { SettingTable } from './settings.js';

/** Which texts, of which classes. */
export const classifyDataSettings = z.strictObject({
  data: text('a file or folder').describe(
    'A CSV or JSON lines file, or a folder with a subfolder of text files for each class',
  ),
  text: text('a column').exactOptional().describe('The column of the texts [default: found by its name]'),
  label: text('a column')
    .exactOptional()
    .describe('The column of the classes [default: found by its name, or the only other one]'),
  ...recordSettings.shape,
});

const defaults = classifierDefaults;

/** How texts become numbers, and what is made of these. */
export const classifierSettings = z.strictObject({
  tokens: choice(tokenizerNames)
    .exactOptional()
    .describe(
      'What texts are cut into [default: words; characters of texts that hardly have spaces, such as names]',
    ),
  lowercase: flag().exactOptional().describe('Read texts in lower case [default: for words]'),
  minCount: whole()
    .exactOptional()
    .describe(
      'How often a token comes at least, to be known [default: 2 of words in 100 texts or more, else 1]',
    ),
  maxSize: whole()
    .exactOptional()
    .describe(`The most tokens that are known, the most frequent ones [default: ${defaults.maxSize}]`),
  maxLength: whole(100_000)
    .exactOptional()
    .describe(`The most tokens of a text; longer ones are cut [default: ${defaults.maxLength}]`),
  embeddingDim: whole(4096)
    .exactOptional()
    .describe(`Features of a token [default: ${defaults.embeddingDim}]`),
  balanced: flag()
    .exactOptional()
    .describe('Let each class count as much as any other, however many texts it has'),
});

export const classifyTrainingSettings = learningSettings(
  defaults,
  'model.onnx, model.safetensors and report.html',
);

export const classifySettings = z.strictObject({
  ...classifyDataSettings.shape,
  ...classifierSettings.shape,
  ...classifyTrainingSettings.shape,
});

export type ClassifySettings = z.infer<typeof classifySettings>;

const taken = { ...learningDefaults, ...defaults } as const;

/** All settings of a run; those that depend on the data may be left out. */
export type ClassifyRun = ClassifySettings & {
  readonly [Name in keyof typeof taken]: NonNullable<ClassifySettings[Name]>;
};

export const classifyTable: SettingTable<typeof classifySettings.shape, ClassifyRun> = {
  name: 'classify',
  schema: classifySettings,
  paths: ['data', 'output'],
  example: '{ "data": "mails.csv", "text": "body", "label": "kind" }',
  complete({ data, ...others }, missing) {
    if (data === undefined) throw missing('data');
    expectPartLeft(others);
    return { ...taken, data, ...others };
  },
};
