/** Reads tables as users have them from the bytes of CSV, which may come piece by piece. */
import { counted } from '../../counted.js';
import { asLstmOnnxError, LstmOnnxError } from '../../errors.js';
import { checkTextSource, encodingNote, type TableSource } from '../decode-text.js';
import { rowPieces } from './decode-pieces.js';
import { forEachRow } from './rows-of-text.js';
import { findSeparator } from './separator.js';
import type { Table } from './table.js';
import { TableBuilder } from './table-builder.js';
import { checkTableOptions, type TableOptions } from './table-options.js';

/**
 * A table of the bytes of CSV (RFC 4180): a header, then rows, separated by commas, semicolons, tabs or bars, with any line
 * ending. What a column holds is found by the first 1000 rows: numbers, times (ISO 8601, or as `dateFormat` says) where at
 * least half of them are such, and text otherwise. Values that a column cannot hold are then refused, not guessed.
 *
 * Pieces of bytes are read as they come, so that beside the table itself (8 bytes a number, 4 a text and 4 a row) some
 * megabytes are taken.
 *
 * @param source the bytes, or pieces of them, such as `file.stream()` of a page
 * @returns the table, with notes on missing values, times without a zone, blank lines and UTF-16
 * @throws E_INVALID_FILE naming line and column for a row that is too long or too short, text in a column of numbers,
 *   infinite values and dates of another format; for dates whose format is not stated, with the formats that fit; for
 *   a decimal comma that is not stated, broken quotes, and bytes that are no text. E_FILE_READ for a source that fails. E_UNKNOWN_NAME for options about
 *   a column that there is not, E_DUPLICATE_NAME for two columns of one name, E_INVALID_OPTION for wrong options.
 */
export async function parseTable(source: TableSource, options: TableOptions = {}): Promise<Table> {
  checkTextSource('parseTable', source);
  const checked = checkTableOptions(options);
  try {
    const table = new TableBuilder(checked);
    let separator = checked.separator;
    let blankLines = 0;
    const said = (encoding: string) => table.note(encodingNote(encoding), 1);
    for await (const piece of rowPieces(source, checked.encoding, said)) {
      if (separator === undefined) refuseJson(piece.text);
      separator ??= findSeparator(piece.text, checked.decimal);
      blankLines += forEachRow(piece, separator, (cells, line) => table.take(cells, line));
    }
    if (blankLines > 0) table.note(`${counted(blankLines, 'blank line')} left out.`, blankLines);
    return table.finish();
  } catch (error) {
    throw asLstmOnnxError(error, 'Reading the table');
  }
}

/** @throws E_INVALID_FILE for text that begins as JSON does: the parser of CSV would speak of its quotes */
function refuseJson(text: string): void {
  if (!/^\s*(?:\[\s*[[{]|\{\s*")/.test(text)) return;
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    'The text is JSON; expected CSV. Write it as CSV: a header, then a row for each record.',
  );
}
