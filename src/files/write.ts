/**
 * Writes files so that a killed run leaves the old file or the new one, never a part: to a temporary name in the same
 * directory, flushed to the disk, then renamed (rename(2) replaces in one step).
 */
import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expectText } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { errorCode, reasonOf } from './errno.js';
import { isRunning, ownName } from './owner.js';

/** Names of temporary files: the process that writes, then what tells its files apart. */
const temporaryName = /^\.lstm-onnx-(.+)-[\da-f]{32}\.tmp$/;

/** No write takes longer: a temporary file older than this (in ms) was left behind, whoever wrote it. */
const LONGEST_WRITE_MS = 24 * 60 * 60_000;

/**
 * Writes a file whole or not at all, making its parent directories. An existing file keeps its permissions, and a
 * symbolic link its place: the file that it points to is replaced.
 * @param contents Bytes, or text that is written as UTF-8.
 * @throws E_FILE_WRITE when the path is a directory or device, or cannot be written; nothing is left behind.
 */
export async function writeFileAtomic(path: string, contents: Uint8Array | string): Promise<void> {
  await writeFilesAtomic([[path, contents]]);
}

/**
 * As {@link writeFileAtomic}, several files that belong together: all are on the disk before the first takes its name,
 * and they take their names one right after the other, in this order.
 */
export async function writeFilesAtomic(
  files: readonly (readonly [path: string, contents: Uint8Array | string])[],
): Promise<void> {
  const prepared: { readonly path: string; readonly temporary: string; readonly target: string }[] = [];
  let path = '';
  try {
    for (const [name, contents] of files) {
      path = name;
      expectText('The path', name, "a file's path, as text");
      const { target, mode } = await targetOf(path);
      const temporary = join(dirname(target), temporaryFileName());
      prepared.push({ path, temporary, target });
      await writeThrough(temporary, contents, mode);
    }
    for (const file of prepared) {
      path = file.path;
      await fs.rename(file.temporary, file.target);
    }
    for (const directory of new Set(prepared.map(({ target }) => dirname(target)))) {
      await flushDirectory(directory);
    }
  } catch (error) {
    for (const { temporary } of prepared) await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw error instanceof LstmOnnxError
      ? error
      : new LstmOnnxError(
          'E_FILE_WRITE',
          `Cannot write '${path}': ${reasonOf(error)}. Choose another place, or make room and rights there.`,
          { cause: error },
        );
  }
}

/** For a file that {@link removeLeftovers} may remove when this process is dead. */
export function temporaryFileName(): string {
  return `.lstm-onnx-${ownName()}-${randomUUID().replaceAll('-', '')}.tmp`;
}

/** Where a file is really written to, with its directory made, and the permissions that it has there. */
async function targetOf(
  path: string,
): Promise<{ readonly target: string; readonly mode: number | undefined }> {
  const existing = await statIfExists(path);
  if (existing !== undefined && !existing.isFile()) {
    // Renaming over a device (/dev/null) would replace it for the whole machine.
    throw new LstmOnnxError(
      'E_FILE_WRITE',
      `Cannot write '${path}': it is ${existing.isDirectory() ? 'a directory' : 'not a regular file'}. Name a file.`,
    );
  }
  if (existing !== undefined) {
    // The rename asks nothing of the old file's own permissions; a read-only file is meant to stay.
    await fs.access(path, fs.constants.W_OK);
  }
  const target = existing === undefined ? path : await fs.realpath(path);
  await fs.mkdir(dirname(target), { recursive: true });
  await removeLeftovers(dirname(target));
  return { target, mode: existing?.mode };
}

/** Removes temporary files that a process left when it was killed. What cannot be removed stays. */
async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await fs.readdir(directory).catch(() => [])) {
    const [, owner] = temporaryName.exec(name) ?? [];
    if (owner === undefined) continue;
    const path = join(directory, name);
    if (isRunning(owner) === false || (await isOlderThan(path, LONGEST_WRITE_MS))) {
      await fs.rm(path, { force: true }).catch(() => undefined);
    }
  }
}

async function isOlderThan(path: string, milliseconds: number): Promise<boolean> {
  const stats = await statIfExists(path);
  return stats !== undefined && Date.now() - stats.mtimeMs > milliseconds;
}

async function statIfExists(path: string): Promise<Stats | undefined> {
  try {
    return await fs.stat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

async function writeThrough(
  path: string,
  contents: Uint8Array | string,
  mode: number | undefined,
): Promise<void> {
  // 'wx': never through a link that someone placed under the temporary name.
  const file = await fs.open(path, 'wx');
  try {
    await file.writeFile(contents);
    if (mode !== undefined) {
      await file.chmod(mode & 0o7777);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename itself last through a power cut, where the system can (Windows cannot open directories). */
async function flushDirectory(directory: string): Promise<void> {
  try {
    const handle = await fs.open(directory, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The file is complete under its name; only its durability in a power cut is left to the system.
  }
}

/**
 * Makes a directory, parents included, and checks that files can be written to it: better before hours of training
 * than after. What a process that was killed left there is removed.
 * @throws E_FILE_WRITE
 */
export async function ensureWritableDirectory(path: string): Promise<void> {
  try {
    await fs.mkdir(path, { recursive: true });
    await fs.access(path, fs.constants.W_OK);
    await removeLeftovers(path);
  } catch (error) {
    throw new LstmOnnxError(
      'E_FILE_WRITE',
      `Cannot write to the directory '${path}': ${reasonOf(error)}. Choose another place.`,
      { cause: error },
    );
  }
}
