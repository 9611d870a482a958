#!/usr/bin/env node
/** The command `lstm-onnx`, in a process of its own. */
import { hideBin } from 'yargs/helpers';
import { runCli } from './run-cli.js';

process.exitCode = await runCli(hideBin(process.argv), {
  stdout: process.stdout,
  stderr: process.stderr,
  signals: process,
  stdin: process.stdin,
});
