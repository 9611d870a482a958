/** Which process a file belongs to, so that what a dead one left behind can be told from what a live one works on. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process as text for names of files: host, id, and where the system tells it when the process began. */
export function ownName(): string {
  return nameOf(process.pid);
}

const host = hostname()
  .replaceAll(/[^\w-]/g, '_')
  .slice(0, 40);

function nameOf(pid: number): string {
  return `${host}.${pid}.${startOf(pid)}`;
}

/** An id is given to another process in time; its start tells the two apart. */
function startOf(pid: number): string {
  try {
    // Field 22, counted from behind the program's name, which may hold spaces and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return ''; // not Linux, or no such process
  }
}

/**
 * Whether the process of such a name runs.
 *
 * @returns undefined where that cannot be known: it is of another machine
 */
export function isRunning(name: string): boolean | undefined {
  const [machine, id] = name.split('.');
  if (machine !== host) return undefined;
  const pid = Number(id);
  if (!Number.isSafeInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return nameOf(pid) === name;
}
