/** `lstm-onnx run`: a model on inputs from files. */

import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { encodeNpy } from '../data/npy.js';
import { LstmOnnxError } from '../errors.js';
import { readArray } from '../files/array.js';
import { writeFileAtomic } from '../files/write.js';
import type { NdArray } from '../nd-array.js';
import { Model } from '../runtime/node.js';
import type { Provider } from '../runtime/providers.js';
import { looksLikeState } from '../runtime/state-names.js';
import type { ModelValue, PlainTensor, Results } from '../runtime/values.js';
import type { GlobalOptions } from './global-options.js';
import { providers } from './option-values.js';
import type { Output } from './output.js';
import { refuseOverwriting } from './refuse-overwriting.js';
import { UsageError } from './usage-error.js';

interface RunArguments extends GlobalOptions {
  model: string;
  input: string[];
  provider: Provider | undefined;
  output: string | undefined;
}

/** How many numbers of an output are shown to people. */
const shownNumbers = 20;

export const runCommand = ({ print, say }: Output): CommandModule<GlobalOptions, RunArguments> => ({
  command: 'run <model>',
  describe: 'Run an ONNX model on inputs from files',
  builder: (yargs) =>
    yargs
      .positional('model', { type: 'string', demandOption: true, describe: 'The .onnx file' })
      .option('input', {
        alias: 'i',
        type: 'string',
        array: true,
        demandOption: true,
        requiresArg: true,
        describe: 'NAME=FILE for each input; .npy, .json or .csv',
      })
      .option('provider', {
        type: 'string',
        choices: providers,
        requiresArg: true,
        describe: 'What runs the model [default: cuda where it runs, else cpu]',
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        describe: 'Folder for the outputs, one .npy file each',
      })
      .example('$0 run model.onnx --input x=digit.npy', 'Print every output')
      .example('$0 run model.onnx --input x=x.csv --provider wasm -o results', 'Write results/logits.npy'),
  async handler({ model: path, input, provider, output, json }) {
    const assignments = input.map(parseAssignment);
    checkNames(assignments);
    await using model = await Model.load(path, provider === undefined ? {} : { providers: [provider] });
    const feeds = await Promise.all(assignments.map((assignment) => readFeed(assignment, model.inputs)));
    if (output !== undefined) {
      // States are what is carried on: h0=out/hn.npy, and the outputs to out again.
      const kept = assignments.filter(({ name }) => !looksLikeState(name)).map(({ file }) => file);
      const read = [path, ...kept];
      for (const { name } of model.outputs) await refuseOverwriting(resultFile(output, name), read);
    }
    const results = await model.run(Object.fromEntries(feeds));
    const { running, skipped } = model.providers;
    say(
      [
        'ran on',
        running,
        ...skipped.map(({ provider: name, reason }) => `(${name} skipped: ${reason})`),
      ].join(' '),
    );
    if (output !== undefined) await writeResults(results, output, json, print);
    else if (json) printJson(results, print);
    else printResults(results, model.metadata.get('labels'), print);
  },
});

/** What `--input NAME=FILE` says. */
interface Assignment {
  readonly name: string;
  readonly file: string;
}

function parseAssignment(text: string): Assignment {
  const [, name, file] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || file === undefined) {
    throw new UsageError(`--input ${text} is not NAME=FILE, such as x=digit.npy.`);
  }
  return { name, file };
}

function checkNames(assignments: readonly Assignment[]): void {
  const names = assignments.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`--input ${twice} is given twice; give one file.`);
}

async function readFeed(
  { name, file }: Assignment,
  inputs: readonly ModelValue[],
): Promise<[string, PlainTensor]> {
  const array = await readArray(file);
  return [
    name,
    feedFrom(
      array,
      inputs.find((input) => input.name === name),
    ),
  ];
}

/** The array as the input's element type; one that lacks just the batch dimension is a batch of one. */
function feedFrom(array: NdArray, input: ModelValue | undefined): PlainTensor {
  const missesBatch = input?.shape !== undefined && array.shape.length === input.shape.length - 1;
  const dims = missesBatch ? [1, ...array.shape] : array.shape;
  const data = array.dtype === input?.dtype ? array.data : Array.from<number | bigint>(array.data);
  return { data: data as PlainTensor['data'], dims }; // numbers and bigints never mix in one array
}

async function writeResults(
  results: Results,
  folder: string,
  json: boolean,
  print: Output['print'],
): Promise<void> {
  for (const [name, tensor] of Object.entries(results)) {
    const file = resultFile(folder, name);
    await writeFileAtomic(file, encodeNpy(toArray(name, tensor)));
    print(json ? JSON.stringify({ output: name, file, dims: tensor.dims }) : file);
  }
}

/** Names in a model may hold what names of files cannot. */
function resultFile(folder: string, name: string): string {
  return join(folder, `${name.replaceAll(/[^\w.-]/g, '_')}.npy`);
}

function toArray(name: string, { type, dims, data }: Results[string]): NdArray {
  if (type === 'string' || type === 'float16' || type === 'uint4' || type === 'int4') {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `Output '${name}' is ${type}, which .npy files of ours do not hold.`,
    );
  }
  return { dtype: type, shape: dims, data } as NdArray; // onnxruntime's types pair as ours do
}

function printJson(results: Results, print: Output['print']): void {
  for (const [output, { type, dims, data }] of Object.entries(results)) {
    const numbers = Array.from<unknown>(data as ArrayLike<unknown>);
    const values = numbers.map((value) =>
      typeof value === 'bigint' && !Number.isSafeInteger(Number(value)) ? String(value) : plain(value),
    );
    print(JSON.stringify({ output, dtype: type, dims, data: values }));
  }
}

/** JSON has neither bigints nor NaN and infinities; the latter go as text. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function printResults(results: Results, labels: string | undefined, print: Output['print']): void {
  const names = parseLabels(labels);
  for (const [output, { type, dims, data }] of Object.entries(results)) {
    const numbers = Array.from<unknown>(data as ArrayLike<unknown>);
    const shown = numbers
      .slice(0, shownNumbers)
      .map((value) => (typeof value === 'number' ? round(value) : `${value}`));
    const more = numbers.length > shownNumbers ? `, ... ${numbers.length - shownNumbers} more` : '';
    print(`${output} ${type} [${dims.join(', ')}]: ${shown.join(', ')}${more}`);
    if (data instanceof Float32Array && names.length > 1 && dims.at(-1) === names.length) {
      for (const line of classLines(data, names)) print(line);
    }
  }
}

function round(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function parseLabels(text: string | undefined): string[] {
  try {
    const labels: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(labels) ? labels.map(String) : [];
  } catch {
    return []; // another program's metadata may use the same key
  }
}

/** The most likely class of each row of logits, with its probability. */
function classLines(logits: Float32Array, names: readonly string[]): string[] {
  return Array.from({ length: logits.length / names.length }, (_, row) => {
    const values = logits.subarray(row * names.length, (row + 1) * names.length);
    const largest = Math.max(...values);
    const total = values.reduce((sum, value) => sum + Math.exp(value - largest), 0);
    return `  ${row}: ${names[values.indexOf(largest)]} (${(100 / total).toFixed(1)} %)`;
  });
}
