/**
 * Files of the shared tasks of CoNLL: a token and its tag on a line, a blank line between texts. The format of Universal Dependencies is one
 * of them: https://universaldependencies.org/format.html
 */
import { wrongArgument } from '../../arguments.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import type { TableSource } from '../decode-text.js';
import type { DataNote } from '../table/table.js';
import { type ConllColumns, cellsOf, columnsOf } from './conll-columns.js';
import { parseText, type TextOptions } from './plain-text.js';
import { TagCollector, type TaggedTexts } from './tagged-texts.js';

export interface ConllOptions extends TextOptions {
  /** The column of tokens: its number, from 1, or its name. @default the first; FORM of CoNLL-U */
  readonly token?: number | string;
  /** The column of tags. @default the last; UPOS of CoNLL-U */
  readonly tag?: number | string;
}

const optionNames = { token: true, tag: true, encoding: true } satisfies OptionNames<ConllOptions>;

/**
 * Tokens and tags of a file with a token on each line, its tag in another column, and blank lines between texts. Tabs stand between
 * the columns where the first line has one, else white space. Comments, which begin with `#`, and `-DOCSTART-` lines are left out.
 *
 * CoNLL-U is known by its ten columns: the token is FORM, the tag UPOS, or `tag: 'XPOS'`. What is written as one word (`3-4`) and nodes that
 * are not in the text (`5.1`) are left out, with a note. A comment `# global.columns = ID FORM UPOS` names the columns of any file.
 *
 * ```ts
 * const { tokens, tags } = await parseTaggedTexts(new TextEncoder().encode('ada B-PER\nmet O\n\nalan B-PER\n'));
 * ```
 *
 * @param source the bytes, or pieces of them, such as `file.stream()` of a page
 * @throws E_INVALID_FILE with the number of the line for one with another number of columns than the first, or an empty token or tag; for
 *   a file without tokens, and what is no text; E_UNKNOWN_NAME for a column that there is not; E_INVALID_OPTION for other options
 */
export async function parseTaggedTexts(
  source: TableSource,
  options: ConllOptions = {},
): Promise<TaggedTexts> {
  checkConllOptions('parseTaggedTexts', options);
  const { encoding } = options;
  const { text, notes } = await parseText(source, encoding === undefined ? {} : { encoding });
  return textsOf(text, options, notes);
}

/** @throws E_INVALID_OPTION for columns that are none */
export function checkConllOptions(where: string, options: ConllOptions): void {
  checkOptionNames(where, options, optionNames, { tokens: 'token', tags: 'tag', column: 'tag' });
  for (const name of ['token', 'tag'] as const) {
    const column: unknown = options[name];
    if (column === undefined || (typeof column === 'string' && column !== '')) continue;
    if (Number.isInteger(column) && Number(column) >= 1) continue;
    throw wrongArgument(`${where}: ${name}`, column, 'the number of a column, from 1, or its name');
  }
}

function textsOf(text: string, options: ConllOptions, notes: readonly DataNote[]): TaggedTexts {
  const lines = text.split('\n');
  const columns = columnsOf('parseTaggedTexts', lines, options);
  const collected = new TagCollector('parseTaggedTexts');
  let left = 0;
  for (const { rows, skipped } of conllRows(lines, columns)) {
    left += skipped;
    if (rows.length === 0) continue;
    const column = (place: number, what: string) =>
      rows.map(({ cells, line }) => cellAt(cells, place, what, line));
    collected.add(
      column(columns.token, 'token'),
      column(columns.tag, 'tag'),
      `the text of line ${rows[0]?.line}`,
    );
  }
  return collected.finish(left > 0 ? [...notes, leftOutNote(left)] : notes);
}

/** The cells of the tokens of a text, and how many lines were left out that are no token of it. */
interface ConllText {
  readonly rows: readonly { readonly cells: readonly string[]; readonly line: number }[];
  readonly skipped: number;
}

/** The texts of a file. @throws E_INVALID_FILE for a line with another number of columns */
export function* conllRows(lines: readonly string[], columns: ConllColumns): Generator<ConllText> {
  let rows: { cells: readonly string[]; line: number }[] = [];
  let skipped = 0;
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('-DOCSTART-')) {
      yield { rows, skipped };
      [rows, skipped] = [[], 0];
      continue;
    }
    if (isComment(line, columns, rows.length === 0)) continue;
    const cells = cellsOf(line, columns);
    expectWidth(cells.length, columns, i + 1);
    if (columns.isConllU && !/^\d+$/.test(cells[0] ?? '')) skipped++;
    else rows.push({ cells, line: i + 1 });
  }
  yield { rows, skipped };
}

/** @param isFirst whether no token of its text came before it */
function isComment(line: string, columns: ConllColumns, isFirst: boolean): boolean {
  if (!line.startsWith('#')) return false;
  // '#' is a token, too: then the line has as many columns as the others, and what stands before a text is a comment all the same.
  if (cellsOf(line, columns).length !== columns.width) return true;
  return isFirst && columns.separator === ' ' && line.startsWith('# ');
}

function expectWidth(found: number, { width, line }: ConllColumns, here: number): void {
  if (found === width) return;
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `Line ${here} has ${counted(found, 'column')}, and line ${line} has ${width}; expected a token and its tag on each line, as many columns on all, and a blank line between texts.`,
  );
}

export function cellAt(cells: readonly string[], column: number, what: string, line: number): string {
  const cell = cells[column]?.trim() ?? '';
  if (cell !== '') return cell;
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `Line ${line} has no ${what}: its column ${column + 1} is empty.`,
  );
}

function leftOutNote(count: number): DataNote {
  const lines = counted(count, 'line');
  return {
    text: `${lines} left out that are no word of a text: several words in one (3-4) or none (5.1).`,
    count,
  };
}
