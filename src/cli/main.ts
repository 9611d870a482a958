#!/usr/bin/env node
/** The command `lstm-onnx`. Results on stdout, the rest on stderr; exit 2 for wrong usage, 1 for another failure. */
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { LstmOnnxError, messageOf } from '../errors.js';
import { version } from '../version.js';
import { doctorCommand } from './doctor.js';
import { exportCommand } from './export.js';
import { inspectCommand } from './inspect.js';
import { checkOptionValues } from './option-values.js';
import { say } from './output.js';
import { runCommand } from './run.js';
import { trainCommand } from './train.js';
import { UsageError } from './usage-error.js';
import { verifyCommand } from './verify.js';

/** Options and positionals that take more than one value. */
const lists = new Set(['_', 'input', 'i']);

const commands = [trainCommand, exportCommand, runCommand, verifyCommand, inspectCommand, doctorCommand];
const names = [...commands.map(({ command }) => String(command).split(' ', 1)[0]), 'completion'];

const program = yargs(hideBin(process.argv))
  .scriptName('lstm-onnx')
  .usage('$0 <command>\n\nTrain LSTM networks, export them to ONNX and run them.')
  .option('json', { type: 'boolean', default: false, describe: 'Print results as JSON, one object a line' })
  .option('debug', { type: 'boolean', default: false, describe: 'Show the stack of errors' })
  .command(trainCommand)
  .command(exportCommand)
  .command(runCommand)
  .command(verifyCommand)
  .command(inspectCommand)
  .command(doctorCommand)
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
    if (repeated) throw new UsageError(`--${repeated[0]} is given more than once.`);
    checkOptionValues(options);
    return true;
  })
  .version(version)
  .epilogue('Exit code: 2 for a wrong command line, 1 for any other failure.')
  .exitProcess(false)
  .fail((message: string | null, error: Error | undefined) => {
    // yargs' own complaints come as a message, or as a YError.
    throw error && error.name !== 'YError' ? error : new UsageError(message ?? 'Wrong usage.');
  });

// A reader that has seen enough (`| head`) closes the pipe: no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  const usage = error instanceof UsageError;
  if (process.argv.includes('--debug') && error instanceof Error) say(error.stack ?? error.message);
  say(`lstm-onnx: ${messageOf(error)}${error instanceof LstmOnnxError ? ` [${error.code}]` : ''}`);
  if (usage) say('See lstm-onnx --help.');
  process.exitCode = usage ? 2 : 1;
}
