/** Reads a file of records with named texts: CSV, TSV or JSON lines; and finds which column is which. */
import { extname } from 'node:path';
import { noColumn, quotedNames } from '../data/table/table.js';
import type { TextSource } from '../data/text/text-records.js';
import { LstmOnnxError } from '../errors.js';
import { readTable } from '../files/table.js';
import { readJsonLines } from '../files/text.js';
import { nearNames } from '../near-names.js';
import type { Output } from './output.js';
import type { RecordSettings } from './record-settings.js';
import { optionName } from './setting-options.js';
import { UsageError } from './usage-error.js';

export interface Records {
  readonly path: string;
  /** For `labelledTexts`, `textPairs` and `textRecords`. Its notes are complete once it has been read. */
  readonly source: TextSource;
  /** In the order of the file. */
  readonly columns: readonly string[];
}

const JSON_LINES: readonly string[] = ['.jsonl', '.ndjson'];

/** Objects of JSON lines may lack fields; the names of so many are taken. */
const FIRST_LINES = 100;

/**
 * JSON lines are told by the extension (.jsonl, .ndjson); all else is a table, in which every cell is text.
 *
 * @throws UsageError for settings that JSON lines do not take; what `readTable` and `readJsonLines` throw; E_INVALID_FILE for a file
 *   without a record
 */
export async function readRecords(path: string, settings: RecordSettings = {}): Promise<Records> {
  const { encoding, separator, missing = [] } = settings;
  const textOptions = encoding === undefined ? {} : { encoding };
  if (JSON_LINES.includes(extname(path).toLowerCase())) {
    const csvOnly = (['separator', 'missing'] as const).find((name) => settings[name] !== undefined);
    if (csvOnly !== undefined) throw new UsageError(`--${csvOnly} is for CSV files; ${path} has JSON lines.`);
    const lines = readJsonLines(path, textOptions);
    const columns = new Set<string>();
    let read = 0;
    for await (const { value } of lines) {
      for (const name of Object.keys(value)) columns.add(name);
      if (++read === FIRST_LINES) break;
    }
    return recordsOf(path, lines, [...columns]);
  }
  const table = await readTable(path, {
    ...textOptions,
    ...{ columns: 'text', missing },
    ...(separator !== undefined && { separator: separator === 'tab' ? '\t' : separator }),
  });
  return recordsOf(path, table, [...table.columns.keys()]);
}

function recordsOf(path: string, source: TextSource, columns: readonly string[]): Records {
  if (columns.length > 0) return { path, source, columns };
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `${path} has no record; expected a CSV file whose first line names the columns, or JSON lines.`,
  );
}

/**
 * The column of each option that names one. A column that is not given is the one that is called as the option, or the only one that is
 * left; both are said.
 *
 * @param given the columns by option, such as `{ text: undefined, label: 'kind' }`
 * @throws E_UNKNOWN_NAME for a column that there is not; E_INVALID_OPTION where it is in doubt which one is meant, and for one column
 *   of two options
 */
export function findColumns<Option extends string>(
  { path, columns }: Pick<Records, 'path' | 'columns'>,
  given: Readonly<Record<Option, string | undefined>>,
  say: Output['say'],
): Record<Option, string> {
  const options = Object.keys(given) as Option[]; // the record has these alone
  const found = new Map<Option, string>();
  const free = () => columns.filter((name) => ![...found.values()].includes(name));
  for (const option of options) {
    const name = given[option];
    if (name === undefined) continue;
    if (!columns.includes(name)) throw unknownColumn(path, option, name, columns);
    if (!free().includes(name)) {
      throw new LstmOnnxError('E_INVALID_OPTION', `${path}: two options name the column '${name}'.`);
    }
    found.set(option, name);
  }
  const take = (option: Option, name: string) => {
    found.set(option, name);
    say(`--${optionName(option)}: the column '${name}' is taken.`);
  };
  for (const option of options.filter((each) => !found.has(each))) {
    const [alike, ...more] = free().filter((name) => name.toLowerCase() === option.toLowerCase());
    if (alike !== undefined && more.length === 0) take(option, alike);
  }
  const open = options.filter((option) => !found.has(option));
  const left = free();
  const [option, ...others] = open;
  if (option !== undefined) {
    const [name] = left;
    if (name === undefined || left.length > 1 || others.length > 0) throw inDoubt(path, open, left, columns);
    take(option, name);
  }
  return Object.fromEntries(found) as Record<Option, string>; // each option has its column
}

function unknownColumn(
  path: string,
  option: string,
  name: string,
  columns: readonly string[],
): LstmOnnxError {
  const where = `${path}: --${optionName(option)}`;
  const { code, message } = noColumn(where, name, columns);
  const [near] = nearNames(name, columns);
  return new LstmOnnxError(code, near === undefined ? message : `${message} Is '${near}' meant?`);
}

function inDoubt(
  path: string,
  open: readonly string[],
  left: readonly string[],
  columns: readonly string[],
): LstmOnnxError {
  const wanted = open.map((option) => `--${optionName(option)} COLUMN`).join(' and ');
  if (open.length > left.length) {
    return new LstmOnnxError(
      'E_INVALID_FILE',
      `${path}: no column is left for ${open.map((option) => `--${optionName(option)}`).join(' and ')}; the columns are ${quotedNames(columns)}.`,
    );
  }
  return new LstmOnnxError(
    'E_INVALID_OPTION',
    `${path}: the columns are ${quotedNames(columns)}; say which is which: ${wanted}.`,
  );
}
