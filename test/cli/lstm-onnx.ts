/** The command, as a user gives it. */
import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../src/cli/run-cli.js';

/** The built command. */
export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process. */
export function lstmOnnx(...args: string[]): Promise<Outcome> {
  return runWith({}, ...args);
}

interface Surroundings {
  /** Where SIGINT and SIGTERM come from. */
  readonly signals?: EventEmitter;
  /** Whether stderr is a terminal. */
  readonly isTTY?: boolean;
  readonly stdoutIsTTY?: boolean;
  /** What comes on stdin. */
  readonly stdin?: string;
  /** Sees what is printed as it is. */
  readonly onStdout?: (text: string) => void;
  readonly onStdoutBytes?: (bytes: Uint8Array) => void;
  /** Sees what is said as it is. */
  readonly onStderr?: (text: string) => void;
}

/** As {@link lstmOnnx}, in a process of another kind. */
export async function runWith(
  {
    signals = new EventEmitter(),
    isTTY = false,
    stdoutIsTTY = false,
    stdin,
    onStdout,
    onStdoutBytes,
    onStderr,
  }: Surroundings,
  ...args: string[]
): Promise<Outcome> {
  const stdout = Object.assign(collector(onStdout, onStdoutBytes), { isTTY: stdoutIsTTY });
  const stderr = Object.assign(collector(onStderr), { isTTY, columns: 80 });
  const read = stdin === undefined ? {} : { stdin: Readable.from([Buffer.from(stdin)]) };
  const code = await runCli(args, { stdout, stderr, signals, ...read });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** Runs the built command in a process of its own, which takes half a second. */
export function spawnLstmOnnx(...args: string[]): Outcome {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
  });
  if (error) throw error;
  return { code: status, stdout, stderr };
}

function collector(
  onText?: (text: string) => void,
  onBytes?: (bytes: Uint8Array) => void,
): Writable & { readonly text: string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      onText?.(chunk.toString());
      onBytes?.(chunk);
      done();
    },
  });
  return Object.defineProperty(stream, 'text', {
    get: () => Buffer.concat(chunks).toString(),
  }) as ReturnType<typeof collector>;
}
