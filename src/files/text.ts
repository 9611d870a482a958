/** Reads texts from files: a plain text, JSON lines, texts with tags, a folder with a subfolder for each class. */
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { wrongArgument } from '../arguments.js';
import { counted } from '../counted.js';
import type { DataNote } from '../data/table/table.js';
import { type ConllOptions, checkConllOptions, parseTaggedTexts } from '../data/text/conll.js';
import { type JsonLines, parseJsonLines } from '../data/text/json-lines.js';
import { LabelCollector, type LabelledTexts, type LabelOptions } from '../data/text/labelled-texts.js';
import { checkTextOptions, type PlainText, parseText, type TextOptions } from '../data/text/plain-text.js';
import type { TaggedTexts } from '../data/text/tagged-texts.js';
import { LstmOnnxError, reworded } from '../errors.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { cannotRead, expectReadable, readFile } from './read.js';
import { piecesOf } from './table.js';

export interface TextFolderOptions extends LabelOptions, TextOptions {}

const optionNames = {
  encoding: true,
  classes: true,
  empty: true,
  minExamples: true,
} satisfies OptionNames<TextFolderOptions>;

/**
 * The text of a file, as parseText reads it.
 *
 * @throws E_FILE_READ when the file cannot be read; all that parseText throws, with the file's name before the message
 */
export async function readText(path: string, options: TextOptions = {}): Promise<PlainText> {
  checkTextOptions('readText', options);
  const bytes = await readFile(path);
  return named(path, () => parseText(bytes, options));
}

/**
 * The objects of a file of JSON lines, as parseJsonLines reads them: the file is never in memory as a whole.
 *
 * @throws where lines are read E_FILE_READ when the file cannot be, and all that parseJsonLines throws, with the file's name before
 *   the message
 */
export function readJsonLines(path: string, options: TextOptions = {}): JsonLines {
  checkTextOptions('readJsonLines', options);
  if (typeof path !== 'string') throw wrongArgument('readJsonLines', path, "a file's path, as text");
  const notes: DataNote[] = [];
  return {
    notes,
    async *[Symbol.asyncIterator]() {
      await expectReadable(path);
      const lines = parseJsonLines(piecesOf(path), options);
      try {
        yield* lines;
      } catch (error) {
        throw inFile(path, error);
      } finally {
        notes.splice(0, notes.length, ...lines.notes);
      }
    },
  };
}

/**
 * Tokens and tags of a file of CoNLL, as parseTaggedTexts reads them.
 *
 * ```ts
 * const { tokens, tags, labels } = await readTaggedTexts('en_ewt-ud-train.conllu', { tag: 'XPOS' });
 * ```
 *
 * @throws E_FILE_READ when the file cannot be read; all that parseTaggedTexts throws, with the file's name before the message
 */
export async function readTaggedTexts(path: string, options: ConllOptions = {}): Promise<TaggedTexts> {
  checkConllOptions('readTaggedTexts', options);
  const bytes = await readFile(path);
  return named(path, () => parseTaggedTexts(bytes, options));
}

/**
 * Texts of a folder that has a subfolder for each class with a file for each text. Classes and files are in the order of their
 * names. What is no text file of a class is left out, with a note: files beside the subfolders, folders in them, and names that
 * begin with a point.
 *
 * @throws E_FILE_READ for a folder or file that cannot be read, E_INVALID_FILE for bytes that are no text, with the file's
 *   name, and what labelledTexts throws of classes and empty texts
 */
export async function readTextFolder(path: string, options: TextFolderOptions = {}): Promise<LabelledTexts> {
  const where = 'readTextFolder';
  checkOptionNames(where, options, optionNames);
  const { encoding, ...labelOptions } = options;
  const textOptions = encoding === undefined ? {} : { encoding };
  checkTextOptions(where, textOptions);
  const collected = new LabelCollector(where, labelOptions);
  const top = await entriesOf(path);
  const counts = new Map<string, number>();
  let left = top.other.length + top.files.length;
  for (const name of top.folders) {
    const inside = await entriesOf(join(path, name));
    left += inside.other.length + inside.folders.length;
    for (const file of inside.files) {
      const at = join(path, name, file);
      const { text, notes } = await readText(at, textOptions);
      for (const note of notes) counts.set(kindOf(note), (counts.get(kindOf(note)) ?? 0) + 1);
      collected.add(text, name, `'${at}'`);
    }
  }
  const notes = [...counts].map(([text, count]) => ({ text: `${counted(count, 'file')}: ${text}`, count }));
  if (left > 0) {
    notes.push({
      text: `${counted(left, 'file or folder', 'files or folders')} left out that are no text of a class.`,
      count: left,
    });
  }
  return collected.finish(notes);
}

/** What a note is about, without the number of lines, so that it is said once for all files. */
function kindOf({ text }: DataNote): string {
  return text.replace(/^\d+ lines? ended/, 'lines ended');
}

interface Entries {
  readonly folders: readonly string[];
  readonly files: readonly string[];
  readonly other: readonly string[];
}

/** What is in a folder, each list sorted by characters: the same order on every machine. */
async function entriesOf(path: string): Promise<Entries> {
  if (typeof path !== 'string') throw wrongArgument('readTextFolder', path, "a folder's path, as text");
  const folders: string[] = [];
  const files: string[] = [];
  const other: string[] = [];
  try {
    for (const name of (await fs.readdir(path)).sort()) {
      const stats = await fs.stat(join(path, name));
      const list = name.startsWith('.')
        ? other
        : stats.isDirectory()
          ? folders
          : stats.isFile()
            ? files
            : other;
      list.push(name);
    }
  } catch (error) {
    throw cannotRead(`'${path}'`, error);
  }
  return { folders, files, other };
}

async function named<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw inFile(path, error);
  }
}

function inFile(path: string, error: unknown): unknown {
  if (!(error instanceof LstmOnnxError) || error.code === 'E_FILE_READ') return error;
  return reworded(error, `${path}: ${error.message}`);
}
