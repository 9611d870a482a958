/** The settings of `train forecast`: every one of them is an option, is in the command of the report, and may be in a file. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import yargs from 'yargs';
import { forecastCommand, predictCommandFor } from '../../src/cli/forecast-command.js';
import { forecastTable } from '../../src/cli/forecast-config.js';
import {
  type ForecastSettings,
  forecastSettings,
  planSettings,
  trainingSettings,
} from '../../src/cli/forecast-settings.js';
import { givenSettings, listed, optionName, withSettings } from '../../src/cli/setting-options.js';
import { settingsSchema } from '../../src/cli/settings.js';
import { trainingOptionNames } from '../../src/forecast/forecast-training.js';

/** A value for every setting: the compiler and the first test refuse a setting that has none. */
const all = {
  csv: 'my sales.csv',
  time: 'day',
  group: ['shop', 'a, "b"', ' c'],
  dateFormat: 'MMM D YYYY',
  timeZone: 'Europe/Berlin',
  decimal: ',',
  separator: 'tab',
  frequency: '15 minutes',
  missing: ['', 'n.a.', '-'],
  fill: 'linear',
  duplicates: 'last',
  sort: true,
  target: 'sold',
  unit: '-%',
  features: ['wind'],
  known: ['price', 'door'],
  static: [],
  calendar: ['hour', 'dayOfYear'],
  season: 1,
  window: 24,
  horizon: 6,
  quantiles: [0.05, 0.5],
  distribution: 'studentT',
  decoder: 'autoregressive',
  scaling: 'minMax',
  cell: 'gru',
  hiddenSize: 8,
  numLayers: 2,
  dropout: 0,
  epochs: 3,
  batchSize: 16,
  stride: 3,
  lr: 0.001,
  patience: 4,
  validation: 0.2,
  origins: 3,
  seed: -7,
  backend: 'simd:2',
  output: "it's",
} as const satisfies Required<{ readonly [Name in keyof ForecastSettings]: unknown }>;

/** The words of a command, as a shell reads them. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g)].map(([word]) =>
    word.replaceAll(
      /'([^']*)'|"([^"]*)"|\\(.)/g,
      (_, single, double, escaped) => single ?? double ?? escaped,
    ),
  );
}

describe('the command that makes a forecast again', () => {
  it.skipIf(process.platform === 'win32')('says every setting, as the command line reads it', async () => {
    expect(Object.keys(all)).toEqual(Object.keys(forecastSettings.shape));
    const command = forecastCommand(forecastSettings.parse(all));
    for (const name of Object.keys(all)) expect(command).toContain(` --${optionName(name)}`);
    const words = wordsOf(command).slice(3);
    const argv = await withSettings(yargs(words), forecastSettings, 'All:').strict().parseAsync();
    expect(givenSettings(argv, forecastSettings)).toEqual(all);
  });

  it('leaves out what is not set, and says what is set to false', () => {
    const command = forecastCommand({ csv: 'a.csv', target: 'sold', sort: false, horizon: 3 });
    expect(command).toBe('lstm-onnx train forecast --csv a.csv --no-sort --target sold --horizon 3');
  });
});

describe('the command that goes on with the model', () => {
  it('says how the file is written, which the model does not keep', () => {
    const { missing: _, ...settings } = forecastSettings.parse(all);
    expect(predictCommandFor('out/model.onnx', settings)).toBe(
      "lstm-onnx predict out/model.onnx --csv FILE --date-format 'MMM D YYYY' --decimal , --separator tab --fill linear --duplicates last --sort",
    );
  });

  it('says nothing that is the default', () => {
    const command = predictCommandFor('my model.onnx', { csv: 'a.csv', target: 'sold', group: ['shop'] });
    expect(command).toBe("lstm-onnx predict 'my model.onnx' --csv FILE");
  });
});

describe('the settings of a training', () => {
  it('are all options of trainAndEvaluate, but what is told of it and stops it', () => {
    const inCode = ['onStep', 'onEpoch', 'onNote', 'signal'];
    const options = Object.keys({ ...trainingOptionNames, origins: true }).filter(
      (name) => !inCode.includes(name),
    );
    const { output: _, ...training } = trainingSettings.shape;
    const settings = [...Object.keys({ ...planSettings.shape, ...training }), 'timeZone'];
    expect(settings.sort()).toEqual(options.sort());
  });

  it('have the defaults that the library documents', () => {
    const sources = ['forecast-training', 'train-and-evaluate'].map((name) =>
      readFileSync(new URL(`../../src/forecast/${name}.ts`, import.meta.url), 'utf8'),
    );
    const documented = [
      ...sources.join().matchAll(/@default ('\w+'|[\d.]+)(?:(?!@default)[\s\S])*?\*\/\s*readonly (\w+)\?/g),
    ];
    const shape: Readonly<Record<string, { readonly description?: string | undefined }>> =
      trainingSettings.shape;
    const found = documented.flatMap(([, value = '', name = '']) =>
      shape[name]
        ? [[name, /\[default: ([\w.]+)/.exec(shape[name].description ?? '')?.[1], value.replaceAll("'", '')]]
        : [],
    );
    expect(found.length).toBeGreaterThan(12);
    for (const [name, said, value] of found) expect([name, said]).toEqual([name, value]);
  });
});

it.each([
  ['a,b', ['a', 'b']],
  [' a , b c ', ['a', 'b c']],
  ['"a,b","c ""d"""', ['a,b', 'c "d"']],
  ['', []],
  ['a,', ['a', '']],
])('a list %s', (text, items) => {
  expect(listed(text)).toEqual(items);
});

it('the JSON schema is what the zod schema gives (npm run json-schemas), with all settings described', () => {
  const file = new URL('../../schemas/forecast.schema.json', import.meta.url);
  const committed = JSON.parse(readFileSync(file, 'utf8'));
  expect(committed).toEqual(settingsSchema(forecastTable));
  expect(Object.keys(committed.properties).sort()).toEqual([...Object.keys(all), '$schema'].sort());
  for (const property of Object.values<{ description?: string }>(committed.properties)) {
    expect(property.description).toMatch(/.{10}/);
  }
});
