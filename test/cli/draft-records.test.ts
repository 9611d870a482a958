/** What is found in a file of records, and what is left to a person. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { draftColumns, draftRecords } from '../../src/cli/draft-records.js';
import { SettingsDraft } from '../../src/cli/settings-draft.js';
import { temporaryDirectory } from '../files/temporary-directory.js';

const folder = temporaryDirectory();
async function drafted(content: string, given: { text?: string; label?: string } = {}) {
  const data = join(folder, 'data.csv');
  writeFileSync(data, content);
  const draft = new SettingsDraft<Readonly<Record<string, unknown>>>({ data, ...given });
  const records = await draftRecords(draft, data, {});
  const columns = draftColumns(draft, records, { text: given.text, label: given.label });
  const json = draft.toJson(['data', 'text', 'label', 'separator']);
  return { ...draft, columns: Object.fromEntries(columns), decisions: draft.decisions, json, data };
}

it('columns that are found are written and said', async () => {
  const { json, data, decisions, notes } = await drafted('kind,text\nham,hello\n');
  expect(json).toEqual({ data, text: 'text', label: 'kind' });
  expect(Object.keys(json)).toEqual(['data', 'text', 'label']);
  expect(decisions).toEqual([]);
  expect(notes).toEqual(["--text: the column 'text' is taken.", "--label: the column 'kind' is taken."]);
});

it('columns in doubt are null, and may be each of those that are left', async () => {
  const { json, decisions, columns } = await drafted('v1,v2,v3\nham,hello,x\n', { label: 'v1' });
  expect(json).toMatchObject({ text: null, label: 'v1' });
  expect(columns).toEqual({ label: 'v1' });
  expect(decisions).toEqual([{ option: 'text', values: ['v2', 'v3'], why: expect.any(String) }]);
});

it('a separator in doubt is null, and columns are not written, which depend on it', async () => {
  const { json, decisions, notes, data } = await drafted('text;x,label\na;b,c\n');
  expect(json).toEqual({ data, separator: null });
  expect(decisions).toMatchObject([{ option: 'separator', values: [',', ';'] }]);
  expect(notes).toEqual(['The columns are not written: they depend on the separator.']);
});

it('a column that is not there is an error', async () => {
  await expect(drafted('a,b\n1,2\n', { text: 'c' })).rejects.toThrow(/--text: there is no column 'c'/);
});
