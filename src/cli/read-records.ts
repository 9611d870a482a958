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

/** Options that name columns, such as `{ text: undefined, label: 'kind' }`. */
type Given<Option extends string> = Readonly<Record<Option, string | undefined>>;

/**
 * The column of each option that names one. A column that is not given is the one that is called as the option, or the only one that is
 * left; both are said.
 *
 * @throws E_UNKNOWN_NAME for a column that there is not; E_INVALID_OPTION where it is in doubt which one is meant, and for one column
 *   of two options; E_INVALID_FILE where there are too few columns
 */
export function findColumns<Option extends string>(
  records: Pick<Records, 'path' | 'columns'>,
  given: Given<Option>,
  say: Output['say'],
): Record<Option, string> {
  const { columns, notes, open } = matchColumns(records, given);
  if (open.length > 0) {
    const wanted = open.map((option) => `--${optionName(option)} COLUMN`).join(' and ');
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${records.path}: the columns are ${quotedNames(records.columns)}; say which is which: ${wanted}.`,
    );
  }
  for (const note of notes) say(note);
  return Object.fromEntries(columns) as Record<Option, string>; // each option has its column
}

export interface MatchedColumns<Option extends string> {
  readonly columns: ReadonlyMap<Option, string>;
  /** On columns that were found. */
  readonly notes: readonly string[];
  /** Options whose column is in doubt. */
  readonly open: readonly Option[];
  /** Columns that no option names. */
  readonly left: readonly string[];
}

/** As {@link findColumns}, where what is in doubt may stay so. @throws what it throws, but for doubt */
export function matchColumns<Option extends string>(
  records: Pick<Records, 'path' | 'columns'>,
  given: Given<Option>,
): MatchedColumns<Option> {
  const options = Object.keys(given) as Option[]; // the record has these alone
  const columns = new Map<Option, string>();
  const notes: string[] = [];
  const left = () => records.columns.filter((name) => ![...columns.values()].includes(name));
  const open = () => options.filter((option) => !columns.has(option));
  for (const option of options) {
    const name = given[option];
    if (name === undefined) continue;
    if (!records.columns.includes(name)) throw unknownColumn(records, option, name);
    if (!left().includes(name)) {
      throw new LstmOnnxError('E_INVALID_OPTION', `${records.path}: two options name the column '${name}'.`);
    }
    columns.set(option, name);
  }
  const take = (option: Option, name: string) => {
    columns.set(option, name);
    notes.push(`--${optionName(option)}: the column '${name}' is taken.`);
  };
  for (const option of open()) {
    const [alike, ...more] = left().filter((name) => name.toLowerCase() === option.toLowerCase());
    if (alike !== undefined && more.length === 0) take(option, alike);
  }
  const [[option, ...others], [name, ...more]] = [open(), left()];
  if (option !== undefined && name !== undefined && others.length + more.length === 0) take(option, name);
  if (open().length > left().length) throw tooFew(records, open());
  return { columns, notes, open: open(), left: left() };
}

function unknownColumn(
  { path, columns }: Pick<Records, 'path' | 'columns'>,
  option: string,
  name: string,
): LstmOnnxError {
  const { code, message } = noColumn(`${path}: --${optionName(option)}`, name, columns);
  const [near] = nearNames(name, columns);
  return new LstmOnnxError(code, near === undefined ? message : `${message} Is '${near}' meant?`);
}

function tooFew(
  { path, columns }: Pick<Records, 'path' | 'columns'>,
  open: readonly string[],
): LstmOnnxError {
  const options = open.map((option) => `--${optionName(option)}`).join(' and ');
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `${path}: no column is left for ${options}; the columns are ${quotedNames(columns)}.`,
  );
}
