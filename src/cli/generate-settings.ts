/** The options of `train generate`, as one table. */
import * as z from 'zod';
import { tokenizerNames } from '../data/text/tokenizers.js';
import { usualMinCount, usualPatience, usualText } from '../tasks/language-model-plan.js';
import { expectPartLeft, learningDefaults, learningSettings } from './learning-settings.js';
import { choice, flag, names, text, whole } from './setting-schemas.js';
import type { SettingTable } from './settings.js';

/** The text, and how it becomes tokens. */
export const textSettings = z.strictObject({
  text: names()
    .min(1, { error: 'a list of names' })
    .describe('The files of the text, one after the other, or a folder of .txt files'),
  encoding: text()
    .exactOptional()
    .describe('How the bytes are text, such as windows-1252 [default: UTF-8; UTF-16 where a mark says so]'),
  tokens: choice(tokenizerNames)
    .exactOptional()
    .describe(
      `What is written one after the other; spaces: what stands between spaces [default: ${usualText.tokens}]`,
    ),
  lowercase: flag().exactOptional().describe('Put the text into lower case first'),
  minCount: whole()
    .exactOptional()
    .describe(
      `Tokens that come less often are unknown [default: ${usualMinCount.characters} of characters, else ${usualMinCount.words}]`,
    ),
  maxSize: whole()
    .exactOptional()
    .describe(`The most tokens of the vocabulary, the most frequent ones [default: ${usualText.maxSize}]`),
});

const bySize = 'by the size of the text';
const { validation, test, ...common } = learningSettings(
  {
    ...{ hiddenSize: bySize, dropout: '0.2 of characters, else 0.4', epochs: bySize },
    ...{ batchSize: bySize, lr: 0.004, patience: usualPatience },
  },
  'model.onnx, model.safetensors and report.html',
).shape;

/** How it is learned, and where the files go. */
export const writingSettings = z.strictObject({
  ...common,
  batchSize: whole(65_536)
    .exactOptional()
    .describe(`Parts of the text that are read side by side [default: ${bySize}]`),
  steps: whole(10_000)
    .exactOptional()
    .describe(`Tokens through which gradients go back; the states go on [default: ${bySize}]`),
  embeddingDim: whole(4096).exactOptional().describe(`Features of a token [default: ${bySize}]`),
  validation: validation.describe(
    `The part after what is learned, which tells the best epoch, a fraction of the text [default: ${learningDefaults.validation}]`,
  ),
  test: test.describe(
    `The last part, held back to tell how good the model is, a fraction of the text [default: ${learningDefaults.test}]`,
  ),
});

export const generateSettings = z.strictObject({ ...textSettings.shape, ...writingSettings.shape });

export type GenerateSettings = z.infer<typeof generateSettings>;

/** All settings of a run; those that depend on the text may be left out. */
export type GenerateRun = GenerateSettings & { readonly output: string };

export const generateTable: SettingTable<typeof generateSettings.shape, GenerateRun> = {
  name: 'generate',
  schema: generateSettings,
  paths: ['text', 'output'],
  example: '{ "text": ["book.txt"], "tokens": "words" }',
  complete({ text: files, ...others }, missing) {
    if (files === undefined) throw missing('text');
    expectPartLeft(others);
    return { output: learningDefaults.output, text: files, ...others };
  },
};
