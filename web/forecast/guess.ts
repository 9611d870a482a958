/** What the columns of a file hold by their first rows, and what each of them may be for. */
import { guessDateFormats } from 'lstm-onnx/web';
import type { PreviewColumn, Role } from './messages.js';

/** With either decimal separator, and with thousands set apart: what is none of these is refused when all is read. */
const number = /^[+-]?(?:\d[\d.,]*|[.,]\d+)(?:e[+-]?\d+)?$/i;
const isoDate = /^\d{4}-\d{2}-\d{2}(?:[T ].*)?$/;
/** The default of `parseTable`. */
const missing = new Set(['', 'NA', 'N/A', 'n/a', 'NaN', 'nan', 'NAN', 'null', 'NULL', 'Null', 'None', '-']);
/** Names of columns whose numbers may be times. */
const timeName = /^(?:date|time|timestamp|year|month|week|day|ds|ts|period|datum|zeit|jahr|monat|tag)\b/i;

type Row = readonly string[];

/** What a column holds. @param cells as they are written */
export function columnOf(name: string, cells: readonly string[]): PreviewColumn {
  const filled = cells.filter((cell) => !missing.has(cell));
  const share = (pattern: RegExp) => filled.filter((cell) => pattern.test(cell)).length / filled.length;
  if (filled.length === 0) return { name, holds: 'nothing', formats: [] };
  const formats = guessDateFormats(filled);
  if (share(number) >= 0.5) return { name, holds: 'numbers', formats };
  const areDates = share(isoDate) >= 0.5 || formats.length > 0;
  return { name, holds: areDates ? 'dates' : 'text', formats };
}

/**
 * A role for each column: the first column of dates is the time, or one of numbers that may be times and is called so; where
 * times come again, the key is what tells the rows apart; the target is the last column of numbers that is left.
 */
export function guessRoles(columns: readonly PreviewColumn[], rows: readonly Row[]): Role[] {
  const time = timeOf(columns);
  const key = time < 0 ? [] : keyOf(columns, rows, time);
  const target = columns.findLastIndex(
    ({ holds }, column) => holds === 'numbers' && column !== time && !key.includes(column),
  );
  return columns.map((_, column) => {
    if (column === time) return 'time';
    if (key.includes(column)) return 'key';
    return column === target ? 'target' : 'unused';
  });
}

function timeOf(columns: readonly PreviewColumn[]): number {
  const dates = columns.findIndex(({ holds }) => holds === 'dates');
  if (dates >= 0) return dates;
  return columns.findIndex(
    ({ name, holds, formats }) => holds === 'numbers' && formats.length > 0 && timeName.test(name),
  );
}

/** The columns that tell rows of the same time apart; none where each time comes once, or where no columns do. */
function keyOf(columns: readonly PreviewColumn[], rows: readonly Row[], time: number): number[] {
  const areApart = (key: readonly number[]) =>
    new Set(rows.map((row) => JSON.stringify([time, ...key].map((column) => row[column])))).size ===
    rows.length;
  if (areApart([])) return [];
  const places = columns.map((_, column) => column).filter((column) => column !== time);
  const texts = places.filter((column) => columns[column]?.holds === 'text');
  // Shops may have numbers, too: whole ones that come again and again.
  const codes = places.filter((column) => {
    const cells = rows.map((row) => row[column] ?? '');
    return cells.every((cell) => /^\d+$/.test(cell)) && new Set(cells).size <= rows.length / 2;
  });
  const pairs = texts.flatMap((a, i) => texts.slice(i + 1).map((b) => [a, b]));
  return (
    [...texts.map((column) => [column]), ...codes.map((column) => [column]), ...pairs].find(areApart) ?? []
  );
}
