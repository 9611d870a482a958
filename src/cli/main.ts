#!/usr/bin/env node
/** The command `lstm-onnx`, in a process of its own. */
import { hideBin } from 'yargs/helpers';
import { allowWideKernels } from '../builder/backends/simd/wide-flag.js';
import { runCli } from './run-cli.js';

// V8's flags are those of the process, and this is the process. What trains here is our own WebAssembly.
// Options such as --json may stand before the command.
if (process.argv.includes('train')) allowWideKernels();

process.exitCode = await runCli(hideBin(process.argv), {
  stdout: process.stdout,
  stderr: process.stderr,
  signals: process,
  stdin: process.stdin,
});
