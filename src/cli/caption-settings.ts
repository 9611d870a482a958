/** The options of `train caption`, as one table: the command line, the file for `--config`, its JSON schema and the command in the report. */
import * as z from 'zod';
import { tokenizerNames } from '../data/text/tokenizers.js';
import { learningDefaults, learningSettings } from './learning-settings.js';
import { recordSettings } from './record-settings.js';
import { choice, flag, text, whole } from './setting-schemas.js';
import type { SettingTable } from './settings.js';
import { checkAttention, tokenSettings, translateDefaults, writerSettings } from './translate-settings.js';
import { UsageError } from './usage-error.js';

/** What is taken where nothing is said, beside `learningDefaults`. */
const captionDefaults = { ...translateDefaults, epochs: 30, batchSize: 32, dropout: 0.2 } as const;

export const imageSettings = z.strictObject({
  data: text('a file').describe(
    'The CSV or JSON lines file of the captions; .txt with --images, one on each line',
  ),
  image: text()
    .exactOptional()
    .describe(
      'The column with the path of each PNG picture, which begins at the folder of the file [default: image]',
    ),
  images: text('a file')
    .exactOptional()
    .describe('In place of pictures: a .npy file [count, height, width], in the order of the captions'),
  text: text()
    .exactOptional()
    .describe('The column with the captions [default: text, or the only other one]'),
  ...recordSettings.shape,
});

const { sourceTokens: _, targetTokens: __, ...captionTokens } = tokenSettings.shape;

export const captionTokenSettings = z.strictObject({
  ...captionTokens,
  tokens: choice(tokenizerNames)
    .exactOptional()
    .describe('How captions are cut into tokens [default: found by the captions]'),
  lowercase: flag().exactOptional().describe('Put all captions into lower case'),
});

const CHANNELS = 'a list of channels, such as 16,32';

export const captionerSettings = z.strictObject({
  conv: z
    .array(whole(1024), { error: CHANNELS })
    .exactOptional()
    .describe(
      'Channels of the convolutions, each of which halves the image [default: 16,32; fewer of small images]',
    ),
  ...writerSettings.shape,
});

export const captionLearning = learningSettings(
  captionDefaults,
  'encoder.onnx, decoder.onnx, model.safetensors and report.html',
);

export const captionSettings = z.strictObject({
  ...imageSettings.shape,
  ...captionTokenSettings.shape,
  ...captionerSettings.shape,
  ...captionLearning.shape,
});

export type CaptionSettings = z.infer<typeof captionSettings>;

type Defaults = typeof learningDefaults & typeof captionDefaults;

/** All settings of a run; those that depend on the data may be left out. */
export type CaptionRun = CaptionSettings & {
  readonly [Name in keyof Defaults]: NonNullable<CaptionSettings[Name & keyof CaptionSettings]>;
};

export const captionTable: SettingTable<typeof captionSettings.shape, CaptionRun> = {
  name: 'caption',
  schema: captionSettings,
  paths: ['data', 'images', 'output'],
  example: '{ "data": "captions.csv", "image": "file", "text": "caption" }',
  complete({ data, ...others }, missing) {
    if (data === undefined) throw missing('data');
    if (others.images !== undefined && others.image !== undefined) {
      throw new UsageError(
        '--images and --image are both given; the pictures are in one file, or named by a column.',
      );
    }
    checkAttention(others);
    return { ...learningDefaults, ...captionDefaults, data, ...others };
  },
};
