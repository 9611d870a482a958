/** A table as JSON lines. */
import type { Table, TableColumn } from '../data/table/table.js';
import { timeTexts } from '../data/table/table-to-csv.js';

/** The rows as JSON, one object each. */
export function tableJson({ rows, columns }: Table): string[] {
  const cells = [...columns].map(([name, column]) => [name, cellOf(column)] as const);
  return Array.from({ length: rows }, (_, row) =>
    JSON.stringify(Object.fromEntries(cells.map(([name, cell]) => [name, cell(row)]))),
  );
}

function cellOf(column: TableColumn): (row: number) => string | number | undefined {
  if (column.kind === 'text') return (row) => column.categories[column.codes[row] ?? -1];
  if (column.kind === 'number') return (row) => column.values[row];
  const textOf = timeTexts(column.values);
  return (row) => textOf(column.values[row] ?? 0);
}
