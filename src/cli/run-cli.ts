/** One run of the command `lstm-onnx`. Results on stdout, the rest on stderr; 2 for wrong usage, 1 for another failure. */

import yargs from 'yargs';
import { type RecurrentName, recurrentNames } from '../builder/recurrent/cells.js';
import { LstmOnnxError, messageOf } from '../errors.js';
import { version } from '../version.js';
import { commandWords } from './command-words.js';
import { doctorCommand } from './doctor.js';
import { exportCommand } from './export.js';
import { generateCommand } from './generate.js';
import { initCommand, initNames } from './init.js';
import { inspectCommand } from './inspect.js';
import { checkOptionValues } from './option-values.js';
import { type CliIo, type Output, outputTo } from './output.js';
import { predictCommand } from './predict.js';
import { runCommand } from './run.js';
import { Stopped } from './stop.js';
import { trainCommand, trainNames } from './train.js';
import { UsageError } from './usage-error.js';
import { verifyCommand } from './verify.js';

/** Options and positionals that take more than one value. */
const lists = new Set(['_', 'input', 'i', 'texts']);

const names = [
  'train',
  'predict',
  'generate',
  'init',
  'export',
  'run',
  'verify',
  'inspect',
  'doctor',
  'completion',
];

/** The commands within commands. */
const parts: Readonly<Record<string, readonly string[]>> = { train: trainNames, init: initNames };

/**
 * Runs a command line.
 *
 * @param argv What stands after the command's name
 * @returns The exit code
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const output = outputTo(io);
  try {
    // The text of --help, --version and completion comes here; the commands print for themselves.
    await program(output, io).parseAsync([...argv], (_error: unknown, _options: unknown, text: string) => {
      for (const line of text === '' ? [] : text.split('\n')) output.print(line);
    });
    await output.finish();
    return 0;
  } catch (error) {
    return tell(error, output, argv);
  }
}

/** Says what went wrong. @returns The exit code */
function tell(error: unknown, { say }: Output, argv: readonly string[]): number {
  if (error instanceof Stopped) {
    say(error.message);
    return error.exitCode;
  }
  const usage = error instanceof UsageError;
  if (argv.includes('--debug') && error instanceof Error)
    for (const line of (error.stack ?? '').split('\n')) say(line);
  say(`lstm-onnx: ${messageOf(error)}${error instanceof LstmOnnxError ? ` [${error.code}]` : ''}`);
  if (error instanceof LstmOnnxError) for (const line of commandWords(error.hints, modelIn(argv))) say(line);
  if (usage) say(`See ${['lstm-onnx', ...commandIn(argv)].join(' ')} --help.`);
  return usage ? 2 : 1;
}

/** The command that a command line names, whose help says more; nothing for one that there is not. */
function commandIn([command = '', part = '']: readonly string[]): string[] {
  if (!names.includes(command)) return [];
  return parts[command]?.includes(part) ? [command, part] : [command];
}

/** The ONNX file that a command line reads. */
function modelIn(argv: readonly string[]): string | undefined {
  return argv.find(
    (word, i) => /\.onnx$/i.test(word) && !word.startsWith('-') && !/^(-o|--output)$/.test(argv[i - 1] ?? ''),
  );
}

function program(output: Output, io: CliIo) {
  return yargs()
    .scriptName('lstm-onnx')
    .usage('$0 <command>\n\nTrain LSTM, GRU and RNN networks, export them to ONNX and run them.')
    .option('json', { type: 'boolean', default: false, describe: 'Print results as JSON, one object a line' })
    .option('debug', { type: 'boolean', default: false, describe: 'Show the stack of errors' })
    .command(trainCommand(output, io))
    .command(predictCommand(output))
    .command(generateCommand(output, io))
    .command(initCommand(output))
    .command(exportCommand(output))
    .command(runCommand(output))
    .command(verifyCommand(output))
    .command(inspectCommand(output))
    .command(doctorCommand(output))
    .completion('completion', 'Print a completion script for your shell')
    .demandCommand(1, `Name a command: ${names.join(', ')}.`)
    .middleware(({ _: [command] }) => {
      if (command !== undefined && !names.includes(String(command))) {
        throw new UsageError(`There is no command ${command}; the commands are ${names.join(', ')}.`);
      }
    }, true)
    .strict()
    .check((options) => {
      const wrong = Object.entries(options).find(
        ([, value]) => typeof value === 'number' && Number.isNaN(value),
      );
      if (wrong) throw new UsageError(`--${wrong[0]} takes a number.`);
      const repeated = Object.entries(options).find(
        ([name, value]) => Array.isArray(value) && !lists.has(name),
      );
      if (repeated) throw new UsageError(repeatedMessage(repeated[0]));
      checkOptionValues(options);
      return true;
    })
    .version(version)
    .epilogue('Exit code: 2 for a wrong command line, 1 for any other failure.')
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      // yargs' own complaints come as a message, or as a YError.
      throw error && error.name !== 'YError'
        ? error
        : new UsageError((message ?? 'Wrong usage.').replaceAll(/\s*\n\s*/g, ' '));
    });
}

/** @param name the option, or an alias of it */
function repeatedMessage(name: string): string {
  return recurrentNames.includes(name as RecurrentName)
    ? `--${recurrentNames.join(', --')} are one option, which is given more than once; name all recurrent layers in one, as in --lstm a,b.`
    : `--${name} is given more than once.`;
}
