/** Reads a long text from files, or from the .txt files of a folder. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { counted } from '../counted.js';
import { LstmOnnxError } from '../errors.js';
import { cannotRead } from '../files/read.js';
import { readText } from '../files/text.js';
import type { Output } from './output.js';

export interface TextFiles {
  readonly text: string;
  /** The files that were read. */
  readonly files: readonly string[];
}

/**
 * The texts in the order of the paths, those of a folder in the order of their names; a line feed is between two.
 *
 * @param paths files, or folders with .txt files
 * @throws E_FILE_READ for what cannot be read; E_INVALID_FILE for bytes that are no text, a folder without .txt files, and no text at all
 */
export async function readTextFiles(
  paths: readonly string[],
  encoding: string | undefined,
  say: Output['say'],
): Promise<TextFiles> {
  const files = (await Promise.all(paths.map((path) => filesOf(path, say)))).flat();
  const texts: string[] = [];
  for (const file of files) {
    const { text, notes } = await readText(file, encoding === undefined ? {} : { encoding });
    for (const note of notes) say(`${file}: ${note.text}`);
    if (text.trim() === '') say(`${file} is empty, and left out.`);
    else texts.push(text);
  }
  if (texts.length === 0) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `${paths.join(', ')}: there is no text in it; expected a text of some thousand characters.`,
    );
  }
  return { text: texts.map(ended).join(''), files };
}

/** A text in front of another one ends with a line. */
function ended(text: string, place: number, { length }: readonly string[]): string {
  return place === length - 1 || text.endsWith('\n') ? text : `${text}\n`;
}

async function filesOf(path: string, say: Output['say']): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && /\.txt$/i.test(entry.name));
    const left = entries.length - files.length;
    if (files.length === 0) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `${path} is a folder without .txt files; name the files of the text.`,
      );
    }
    if (left > 0)
      say(`${path}: ${counted(left, 'file or folder', 'files or folders')} left out, no .txt files.`);
    return files.map(({ name }) => join(path, name)).sort();
  } catch (error) {
    throw error instanceof LstmOnnxError ? error : cannotRead(`'${path}'`, error);
  }
}
