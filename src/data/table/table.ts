/** A table in memory: columns by name, each of numbers, of times or of text. */
import { inWords, isObject, wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';

/** Numbers; NaN where the value is missing, and nowhere else. */
export interface NumberColumn {
  readonly kind: 'number';
  readonly values: Float64Array;
  /** How many values are missing. */
  readonly missing: number;
}

/** Points in time: milliseconds since 1970-01-01T00:00Z, as those of a `Date`; NaN where one is missing. */
export interface TimeColumn {
  readonly kind: 'time';
  readonly values: Float64Array;
  readonly missing: number;
}

/** Text as numbers of categories: `categories[codes[row]]` is the text of a row; the code is -1 where it is missing. */
export interface TextColumn {
  readonly kind: 'text';
  readonly codes: Int32Array;
  /** Every text of the column once, in the order in which they come. */
  readonly categories: readonly string[];
  readonly missing: number;
}

export type TableColumn = NumberColumn | TimeColumn | TextColumn;

/** What was found, assumed or done, so that nothing of it is silent. */
export interface DataNote {
  /** In a sentence for the user. */
  readonly text: string;
  /** How many values, rows or windows it is about. */
  readonly count: number;
  readonly column?: string;
}

export interface Table {
  /** How many rows there are, without the header. */
  readonly rows: number;
  /** In the order of the file. */
  readonly columns: ReadonlyMap<string, TableColumn>;
  /** The line of the file in which each row ends, from 1; absent where the table is from no file. */
  readonly lines?: Int32Array;
  readonly notes: readonly DataNote[];
}

/** Where a row is, for messages: `line 7` of a file, `row 5` of other tables. */
export function placeOf(table: Table, row: number): string {
  const line = table.lines?.[row];
  return line === undefined ? `row ${row + 1}` : `line ${line}`;
}

/** The names in quotes, for messages; of many the first. */
export function quotedNames(names: Iterable<string>): string {
  const all = [...names];
  const shown = all.slice(0, 20).map((name) => `'${name}'`);
  return all.length > shown.length
    ? `${shown.join(', ')} and ${all.length - shown.length} more`
    : shown.join(', ');
}

/** @throws E_UNKNOWN_NAME that lists the columns that there are */
export function noColumn(where: string, name: string, names: Iterable<string>): LstmOnnxError {
  return new LstmOnnxError(
    'E_UNKNOWN_NAME',
    `${where}: there is no column '${name}'; the columns are ${quotedNames(names)}.`,
  );
}

/** The texts of an option that takes one or several. @throws E_INVALID_OPTION for anything else */
export function namesOf(where: string, names: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(names) ? names : [names];
  return list.map((name) => {
    if (typeof name === 'string') return name;
    throw wrongArgument(where, name, 'the name of a column, or a list of such names');
  });
}

/** How many values a column has. */
function lengthOf(column: TableColumn): number {
  return column.kind === 'text' ? column.codes.length : column.values.length;
}

/** @throws E_INVALID_OPTION unless it is a table, whose columns have as many values as it has rows */
export function checkTable(where: string, table: unknown): asserts table is Table {
  const expected = 'a table, as parseTable and readTable give';
  const { rows, columns, lines } = isObject(table) ? table : {};
  if (!Number.isSafeInteger(rows) || !(columns instanceof Map)) throw wrongArgument(where, table, expected);
  if (lines !== undefined && !(lines instanceof Int32Array && lines.length === rows)) {
    throw wrongArgument(`${where}: lines`, lines, 'an Int32Array with the line of each row');
  }
  for (const [name, column] of columns) {
    const { kind, values, codes, categories } = isObject(column) ? column : {};
    const isText = kind === 'text' && codes instanceof Int32Array && Array.isArray(categories);
    const isNumbers = (kind === 'number' || kind === 'time') && values instanceof Float64Array;
    if (typeof name !== 'string' || (!isText && !isNumbers)) {
      throw wrongArgument(`${where}: column '${String(name)}'`, column, expected);
    }
    const length = lengthOf(column as TableColumn); // one of its kinds, by the lines above
    if (length !== rows) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `${where}: column '${name}' has ${length} values; the table has ${String(rows)} rows.`,
      );
    }
  }
}

/** @throws E_INVALID_OPTION unless each of these options is a whole number from `least` on */
export function expectWhole(where: string, sizes: Readonly<Record<string, unknown>>, least: 0 | 1): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (typeof size === 'number' && Number.isSafeInteger(size) && size >= least) continue;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${where}: ${name} is ${inWords(size)}; expected a whole number from ${least}.`,
    );
  }
}
