/** Reads whole files, and names the file in what goes wrong with it. */
import * as fs from 'node:fs/promises';
import { expectText } from '../arguments.js';
import { LstmOnnxError, reworded } from '../errors.js';
import { errorCode, reasonOf } from './errno.js';

/** What to do about it, where the reason alone does not say so. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'Check the path.'],
  ['ENOTDIR', 'Check the path.'],
  ['EISDIR', 'Name a file in it.'],
  ['EACCES', 'Make it readable, or run as a user who may read it.'],
  ['EPERM', 'Make it readable, or run as a user who may read it.'],
]);

/**
 * The contents of a file.
 * @throws E_FILE_READ when there is none, it is a directory or a device, or it may not be read.
 */
export async function readFile(path: string): Promise<Uint8Array> {
  return readWhole(path, false);
}

/**
 * As {@link readFile}, of a file that another file names: a pipe would wait for ever.
 * @throws E_FILE_READ as {@link readFile}, and for whatever is no regular file
 */
export async function readNamedFile(path: string): Promise<Uint8Array> {
  return readWhole(path, true);
}

async function readWhole(path: string, regularOnly: boolean): Promise<Uint8Array> {
  await expectReadable(path, regularOnly);
  try {
    return await fs.readFile(path);
  } catch (error) {
    throw cannotRead(`'${path}'`, error);
  }
}

/**
 * @param regularOnly whether pipes are refused, too
 * @throws E_FILE_READ when there is no such file, or it is a device or a directory
 */
export async function expectReadable(path: string, regularOnly = false): Promise<void> {
  expectText('The path', path, "a file's path, as text");
  try {
    const stats = await fs.stat(path);
    if (regularOnly && !stats.isFile() && !stats.isDirectory()) {
      throw new LstmOnnxError('E_FILE_READ', `Cannot read '${path}': it is no regular file.`);
    }
    if (stats.isCharacterDevice() || stats.isBlockDevice()) {
      // A device such as /dev/zero has no end.
      throw new LstmOnnxError('E_FILE_READ', `Cannot read '${path}': it is a device. Name a file.`);
    }
  } catch (error) {
    if (error instanceof LstmOnnxError) {
      throw error;
    }
    throw cannotRead(`'${path}'`, error);
  }
}

/** What to throw when reading `what` failed: why, and what to do about it. */
export function cannotRead(what: string, error: unknown): LstmOnnxError {
  const remedy = REMEDIES.get(errorCode(error) ?? '');
  return new LstmOnnxError(
    'E_FILE_READ',
    `Cannot read ${what}: ${reasonOf(error)}.${remedy === undefined ? '' : ` ${remedy}`}`,
    { cause: error },
  );
}

/**
 * What `parse` makes of a file's contents.
 * @throws E_FILE_READ as {@link readFile}; what `parse` throws, with its code and the file's name before its message.
 */
export async function parseFile<T>(path: string, parse: (bytes: Uint8Array) => T): Promise<T> {
  const bytes = await readFile(path);
  return naming(path, () => parse(bytes));
}

/** What `parse` returns; of what it throws on purpose, the message starts with the file's name. */
export function naming<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof LstmOnnxError ? reworded(error, `${file}: ${error.message}`) : error;
  }
}
