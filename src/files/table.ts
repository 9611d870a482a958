/** Reads a table from a file, piece by piece. */
import { createReadStream } from 'node:fs';
import { parseTable } from '../data/table/parse-table.js';
import type { Table } from '../data/table/table.js';
import type { TableOptions } from '../data/table/table-options.js';
import { LstmOnnxError, reworded } from '../errors.js';
import { cannotRead, expectReadable } from './read.js';

/** Larger pieces take longer to clean up than to read. */
const PIECE_BYTES = 2 ** 18;

/**
 * The table of a CSV file, as parseTable reads it: the file is never in memory as a whole.
 *
 * @throws E_FILE_READ when the file cannot be read; all that parseTable throws, with the file's name before the message
 */
export async function readTable(path: string, options: TableOptions = {}): Promise<Table> {
  await expectReadable(path);
  try {
    return await parseTable(piecesOf(path), options);
  } catch (error) {
    if (!(error instanceof LstmOnnxError) || error.code === 'E_FILE_READ') throw error;
    throw reworded(error, `${path}: ${error.message}`);
  }
}

/** The bytes of a file, piece by piece. */
export async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: PIECE_BYTES });
  } catch (error) {
    throw cannotRead(`'${path}'`, error);
  }
}
