/** Rows at the end of a table that have no target yet: what is known of the steps that are forecast. */
import { stepsBehind } from '../data/table/frequency.js';
import { timeText } from '../data/table/group-rows.js';
import type { SeriesSet } from '../data/table/series.js';
import { ofSeries } from '../data/table/series.js';
import type { Table, TableColumn } from '../data/table/table.js';
import { LstmOnnxError } from '../errors.js';

interface Columns {
  readonly time: string;
  readonly key: readonly string[];
  readonly target: string;
}

/** The rows up to the last one of each series that has a target, and those behind it; undefined where there are none. */
export function splitRowsAhead(
  table: Table,
  { time, key, target }: Columns,
): { past: Table; ahead: Table | undefined } {
  const [times, targets] = [table.columns.get(time), table.columns.get(target)];
  if (times?.kind !== 'time' || targets?.kind !== 'number') return { past: table, ahead: undefined };
  const keys = key.map((name) => table.columns.get(name));
  const seriesAt = (row: number) =>
    keys.map((column) => (column?.kind === 'text' ? column.codes[row] : -1)).join();
  const last = new Map<string, number>();
  for (const [row, value] of targets.values.entries()) {
    const name = seriesAt(row);
    const own = times.values[row] ?? Number.NaN;
    if (!Number.isNaN(value) && !(own <= (last.get(name) ?? Number.NEGATIVE_INFINITY))) last.set(name, own);
  }
  const rows = Array.from({ length: table.rows }, (_, row) => row);
  const isAhead = (row: number) =>
    (times.values[row] ?? 0) > (last.get(seriesAt(row)) ?? Number.POSITIVE_INFINITY);
  const ahead = rows.filter(isAhead);
  if (ahead.length === 0) return { past: table, ahead: undefined };
  return {
    past: rowsOf(
      table,
      rows.filter((row) => !isAhead(row)),
    ),
    ahead: rowsOf(table, ahead),
  };
}

/** @throws E_INVALID_FILE for rows ahead that do not begin right behind the last row with a target */
export function checkRowsAhead({ series, frequency }: SeriesSet, ahead: SeriesSet): void {
  for (const next of ahead.series) {
    const past = series.findLast(({ name }) => name === next.name);
    const expected = stepsBehind(frequency, past?.times ?? new Float64Array())(1);
    if (next.times[0] === expected) continue;
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The rows${ofSeries(next)} that have no target begin with ${timeText(next.times[0])}; expected ${timeText(expected)}, the step behind the last row with a target.`,
    );
  }
}

function rowsOf(table: Table, rows: readonly number[]): Table {
  const columns = [...table.columns].map(([name, column]) => [name, valuesAt(column, rows)] as const);
  const { lines } = table;
  return {
    rows: rows.length,
    columns: new Map(columns),
    ...(lines && { lines: Int32Array.from(rows, (row) => lines[row] ?? 0) }),
    notes: table.notes,
  };
}

function valuesAt(column: TableColumn, rows: readonly number[]): TableColumn {
  if (column.kind === 'text') {
    const codes = Int32Array.from(rows, (row) => column.codes[row] ?? -1);
    return { ...column, codes, missing: codes.filter((code) => code < 0).length };
  }
  const values = Float64Array.from(rows, (row) => column.values[row] ?? Number.NaN);
  return { ...column, values, missing: values.filter(Number.isNaN).length };
}
