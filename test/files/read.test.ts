import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LstmOnnxError } from '../../src/errors.js';
import { parseFile, readFile } from '../../src/files/read.js';
import { rejectionOf } from './rejection.js';
import { temporaryDirectory } from './temporary-directory.js';

const directory = temporaryDirectory();
const path = join(directory, 'data.bin');
writeFileSync(path, Uint8Array.of(1, 2, 3));

describe('readFile', () => {
  it('gives the bytes', async () => {
    expect(new Uint8Array(await readFile(path))).toEqual(Uint8Array.of(1, 2, 3));
  });

  it.each([
    ['a missing file', join(directory, 'none'), /does not exist \(ENOENT\)\. Check the path/],
    ['a directory', directory, /is a directory \(EISDIR\)\. Name a file in it/],
    ['a path through a file', join(path, 'x'), /a part of the path is a file.*ENOTDIR/],
    ['a name with a null character', 'a\0b', /null character/],
  ])('says in words that it cannot read %s', async (_, wrong, words) => {
    const error = await rejectionOf(readFile(wrong));
    expect(error.code).toBe('E_FILE_READ');
    expect(error.message).toContain(`'${wrong}'`);
    expect(error.message).toMatch(words);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it.skipIf(process.platform === 'win32')('refuses devices, which may have no end', async () => {
    expect((await rejectionOf(readFile('/dev/zero'))).message).toContain('it is a device');
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'says that permission is denied',
    async () => {
      const locked = join(directory, 'locked');
      writeFileSync(locked, '');
      chmodSync(locked, 0);
      expect((await rejectionOf(readFile(locked))).message).toContain('permission is denied (EACCES)');
    },
  );
});

describe('parseFile', () => {
  it('puts the file name before the message and keeps code and cause', async () => {
    const cause = new LstmOnnxError('E_UNSUPPORTED', 'Too new.');
    const error = await rejectionOf(
      parseFile(path, () => {
        throw cause;
      }),
    );
    expect(error).toMatchObject({ code: 'E_UNSUPPORTED', message: `${path}: Too new.`, cause });
  });

  it('lets defects through as they are', async () => {
    const parse = () => {
      throw new TypeError('a defect');
    };
    await expect(parseFile(path, parse)).rejects.toThrow(TypeError);
  });
});
