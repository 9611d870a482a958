import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { labelledTexts } from '../../src/data/text/labelled-texts.js';
import { readJsonLines, readText, readTextFolder } from '../../src/files/text.js';
import { rejectionOf } from './rejection.js';
import { temporaryDirectory } from './temporary-directory.js';

/** A folder with these files; the names of folders end in a slash. */
function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryDirectory();
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

describe('a folder with a subfolder for each class', () => {
  it('is read in the order of names, and says what it left out and which encodings there were', async () => {
    const folder = folderOf({
      'spam/2.txt': 'win\r\nnow',
      'spam/10.txt': Uint8Array.of(0xff, 0xfe, 0x68, 0, 0x69, 0),
      'ham/a.txt': '\ufeffhello',
      'ham/b.txt': ' \n',
      'ham/.hidden': 'x',
      'ham/deep/c.txt': 'x',
      'README.md': 'x',
    });
    const { texts, labels, classes, notes } = await readTextFolder(folder);
    expect(texts).toEqual(['hello', 'hi', 'win\nnow']);
    expect([...labels]).toEqual([0, 1, 1]);
    expect(classes).toEqual(['ham', 'spam']);
    expect(notes.map(({ text }) => text)).toEqual([
      '1 file: The text is UTF-16LE, as its byte order mark says.',
      '1 file: lines ended in a carriage return; all end in \\n now.',
      '3 files or folders left out that are no text of a class.',
      '1 empty text left out.',
      "With a single text, which cannot be both learned from and tested on: 'ham'.",
    ]);
  });

  it('is refused with the name of the file that is no text, or empty where told', async () => {
    const folder = folderOf({ 'a/1.txt': 'x', 'a/2.bin': Uint8Array.of(0xff, 0xd8, 0xff), 'b/3.txt': '' });
    const failure = await rejectionOf(readTextFolder(folder));
    expect(failure.code).toBe('E_INVALID_FILE');
    expect(failure.message).toMatch(/a\/2\.bin: After line 0 there are bytes that are not utf-8 text/);
    const read = readTextFolder(folder, { encoding: 'latin1', empty: 'refuse' });
    expect((await rejectionOf(read)).message).toMatch(/b\/3\.txt' has no text/);
    expect((await rejectionOf(readTextFolder(join(folder, 'none')))).code).toBe('E_FILE_READ');
    expect((await rejectionOf(readTextFolder(join(folder, 'a')))).message).toMatch(/no text with a class/);
  });
});

describe('files of texts', () => {
  it('are read piece by piece, and named in what goes wrong', async () => {
    const folder = folderOf({
      'a.txt': 'one\r\ntwo',
      'a.jsonl': '{"t": "x", "y": 1}\n\n{"t": "z", "y": 0}\n{"t": ',
    });
    expect((await readText(join(folder, 'a.txt'))).text).toBe('one\ntwo');
    expect((await rejectionOf(readText(join(folder, 'none')))).code).toBe('E_FILE_READ');
    const lines = readJsonLines(join(folder, 'a.jsonl'));
    const failure = await rejectionOf(labelledTexts(lines, { text: 't', label: 'y' }));
    expect(failure.message).toMatch(/a\.jsonl: Line 4 is not JSON/);
    writeFileSync(join(folder, 'a.jsonl'), '{"t": "x", "y": 1}\n\n{"t": "z", "y": 0}\n');
    const { texts, notes } = await labelledTexts(lines, { text: 't', label: 'y' });
    expect(texts).toEqual(['x', 'z']);
    expect(notes.map(({ text }) => text)).toContain('1 blank line left out.');
    const missing = labelledTexts(readJsonLines(join(folder, 'none')), { text: 't', label: 'y' });
    expect((await rejectionOf(missing)).code).toBe('E_FILE_READ');
  });
});
