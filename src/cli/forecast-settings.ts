/**
 * The options of `train forecast`, as one table: the command line, the file for `--config`, its JSON schema and the command in the
 * report are made from it. Names are those of the file; on the command line they have hyphens.
 */
import * as z from 'zod';
import { backendNames } from '../builder/backends/backend-names.js';
import { quantileRule } from '../builder/train/quantiles.js';
import { checkFrequency } from '../data/table/frequency.js';
import {
  atLeast,
  backend,
  choice,
  flag,
  fraction,
  names,
  probability,
  seed,
  text,
  whole,
} from './setting-schemas.js';

/** What is taken where nothing is said. Other defaults depend on the data, or are those of the library. */
export const defaults = {
  epochs: 60,
  seed: 0,
  cell: 'lstm',
  hiddenSize: 32,
  backend: 'auto',
  output: 'out',
} as const;

const LEVELS = 'numbers between 0 and 1 in ascending order, such as 0.1,0.5,0.9';

/** How a CSV file is read as series. */
export const readingSettings = z.strictObject({
  csv: text('a file').describe('The file of the series'),
  time: text().exactOptional().describe('The column of times [default: the only one]'),
  group: names().exactOptional().describe('The columns that tell several series apart'),
  dateFormat: text()
    .exactOptional()
    .describe("How dates are written, such as 'MM/DD/YYYY' or 'MMM D YYYY' [default: ISO 8601]"),
  timeZone: text()
    .exactOptional()
    .describe(
      'Of times that do not say theirs, such as Europe/Berlin; the calendar follows it [default: UTC]',
    ),
  decimal: choice(['.', ','])
    .exactOptional()
    .describe('What separates the decimals of numbers, in the forecast too [default: .]'),
  separator: choice([',', ';', 'tab', '|'])
    .exactOptional()
    .describe('What separates the cells [default: found by the first lines]'),
  frequency: text()
    .refine(isFrequency, { error: "a frequency such as hour, '15 minutes' or month" })
    .exactOptional()
    .describe("Such as hour, '15 minutes' or month [default: found by the times]"),
  missing: z
    .array(z.string({ error: 'texts' }), { error: 'a list of texts' })
    .exactOptional()
    .describe('Texts of cells without a value [default: NA, NaN, null, - and the like]'),
  fill: choice(['previous', 'linear', 'drop'])
    .exactOptional()
    .describe('Of missing rows and values [default: they are an error]'),
  duplicates: choice(['first', 'last'])
    .exactOptional()
    .describe('Which row of one time is kept [default: they are an error]'),
  sort: flag().exactOptional().describe('Put rows into the order of time'),
});

/** What is forecast, from what. */
export const planSettings = z.strictObject({
  target: text('a column').describe('The column to forecast'),
  unit: text()
    .exactOptional()
    .describe('What the target is counted in, such as ppm: the model file and the report say it'),
  features: names().exactOptional().describe('Further columns of which the past is known'),
  known: names()
    .exactOptional()
    .describe('Columns that are known ahead: rows at the end of the file, without a target, have them'),
  static: names()
    .exactOptional()
    .describe('Columns that are the same in all of a series [default: those of group, of several series]'),
  calendar: z
    .array(choice(['hour', 'weekday', 'month', 'quarter', 'dayOfMonth', 'dayOfYear']), {
      error: 'a list of parts of the calendar',
    })
    .exactOptional()
    .describe('Of hour weekday month quarter dayOfMonth dayOfYear [default: by the frequency]'),
  season: whole(1_000_000)
    .exactOptional()
    .describe('Steps of a season, 1 for none [default: by the frequency, such as 12 for months]'),
  window: whole(1_000_000)
    .exactOptional()
    .describe('Steps that are seen [default: two seasons, at least twice the horizon]'),
  horizon: whole(1_000_000).exactOptional().describe('Steps that are forecast [default: a season]'),
  quantiles: z
    .array(z.number({ error: LEVELS }), { error: LEVELS })
    .min(1, { error: LEVELS })
    .refine((levels) => quantileRule(levels) === undefined, { error: LEVELS })
    .exactOptional()
    .describe('Between 0 and 1, ascending [default: 0.1,0.5,0.9]'),
});

/** How it is trained, and where the files go. */
export const trainingSettings = z.strictObject({
  distribution: choice(['quantiles', 'gaussian', 'studentT'])
    .exactOptional()
    .describe('What is learned of each step: quantiles, or a distribution [default: quantiles]'),
  decoder: choice(['direct', 'autoregressive'])
    .exactOptional()
    .describe('All steps at once, or one after the other [default: direct]'),
  scaling: choice(['window', 'standard', 'robust', 'minMax'])
    .exactOptional()
    .describe('Of the target: by each window, or by constants of the training part [default: window]'),
  cell: choice(['lstm', 'gru']).exactOptional().describe(`The recurrent layer [default: ${defaults.cell}]`),
  hiddenSize: whole(1024)
    .exactOptional()
    .describe(`Features of the hidden state, up to 1,024 [default: ${defaults.hiddenSize}]`),
  numLayers: whole(16).exactOptional().describe('Stacked recurrent layers [default: 1]'),
  dropout: probability()
    .exactOptional()
    .describe('The part of the features that is left out at random in training [default: 0.1]'),
  epochs: whole(1_000_000)
    .exactOptional()
    .describe(
      `The most passes over the data; fewer where the last part is forecast no better [default: ${defaults.epochs}]`,
    ),
  batchSize: whole(65_536)
    .exactOptional()
    .describe('Windows in a batch [default: 64; up to 512 of many windows]'),
  stride: whole(1_000_000)
    .exactOptional()
    .describe('Trains on one window of every so many [default: 1; more of long series]'),
  lr: atLeast(0).exactOptional().describe('Learning rate of Adam at first, which falls to 0 [default: 0.01]'),
  patience: whole(1_000_000)
    .exactOptional()
    .describe('Epochs without a better forecast of the last part before training ends [default: 12]'),
  validation: fraction()
    .exactOptional()
    .describe('The last part of the data, a fraction of it, which tells the best epoch [default: 0.15]'),
  origins: whole(1000)
    .exactOptional()
    .describe('The most forecasts of the past by which the model is judged [default: 5]'),
  seed: seed().exactOptional().describe(`Of the first parameters and the order [default: ${defaults.seed}]`),
  backend: backend().exactOptional().describe(`tfjs backend: ${backendNames} [default: ${defaults.backend}]`),
  output: text('a folder')
    .exactOptional()
    .describe(
      `Folder for model.onnx, model.safetensors, forecast.csv and report.html [default: ${defaults.output}]`,
    ),
});

export const forecastSettings = z.strictObject({
  ...readingSettings.shape,
  ...planSettings.shape,
  ...trainingSettings.shape,
});

export type ReadingSettings = z.infer<typeof readingSettings>;
export type ForecastSettings = z.infer<typeof forecastSettings>;
function isFrequency(name: string): boolean {
  try {
    checkFrequency('frequency', name);
    return true;
  } catch {
    return false;
  }
}
