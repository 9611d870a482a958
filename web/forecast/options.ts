/** What the person chose, as the options of the library: the worker takes them, and the program for Node shows them. */
import type { EvaluatedTrainingOptions, ForecastSeriesOptions, TableOptions } from 'lstm-onnx/web';
import type { Columns, Reading, Settings } from './messages.js';

export interface Choices {
  readonly columns: Columns;
  readonly reading: Reading;
  readonly settings: Settings;
}

/** Of `readTable` and `parseTable`. */
export function tableOptions({ columns, reading }: Choices): TableOptions {
  const { time, target, features, known, key } = columns;
  const { separator, decimal, dateFormat, timeZone, missing, names } = reading;
  return {
    ...(names && { names }),
    only: [...new Set([time, ...key, target, ...features, ...known])],
    time,
    ...(dateFormat !== undefined && { dateFormat }),
    ...(timeZone !== undefined && { timeZone }),
    // A target with text in it is not taken for text, nor shops with numbers for numbers.
    columns: Object.fromEntries([[target, 'number'], ...key.map((name) => [name, 'text'])]),
    ...(separator && { separator }),
    ...(decimal && { decimal }),
    ...(missing && { missing }),
  };
}

/** Of `forecastSeries`. */
export function seriesOptions({ columns, reading }: Choices): ForecastSeriesOptions {
  const { fill, sort, duplicates, frequency } = reading;
  return {
    time: columns.time,
    ...(columns.key.length > 0 && { key: columns.key }),
    ...columnsOf(columns),
    ...(fill && { fill }),
    ...(sort && { sort }),
    ...(duplicates && { duplicates }),
    ...(frequency !== undefined && { frequency }),
  };
}

/** Of `planForecast`. */
export function planOptions({ columns, reading: { timeZone }, settings: { horizon, window } }: Choices) {
  return {
    ...columnsOf(columns),
    ...(timeZone !== undefined && { timeZone }),
    ...(horizon !== undefined && { horizon }),
    ...(window !== undefined && { window }),
  };
}

/** Of `trainAndEvaluate`. */
export function trainingOptions(choices: Choices): EvaluatedTrainingOptions {
  const { cell, hiddenSize, epochs, seed, threads } = choices.settings;
  return { ...planOptions(choices), cell, hiddenSize, epochs, seed, backend: `simd:${threads}` };
}

function columnsOf({ target, features, known }: Columns) {
  return {
    target,
    ...(features.length > 0 && { features }),
    ...(known.length > 0 && { known }),
  };
}
