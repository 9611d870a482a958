/** From a table to series: rows by key and time, with every choice about them said. */
import { inWords } from '../../arguments.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { numberFormats } from './date-forms.js';
import { fillSeries } from './fill-series.js';
import { findFrequency } from './find-frequency.js';
import { checkFrequency, type Frequency, frequencyName, seasonOf } from './frequency.js';
import { groupRows, type RowGroup } from './group-rows.js';
import type { SeriesColumn, SeriesSet } from './series.js';
import {
  checkTable,
  type DataNote,
  namesOf,
  noColumn,
  placeOf,
  quotedNames,
  type Table,
  type TextColumn,
} from './table.js';

/** What is done about steps and values that are missing. */
export type Fill = 'error' | 'previous' | 'linear' | 'drop';

export interface SeriesOptions {
  /** The column of times. */
  readonly time: string;
  /** The column, or columns, that tell several series apart. */
  readonly key?: string | readonly string[];
  /** The columns that are wanted; all of numbers and text by default. Missing values in others do not matter. */
  readonly columns?: readonly string[];
  /** Puts rows into the order of time; else rows that are not in it are an error. */
  readonly sort?: boolean;
  /** Of rows of one series at one time: the first or the last is kept; by default they are an error. */
  readonly duplicates?: 'error' | 'first' | 'last';
  /**
   * Of steps without a row and of missing values: `'previous'` repeats the last value, `'linear'` draws a line between
   * the neighbours (text repeats), `'drop'` leaves out such rows and cuts the series there, so that no window
   * crosses the gap. `'error'` by default. What is missing before the first value is left out, and
   * behind the last one of `'linear'`, too.
   */
  readonly fill?: Fill;
  /** Such as `'hour'`, `'15 minutes'`, `'business day'` or `'month'`; found by the times when it is left out. */
  readonly frequency?: string | Frequency;
  /** Texts by column, as they were in training: codes follow them, and a text that is not among them is an error. */
  readonly categories?: Readonly<Record<string, readonly string[]>>;
}

const NAMES: OptionNames<SeriesOptions> = {
  time: true,
  key: true,
  columns: true,
  sort: true,
  duplicates: true,
  fill: true,
  frequency: true,
  categories: true,
};

/**
 * The series of a table, each with one row at every step of the frequency.
 *
 * @returns the series in the order of their first rows, and notes on all that was found and done
 * @throws E_INVALID_FILE for rows that are not in the order of time, times that come twice, times without a step (their
 *   lines are named), missing values and gaps, unless the options say what to do; for irregular times.
 *   E_UNKNOWN_NAME for columns that there are not, and for a text that is not among `categories`.
 */
export function seriesOf(table: Table, options: SeriesOptions): SeriesSet {
  checkTable('seriesOf', table);
  checkOptionNames('seriesOf', options ?? null, NAMES, { freq: 'frequency', group: 'key', groupBy: 'key' });
  const { time, sort = false, duplicates = 'error', fill = 'error', frequency } = options;
  choice('sort', sort, [true, false]);
  choice('duplicates', duplicates, ['error', 'first', 'last']);
  choice('fill', fill, ['error', 'previous', 'linear', 'drop']);
  const key = options.key === undefined ? [] : namesOf('seriesOf: key', options.key);
  const times = timesOf(table, time);
  const columns = columnsOf(table, options, key);
  const notes: DataNote[] = [];
  const groups = groupRows(table, times, keyColumns(table, key), { sort, duplicates }, notes);
  const found =
    frequency === undefined ? foundFrequency(table, groups, times) : checkFrequency('seriesOf', frequency);
  if (frequency === undefined) {
    notes.push({ text: `The times are one ${frequencyName(found)} apart.`, count: table.rows });
  }
  const series = fillSeries({ table, times, columns, frequency: found, fill }, groups, notes);
  return { series, time, key, columns, frequency: found, season: seasonOf(found), notes };
}

function choice(option: string, value: unknown, values: readonly unknown[]): void {
  if (values.includes(value)) return;
  const list = values.map((each) => (typeof each === 'string' ? `'${each}'` : String(each)));
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `seriesOf: ${option} is ${inWords(value)}; expected one of ${list.join(', ')}.`,
  );
}

function timesOf(table: Table, name: unknown): Float64Array {
  const all = [...table.columns].filter(([, { kind }]) => kind === 'time').map(([each]) => each);
  if (typeof name !== 'string') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `seriesOf: time got ${inWords(name)}; expected the name of the column of times${all.length > 0 ? `, which may be ${quotedNames(all)}` : ''}.`,
    );
  }
  const column = table.columns.get(name);
  if (column === undefined) throw noColumn('seriesOf: time', name, table.columns.keys());
  if (column.kind !== 'time') {
    const texts = column.kind === 'number' ? [...column.values.subarray(0, 100)].map(String) : [];
    const fitting = numberFormats(texts)[0] ?? 'MM/DD/YYYY';
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `seriesOf: column '${name}' holds ${column.kind === 'number' ? 'numbers' : 'text'}, not times. Say how its dates are written when the table is read, as in dateFormat: { ${JSON.stringify(name)}: '${fitting}' }.`,
      { hints: [{ option: 'dateFormat', column: name, found: numberFormats(texts) }] },
    );
  }
  const missing = column.values.findIndex(Number.isNaN);
  if (missing >= 0) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `seriesOf: column '${name}' has ${counted(column.missing, 'missing value')}, the first in ${placeOf(table, missing)}; each row needs its time.`,
    );
  }
  return column.values;
}

function keyColumns(table: Table, names: readonly string[]): Map<string, TextColumn> {
  const columns = names.map((name) => {
    const column = table.columns.get(name);
    if (column === undefined) throw noColumn('seriesOf: key', name, table.columns.keys());
    if (column.kind !== 'text') {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `seriesOf: key '${name}' holds ${column.kind === 'number' ? 'numbers' : 'times'}; give columns: { ${JSON.stringify(name)}: 'text' } when the table is read, so that it names series.`,
      );
    }
    return [name, column] as const;
  });
  return new Map(columns);
}

function columnsOf(table: Table, options: SeriesOptions, key: readonly string[]): Map<string, SeriesColumn> {
  const { columns, categories = {}, time } = options;
  const wanted =
    columns === undefined
      ? [...table.columns].filter(([, { kind }]) => kind !== 'time').map(([name]) => name)
      : namesOf('seriesOf: columns', columns);
  checkOptionNames(
    'seriesOf: categories',
    categories,
    Object.fromEntries([...table.columns.keys()].map((name) => [name, true])),
  );
  return new Map(
    [...new Set([...wanted, ...key])].map((name): [string, SeriesColumn] => {
      const column = table.columns.get(name);
      if (column === undefined) throw noColumn('seriesOf: columns', name, table.columns.keys());
      if (column.kind === 'time') {
        throw new LstmOnnxError(
          'E_INVALID_OPTION',
          `seriesOf: column '${name}' holds times, as ${name === time ? 'the time of each row' : `'${time}' does`}; expected columns of numbers or text. calendarFeatures makes numbers of times.`,
        );
      }
      if (column.kind === 'number') return [name, { kind: 'number' }];
      const known = Object.hasOwn(categories, name) ? categories[name] : undefined;
      if (known !== undefined) checkCategories(table, name, column, known);
      return [name, { kind: 'text', categories: known ?? column.categories }];
    }),
  );
}

function checkCategories(table: Table, name: string, column: TextColumn, known: unknown): void {
  if (!Array.isArray(known)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `seriesOf: categories of '${name}' got ${inWords(known)}; expected a list of texts.`,
    );
  }
  const unknown = column.categories.findIndex((text) => !known.includes(text));
  if (unknown < 0) return;
  const row = column.codes.indexOf(unknown);
  throw new LstmOnnxError(
    'E_UNKNOWN_NAME',
    `seriesOf: column '${name}' has '${column.categories[unknown]}' (${placeOf(table, row)}), which was not there in training; known are ${quotedNames(known.map(String))}.`,
  );
}

function foundFrequency(table: Table, groups: readonly RowGroup[], times: Float64Array): Frequency {
  return findFrequency(
    groups.map(({ rows }) => Float64Array.from(rows, (row) => times[row] ?? 0)),
    (series, index) => placeOf(table, groups[series]?.rows[index] ?? 0),
  );
}
