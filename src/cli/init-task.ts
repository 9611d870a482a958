/** `lstm-onnx init NAME`: a file for `train NAME --config`, with what is found in the data. */
import { dirname, relative } from 'node:path';
import type { CommandModule } from 'yargs';
import type * as z from 'zod';
import { counted } from '../counted.js';
import { writeFileAtomic } from '../files/write.js';
import type { GlobalOptions } from './global-options.js';
import { type Output, STDOUT } from './output.js';
import { refuseOverwriting, refuseReplacing } from './refuse-overwriting.js';
import { shellWord } from './resume-command.js';
import { schemaPath } from './schema-path.js';
import { givenSettings, optionName, withSettings } from './setting-options.js';
import { mapPaths, type SettingTable } from './settings.js';
import type { Decision, SettingsDraft } from './settings-draft.js';
import { UsageError } from './usage-error.js';

type Shape = Readonly<Record<string, z.ZodType>>;

type Table<S extends Shape> = Pick<SettingTable<S, unknown>, 'name' | 'schema'> & {
  readonly paths: readonly string[];
};

/** A task whose settings can be drafted. */
export interface InitTask<S extends Shape> {
  readonly table: Table<S>;
  readonly describe: string;
  /** The setting that names the file or folder to look into, which has to be given. */
  readonly data: keyof S & string;
  /** The settings that may be given, under their headings; `output` is none of them. */
  readonly groups: Readonly<Record<string, z.ZodObject<Shape>>>;
  /** Commands behind `$0` and what they do. */
  readonly examples: readonly (readonly [command: string, about: string])[];
  /**
   * Looks into the data.
   *
   * @param given settings that are decided already, `data` among them
   * @throws what is wrong with the data whatever is decided
   */
  draft(given: Partial<z.infer<z.ZodObject<S>>>): Promise<SettingsDraft<Readonly<Record<string, unknown>>>>;
}

interface InitArguments extends GlobalOptions {
  output: string;
}

export function initTaskCommand<S extends Shape>(
  task: InitTask<S>,
  { print, say }: Output,
): CommandModule<GlobalOptions, InitArguments> {
  const { name, schema, paths }: Table<S> = task.table;
  return {
    command: name,
    describe: task.describe,
    builder(yargs) {
      for (const [heading, settings] of Object.entries(task.groups)) withSettings(yargs, settings, heading);
      for (const [command, about] of task.examples) yargs.example(`$0 ${command}`, about);
      yargs.demandOption(optionName(task.data));
      return yargs.option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        default: `${name}.json`,
        describe: 'The file to write; - prints it',
      });
    },
    async handler({ output, json, ...args }) {
      if (output !== STDOUT && !/\.json$/i.test(output)) {
        throw new UsageError(`--output is ${output}; name a .json file, or - to print it.`);
      }
      const given = givenSettings(args, schema);
      if (output !== STDOUT) {
        const inputs = Object.entries(given).filter(([setting]) => paths.includes(setting));
        await refuseOverwriting(output, inputs.flatMap(([, path]) => path).map(String));
        await refuseReplacing(output);
      }
      const draft = await task.draft(given);
      const drafted = draft.toJson(Object.keys(schema.shape));
      const file = output === STDOUT ? drafted : inFolder(drafted, dirname(output), task.table);
      const text = JSON.stringify(file, null, 2);
      if (output !== STDOUT) await writeFileAtomic(output, `${text}\n`);
      for (const note of draft.notes) say(note);
      if (!json) for (const decision of draft.decisions) say(decisionLine(decision));
      if (output === STDOUT) for (const line of text.split('\n')) print(line);
      else if (json) print(JSON.stringify({ event: 'done', config: output, decisions: draft.decisions }));
      else {
        print(output);
        say(nextLine(name, output, draft.decisions.length));
      }
    },
  };
}

function decisionLine({ option, values, why }: Decision): string {
  const choices = values.map((value) => JSON.stringify(value)).join(' or ');
  return `decide ${option}: ${choices}. ${why}`;
}

function nextLine(name: string, config: string, open: number): string {
  const next = `lstm-onnx train ${name} --config ${shellWord(config)}`;
  if (open === 0) return `next: ${next}`;
  return `${counted(open, 'option')} to decide, null in the file; then ${next}`;
}

/** The settings as a file in a folder has them: its paths begin there, and editors find the schema. */
function inFolder(
  settings: Readonly<Record<string, unknown>>,
  folder: string,
  { name, paths }: Pick<Table<Shape>, 'name' | 'paths'>,
): Record<string, unknown> {
  const own = paths.flatMap((path) => {
    const value = settings[path];
    const inside = (each: string) => relative(folder, each).replaceAll('\\', '/');
    return value === undefined || value === null ? [] : [[path, mapPaths(value, inside)]];
  });
  const schema = schemaPath(folder, name);
  return { ...(schema === undefined ? {} : { $schema: schema }), ...settings, ...Object.fromEntries(own) };
}
