/**
 * Reads a table of numbers from CSV text (RFC 4180, commas or tabs, any line ending), with or without a header row.
 *
 * Rows of plain numbers are read here (`csv-plain-rows.ts`), all others by a parser. It is given the text in pieces: of
 * all of it at once, its build for browsers makes a list of bytes, which ends the process from 113 MB on.
 */
import { CsvError, parse } from '#csv-parse';
import { expectText } from '../arguments.js';
import { LstmOnnxError, reading, reworded } from '../errors.js';
import type { NdArray } from '../nd-array.js';
import { NumberTable } from './csv-number-table.js';
import {
  BLOCK,
  blocksOfBytes,
  blocksOfText,
  type CsvBlocks,
  countCells,
  linesIn,
  MAX_ROW_BYTES,
  piecesOf,
} from './csv-pieces.js';
import { PlainRows } from './csv-plain-rows.js';
import { decodeLenient } from './utf8.js';

/** 2^27 characters: some ten million numbers; as .npy they load a hundred times faster. */
export const MAX_CSV_CHARACTERS = 2 ** 27;

/** Of a row for the parser, which makes a string of every cell, 70 bytes each. Plain numbers have {@link MAX_ROW_BYTES}. */
const MAX_PARSED_CHARACTERS = 2 ** 21;

/**
 * The numbers of CSV text, `[rows, columns]`. A first row without any number is taken for a header and left out;
 * blank lines are skipped. Tabs separate the columns where the first line has tabs, no commas and no
 * semicolons. Beside the text it takes the memory of the table, eight bytes a number, and some megabytes.
 * @throws E_INVALID_FILE naming line and column for a cell that is not a finite number or a row of another length;
 * also for broken quoting, text without numbers, what is no text, and text past {@link MAX_CSV_CHARACTERS}.
 */
export function parseCsv(text: string): NdArray<'float64'> {
  expectText('parseCsv', text, 'CSV text');
  checkText(text.length, text.includes('\0'));
  const plain = text.replace(/^\ufeff/, '');
  return readTable(firstLine(plain), blocksOfText(plain));
}

/**
 * As {@link parseCsv}, of bytes that are UTF-8, of which no text is made.
 *
 * @param blockBytes how many bytes are looked at together, which changes nothing
 * @throws E_INVALID_FILE as {@link parseCsv}
 */
export function parseCsvBytes(bytes: Uint8Array, blockBytes?: number): NdArray<'float64'> {
  const isShort = bytes.length <= MAX_CSV_CHARACTERS;
  checkText(isShort ? bytes.length : charactersIn(bytes), bytes.includes(0));
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const plain = hasMark ? bytes.subarray(3) : bytes;
  const first = firstLine(decodeLenient(plain.subarray(0, MAX_ROW_BYTES)));
  return readTable(first, blocksOfBytes(plain, blockBytes));
}

function checkText(characters: number, hasNull: boolean): void {
  if (characters > MAX_CSV_CHARACTERS) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `The CSV text has ${characters} characters; at most ${MAX_CSV_CHARACTERS} are read. Save the array as .npy instead.`,
    );
  }
  if (hasNull) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      'It holds null characters: a binary file, or UTF-16, and not CSV. Save the table as CSV in UTF-8.',
    );
  }
}

/** The length that UTF-8 has as a text: two for what takes four bytes. */
function charactersIn(bytes: Uint8Array): number {
  let characters = 0;
  for (const byte of bytes) {
    if ((byte & 0xc0) !== 0x80) characters += byte >= 0xf0 ? 2 : 1;
  }
  return characters;
}

/** @param first the first line that is not blank */
function readTable(first: string, blocks: CsvBlocks): NdArray<'float64'> {
  // An empty cell may begin a row; tabs behind its last cell are blanks.
  const unquoted = first.trimEnd().replaceAll(/"[^"]*"/g, '');
  const [hasComma, hasSemicolon, hasTab] = [',', ';', '\t'].map((separator) => unquoted.includes(separator));
  const delimiter = hasTab && !hasComma && !hasSemicolon ? '\t' : ',';
  try {
    return reading('the CSV text', () => parseTable(blocks, delimiter));
  } catch (error) {
    const hint = hasSemicolon ? 'semicolons' : hasTab ? 'tabs' : undefined;
    if (!(error instanceof LstmOnnxError) || hint === undefined || delimiter === '\t') throw error;
    throw reworded(
      error,
      `${error.message} The columns seem to be separated by ${hint}; save the table with commas between them and points in numbers.`,
    );
  }
}

/** The first line that is not blank. */
function firstLine(text: string): string {
  const character = Math.max(0, text.search(/[^\s\ufeff]/));
  const start = 1 + Math.max(text.lastIndexOf('\n', character), text.lastIndexOf('\r', character));
  return text.slice(start, start + MAX_ROW_BYTES).split(/[\r\n]/, 1)[0] ?? '';
}

function parseTable(blocks: CsvBlocks, delimiter: ',' | '\t'): NdArray<'float64'> {
  const code = delimiter.charCodeAt(0);
  const table = new NumberTable(countCells(blocks, code));
  let lines = 0;
  for (const piece of piecesOf(blocks)) {
    const plain = new PlainRows(piece, code);
    while (table.takePlain(plain, lines)) {}
    const rest = piece.subarray(plain.end);
    lines += plain.lines;
    if (rest.length > 0) parsePiece(decodeLenient(rest), delimiter, lines, table);
    lines += linesIn(rest);
  }
  return table.array();
}

/** Takes the rows of text into a table. @param before how many lines there are before the text */
function parsePiece(text: string, delimiter: string, before: number, table: NumberTable): void {
  if (text.length > MAX_PARSED_CHARACTERS) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `From line ${before + 1} on the CSV text has a row of more than ${MAX_PARSED_CHARACTERS - BLOCK} characters that is not of numbers alone, or a quote that does not close. Save the array as .npy instead.`,
    );
  }
  const options = {
    delimiter,
    trim: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    // Row lengths are checked by the table, where the message can name the line that set them.
    relax_column_count: true,
  };
  let taken = 0;
  try {
    // Only where lines are asked for: telling them takes the parser several times as long as all else.
    if (table.hasRows) {
      for (const cells of parse(text, options)) {
        table.takeRow(cells, before);
        taken++;
      }
      return;
    }
  } catch {
    // What is wrong is thrown again below, with its line.
  }
  try {
    parse(text, {
      ...options,
      on_record: (cells: string[], { lines }) => {
        if (taken-- <= 0) table.takeRow(cells, before + lines);
        return null;
      },
    });
  } catch (error) {
    throw error instanceof CsvError ? invalidCsv(error, before) : error;
  }
}

/** The parser counts the lines of what it is given; its message gets those of the whole text. */
function invalidCsv(error: CsvError, before: number): LstmOnnxError {
  const message = error.message.replace(/\bline (\d+)/, (_, line) => `line ${before + Number(line)}`);
  return new LstmOnnxError('E_INVALID_FILE', `Not valid CSV: ${message}.`, { cause: error });
}
