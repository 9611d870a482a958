/** The rows of a piece of text, as cells: lines without quotes are split here, all others by the parser of CSV. */
import { CsvError, type Options, parse } from '#csv-parse';
import { LstmOnnxError } from '../../errors.js';
import type { TextPiece } from './decode-pieces.js';

const [SPACE, TAB, FORM_FEED, LINE_FEED, CARRIAGE_RETURN] = [0x20, 0x09, 0x0c, 0x0a, 0x0d] as const;

/** Takes a row; the line is the one that it ends in. */
export type TakeRow = (cells: readonly string[], line: number) => void;

/**
 * Gives every row of the piece to `take`. Blanks around a cell are no part of it, but in quotes they are.
 *
 * @returns how many blank lines there were, which are no rows
 * @throws E_INVALID_FILE for quotes that are not as RFC 4180 has them, naming the line
 */
export function forEachRow(piece: TextPiece, separator: string, take: TakeRow): number {
  return piece.hasQuotes ? parsedRows(piece, separator, take) : splitRows(piece, separator, take);
}

function splitRows({ text, linesBefore }: TextPiece, separator: string, take: TakeRow): number {
  const unix = text.includes('\r') ? text.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : text;
  const lines = unix.split('\n');
  if (lines.at(-1) === '') lines.pop();
  let blank = 0;
  for (const [index, line] of lines.entries()) {
    // Tabs alone are a row of missing values where they separate.
    if (line.trim() === '' && !line.includes(separator)) {
      blank++;
      continue;
    }
    const cells = line.split(separator);
    for (let i = 0; i < cells.length; i++) cells[i] = withoutBlanks(cells[i] ?? '');
    take(cells, linesBefore + index + 1);
  }
  return blank;
}

/** As the parser takes blanks off, which are those of ASCII. */
function withoutBlanks(cell: string): string {
  let [start, end] = [0, cell.length];
  while (start < end && isBlank(cell.charCodeAt(start))) start++;
  while (end > start && isBlank(cell.charCodeAt(end - 1))) end--;
  return end - start === cell.length ? cell : cell.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === FORM_FEED;
}

function parsedRows(piece: TextPiece, separator: string, take: TakeRow): number {
  const { text, linesBefore, lines } = piece;
  const options: Options = {
    delimiter: separator,
    trim: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    // The table checks how long rows are, and names the column.
    relax_column_count: true,
  };
  let rows: string[][] | undefined;
  try {
    rows = parse(text, options);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // Told below, behind whatever is wrong in the rows before.
  }
  // Each row is a line, so that the parser need not tell which: that takes it twice as long.
  if (rows?.length !== lines) return rowsWithLines(piece, separator, options, take);
  for (const [index, cells] of rows.entries()) take(cells, linesBefore + index + 1);
  return 0;
}

function rowsWithLines(
  { text, linesBefore }: TextPiece,
  separator: string,
  options: Options,
  take: TakeRow,
): number {
  let blank = 0;
  // The parser counts two lines where a line of Windows ends in quotes.
  const isWindows = text.includes('\r\n');
  let twice = 0;
  try {
    parse(text, {
      ...options,
      on_record: (cells: string[], { lines, empty_lines }) => {
        blank = empty_lines;
        if (isWindows) for (const cell of cells) twice += cell.split('\r\n').length - 1;
        take(cells, linesBefore + lines - twice);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The parser counts the lines of what it is given.
    const told = error.message.replace(
      /\bline (\d+)/,
      (_, line) => `line ${linesBefore + Number(line) - twice}`,
    );
    throw new LstmOnnxError('E_INVALID_FILE', `Not valid CSV: ${told}.`, { cause: error });
  }
  return blank + blankLinesAtEnd(text, separator);
}

/** Those behind the last row, of which the parser does not tell. */
function blankLinesAtEnd(text: string, separator: string): number {
  let start = text.length;
  for (let code = text.charCodeAt(start - 1); start > 0; code = text.charCodeAt(start - 1)) {
    if (!(isBlank(code) || code === LINE_FEED || code === CARRIAGE_RETURN) || text[start - 1] === separator)
      break;
    start--;
  }
  const lines = text.slice(start).split(/\r\n|\n|\r/);
  // What is first ends the last row, and what is last is a line where it has blanks.
  const whole = lines.length - (lines.at(-1) === '' ? 1 : 0);
  return Math.max(0, start === 0 ? whole : whole - 1);
}
