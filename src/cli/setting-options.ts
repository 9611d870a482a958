/** A table of settings as options of the command line: there, from there and back. */
import type { Argv, Options } from 'yargs';
import * as z from 'zod';
import { shellWord } from './resume-command.js';
import { UsageError } from './usage-error.js';

type Shape = Readonly<Record<string, z.ZodType>>;

/** `hidden-size` for `hiddenSize`. */
export function optionName(setting: string): string {
  return setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Adds an option for each setting, under a heading; none has a default, so that what is given is told from what is not. */
export function withSettings<T>(yargs: Argv<T>, { shape }: z.ZodObject<Shape>, group: string): Argv<T> {
  for (const [name, schema] of Object.entries(shape))
    yargs.option(optionName(name), { ...optionOf(name, schema), group });
  return yargs;
}

function optionOf(name: string, schema: z.ZodType): Options {
  const inner = plain(schema);
  const about = schema.description ?? '';
  const describe = inner instanceof z.ZodArray ? `a,b: ${about}` : about;
  const alias = name === 'output' ? { alias: 'o' } : {};
  if (inner instanceof z.ZodBoolean) return { type: 'boolean', describe };
  if (inner instanceof z.ZodNumber) return { type: 'number', requiresArg: true, describe };
  const choices = inner instanceof z.ZodEnum ? { choices: inner.options } : {};
  return { type: 'string', requiresArg: true, describe, ...choices, ...alias };
}

/** The schema of a value, without its being optional. */
function plain(schema: z.ZodType): z.core.$ZodType {
  return schema instanceof z.ZodExactOptional ? schema.unwrap() : schema;
}

/**
 * The settings that a command line gives, by their names; lists as lists.
 *
 * @throws UsageError for a value that a setting never takes
 */
export function givenSettings<S extends Shape>(
  argv: Readonly<Record<string, unknown>>,
  { shape }: z.ZodObject<S>,
): Partial<z.infer<z.ZodObject<S>>> {
  const given = Object.entries(shape).flatMap(([name, schema]) => {
    const option = optionName(name);
    const value = argv[option];
    if (value === undefined) return [];
    const { data, error } = z.safeParse(schema, readValue(value, plain(schema)));
    if (error) throw new UsageError(`--${option} is ${value}; give ${error.issues[0]?.message}.`);
    return [[name, data]];
  });
  return Object.fromEntries(given);
}

function readValue(value: unknown, schema: z.core.$ZodType): unknown {
  // A number or a name, such as that of a column.
  if (schema instanceof z.ZodUnion && /^\d+$/.test(String(value))) return Number(value);
  if (!(schema instanceof z.ZodArray)) return value;
  const items = listed(String(value));
  if (!(schema.element instanceof z.ZodNumber)) return items;
  return items.map((item) => (item === '' ? Number.NaN : Number(item)));
}

/** `a,b` as a list; an item in double quotes may have commas itself, as in CSV. Nothing for an empty text. */
export function listed(names: string): string[] {
  if (names.trim() === '') return [];
  const items = names.matchAll(/\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(?:,|$)/g);
  const all = [...items].map(
    ([, quoted, plainItem = '']) => quoted?.replaceAll('""', '"') ?? plainItem.trim(),
  );
  // Behind the last item there is an empty one, where the text ends.
  return names.trimEnd().endsWith(',') ? all : all.slice(0, -1);
}

/** Settings as words of a command; what is not set is left out. */
export function optionWords(
  settings: Readonly<Record<string, unknown>>,
  { shape }: z.ZodObject<Shape>,
): string[] {
  return Object.keys(shape).flatMap((name) => {
    const value = settings[name];
    if (value === undefined) return [];
    const option = `--${optionName(name)}`;
    if (value === true) return [option];
    if (value === false) return [`--no-${optionName(name)}`];
    const text = Array.isArray(value) ? value.map(listItem).join(',') : String(value);
    // What begins with a hyphen would be read as another option.
    return text.startsWith('-') ? [`${option}=${shellWord(text)}`] : [option, shellWord(text)];
  });
}

function listItem(item: unknown): string {
  const text = String(item);
  return /^[^",\s](?:[^",]*[^",\s])?$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}
