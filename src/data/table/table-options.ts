/** How a table is to be read. */
import { inWords, isObject, wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { compileDateFormat } from './date-format.js';
import { namesOf } from './table.js';
import { checkTimeZone } from './time-zone.js';

export type Separator = ',' | ';' | '\t' | '|';
export type ColumnKind = 'number' | 'time' | 'text' | 'skip';

export interface TableOptions {
  /** Between cells; found by the first lines when it is left out. */
  readonly separator?: Separator;
  /** What separates the decimals of a number: `'.'` by default. */
  readonly decimal?: '.' | ',';
  /** The names of the columns, for text whose first line has data already; by default the first line has them. */
  readonly names?: readonly string[];
  /** The column with the times, or several; by default those whose dates are ISO 8601 or fit `dateFormat`. */
  readonly time?: string | readonly string[];
  /**
   * How dates are written, such as `'MM/DD/YYYY'`, `'MMM D YYYY'`, `'DD.MM.YYYY HH:mm'` or `'YYYY'`; `'seconds'` or
   * `'milliseconds'` since 1970. For all columns of times, or by column: `{ day: 'MM/DD/YYYY' }`. ISO 8601 needs none.
   * In it stand YYYY, YY, Q, M, MM, MMM (Jan), MMMM (January), D, DD, H, HH, h, hh, A (am, pm), m, mm, s, ss, SSS and
   * Z (+02:00); other letters go in brackets: `'YYYY-[Q]Q'`.
   */
  readonly dateFormat?: string | Readonly<Record<string, string>>;
  /** The zone of times that do not say theirs, such as `'Europe/Berlin'`; UTC by default. */
  readonly timeZone?: string;
  /** Cells that have no value, as they are written: by default `NA`, `N/A`, `NaN`, `null`, `None`, `-` and the like. An empty cell is one always. */
  readonly missing?: readonly string[];
  /** What columns hold, for those where it is not to be found out: `{ zip: 'text', note: 'skip' }`; `'text'` for all as they are written. */
  readonly columns?: Readonly<Record<string, ColumnKind>> | 'text';
  /** The columns that are read; all by default. What others hold does not matter. */
  readonly only?: readonly string[];
  /** How the bytes are text, such as `'windows-1252'`: UTF-8 by default, or UTF-16 where a byte order mark says so. */
  readonly encoding?: string;
}

const NAMES: OptionNames<TableOptions> = {
  separator: true,
  decimal: true,
  names: true,
  time: true,
  dateFormat: true,
  timeZone: true,
  missing: true,
  columns: true,
  only: true,
  encoding: true,
};

/** @internal */
export const DEFAULT_MISSING = ['NA', 'N/A', 'n/a', 'NaN', 'nan', 'NAN', 'null', 'NULL', 'Null', 'None', '-'];

/** The options with their defaults, checked. */
export interface CheckedTableOptions {
  readonly separator: Separator | undefined;
  readonly decimal: '.' | ',';
  readonly names: readonly string[] | undefined;
  readonly time: readonly string[];
  /** For all columns. */
  readonly format: string | undefined;
  /** For one column. */
  readonly formats: ReadonlyMap<string, string>;
  readonly timeZone: string | undefined;
  readonly missing: ReadonlySet<string>;
  readonly kinds: ReadonlyMap<string, ColumnKind>;
  /** Whether all columns are text. */
  readonly areTexts: boolean;
  /** Undefined for all. */
  readonly only: readonly string[] | undefined;
  readonly encoding: string | undefined;
}

/** @throws E_INVALID_OPTION for what is no option, and for values that an option does not take */
export function checkTableOptions(options: TableOptions): CheckedTableOptions {
  checkOptionNames('parseTable', options, NAMES, { delimiter: 'separator', sep: 'separator' });
  const {
    separator,
    decimal = '.',
    names,
    time,
    dateFormat,
    timeZone,
    missing,
    columns,
    only,
    encoding,
  } = options;
  oneOf('separator', separator ?? ',', [',', ';', '\t', '|']);
  oneOf('decimal', decimal, ['.', ',']);
  if (separator === ',' && decimal === ',') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      "parseTable: ',' cannot separate both cells and decimals. Give another separator.",
    );
  }
  const formats = isObject(dateFormat) ? Object.entries(dateFormat) : [];
  if (typeof dateFormat !== 'string' && dateFormat !== undefined && !isObject(dateFormat)) {
    throw wrongArgument('parseTable: dateFormat', dateFormat, "a format such as 'MM/DD/YYYY'");
  }
  for (const format of [
    ...formats.map(([, text]) => text),
    ...(typeof dateFormat === 'string' ? [dateFormat] : []),
  ])
    compileDateFormat(format);
  for (const [option, value] of Object.entries({ names, missing, only })) {
    if (value !== undefined && !(Array.isArray(value) && value.every((text) => typeof text === 'string'))) {
      throw wrongArgument(`parseTable: ${option}`, value, 'a list of texts');
    }
  }
  if (encoding !== undefined && typeof encoding !== 'string') {
    throw wrongArgument('parseTable: encoding', encoding, "a name such as 'windows-1252'");
  }
  checkTimeZone(timeZone);
  return {
    separator,
    decimal,
    names,
    time: time === undefined ? [] : namesOf('parseTable: time', time),
    format: typeof dateFormat === 'string' ? dateFormat : undefined,
    formats: new Map(formats),
    timeZone,
    missing: new Set(['', ...(missing ?? DEFAULT_MISSING)]),
    kinds: columns === 'text' ? new Map() : kindsOf(columns),
    areTexts: columns === 'text',
    only,
    encoding,
  };
}

function kindsOf(columns: unknown): Map<string, ColumnKind> {
  if (columns === undefined) return new Map();
  if (!isObject(columns) || columns instanceof Map) {
    throw wrongArgument(
      'parseTable: columns',
      columns,
      "kinds by the name of the column, as in { zip: 'text' }",
    );
  }
  const kinds = Object.entries(columns);
  for (const [name, kind] of kinds) oneOf(`columns: '${name}'`, kind, ['number', 'time', 'text', 'skip']);
  return new Map(kinds as [string, ColumnKind][]); // by the line above
}

function oneOf(option: string, value: unknown, values: readonly string[]): void {
  if (values.some((each) => each === value)) return;
  const list = values.map((each) => `'${each.replace('\t', '\\t')}'`).join(', ');
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `parseTable: ${option} is ${inWords(value)}; expected one of ${list}.`,
  );
}
