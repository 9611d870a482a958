/** What a command is told: by the command line, by a file for `--config`, else by defaults. */
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { parseJson } from '../data/bounded-json.js';
import { decodeUtf8 } from '../data/utf8.js';
import { LstmOnnxError } from '../errors.js';
import { parseFile } from '../files/read.js';
import { nearNames } from '../near-names.js';
import type { Output } from './output.js';
import { givenSettings, optionName } from './setting-options.js';
import { UsageError } from './usage-error.js';

type Shape = Readonly<Record<string, z.ZodType>>;

/** The table of the settings of a command, whose names are those of the file; on the command line they have hyphens. */
export interface SettingTable<S extends Shape, Run> {
  /** What is trained, as behind `train` on the command line. */
  readonly name: string;
  readonly schema: z.ZodObject<S>;
  /** Those that name files and folders: in a file for `--config` they begin at its own folder. */
  readonly paths: readonly (keyof S & string)[];
  /** An example of what a file holds. */
  readonly example: string;
  /**
   * All settings of a run, with defaults in place of what was not given.
   *
   * @throws UsageError for settings that do not go together; what is missing is thrown as `missing` gives it
   */
  complete(given: Partial<z.infer<z.ZodObject<S>>>, missing: (name: keyof S & string) => UsageError): Run;
}

/**
 * The command line wins over the file, which is said.
 *
 * @throws UsageError for values that a setting never takes, and what `complete` of the table throws; of the file
 *   E_UNKNOWN_NAME for names that are no option, E_INVALID_FILE for wrong values and what is no JSON
 */
export async function settingsOf<S extends Shape, Run>(
  argv: Readonly<Record<string, unknown>>,
  table: SettingTable<S, Run>,
  say: Output['say'],
): Promise<Run> {
  const given = givenSettings(argv, table.schema);
  const file = typeof argv.config === 'string' ? argv.config : undefined;
  const saved = file === undefined ? {} : await parseFile(file, (bytes) => readConfig(bytes, file, table));
  const both = Object.keys(given).filter((name) => Object.hasOwn(saved, name));
  if (both.length > 0) say(`${file}: taken from the command line instead: ${both.join(', ')}`);
  return table.complete({ ...saved, ...given }, (name) => missing(name, file));
}

function missing(name: string, file: string | undefined): UsageError {
  const also =
    file === undefined ? '; a file for --config may have it, too' : `: ${file} has no ${name} either`;
  return new UsageError(`Missing required argument: ${optionName(name)}${also}.`);
}

/** What a file for `--config` may hold: any of the settings, the others being on the command line. */
function configOf<S extends Shape>({ name, schema }: Pick<SettingTable<S, unknown>, 'name' | 'schema'>) {
  const optional = Object.entries(schema.shape).map(([key, value]) => [
    key,
    value instanceof z.ZodExactOptional ? value : z.exactOptional(value).describe(value.description ?? ''),
  ]);
  return z
    .strictObject({
      ...(Object.fromEntries(optional) as Shape),
      $schema: z.string().exactOptional().describe('Where editors find this schema'),
    })
    .meta({
      title: `Options of lstm-onnx train ${name}`,
      description:
        'A file for --config. Its paths begin at its own folder; options on the command line win over it.',
    });
}

/** The JSON schema of a file for `--config`: `schemas/NAME.schema.json` is written from it. */
export function settingsSchema<S extends Shape>(
  table: Pick<SettingTable<S, unknown>, 'name' | 'schema'>,
): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(configOf(table), { io: 'input' });
}

function readConfig<S extends Shape, Run>(
  bytes: Uint8Array,
  file: string,
  table: SettingTable<S, Run>,
): Partial<z.infer<z.ZodObject<S>>> {
  const content = decodeUtf8(bytes, false);
  if (content === undefined) throw new LstmOnnxError('E_INVALID_FILE', 'expected JSON in UTF-8.');
  const { $schema: _, ...config } = checked(parseJson(content, 'the options'), table);
  const inFolder = table.paths.flatMap((name) => {
    const path = config[name];
    return path === undefined ? [] : [[name, mapPaths(path, (each) => resolve(dirname(file), each))]];
  });
  // The schema has checked it.
  return { ...config, ...Object.fromEntries(inFolder) } as Partial<z.infer<z.ZodObject<S>>>;
}

/** A path, or each one of a list. */
export function mapPaths(value: unknown, change: (path: string) => string): unknown {
  return Array.isArray(value) ? value.map((each) => change(String(each))) : change(String(value));
}

function checked<S extends Shape, Run>(
  json: unknown,
  table: SettingTable<S, Run>,
): Readonly<Record<string, unknown>> {
  const { data, error } = configOf(table).safeParse(json, { reportInput: true });
  if (data) return data;
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys')
    throw unknownName(issue.keys[0] ?? '', Object.keys(table.schema.shape));
  const [name, ...place] = issue?.path ?? [];
  if (issue === undefined || name === undefined) {
    throw new LstmOnnxError('E_INVALID_FILE', `expected a JSON object of options, such as ${table.example}.`);
  }
  const where = place.map((index) => `[${String(index)}]`).join('');
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `${String(name)}${where} is ${JSON.stringify(issue.input)?.slice(0, 60)}; give ${issue.message}.`,
  );
}

function unknownName(name: string, known: readonly string[]): LstmOnnxError {
  const [near] = nearNames(name, known);
  return new LstmOnnxError(
    'E_UNKNOWN_NAME',
    `there is no option '${name}'${near === undefined ? '.' : `; is '${near}' meant?`} The options are ${known.join(', ')}.`,
  );
}
