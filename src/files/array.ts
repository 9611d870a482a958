/** Reads an array from a file, in the format that its extension names. */
import { isUtf8 } from 'node:buffer';
import { extname } from 'node:path';
import { expectText } from '../arguments.js';
import { counted } from '../counted.js';
import { parseCsvBytes } from '../data/csv.js';
import { parseJsonArrayBytes } from '../data/json.js';
import { parseNpy } from '../data/npy.js';
import { LstmOnnxError } from '../errors.js';
import type { NdArray } from '../nd-array.js';
import { parseFile } from './read.js';

const READERS: ReadonlyMap<string, (path: string) => Promise<NdArray>> = new Map([
  ['.npy', (path: string) => parseFile<NdArray>(path, parseNpy)],
  ['.json', (path: string) => parseFile(path, parseJson)],
  ['.csv', (path: string) => parseFile(path, parseTable)],
  ['.tsv', (path: string) => parseFile(path, parseTable)],
]);

/**
 * The array of a `.npy`, `.json`, `.csv` or `.tsv` file; all but `.npy` give float64.
 * @throws E_UNSUPPORTED for another extension; E_FILE_READ when the file cannot be read; E_INVALID_FILE and
 * E_UNSUPPORTED as the format's parser, with the file's name.
 */
export async function readArray(path: string): Promise<NdArray> {
  expectText('The path', path, "a file's path, as text");
  const extension = extname(path).toLowerCase();
  const read = READERS.get(extension);
  if (read === undefined) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `Cannot tell the format of '${path}' from ${extension === '' ? 'a name without extension' : `the extension ${extension}`}; expected one of ${[...READERS.keys()].join(', ')}.`,
    );
  }
  return read(path);
}

// From the bytes: a text of them all is as much memory again, and twice as much where a character is not Latin-1.

function parseJson(bytes: Uint8Array): NdArray {
  if (!isUtf8(bytes)) throw noText(bytes);
  return parseJsonArrayBytes(bytes);
}

function parseTable(bytes: Uint8Array): NdArray {
  if (!isUtf8(bytes)) throw noText(bytes);
  return parseCsvBytes(bytes);
}

function noText(bytes: Uint8Array): LstmOnnxError {
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `The contents, ${counted(bytes.length, 'byte')}, are not UTF-8 text. Save the file as UTF-8, or as .npy.`,
  );
}
