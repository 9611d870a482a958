/** Results go to stdout, everything else to stderr. */
import type { Writable } from 'node:stream';
import { LstmOnnxError } from '../errors.js';
import { escapeControls, escapeInLines } from '../escape-controls.js';
import { errorCode, reasonOf } from '../files/errno.js';
import type { SignalSource } from './stop.js';
import { UsageError } from './usage-error.js';

/** For `--output` of commands that write one file: to stdout instead. */
export const STDOUT = '-';

/** @throws UsageError for `-`, of a command that writes several files */
export function expectFolder(output: string | undefined): void {
  if (output !== STDOUT) return;
  throw new UsageError('--output is -, and stdout takes one file: name a folder, ./- for one of that name.');
}

/** What a run of the command has of the process around it. */
export interface CliIo {
  readonly stdout: Writable & { readonly isTTY?: boolean };
  /** A progress bar is drawn where it is a terminal. */
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Gives SIGINT and SIGTERM. */
  readonly signals: SignalSource;
  /** What commands read that are given - for a text. @default nothing */
  readonly stdin?: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
}

export interface Output {
  /** One line of results. Whatever it holds stays one line: control characters are escaped, here as in `say`. */
  print(this: void, line: string): void;
  /**
   * A text that comes in pieces, with its line ends. For a program it is as it is; a terminal gets its other control characters escaped.
   *
   * @returns whether anybody still reads
   */
  printText(this: void, text: string): boolean;
  /**
   * The bytes of a file, as they are, for another program.
   *
   * @throws UsageError where stdout is a terminal
   */
  write(this: void, bytes: Uint8Array): void;
  /** One line for people who watch. */
  say(this: void, line: string): void;
  /**
   * Waits until everything is written.
   *
   * @throws E_FILE_WRITE when stdout did not take the results. A reader that has seen enough (`| head`) is no failure:
   *   the command goes on without one.
   */
  finish(): Promise<void>;
}

export function outputTo({ stdout, stderr }: Pick<CliIo, 'stdout' | 'stderr'>): Output {
  let failure: Error | undefined;
  const keep = (error: Error | null | undefined) => {
    failure ??= error ?? undefined;
  };
  stdout.on('error', keep);
  // There is nobody left to tell.
  stderr.on('error', () => {});
  return {
    print(line) {
      if (failure === undefined) stdout.write(`${escapeControls(line)}\n`);
    },
    printText(text) {
      if (failure === undefined) stdout.write(stdout.isTTY ? escapeInLines(text) : text);
      return failure === undefined;
    },
    write(bytes) {
      if (stdout.isTTY) {
        throw new UsageError(
          '--output is -, and stdout is a terminal, which cannot show the file: send it to a file with >, or to a program with |.',
        );
      }
      if (failure === undefined) stdout.write(bytes);
    },
    say(line) {
      stderr.write(`${escapeControls(line)}\n`);
    },
    async finish() {
      await new Promise<void>((resolve) => {
        stdout.write('', (error) => {
          keep(error);
          resolve();
        });
      });
      if (failure === undefined || errorCode(failure) === 'EPIPE') return;
      throw new LstmOnnxError('E_FILE_WRITE', `Cannot write to stdout: ${reasonOf(failure)}.`, {
        cause: failure,
      });
    },
  };
}

/** `12.3 kB`, in steps of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${step === 0 ? bytes : (bytes / 1000 ** step).toFixed(1)} ${units[step]}`;
}
