/** Records with texts in named fields: rows of a table, JSON lines, or objects. */
import { inWords, isObject, wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { checkTable, type DataNote, noColumn, placeOf, quotedNames, type Table } from '../table/table.js';
import type { JsonLines } from './json-lines.js';

/** What `readTable` or `parseTable` gives, what `readJsonLines` or `parseJsonLines` gives, or objects such as those of `JSON.parse`. */
export type TextSource = Table | JsonLines | Iterable<object>;

/** A field, and whether numbers and truth values are taken as the text of them: classes may be 0 and 1. */
export interface Field {
  readonly name: string;
  readonly takesNumbers: boolean;
  /** Whether a list is taken as the JSON of it. @default false */
  readonly takesLists?: boolean;
  /** Whether a record may be without it, as one whose value is null. @default false */
  readonly isOptional?: boolean;
}

/** The texts of a record's fields, undefined where one is missing, and where it is for messages. */
export interface TextRecord {
  readonly values: readonly (string | undefined)[];
  readonly place: string;
}

/** @throws E_UNKNOWN_NAME for a field that there is not, E_INVALID_FILE for one that holds no text, E_INVALID_OPTION for another source */
export async function* textRecords(
  where: string,
  source: TextSource,
  fields: readonly Field[],
): AsyncGenerator<TextRecord> {
  if (!isObject(source) && !Array.isArray(source)) throw wrongSource(where, source);
  if (Symbol.asyncIterator in source) {
    for await (const read of source as AsyncIterable<unknown>) {
      if (!isObject(read) || !isObject(read.value)) {
        throw wrongArgument(`${where}: JSON lines`, read, '{ value, line } of each, as readJsonLines gives');
      }
      yield recordOf(where, read.value, `line ${String(read.line)}`, fields);
    }
  } else if (Symbol.iterator in source) {
    let count = 0;
    for (const value of source as Iterable<object>) {
      count++;
      if (!isObject(value)) throw wrongArgument(`${where}: record ${count}`, value, 'an object');
      yield recordOf(where, value, `record ${count}`, fields);
    }
  } else if ('columns' in source) {
    yield* rowsOf(where, source as Table, fields);
  } else {
    throw wrongSource(where, source);
  }
}

/** What the reader of the source has said. */
export function notesOf(source: TextSource): readonly DataNote[] {
  return 'notes' in source ? source.notes : [];
}

function* rowsOf(where: string, table: Table, fields: readonly Field[]): Generator<TextRecord> {
  checkTable(where, table);
  const readers = fields.map((field) => columnReader(where, table, field));
  for (let row = 0; row < table.rows; row++) {
    yield { values: readers.map((read) => read(row)), place: placeOf(table, row) };
  }
}

function columnReader(where: string, table: Table, { name, takesNumbers }: Field) {
  const column = table.columns.get(name);
  if (!column) throw noColumn(where, name, table.columns.keys());
  if (column.kind === 'text') return (row: number) => column.categories[column.codes[row] ?? -1];
  if (column.kind === 'number' && takesNumbers) {
    return (row: number) => {
      const value = column.values[row] ?? Number.NaN;
      return Number.isNaN(value) ? undefined : String(value);
    };
  }
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${where}: column '${name}' was read as ${column.kind === 'number' ? 'numbers' : 'times'}; read the table with columns: { ${JSON.stringify(name)}: 'text' }.`,
  );
}

function recordOf(
  where: string,
  value: Readonly<Record<string, unknown>>,
  place: string,
  fields: readonly Field[],
): TextRecord {
  const values = fields.map(({ name, takesNumbers, takesLists, isOptional }) => {
    const field = Object.hasOwn(value, name) ? value[name] : undefined;
    if (typeof field === 'string') return field;
    if (takesLists && Array.isArray(field)) return listText(where, field, name, place);
    if (takesNumbers && Number.isNaN(field)) return undefined; // missing, as in a table
    if (takesNumbers && (typeof field === 'number' || typeof field === 'boolean')) return String(field);
    if (field === null || (isOptional && field === undefined)) return undefined;
    if (field === undefined) {
      throw new LstmOnnxError(
        'E_UNKNOWN_NAME',
        `${where}: ${place} has no field '${name}'; its fields are ${quotedNames(Object.keys(value))}.`,
      );
    }
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `${where}: field '${name}' of ${place} is ${inWords(field)}; expected text${takesLists ? ', or a list of texts' : ''}.`,
    );
  });
  return { values, place };
}

/** @throws E_INVALID_FILE for a list of anything but texts */
function listText(where: string, list: readonly unknown[], name: string, place: string): string {
  const wrong = list.findIndex((item) => typeof item !== 'string');
  if (wrong === -1) return JSON.stringify(list);
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `${where}: '${name}' of ${place} has ${inWords(list[wrong])} in its list; expected texts.`,
  );
}

function wrongSource(where: string, source: unknown): LstmOnnxError {
  return wrongArgument(where, source, 'a table, JSON lines, or a list of objects');
}
