/** Tables of Markdown. */

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** @param rows each with a cell for each head */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');
}
