/** What `train forecast` is told: by the command line, by a file for `--config`, else by defaults. */
import { dirname, resolve } from 'node:path';
import { parseJson } from '../data/bounded-json.js';
import { decodeUtf8 } from '../data/utf8.js';
import { LstmOnnxError } from '../errors.js';
import { parseFile } from '../files/read.js';
import { nearNames } from '../near-names.js';
import {
  defaults,
  type ForecastConfig,
  type ForecastSettings,
  forecastConfig,
  forecastSettings,
} from './forecast-settings.js';
import type { Output } from './output.js';
import { givenSettings, optionName } from './setting-options.js';
import { UsageError } from './usage-error.js';

/** All settings of a run; those that depend on the data may be left out. */
export type RunSettings = ForecastSettings & {
  readonly [Name in keyof typeof defaults]: NonNullable<ForecastSettings[Name]>;
};

/**
 * The command line wins over the file, which is said.
 *
 * @throws UsageError for values that no forecast takes, and where no file or no target is named; of the file
 *   E_UNKNOWN_NAME for names that are no option, E_INVALID_FILE for wrong values and what is no JSON
 */
export async function settingsOf(
  argv: Readonly<Record<string, unknown>>,
  say: Output['say'],
): Promise<RunSettings> {
  const given = givenSettings(argv, forecastSettings);
  const file = typeof argv.config === 'string' ? argv.config : undefined;
  const saved = file === undefined ? {} : await parseFile(file, (bytes) => readConfig(bytes, file));
  const both = Object.keys(given).filter((name) => Object.hasOwn(saved, name));
  if (both.length > 0) say(`${file}: taken from the command line instead: ${both.join(', ')}`);
  const { csv, target, group, ...others } = { ...saved, ...given };
  if (csv === undefined) throw missing('csv', file);
  if (target === undefined) throw missing('target', file);
  if (group?.includes(target)) {
    throw new UsageError(`--target and --group both name ${target}; a series is told apart by another.`);
  }
  return { ...defaults, csv, target, ...(group && { group }), ...others };
}

function missing(name: string, file: string | undefined): UsageError {
  const also =
    file === undefined ? '; a file for --config may have it, too' : `: ${file} has no ${name} either`;
  return new UsageError(`Missing required argument: ${optionName(name)}${also}.`);
}

/** The settings in a file, whose paths begin at its folder. */
function readConfig(bytes: Uint8Array, file: string): ForecastConfig {
  const text = decodeUtf8(bytes, false);
  if (text === undefined) throw new LstmOnnxError('E_INVALID_FILE', 'expected JSON in UTF-8.');
  const { $schema: _, ...config } = checked(parseJson(text, 'the options'));
  const inFolder = (path: string) => resolve(dirname(file), path);
  return {
    ...config,
    ...(config.csv !== undefined && { csv: inFolder(config.csv) }),
    ...(config.output !== undefined && { output: inFolder(config.output) }),
  };
}

function checked(json: unknown) {
  const { data, error } = forecastConfig.safeParse(json, { reportInput: true });
  if (data) return data;
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') throw unknownName(issue.keys[0] ?? '');
  const [name, ...place] = issue?.path ?? [];
  if (issue === undefined || name === undefined) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      'expected a JSON object of options, such as { "csv": "sales.csv", "target": "sold" }.',
    );
  }
  const where = place.map((index) => `[${String(index)}]`).join('');
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `${String(name)}${where} is ${JSON.stringify(issue.input)?.slice(0, 60)}; give ${issue.message}.`,
  );
}

function unknownName(name: string): LstmOnnxError {
  const known = Object.keys(forecastSettings.shape);
  const [near] = nearNames(name, known);
  return new LstmOnnxError(
    'E_UNKNOWN_NAME',
    `there is no option '${name}'${near === undefined ? '.' : `; is '${near}' meant?`} The options are ${known.join(', ')}.`,
  );
}
