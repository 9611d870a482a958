import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileAtomic } from '../../src/files/write.js';
import { rejectionOf } from './rejection.js';
import { temporaryDirectory } from './temporary-directory.js';

const root = temporaryDirectory();
const onPosix = it.skipIf(process.platform === 'win32');
let directories = 0;

/** An empty directory for one test. */
function directory(): string {
  const path = join(root, String(directories++));
  mkdirSync(path);
  return path;
}

describe('writeFileAtomic', () => {
  it('writes bytes and text, makes the directories above, and leaves nothing else there', async () => {
    const path = join(directory(), 'a', 'b', 'file');
    await writeFileAtomic(path, Uint8Array.of(1, 2));
    expect(new Uint8Array(readFileSync(path))).toEqual(Uint8Array.of(1, 2));
    await writeFileAtomic(path, 'größer');
    expect(readFileSync(path, 'utf8')).toBe('größer');
    expect(readdirSync(join(path, '..'))).toEqual(['file']);
  });

  it('shows a reader the old contents or the new ones, never a part', async () => {
    const path = join(directory(), 'file');
    const contents = ['a'.repeat(2_000_000), 'b'.repeat(1_000_000)];
    await writeFileAtomic(path, contents[0]!);
    const written = (async () => {
      for (let round = 1; round <= 10; round++) {
        await writeFileAtomic(path, contents[round % 2]!);
      }
    })();
    let isDone = false;
    void written.finally(() => {
      isDone = true;
    });
    const seen = new Set<string>();
    while (!isDone) {
      const text = readFileSync(path, 'utf8');
      expect(contents).toContain(text);
      seen.add(text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await written;
    expect(seen.size).toBe(2);
  });

  it('lets many writers of one file each finish', async () => {
    const folder = directory();
    const path = join(folder, 'file');
    await Promise.all(
      Array.from({ length: 8 }, (_, index) => writeFileAtomic(path, String(index).repeat(1000))),
    );
    expect(readFileSync(path, 'utf8')).toMatch(/^(\d)\1{999}$/);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('keeps the old file and removes the temporary one when writing fails', async () => {
    const folder = directory();
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    // Node refuses such contents only once the temporary file is open, as it would report a full disk.
    const error = await rejectionOf(writeFileAtomic(path, 7 as unknown as string));
    expect(error.code).toBe('E_FILE_WRITE');
    expect(error.message).toContain(path);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('says what is in the way and what to do', async () => {
    const folder = directory();
    const error = await rejectionOf(writeFileAtomic(folder, ''));
    expect(error).toMatchObject({ code: 'E_FILE_WRITE' });
    expect(error.message).toContain('it is a directory. Name a file.');
    writeFileSync(join(folder, 'file'), '');
    const through = await rejectionOf(writeFileAtomic(join(folder, 'file', 'x'), ''));
    expect(through.message).toMatch(/a part of the path is a file.*Choose another place/);
    expect((await rejectionOf(writeFileAtomic(join(folder, 'x'.repeat(300)), ''))).message).toContain(
      'too long',
    );
  });

  onPosix('refuses to replace a device', async () => {
    expect((await rejectionOf(writeFileAtomic('/dev/null', ''))).message).toContain('not a regular file');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  onPosix('keeps the permissions of the file it replaces, and writes through a symbolic link', async () => {
    const folder = directory();
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);
    symlinkSync('file', join(folder, 'link'));
    await writeFileAtomic(join(folder, 'link'), 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).sort()).toEqual(['file', 'link']);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'respects a read-only file and a read-only directory',
    async () => {
      const folder = directory();
      const path = join(folder, 'file');
      writeFileSync(path, 'old');
      chmodSync(path, 0o444);
      expect((await rejectionOf(writeFileAtomic(path, 'new'))).message).toContain('permission is denied');
      chmodSync(folder, 0o555);
      expect((await rejectionOf(writeFileAtomic(join(folder, 'x'), 'new'))).message).toContain(
        'permission is denied',
      );
      chmodSync(folder, 0o755);
      expect(readFileSync(path, 'utf8')).toBe('old');
    },
  );
});

describe('temporary files', () => {
  const id = '0123456789abcdef0123456789abcdef';
  const host = hostname()
    .replaceAll(/[^\w-]/g, '_')
    .slice(0, 40);

  it('of a process that was killed are removed at the next write, those of others are not', async () => {
    const folder = directory();
    const { pid } = spawnSync(process.execPath, ['--version']);
    const dead = `.lstm-onnx-${host}.${pid}.1-${id}.tmp`;
    const reused = `.lstm-onnx-${host}.${process.pid}.1-${id}.tmp`;
    const elsewhere = `.lstm-onnx-other.${pid}.1-${id}.tmp`;
    const old = `.lstm-onnx-other.${pid}.2-${id}.tmp`;
    const foreign = '.lstm-onnx-notes.tmp';
    for (const name of [dead, reused, elsewhere, old, foreign]) writeFileSync(join(folder, name), '');
    const twoDaysAgo = new Date(Date.now() - 2 * 24 * 60 * 60_000);
    utimesSync(join(folder, old), twoDaysAgo, twoDaysAgo);
    await writeFileAtomic(join(folder, 'file'), '');
    // Where the system tells when a process began, an id that was given to another process is known as that.
    const kept = process.platform === 'linux' ? [foreign, elsewhere] : [reused, foreign, elsewhere];
    expect(readdirSync(folder).sort()).toEqual([...kept, 'file'].sort());
  });
});
