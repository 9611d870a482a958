/** One process at a time in a folder: a file in it that names the process, and that does not outlive it for others. */
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LstmOnnxError } from '../errors.js';
import { errorCode, reasonOf } from './errno.js';
import { isRunning, ownName } from './owner.js';
import { temporaryFileName } from './write.js';

const fileName = '.lstm-onnx.lock';

/** How often the file's time is renewed, and how old it is when a process of another machine counts as dead; in ms. */
const HEARTBEAT_MS = 20_000;
const LONGEST_SILENCE_MS = 5 * 60_000;

/**
 * Locks a folder for this process until the lock is disposed of. The lock of a process that is dead is taken over: on
 * this machine at once, on another when it has not been renewed for five minutes.
 *
 * @throws E_FILE_WRITE when another process has the folder, with its name; when the folder cannot be written to
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  const path = join(folder, fileName);
  try {
    if (!(await create(path)) && !(await takeOver(path, folder))) {
      throw taken(folder, path, await ownerOf(path));
    }
  } catch (error) {
    if (error instanceof LstmOnnxError) throw error;
    throw new LstmOnnxError('E_FILE_WRITE', `Cannot lock the folder '${folder}': ${reasonOf(error)}.`, {
      cause: error,
    });
  }
  // A process that slept for longer than the silence may find that another has taken the lock over.
  const ifOwn = async (act: () => Promise<void>) => {
    if ((await ownerOf(path)) === ownName()) await act();
  };
  const renew = () => {
    const now = new Date();
    return fs.utimes(path, now, now);
  };
  const timer = setInterval(() => void ifOwn(renew).catch(() => undefined), HEARTBEAT_MS);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await ifOwn(() => fs.rm(path, { force: true })).catch(() => undefined);
    },
  };
}

/**
 * Makes the file in one step with its contents, by a second name of a temporary file; in two where the file system knows
 * no second names.
 *
 * @returns false where the file is there already
 */
async function create(path: string): Promise<boolean> {
  const temporary = join(dirname(path), temporaryFileName());
  try {
    await fs.writeFile(temporary, ownName(), { flag: 'wx' });
    await fs.link(temporary, path).catch(async (error: unknown) => {
      if (errorCode(error) === 'EEXIST') throw error;
      await fs.writeFile(path, ownName(), { flag: 'wx' });
    });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await fs.rm(temporary, { force: true });
  }
}

/**
 * Puts this process' lock in the place of a dead one's. A second file keeps that to one process at a time; it is left
 * behind where that process dies on the way, and removed by the next.
 *
 * @returns false where another process was faster
 */
async function takeOver(path: string, folder: string): Promise<boolean> {
  await refuseHeld(path, folder);
  const turn = `${path}.takeover`;
  const other = await ownerOf(turn);
  if (other !== undefined && !(await isHeld(turn, other))) await fs.rm(turn, { force: true });
  if (!(await create(turn))) return false;
  try {
    // Looked at again: another process may have taken its turn meanwhile.
    if (await refuseHeld(path, folder)) await fs.rm(path, { force: true });
    return await create(path);
  } finally {
    await fs.rm(turn, { force: true });
  }
}

/** @returns whether the lock of a dead process is there; @throws for that of a live one */
async function refuseHeld(path: string, folder: string): Promise<boolean> {
  const owner = await ownerOf(path);
  if (owner === undefined) return false;
  if (await isHeld(path, owner)) throw taken(folder, path, owner);
  return true;
}

async function isHeld(path: string, owner: string): Promise<boolean> {
  const running = isRunning(owner);
  if (running !== undefined) return running;
  try {
    const { mtimeMs } = await fs.stat(path);
    return Date.now() - mtimeMs < LONGEST_SILENCE_MS;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Undefined where there is no such file any more. */
async function ownerOf(path: string): Promise<string | undefined> {
  try {
    return await fs.readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function taken(folder: string, path: string, owner = ''): LstmOnnxError {
  const [host, pid] = owner.split('.');
  return new LstmOnnxError(
    'E_FILE_WRITE',
    `Another process (${pid ?? 'unknown'} on ${host || 'this machine'}) writes to '${folder}'. Name another folder, ` +
      `or wait until it has ended; if it has, remove '${path}'.`,
  );
}
