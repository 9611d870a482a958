/** A CSV file as a table of numbers with the names of its columns; one column may hold words, which become classes. */
import { LstmOnnxError, type NdArray, parseCsv } from 'lstm-onnx/web';

export interface CsvTable {
  readonly columns: readonly string[];
  /** `[rows, columns]` */
  readonly numbers: NdArray<'float64'>;
  /** The column of words, and what its numbers 0, 1, 2 and so on stand for. */
  readonly named?: { readonly column: number; readonly labels: readonly string[] };
}

/** More different words than this are no classes, but text or dates. */
const mostWords = 100;
const numeric = /^[+-]?[.\d]/;

/** @throws E_INVALID_FILE as `parseCsv` does: for a second column of words too, or one of too many */
export function readCsvTable(text: string): CsvTable {
  const plain = text.replace(/^\uFEFF/, '');
  // A null character is in no text; the parser says what such a file is.
  const delimiter = delimiterOf(plain);
  const words = plain.includes('\0') ? undefined : findWords(plain, delimiter);
  const numbers = withHint(plain, () => parseCsv(words ? words.text : plain));
  return {
    columns: columnNames(plain, delimiter, numbers.shape[1] ?? 0),
    numbers,
    ...(words ? { named: { column: words.column, labels: words.labels } } : {}),
  };
}

/** Runs the parser; where words are in quotes its errors say what that means here. */
function withHint<T>(text: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const hasQuotes = text.includes('"') && !text.includes('\0');
    if (!(error instanceof LstmOnnxError) || !hasQuotes || /semicolons/.test(error.message)) throw error;
    const hint = 'A column of words becomes classes only in a table without quotes.';
    throw new LstmOnnxError(error.code, `${error.message} ${hint}`, { cause: error });
  }
}

/** What `parseCsv` takes for the end of a cell: tabs where the first line has tabs, no commas and no semicolons. */
function delimiterOf(text: string): ',' | '\t' {
  const unquoted = firstLine(text)
    .replaceAll(/"[^"]*"/g, '')
    .trimEnd();
  return /^[^,;]*\t[^,;]*$/.test(unquoted) ? '\t' : ',';
}

/** The first line that is not blank; it may begin with an empty cell. */
function firstLine(text: string): string {
  return /^.*\S.*$/m.exec(text)?.[0] ?? '';
}

/** The names in the header, if the first row is one; else `column 1` and so on. */
function columnNames(text: string, delimiter: string, columns: number): string[] {
  const cells = cellsOf(firstLine(text), delimiter).map((cell) => cell.replace(/^"(.*)"$/, '$1'));
  const isHeader = cells.length === columns && !cells.some((cell) => numeric.test(cell));
  return Array.from({ length: columns }, (_, i) => (isHeader && cells[i]) || `column ${i + 1}`);
}

/** The text with the one column of words numbered; undefined where there is none, or anything is in quotes. */
function findWords(
  text: string,
  delimiter: string,
): { text: string; column: number; labels: string[] } | undefined {
  if (text.includes('"')) return undefined;
  const lines = text.split(/\r\n|\n|\r/);
  const filled = lines.flatMap((line, i) => (line.trim() === '' ? [] : [i]));
  const [first = 0, second = first] = filled;
  const start = cellsOf(lines[first] ?? '', delimiter).some((cell) => numeric.test(cell)) ? first : second;
  const [column, another] = cellsOf(lines[start] ?? '', delimiter).flatMap((cell, i) =>
    numeric.test(cell) || cell === '' ? [] : [i],
  );
  if (column === undefined || another !== undefined) return undefined;
  const rows = filled
    .filter((line) => line >= start)
    .map((line) => ({ line, cells: cellsOf(lines[line] ?? '', delimiter) }));
  const labels = [...new Set(rows.map(({ cells }) => cells[column] ?? ''))].sort((a, b) =>
    a.localeCompare(b),
  );
  if (labels.length > mostWords || labels.some((label) => label === '' || numeric.test(label)))
    return undefined;
  const numberOf = new Map(labels.map((label, i) => [label, String(i)]));
  for (const { line, cells } of rows) {
    lines[line] = cells.with(column, numberOf.get(cells[column] ?? '') ?? '').join(delimiter);
  }
  return { text: lines.join('\n'), column, labels };
}

function cellsOf(line: string, delimiter: string): string[] {
  return line.split(delimiter).map((cell) => cell.trim());
}
