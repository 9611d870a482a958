/** What `init NAME` finds in a file of records: how it is written, and which column is which. */
import { LstmOnnxError } from '../errors.js';
import type { Hint } from '../hints.js';
import { matchColumns, type Records, readRecords } from './read-records.js';
import { type RecordSettings, separatorNames } from './record-settings.js';
import type { SettingsDraft } from './settings-draft.js';

type Draft = SettingsDraft<Readonly<Record<string, unknown>>>;

/** As `readRecords`; where several separators fit the choice is left to a person. */
export async function draftRecords(draft: Draft, path: string, settings: RecordSettings): Promise<Records> {
  try {
    return await readRecords(path, settings);
  } catch (error) {
    const hint = error instanceof LstmOnnxError ? error.hints?.find(isSeparator) : undefined;
    if (hint === undefined) throw error;
    const found = separatorNames.filter((name) => hint.found.includes(name === 'tab' ? '\t' : name));
    const [separator] = found;
    if (separator === undefined) throw error;
    draft.leave('separator', found, 'The first lines have as many of each.');
    return readRecords(path, { ...settings, separator });
  }
}

function isSeparator(hint: Hint): hint is Extract<Hint, { readonly option: 'separator' }> {
  return 'option' in hint && hint.option === 'separator';
}

/**
 * As `findColumns`; where it is in doubt which column is meant the choice is left to a person.
 *
 * @param given the columns by option, such as `{ text: undefined, label: 'kind' }`
 * @returns the column of each option that is not in doubt
 */
export function draftColumns<Option extends string>(
  draft: Draft,
  records: Records,
  given: Readonly<Record<Option, string | undefined>>,
): ReadonlyMap<Option, string> {
  const { columns, notes, open, left } = matchColumns(records, given);
  if (draft.decisions.some(({ option }) => option === 'separator')) {
    draft.notes.push('The columns are not written: they depend on the separator.');
    return columns;
  }
  draft.take(Object.fromEntries(columns));
  draft.notes.push(...notes);
  for (const option of open) draft.leave(option, left, 'Several columns may be meant.');
  return columns;
}
