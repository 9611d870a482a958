/** Reads texts with a tag for each token: files of CoNLL, CSV and JSON lines, or a folder of such files. */
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { counted } from '../counted.js';
import { parseTaggedTexts } from '../data/text/conll.js';
import { columnsOf } from '../data/text/conll-columns.js';
import { parseText } from '../data/text/plain-text.js';
import { type TaggedTexts, taggedTexts } from '../data/text/tagged-texts.js';
import { LstmOnnxError, reworded } from '../errors.js';
import { cannotRead, readFile } from '../files/read.js';
import type { TagFacts } from '../tagging/tag-facts.js';
import type { Output } from './output.js';
import { findColumns, readRecords } from './read-records.js';
import { optionName } from './setting-options.js';
import type { TagSettings } from './tag-settings.js';
import { UsageError } from './usage-error.js';

/** What of the settings says how data is read. */
export type TaggedSettings = Pick<
  TagSettings,
  'data' | 'tokenColumn' | 'tagColumn' | 'tokens' | 'tags' | 'encoding' | 'separator' | 'missing'
>;

export interface ReadTagged {
  readonly texts: TaggedTexts;
  /** Where the tokens were, for the model file. */
  readonly columns: TagFacts['columns'];
  /** Which columns were read, in words. */
  readonly source: string;
}

const RECORDS: readonly string[] = ['.csv', '.jsonl', '.ndjson'];

/** Whether a file has records with texts; all others have a token on each line. */
export function hasRecords(path: string, { tokens, tags }: Partial<TaggedSettings> = {}): boolean {
  return tokens !== undefined || tags !== undefined || RECORDS.includes(extname(path).toLowerCase());
}

/** @throws UsageError for settings of another kind of file; what the readers throw, with the file's name */
export async function readTagged(settings: TaggedSettings, say: Output['say']): Promise<ReadTagged> {
  const read: ReadTagged[] = [];
  const files = await filesOf(settings.data, say);
  for (const path of files) {
    const one = hasRecords(path, settings)
      ? await recordsOf(path, settings, say)
      : await conllOf(path, settings);
    const where = files.length > 1 ? `${path}: ` : '';
    for (const { text } of one.texts.notes) say(`${where}${text}`);
    read.push(one);
  }
  const [first, ...others] = read;
  if (first === undefined) throw new LstmOnnxError('E_INVALID_FILE', `${settings.data} has no file.`);
  if (others.length === 0) return first;
  const all = read.map(({ texts }) => texts);
  const texts = {
    tokens: all.flatMap(({ tokens }) => tokens),
    tags: all.flatMap(({ tags }) => tags),
    labels: [...new Set(all.flatMap(({ labels }) => labels))].sort(),
    notes: [],
  };
  return { ...first, texts };
}

async function recordsOf(path: string, settings: TaggedSettings, say: Output['say']): Promise<ReadTagged> {
  refuse(path, settings, ['tokenColumn', 'tagColumn'], 'is for files with a token on each line');
  const { tokens, tags } = settings;
  const records = await readRecords(path, settings);
  const columns = findColumns(records, { tokens, tags }, say);
  const texts = await named(path, taggedTexts(records.source, columns));
  const source = `${columns.tokens} (tokens), ${columns.tags} (tags)`;
  return { texts, columns: { tokens: columns.tokens }, source };
}

async function conllOf(path: string, settings: TaggedSettings): Promise<ReadTagged> {
  refuse(path, settings, ['separator', 'missing'], 'is for CSV files');
  const { encoding, tokenColumn, tagColumn } = settings;
  const textOptions = encoding === undefined ? {} : { encoding };
  const asked = {
    ...(tokenColumn !== undefined && { token: tokenColumn }),
    ...(tagColumn !== undefined && { tag: tagColumn }),
  };
  const bytes = await readFile(path);
  const texts = await named(path, parseTaggedTexts(bytes, { ...asked, ...textOptions }));
  const { text } = await parseText(bytes, textOptions);
  const { token, tag, width } = columnsOf('train', text.split('\n'), asked);
  const source = `${token + 1} (tokens) and ${tag + 1} (tags) of ${width}`;
  return { texts, columns: { tokens: token + 1, width }, source };
}

function refuse(
  path: string,
  settings: TaggedSettings,
  names: readonly (keyof TaggedSettings)[],
  why: string,
): void {
  const given = names.find((name) => settings[name] !== undefined);
  if (given !== undefined) throw new UsageError(`--${optionName(given)} ${why}; ${path} is none.`);
}

/** The file; of a folder those of the kind that most are of, such as `.conllu`. */
async function filesOf(path: string, say: Output['say']): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map(({ name }) => name);
    const kindOf = (name: string) => extname(name).toLowerCase();
    const kinds = [...new Set(files.map(kindOf))].sort();
    const ofKind = (kind: string) => files.filter((name) => kindOf(name) === kind).sort();
    const [kind = ''] = kinds.toSorted((a, b) => ofKind(b).length - ofKind(a).length);
    const taken = ofKind(kind);
    if (taken.length === 0) {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `The folder ${path} has no file; expected files of tagged texts.`,
      );
    }
    const left = files.length - taken.length;
    const others = left > 0 ? `; ${counted(left, 'file')} of other kinds left out` : '';
    say(`Of the folder ${counted(taken.length, `file ${kind}`, `files ${kind}`)} read${others}.`);
    return taken.map((name) => join(path, name));
  } catch (error) {
    throw error instanceof LstmOnnxError ? error : cannotRead(`'${path}'`, error);
  }
}

async function named<T>(path: string, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw error instanceof LstmOnnxError ? reworded(error, `${path}: ${error.message}`) : error;
  }
}
