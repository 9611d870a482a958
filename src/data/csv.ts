/**
 * Reads a table of numbers from CSV text (RFC 4180, commas or tabs, any line ending), with or without a header row.
 *
 * The parser is given the text in pieces: of all of it at once, its build for browsers makes a list of bytes, which ends the
 * process from 113 MB on.
 */
import { CsvError, parse } from '#csv-parse';
import { expectText } from '../arguments.js';
import { LstmOnnxError, reading, reworded } from '../errors.js';
import type { NdArray } from '../nd-array.js';

/** 2^27 characters: some ten million numbers; as .npy they load a hundred times faster. */
export const MAX_CSV_CHARACTERS = 2 ** 27;

/** Characters that the parser is given at once, or more up to the end of a row. */
const PIECE = 2 ** 16;
/** Of one row: a million numbers. */
const MAX_ROW_CHARACTERS = 2 ** 24;

/** A decimal number, without hexadecimal, NaN and infinity. Written so that it cannot backtrack. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const [QUOTE, LINE_FEED, CARRIAGE_RETURN] = ['"', '\n', '\r'].map((character) => character.charCodeAt(0));

/** What other programs write for numbers that are none: it makes a first row data, not a header. */
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

/**
 * The numbers of CSV text, `[rows, columns]`. A first row without any number is taken for a header and left out;
 * blank lines are skipped. Tabs separate the columns where the first line has tabs, no commas and no
 * semicolons. Beside the text it takes
 * the memory of the table, eight bytes a number, and some megabytes.
 * @throws E_INVALID_FILE naming line and column for a cell that is not a finite number or a row of another length;
 * also for broken quoting, text without numbers, what is no text, and text past {@link MAX_CSV_CHARACTERS}.
 */
export function parseCsv(text: string): NdArray<'float64'> {
  expectText('parseCsv', text, 'CSV text');
  if (text.length > MAX_CSV_CHARACTERS) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The CSV text has ${text.length} characters; at most ${MAX_CSV_CHARACTERS} are read. Save the array as .npy instead.`,
    );
  }
  if (text.includes('\0')) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      'It holds null characters: a binary file, or UTF-16, and not CSV. Save the table as CSV in UTF-8.',
    );
  }
  try {
    return reading('the CSV text', () => parseTable(text));
  } catch (error) {
    const separators = separatorsOf(text);
    const hint = separators.includes(';') ? 'semicolons' : separators.includes('\t') ? 'tabs' : undefined;
    if (!(error instanceof LstmOnnxError) || hint === undefined || delimiterOf(text) === '\t') throw error;
    throw reworded(
      error,
      `${error.message} The columns seem to be separated by ${hint}; save the table with commas between them and points in numbers.`,
    );
  }
}

/** What in the first line, outside of quotes, may separate columns. */
function separatorsOf(text: string): string {
  // An empty cell may begin a row; tabs behind its last cell are blanks.
  const first = firstLine(text).trimEnd();
  return first.replaceAll(/"[^"]*"/g, '').replaceAll(/[^,;\t]/g, '');
}

function delimiterOf(text: string): ',' | '\t' {
  return /^\t+$/.test(separatorsOf(text)) ? '\t' : ',';
}

/** The first line that is not blank. */
function firstLine(text: string): string {
  const character = Math.max(0, text.search(/[^\s\ufeff]/));
  const start = 1 + Math.max(text.lastIndexOf('\n', character), text.lastIndexOf('\r', character));
  return text.slice(start, start + MAX_ROW_CHARACTERS).split(/[\r\n]/, 1)[0] ?? '';
}

function parseTable(text: string): NdArray<'float64'> {
  const delimiter = delimiterOf(text);
  let numbers: Float64Array<ArrayBuffer> | undefined;
  let headerCells = 0;
  let length = 0;
  let rows = 0;
  let columns: number | undefined;
  let firstLine = 1;

  const takeRow = (cells: readonly string[], line: number): void => {
    if (columns === undefined) {
      columns = cells.length;
      firstLine = line;
      if (isHeader(cells)) {
        headerCells = cells.length;
        return;
      }
    }
    if (cells.length !== columns) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `CSV line ${line} ends at column ${cells.length}; line ${firstLine} has ${columns}. Give every row the same number of columns.`,
      );
    }
    numbers ??= new Float64Array(cellsIn(text, delimiter) - headerCells);
    for (const [column, cell] of cells.entries()) {
      const value = NUMBER.test(cell) ? Number(cell) : Number.NaN;
      if (!Number.isFinite(value)) {
        throw new LstmOnnxError(
          'E_INVALID_FILE',
          `CSV line ${line}, column ${column + 1} is ${cell === '' ? 'empty' : JSON.stringify(cell.slice(0, 40))}; expected a finite number such as -1.5e3.`,
        );
      }
      numbers[length++] = value;
    }
    rows += 1;
  };

  try {
    let before = 0;
    for (const piece of piecesOf(text)) {
      parse(piece, {
        delimiter,
        bom: before === 0,
        trim: true,
        skip_empty_lines: true,
        record_delimiter: ['\r\n', '\n', '\r'],
        // Row lengths are checked above, where the message can name the line that set them.
        relax_column_count: true,
        // Taking each row as it comes and keeping none spares a string for every cell.
        on_record: (cells: string[], { lines }) => {
          takeRow(cells, before + lines);
          return null;
        },
      });
      before += linesIn(piece);
    }
  } catch (error) {
    throw error instanceof CsvError
      ? new LstmOnnxError('E_INVALID_FILE', `Not valid CSV: ${error.message}.`, { cause: error })
      : error;
  }
  if (columns === undefined || numbers === undefined) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      columns === undefined
        ? 'The CSV text is empty; expected rows of numbers separated by commas or tabs.'
        : `The CSV text has a header (line ${firstLine}) and no rows; expected rows of numbers below it.`,
    );
  }
  return {
    dtype: 'float64',
    shape: [rows, columns],
    data: length === numbers.length ? numbers : numbers.slice(0, length),
  };
}

/** At least as many cells as the text has below its first line, and as many where nothing is quoted or blank. */
function cellsIn(text: string, delimiter: string): number {
  const separator = delimiter.charCodeAt(0);
  let cells = 0;
  let isBlank = true;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === separator) cells++;
    if (code !== LINE_FEED && code !== CARRIAGE_RETURN) {
      isBlank = false;
    } else if (!isBlank) {
      cells++;
      isBlank = true;
    }
  }
  return isBlank ? cells : cells + 1;
}

/** The text, cut between rows: at a line end outside of quotes. @throws E_INVALID_FILE for a row that does not end */
function* piecesOf(text: string): Generator<string> {
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isQuoted = !isQuoted;
    if (at - start < PIECE) continue;
    // Not between the two characters of a Windows line end.
    const isEnd = code === LINE_FEED || (code === CARRIAGE_RETURN && text.charCodeAt(at + 1) !== LINE_FEED);
    if (isEnd && !isQuoted) {
      yield text.slice(start, at + 1);
      start = at + 1;
    } else if (at - start > MAX_ROW_CHARACTERS) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `The CSV text has a row of more than ${MAX_ROW_CHARACTERS - PIECE} characters, or a quote that does not close. Save the array as .npy instead.`,
      );
    }
  }
  yield text.slice(start);
}

function linesIn(piece: string): number {
  return piece.match(/\r\n|\n|\r/g)?.length ?? 0;
}

/** Some cell names a column (the one above an index may be empty), and none reads like a number. */
function isHeader(cells: readonly string[]): boolean {
  return (
    cells.some((cell) => cell !== '') && !cells.some((cell) => NUMBER.test(cell) || NOT_FINITE.test(cell))
  );
}
