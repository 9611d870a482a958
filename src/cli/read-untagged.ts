/** Reads what is to be tagged: files as those that a tagger was trained on, whose tags are not read, or a text on each line. */
import { counted } from '../counted.js';
import { cellAt, conllRows } from '../data/text/conll.js';
import { cellsOf, columnsOf } from '../data/text/conll-columns.js';
import { tokensIn } from '../data/text/tagged-texts.js';
import { textRecords } from '../data/text/text-records.js';
import { LstmOnnxError } from '../errors.js';
import { naming } from '../files/read.js';
import { readText } from '../files/text.js';
import type { TagFacts } from '../tagging/tag-facts.js';
import type { Output } from './output.js';
import { findColumns, readRecords } from './read-records.js';
import { hasRecords, type TaggedSettings } from './read-tagged.js';

/** Texts that are cut into words already, or not yet. */
export type Untagged =
  | { readonly words: readonly (readonly string[])[] }
  | { readonly texts: readonly string[] };

type Asked = Pick<TaggedSettings, 'tokens' | 'tokenColumn' | 'encoding' | 'separator' | 'missing'>;

/**
 * CSV and JSON lines have a column of tokens. In all other files there is a token on each line where all lines have one column, or as many as
 * those that were learned from, or tabs between them, or where the column of tokens is said; else a text on each line.
 *
 * @param asked how the file is read, as far as it is said
 * @param learned where the tokens were in training
 * @throws what the readers throw, with the file's name
 */
export async function readUntagged(
  path: string,
  asked: Asked,
  learned: TagFacts['columns'],
  say: Output['say'],
): Promise<Untagged> {
  const read = hasRecords(path, asked)
    ? await wordsOfRecords(path, asked, learned, say)
    : await fromLines(path, asked, learned, say);
  const count = 'words' in read ? read.words.length : read.texts.length;
  if (count === 0) throw new LstmOnnxError('E_INVALID_FILE', `${path} has no text.`);
  return read;
}

async function wordsOfRecords(
  path: string,
  asked: Asked,
  { tokens: known }: TagFacts['columns'],
  say: Output['say'],
) {
  const records = await readRecords(path, asked);
  const same = typeof known === 'string' && records.columns.includes(known) ? known : undefined;
  const { tokens } = findColumns(records, { tokens: asked.tokens ?? same }, say);
  const words: (readonly string[])[] = [];
  const fields = [{ name: tokens, takesNumbers: false, takesLists: true, isOptional: true }];
  for await (const { values, place } of textRecords(path, records.source, fields)) {
    words.push(tokensIn(path, values[0] ?? '', tokens, place));
  }
  return { words };
}

async function fromLines(
  path: string,
  { tokenColumn: given, encoding }: Asked,
  learned: TagFacts['columns'],
  say: Output['say'],
): Promise<Untagged> {
  const { text, notes } = await readText(path, encoding === undefined ? {} : { encoding });
  for (const note of notes) say(`${path}: ${note.text}`);
  const lines = text.split('\n');
  const full = lines.filter((line) => line.trim() !== '');
  return naming(path, () => {
    const token = given === undefined ? tokenColumn(lines, learned) : { token: given };
    const columns = columnsOf('predict', lines, { tag: false, ...token });
    const { separator, width } = columns;
    const isAlike = isUniform(full, width) && [1, learned.width].includes(width);
    const isConll = given !== undefined || separator === '\t' || isAlike;
    if (!isConll) {
      say(`${path} is read as ${counted(full.length, 'text')}, one on each line.`);
      return { texts: full };
    }
    say(`${path} is read with a token on each line; a blank line ends a text.`);
    const words = Array.from(conllRows(lines, columns), ({ rows }) =>
      rows.map(({ cells, line }) => cellAt(cells, columns.token, 'token', line)),
    );
    return { words: words.filter((list) => list.length > 0) };
  });
}

/** The column that was learned from, in a file that has as many. */
function tokenColumn(lines: readonly string[], { tokens, width }: TagFacts['columns']) {
  const found = columnsOf('predict', lines, { tag: false });
  return width !== undefined && found.width === width ? { token: tokens } : {};
}

function isUniform(lines: readonly string[], width: number): boolean {
  const isLeftOut = (line: string) => line.startsWith('#') || line.startsWith('-DOCSTART-');
  return lines.every((line) => isLeftOut(line) || cellsOf(line, { separator: ' ' }).length === width);
}
