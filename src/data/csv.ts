/** Reads a table of numbers from CSV text (RFC 4180, commas, any line ending), with or without a header row. */
import { CsvError, parse } from 'csv-parse/browser/esm/sync';
import { LstmOnnxError } from '../errors.js';
import type { NdArray } from '../nd-array.js';

/** 2^27 characters: some ten million numbers; as .npy they load a hundred times faster. */
export const MAX_CSV_CHARACTERS = 2 ** 27;

/** A decimal number, without hexadecimal, NaN and infinity. Written so that it cannot backtrack. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** What other programs write for numbers that are none: it makes a first row data, not a header. */
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

/**
 * The numbers of CSV text, `[rows, columns]`. A first row without any number is taken for a header and left out;
 * blank lines are skipped.
 * @throws E_INVALID_FILE naming line and column for a cell that is not a finite number or a row of another length;
 * also for broken quoting, text without numbers, what is no text, and text past {@link MAX_CSV_CHARACTERS}.
 */
export function parseCsv(text: string): NdArray<'float64'> {
  if (text.includes('\0')) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      'It holds null characters: a binary file, or UTF-16, and not CSV. Save the table as CSV in UTF-8.',
    );
  }
  try {
    return parseTable(text);
  } catch (error) {
    const [firstLine = ''] = text.trimStart().split(/[\r\n]/, 1);
    const hasSemicolons = firstLine.replaceAll(/"[^"]*"/g, '').includes(';');
    if (!(error instanceof LstmOnnxError) || !hasSemicolons) throw error;
    throw new LstmOnnxError(
      error.code,
      `${error.message} The columns seem to be separated by semicolons; save the table with commas between them and points in numbers.`,
      { cause: error },
    );
  }
}

function parseTable(text: string): NdArray<'float64'> {
  if (text.length > MAX_CSV_CHARACTERS) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The CSV text has ${text.length} characters; at most ${MAX_CSV_CHARACTERS} are read. Save the array as .npy instead.`,
    );
  }
  const numbers: number[] = [];
  let rows = 0;
  let columns: number | undefined;
  let firstLine = 1;

  const takeRow = (cells: readonly string[], line: number): void => {
    if (columns === undefined) {
      columns = cells.length;
      firstLine = line;
      if (isHeader(cells)) {
        return;
      }
    }
    if (cells.length !== columns) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `CSV line ${line} ends at column ${cells.length}; line ${firstLine} has ${columns}. Give every row the same number of columns.`,
      );
    }
    for (const [column, cell] of cells.entries()) {
      const value = NUMBER.test(cell) ? Number(cell) : Number.NaN;
      if (!Number.isFinite(value)) {
        throw new LstmOnnxError(
          'E_INVALID_FILE',
          `CSV line ${line}, column ${column + 1} is ${cell === '' ? 'empty' : JSON.stringify(cell.slice(0, 40))}; expected a finite number such as -1.5e3.`,
        );
      }
      numbers.push(value);
    }
    rows += 1;
  };

  try {
    parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      // Row lengths are checked above, where the message can name the line that set them.
      relax_column_count: true,
      // Taking each row as it comes and keeping none spares a string for every cell.
      on_record: (cells: string[], { lines }) => {
        takeRow(cells, lines);
        return null;
      },
    });
  } catch (error) {
    throw error instanceof CsvError
      ? new LstmOnnxError('E_INVALID_FILE', `Not valid CSV: ${error.message}.`, { cause: error })
      : error;
  }
  if (columns === undefined || rows === 0) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      columns === undefined
        ? 'The CSV text is empty; expected rows of numbers separated by commas.'
        : `The CSV text has a header (line ${firstLine}) and no rows; expected rows of numbers below it.`,
    );
  }
  return { dtype: 'float64', shape: [rows, columns], data: Float64Array.from(numbers) };
}

/** Some cell names a column (the one above an index may be empty), and none reads like a number. */
function isHeader(cells: readonly string[]): boolean {
  return (
    cells.some((cell) => cell !== '') && !cells.some((cell) => NUMBER.test(cell) || NOT_FINITE.test(cell))
  );
}
