/** A table as CSV text, which parseTable reads back. */
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames } from '../../option-names.js';
import { DAY } from './date-format.js';
import { checkTable, type Table, type TableColumn } from './table.js';
import { checkTableOptions, type Separator } from './table-options.js';

export interface CsvOptions {
  /** `','` by default; `';'` with a decimal comma. */
  readonly separator?: Separator;
  /** `'.'` by default. */
  readonly decimal?: '.' | ',';
}

/**
 * CSV with a header: numbers in as many digits as tell them apart, times as ISO 8601 in UTC (dates, where all are midnights), nothing where a value is missing.
 * Numbers, times and text with a letter come back from parseTable as they were.
 *
 * @throws E_INVALID_OPTION for what is no table, and for text that would be read as a missing value, such as `NA`
 */
export function tableToCsv(table: Table, options: CsvOptions = {}): string {
  checkTable('tableToCsv', table);
  checkOptionNames('tableToCsv', options, { separator: true, decimal: true });
  const { missing } = checkTableOptions(options);
  for (const [name, column] of table.columns) {
    const lost = column.kind === 'text' && column.categories.find((text) => missing.has(text));
    if (typeof lost !== 'string') continue;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `tableToCsv: column '${name}' has the text '${lost}', which parseTable reads as a missing value. Write it otherwise.`,
    );
  }
  return csvText(table, options);
}

/** As {@link tableToCsv}, of any texts: those that readers may take for missing values, such as `NA`, too. */
export function csvText(table: Table, options: CsvOptions = {}): string {
  const { decimal, separator } = checkTableOptions(options);
  const between = separator ?? (decimal === ',' ? ';' : ',');
  const columns = [...table.columns];
  const cells = columns.map(([, column]) => cellsOf(column, decimal));
  // An empty line would be none.
  const empty = columns.length === 1 ? '""' : '';
  const lines = [columns.map(([name]) => quoted(name, true)).join(between)];
  for (let row = 0; row < table.rows; row++)
    lines.push(cells.map((cell) => cell(row) || empty).join(between));
  return `${lines.join('\n')}\n`;
}

function cellsOf(column: TableColumn, decimal: '.' | ','): (row: number) => string {
  if (column.kind === 'text') {
    const texts = column.categories.map((text) => quoted(text, false));
    return (row) => texts[column.codes[row] ?? -1] ?? '';
  }
  const { kind, values } = column;
  const textOfTime = timeTexts(values);
  return (row) => {
    const value = values[row] ?? Number.NaN;
    if (Number.isNaN(value)) return '';
    if (kind === 'time') return textOfTime(value);
    // -0 is written as 0 otherwise.
    const text = Object.is(value, -0) ? '-0' : String(value);
    return decimal === ',' ? text.replace('.', ',') : text;
  };
}

/** @param isName of a column, which an empty text is, too */
function quoted(text: string, isName: boolean): string {
  const isPlain = /^[\p{L}\p{N}_.+()%/-]+(?: [\p{L}\p{N}_.+()%/-]+)*$/u.test(text) || (isName && text === '');
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}

/** How the times of a column are written: as dates where all are midnights. */
export function timeTexts(times: Float64Array): (time: number) => string {
  const areDates = times.every((time) => Number.isNaN(time) || time % DAY === 0);
  return (time) => {
    const text = new Date(time).toISOString();
    return areDates ? text.slice(0, text.indexOf('T')) : text;
  };
}
