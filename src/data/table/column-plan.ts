/** What each column of a table holds: said by the options, else found by the first rows. */
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { hasOtherDecimal, hasThousands, numberOf } from './cell-number.js';
import { compileDateFormat, looksLikeNumber, parseIsoDate } from './date-format.js';
import { fittingFormats, guessDateFormats } from './date-forms.js';
import { noColumn, quotedNames } from './table.js';
import type { CheckedTableOptions, ColumnKind } from './table-options.js';

export interface ColumnPlan {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Of times; undefined for ISO 8601. */
  readonly format: string | undefined;
  /** Whether the first rows decided, which a refusal of a later one says. */
  readonly isFound: boolean;
}

/** A row of the text. */
export interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

/** The column's first cells that have a value. */
interface Head {
  readonly name: string;
  readonly cells: readonly string[];
  readonly first: string;
  readonly line: number;
}

/**
 * @param rows the first ones
 * @throws E_UNKNOWN_NAME for options about a column that there is not; E_INVALID_FILE for dates whose format is not stated,
 *   naming those that fit, and for numbers with the other decimal separator
 */
export function planColumns(
  names: readonly string[],
  rows: readonly Row[],
  options: CheckedTableOptions,
): ColumnPlan[] {
  const { time, formats, kinds, format, missing, areTexts, only } = options;
  const isRead = (name: string) => only === undefined || only.includes(name);
  for (const name of [...time, ...formats.keys(), ...kinds.keys(), ...(only ?? [])]) {
    if (!names.includes(name)) throw noColumn('parseTable', name, names);
    if (isRead(name)) continue;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `parseTable: another option is about column '${name}', which is not among those in only.`,
    );
  }
  for (const [name, kind] of kinds) {
    if (kind === 'time' || (!time.includes(name) && !formats.has(name))) continue;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `parseTable: column '${name}' is said to be of times and, in columns, '${kind}'; expected one of them.`,
    );
  }
  const allHeads = names.map((name, column) => {
    const filled = rows.filter(({ cells }) => !missing.has(cells[column] ?? ''));
    const cells = filled.map((row) => row.cells[column] ?? '');
    return { name, cells, first: cells[0] ?? '', line: filled[0]?.line ?? 0 };
  });
  const heads = allHeads.filter(({ name }) => isRead(name));
  const formatted = format === undefined || time.length > 0 ? [] : columnsOfFormat(format, heads, options);
  return allHeads.map((head) => {
    const { name } = head;
    if (!isRead(name)) return { name, kind: 'skip', format: undefined, isFound: false };
    const ownFormat =
      formats.get(name) ?? (time.includes(name) || formatted.includes(name) ? format : undefined);
    const said = kinds.get(name) ?? (time.includes(name) || formats.has(name) ? 'time' : undefined);
    const found = () => (areTexts ? 'text' : foundKind(head, options));
    const kind = said ?? (ownFormat === undefined ? found() : 'time');
    if (kind === 'time' && ownFormat === undefined) expectIso(head);
    return { name, kind, format: kind === 'time' ? ownFormat : undefined, isFound: said === undefined };
  });
}

/** The columns that a format for all of them is for. */
function columnsOfFormat(
  format: string,
  heads: readonly Head[],
  { kinds, formats }: CheckedTableOptions,
): string[] {
  const parse = compileDateFormat(format);
  const free = heads.filter(({ name }) => (kinds.get(name) ?? 'time') === 'time' && !formats.has(name));
  const fitting = free
    .filter(({ cells }) => isMost(cells, (cell) => parse(cell) !== undefined))
    .map(({ name }) => name);
  if (fitting.length === 0 && free.length > 0) {
    const first = free.map(({ name, first }) => `'${name}' begins with '${first.slice(0, 40)}'`);
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `No column has dates as dateFormat '${format}' says: ${first.slice(0, 8).join(', ')}.`,
    );
  }
  if (fitting.length > 1 && looksLikeNumber(format)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `dateFormat '${format}' fits the numbers of ${quotedNames(fitting)}; say which of them is the time, as in time: '${fitting[0]}'.`,
    );
  }
  return fitting;
}

function foundKind(head: Head, { decimal }: CheckedTableOptions): ColumnKind {
  const { name, cells, first, line } = head;
  if (cells.length === 0) return 'number';
  const at = `Column '${name}' has values such as '${first.slice(0, 40)}' (line ${line})`;
  const asText = `To keep it as text, give columns: { ${JSON.stringify(name)}: 'text' }.`;
  if (isMost(cells, (cell) => numberOf(cell, decimal) !== undefined)) return 'number';
  const other = decimal === '.' ? ',' : '.';
  if (
    isMost(cells, (cell) => numberOf(cell, decimal) !== undefined || hasThousands(cell, decimal)) &&
    // A group of three alone may be either.
    cells.some((cell) => hasThousands(cell, decimal) && !hasOtherDecimal(cell, decimal))
  ) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `${at}, in which thousands are set apart by '${other}'. Write numbers without it. ${asText}`,
    );
  }
  const isNumber = (cell: string) =>
    numberOf(cell, decimal) !== undefined || hasOtherDecimal(cell, decimal) || hasThousands(cell, other);
  if (isMost(cells, isNumber)) {
    const isOther = (cell: string) => hasOtherDecimal(cell, decimal);
    // 1,234 alone may be either; 12,34 tells.
    const sure = cells.find((cell) => isOther(cell) && !hasThousands(cell, decimal));
    const odd = `Column '${name}' has '${(sure ?? cells.find(isOther) ?? first).slice(0, 40)}'`;
    const isEither = sure === undefined && cells.some(isOther);
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      isEither
        ? `${odd}: '${other}' may set thousands apart or be the decimal separator. Write numbers without it where it sets thousands apart, else give decimal: '${other}'. ${asText}`
        : `${odd}, a number with a decimal '${other}'. Give decimal: '${other}'. ${asText}`,
      isEither ? {} : { hints: [{ option: 'decimal', value: other }] },
    );
  }
  if (isMost(cells, (cell) => parseIsoDate(cell) !== undefined)) return 'time';
  const fitting = fittingFormats(cells);
  if (fitting.length > 0) {
    throw new LstmOnnxError('E_INVALID_FILE', `${at}. ${choice(head, fitting)} ${asText}`, {
      hints: [{ option: 'dateFormat', column: name, found: fitting }],
    });
  }
  return 'text';
}

/** @throws E_INVALID_FILE for a column of times whose first rows are not ISO 8601, with the formats that fit them */
function expectIso(head: Head): void {
  const { name, cells, first, line } = head;
  if (cells.length === 0 || isMost(cells, (cell) => parseIsoDate(cell) !== undefined)) return;
  const fitting = guessDateFormats(cells);
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `Column '${name}', of times, has '${first.slice(0, 40)}' (line ${line}), which is not ISO 8601. ${
      fitting.length > 0
        ? choice(head, fitting)
        : "Say how its dates are written, as in dateFormat: 'DD.MM.YYYY HH:mm'."
    }`,
    { hints: [{ option: 'dateFormat', column: name, found: fitting }] },
  );
}

function choice({ cells }: Head, formats: readonly string[]): string {
  const list = formats.map((format) => `'${format}'`);
  return list.length === 1
    ? `For its dates give dateFormat: ${list[0]}, which fits the first ${counted(cells.length, 'row')}.`
    : `For its dates give the one of ${list.join(', ')} that is meant, as in dateFormat: ${list[0]}: each fits the first ${counted(cells.length, 'row')}.`;
}

/** At least half: the others are then refused one by one, instead of the column being taken for another kind. */
function isMost(cells: readonly string[], test: (cell: string) => boolean): boolean {
  return cells.length > 0 && 2 * cells.filter(test).length >= cells.length;
}
