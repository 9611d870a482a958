/** Which columns of a table may tell series apart: those by which each time comes once. */
import type { Table } from '../data/table/table.js';

/** A series has so many rows on average; else the column is another. */
const LEAST_ROWS = 4;
/** More columns than these are not tried in pairs. */
const MOST_COLUMNS = 12;

/**
 * The columns, or pairs of them, by which no time comes twice; of texts, else of whole numbers, else of both.
 *
 * @param other columns that are something else
 * @returns nothing to choose from where no time comes twice anyway, or where no column helps
 */
export function groupsIn(table: Table, times: Float64Array, other: readonly string[]): string[][] {
  const all = codesOf(table, other);
  if (isOnce(times, [])) return [];
  const once = (columns: readonly Coded[]) => isOnce(times, columns);
  const [texts, wholes] = [all.filter(({ isText }) => isText), all.filter(({ isText }) => !isText)];
  for (const columns of [texts, wholes]) {
    const found = columns.filter((column) => once([column]));
    if (found.length > 0) return found.map(({ name }) => [name]);
  }
  const some = all.slice(0, MOST_COLUMNS);
  const pairs = some.flatMap((first, i) => some.slice(i + 1).map((second) => [first, second] as const));
  return pairs.filter(once).map((pair) => pair.map(({ name }) => name));
}

interface Coded {
  readonly name: string;
  readonly isText: boolean;
  /** The same for the same value. */
  readonly values: ArrayLike<number>;
}

function codesOf({ columns, rows }: Table, other: readonly string[]): Coded[] {
  return [...columns].flatMap(([name, column]) => {
    if (column.kind === 'time' || column.missing > 0 || other.includes(name)) return [];
    const isText = column.kind === 'text';
    const values = isText ? column.codes : column.values;
    if (!isText && !column.values.every(Number.isInteger)) return [];
    const isFew = new Set(values).size * LEAST_ROWS <= rows;
    return isFew ? [{ name, isText, values }] : [];
  });
}

/** Whether no time comes twice with the same values. */
function isOnce(times: Float64Array, columns: readonly Coded[]): boolean {
  const seen = new Set<string | number>();
  for (const [row, time] of times.entries()) {
    const place =
      columns.length === 0 ? time : `${time}|${columns.map(({ values }) => values[row]).join('|')}`;
    if (seen.has(place)) return false;
    seen.add(place);
  }
  return true;
}
