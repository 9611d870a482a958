/** Files of records, and which of their columns is which. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findColumns, readRecords } from '../../src/cli/read-records.js';
import { labelledTexts } from '../../src/data/text/labelled-texts.js';
import { temporaryDirectory } from '../files/temporary-directory.js';

const folder = temporaryDirectory();
function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const columns = { text: 'message', label: 'kind' };
const rows = [
  ['win a prize', 'spam'],
  ['lunch, at noon?', 'ham'],
] as const;

describe('readRecords', () => {
  it.each([
    ['a.csv', `message,kind\n${rows.map(([text, kind]) => `"${text}",${kind}`).join('\r\n')}`],
    ['a.tsv', `message\tkind\n${rows.map((row) => row.join('\t')).join('\n')}`],
    ['a.jsonl', rows.map(([message, kind]) => JSON.stringify({ message, kind })).join('\n')],
    ['a.NDJSON', rows.map(([message, kind]) => JSON.stringify({ message, kind })).join('\r\n')],
  ])('reads %s', async (name, content) => {
    const records = await readRecords(write(name, content));
    expect(records.columns).toEqual(['message', 'kind']);
    const { texts, labels, classes } = await labelledTexts(records.source, columns);
    expect(texts).toEqual(rows.map(([text]) => text));
    expect(Array.from(labels, (label) => classes[label])).toEqual(rows.map(([, kind]) => kind));
  });

  it('takes numbers, and words for missing values, as texts', async () => {
    const path = write('words.csv', 'message,kind\nNone,1\nNA,0\n12,1\n');
    const { texts, classes } = await labelledTexts((await readRecords(path)).source, columns);
    expect({ texts, classes }).toEqual({ texts: ['None', 'NA', '12'], classes: ['0', '1'] });
    const without = await readRecords(path, { missing: ['NA'] });
    expect((await labelledTexts(without.source, columns)).texts).toEqual(['None', '12']);
  });

  it('reads an encoding and a separator that are given', async () => {
    const path = write('windows.csv', Buffer.from('message|kind\ncaf\xe9; yes|ham\n', 'latin1'));
    const { source } = await readRecords(path, { encoding: 'windows-1252', separator: '|' });
    expect((await labelledTexts(source, columns)).texts).toEqual(['café; yes']);
  });

  it('knows fields that the first line of JSON lacks', async () => {
    const path = write('later.jsonl', '{"message":"a"}\n{"message":"b","kind":null,"id":2}\n');
    expect((await readRecords(path)).columns).toEqual(['message', 'kind', 'id']);
  });

  it.each([
    ['empty.csv', '', /empty\.csv/],
    ['header.csv', 'message,kind\n', /header\.csv: .* no rows/],
    ['empty.jsonl', '\n', /empty\.jsonl has no record/],
    [
      'picture.csv',
      Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0xff]),
      /picture\.csv: /,
    ],
    ['list.jsonl', '[{"message":"a"}]', /list\.jsonl: .*JSON list/],
  ])('refuses %s', async (name, content, message) => {
    await expect(readRecords(write(name, content))).rejects.toThrow(message);
    await expect(readRecords(write(name, content))).rejects.toMatchObject({ code: 'E_INVALID_FILE' });
  });

  it('refuses a separator for JSON lines', async () => {
    await expect(readRecords(write('b.jsonl', '{"a":1}'), { separator: ';' })).rejects.toThrow(
      /--separator is for CSV files/,
    );
  });
});

describe('findColumns', () => {
  const find = (names: string[], text?: string, label?: string) => {
    const said: string[] = [];
    const found = findColumns({ path: 'a.csv', columns: names }, { text, label }, (line) => said.push(line));
    return { ...found, said };
  };

  it('takes what is given, and says nothing', () => {
    expect(find(['a', 'b', 'c'], 'c', 'a')).toEqual({ text: 'c', label: 'a', said: [] });
  });

  it('takes columns that are called as the options', () => {
    const said = ["--text: the column 'Text' is taken.", "--label: the column 'label' is taken."];
    expect(find(['id', 'label', 'Text'])).toEqual({ text: 'Text', label: 'label', said });
  });

  it('takes the one that is left', () => {
    expect(find(['a', 'b'], 'b')).toMatchObject({ text: 'b', label: 'a' });
    expect(find(['text', 'kind'])).toMatchObject({ text: 'text', label: 'kind' });
  });

  it('asks where that is in doubt', () => {
    expect(() => find(['v1', 'v2'])).toThrow(
      "a.csv: the columns are 'v1', 'v2'; say which is which: --text COLUMN and --label COLUMN.",
    );
    expect(() => find(['a', 'b', 'c'], 'a')).toThrow(/: --label COLUMN\.$/);
    expect(() => find(['text', 'TEXT', 'label'])).toThrow(/: --text COLUMN\.$/);
  });

  it('says where there are too few columns', () => {
    expect(() => find(['text'])).toThrow("a.csv: no column is left for --label; the columns are 'text'.");
  });

  it('refuses a column that is not there, and one for two options', () => {
    expect(() => find(['message', 'kind'], 'mesage')).toThrow(
      "a.csv: --text: there is no column 'mesage'; the columns are 'message', 'kind'. Is 'message' meant?",
    );
    expect(() => find(['a', 'b'], 'a', 'a')).toThrow("a.csv: two options name the column 'a'.");
  });
});
