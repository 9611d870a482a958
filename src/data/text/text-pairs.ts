/** Pairs of texts: one that is read and one that is to be written, as of a translation. */
import { expectText, wrongArgument } from '../../arguments.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import type { DataNote } from '../table/table.js';
import { notesOf, type TextSource, textRecords } from './text-records.js';

export interface TextPairs {
  readonly sources: readonly string[];
  /** The text that belongs to each source. */
  readonly targets: readonly string[];
  readonly notes: readonly DataNote[];
}

export interface TextPairsOptions {
  /** The column or field with the text that is read. */
  readonly source: string;
  /** The column or field with the text that is to be written. */
  readonly target: string;
  /** What becomes of pairs with a text that is missing, empty or blank: left out with a note, or an error. @default 'drop' */
  readonly empty?: 'drop' | 'refuse';
}

const optionNames = { source: true, target: true, empty: true } satisfies OptionNames<TextPairsOptions>;

/**
 * Pairs of texts from two columns of a table, or two fields of JSON lines or objects.
 *
 * @throws E_UNKNOWN_NAME for a column or field that there is not; E_INVALID_FILE for a field that holds no text, and no pairs at
 *   all; E_INVALID_OPTION for other options
 */
export async function textPairs(source: TextSource, options: TextPairsOptions): Promise<TextPairs> {
  const where = 'textPairs';
  checkOptionNames(where, options ?? null, optionNames, { from: 'source', to: 'target' });
  expectText(`${where}: source`, options.source, 'the name of a column or field');
  expectText(`${where}: target`, options.target, 'the name of a column or field');
  const { empty = 'drop' } = options;
  if (empty !== 'drop' && empty !== 'refuse')
    throw wrongArgument(`${where}: empty`, empty, "'drop' or 'refuse'");
  const fields = [options.source, options.target].map((name) => ({ name, takesNumbers: false }));
  const [sources, targets]: [string[], string[]] = [[], []];
  let left = 0;
  for await (const { values, place } of textRecords(where, source, fields)) {
    const [from = '', to = ''] = values;
    if (from.trim() !== '' && to.trim() !== '') {
      sources.push(from);
      targets.push(to);
    } else if (empty === 'drop') {
      left++;
    } else {
      throw new LstmOnnxError(
        'E_INVALID_FILE',
        `${where}: ${place} lacks a text. Mend it, or leave such pairs out with empty: 'drop'.`,
      );
    }
  }
  if (sources.length === 0) throw new LstmOnnxError('E_INVALID_FILE', `${where}: there is no pair of texts.`);
  const notes =
    left > 0 ? [{ text: `${counted(left, 'pair')} with an empty text left out.`, count: left }] : [];
  return { sources, targets, notes: [...notesOf(source), ...notes] };
}
