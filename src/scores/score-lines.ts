/** Scores in rows and in words, as a command prints them and a report shows them. */

export interface ScoreLines {
  readonly title: string;
  /** The first row has the names of the columns. */
  readonly rows: readonly (readonly string[])[];
  /** In words whether the model is better than what is simpler. */
  readonly verdict: readonly string[];
  /** All of it as text, the columns aligned. */
  readonly lines: readonly string[];
}

export function scoreLines(
  title: string,
  rows: ScoreLines['rows'],
  verdict: ScoreLines['verdict'],
): ScoreLines {
  return { title, rows, verdict, lines: [`${title}:`, ...aligned(rows), ...verdict] };
}

function aligned(rows: ScoreLines['rows']): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
}
