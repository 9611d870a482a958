/** How good a model is beside what takes no training: a table, and in words who is better. */

export interface ScoreTable {
  /** What was judged. */
  readonly title: string;
  /** The first row has the names of the columns, and the first column those of the rows; rows may end early. */
  readonly rows: readonly (readonly string[])[];
  readonly verdict: readonly string[];
  /** All of it as text, the columns aligned. */
  readonly lines: readonly string[];
}

export function withLines({ title, rows, verdict }: Omit<ScoreTable, 'lines'>): ScoreTable {
  return { title, rows, verdict, lines: [`${title}:`, ...aligned(rows), ...verdict] };
}

function aligned(rows: ScoreTable['rows']): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
}
