/** The command, as a user gives it. */
import { spawnSync } from 'node:child_process';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runCli } from '../../src/cli/run-cli.js';

/** The built command. */
export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process. */
export async function lstmOnnx(...args: string[]): Promise<Outcome> {
  const [stdout, stderr] = [collector(), collector()];
  const code = await runCli(args, { stdout, stderr });
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

function collector(): Writable & { readonly text: string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return Object.defineProperty(stream, 'text', {
    get: () => Buffer.concat(chunks).toString(),
  }) as ReturnType<typeof collector>;
}
