import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { lockFolder } from '../../src/files/lock.js';
import { ownName } from '../../src/files/owner.js';
import { rejectionOf } from './rejection.js';
import { temporaryDirectory } from './temporary-directory.js';

const root = temporaryDirectory();

/** A folder whose lock has this owner, and was renewed so many minutes ago. */
function lockedBy(owner: string, minutes = 0): string {
  const folder = mkdtempSync(join(root, 'locked-'));
  const file = join(folder, '.lstm-onnx.lock');
  writeFileSync(file, owner);
  const then = new Date(Date.now() - minutes * 60_000);
  utimesSync(file, then, then);
  return folder;
}

const [host, , start] = ownName().split('.');
const { pid: dead } = spawnSync(process.execPath, ['--version']);

describe('lockFolder', () => {
  it('keeps a folder for one at a time, and leaves nothing in it', async () => {
    const folder = mkdtempSync(join(root, 'free-'));
    const lock = await lockFolder(folder);
    const error = await rejectionOf(lockFolder(folder));
    expect(error.code).toBe('E_FILE_WRITE');
    expect(error.message).toContain(`Another process (${process.pid} on ${host}) writes to '${folder}'.`);
    await lock[Symbol.asyncDispose]();
    expect(readdirSync(folder)).toEqual([]);
    await (await lockFolder(folder))[Symbol.asyncDispose]();
  });

  it('gives one of many that come at once the folder of a dead process', async () => {
    const folder = lockedBy(`${host}.${dead}.${start}`);
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    const won = attempts.filter(({ status }) => status === 'fulfilled');
    expect(won).toHaveLength(1);
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') expect(attempt.reason.message).toContain('Another process');
    }
    expect(existsSync(join(folder, '.lstm-onnx.lock'))).toBe(true);
  });

  it('leaves the lock to the process that took it over meanwhile', async () => {
    const folder = mkdtempSync(join(root, 'lost-'));
    const file = join(folder, '.lstm-onnx.lock');
    const then = new Date(0);
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const lock = await lockFolder(folder);
      writeFileSync(file, 'elsewhere.1.1');
      utimesSync(file, then, then);
      vi.advanceTimersByTime(60_000);
      await lock[Symbol.asyncDispose]();
    } finally {
      vi.useRealTimers();
    }
    expect(readFileSync(file, 'utf8')).toBe('elsewhere.1.1');
    expect(statSync(file).mtimeMs).toBe(0);
  });

  it.skipIf(process.platform !== 'linux')(
    'takes over from a dead process whose id another has now',
    async () => {
      await using _lock = await lockFolder(lockedBy(`${host}.${process.pid}.1`));
    },
  );

  it.each(['elsewhere.1.1', ''])(
    'waits for the silence of a process that it cannot look for: %j',
    async (owner) => {
      expect(await rejectionOf(lockFolder(lockedBy(owner, 1)))).toMatchObject({ code: 'E_FILE_WRITE' });
      await using _lock = await lockFolder(lockedBy(owner, 10));
    },
  );
});
