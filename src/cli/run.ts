/** `lstm-onnx run`: a model on inputs from files. */

import type { CommandModule } from 'yargs';
import { widenFloat16 } from '../data/half-precision.js';
import { encodeNpy } from '../data/npy.js';
import { LstmOnnxError } from '../errors.js';
import { readArray } from '../files/array.js';
import { writeFileAtomic } from '../files/write.js';
import { mustGet } from '../must-get.js';
import { type NdArray, notFiniteAt } from '../nd-array.js';
import { Model } from '../runtime/node.js';
import type { Provider } from '../runtime/providers.js';
import { looksLikeState } from '../runtime/state-names.js';
import type { ModelValue, PlainTensor, Results } from '../runtime/values.js';
import type { GlobalOptions } from './global-options.js';
import { type Assignment, assignmentsOf, checkAssignments } from './input-assignments.js';
import { providers } from './option-values.js';
import { expectFolder, type Output } from './output.js';
import { refuseOverwriting } from './refuse-overwriting.js';
import { resultFiles } from './result-files.js';

interface RunArguments extends GlobalOptions {
  model: string;
  input: string[];
  provider: Provider | undefined;
  finite: 'check' | 'allow';
  output: string | undefined;
}

/** How many numbers of an output are shown to people. */
const SHOWN_NUMBERS = 20;

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
        describe: 'NAME=FILE for each input; .npy, .json, .csv or .tsv',
      })
      .option('provider', {
        type: 'string',
        choices: providers,
        requiresArg: true,
        describe: 'What runs the model [default: cuda where it runs, else cpu]',
      })
      .option('finite', {
        type: 'string',
        choices: ['check', 'allow'] as const,
        default: 'check' as const,
        requiresArg: true,
        describe: 'Whether NaN and infinities in inputs are refused, or go to the provider',
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        describe: 'Folder for the outputs, one .npy file each',
      })
      .example('$0 run model.onnx --input x=digit.npy', 'Print every output')
      .example('$0 run model.onnx --input x=x.csv --provider wasm -o results', 'Write results/logits.npy'),
  async handler({ model: path, input, provider, finite, output, json }) {
    checkAssignments(input);
    expectFolder(output);
    await using model = await Model.load(path, {
      ...(provider === undefined ? {} : { providers: [provider] }),
      finite,
    });
    const assignments = assignmentsOf(
      input,
      model.inputs.map(({ name }) => name),
    );
    const feeds = await Promise.all(assignments.map((assignment) => readFeed(assignment, model.inputs)));
    const outputs = model.outputs.map(({ name }) => name);
    const files = resultFiles(output ?? '', outputs);
    if (output !== undefined) {
      // States are what is carried on: h0=out/hn.npy, and the outputs to out again.
      const kept = assignments.filter(({ name }) => !looksLikeState(name)).map(({ file }) => file);
      const read = [path, ...kept];
      for (const file of files.values()) await refuseOverwriting(file, read);
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
    if (output !== undefined) await writeResults(results, files, json, print);
    else if (json) printJson(results, print);
    else printResults(results, model.metadata.get('labels'), print);
  },
});

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
  const data = array.dtype === input?.dtype ? array.data : convertible(array, input);
  return { data: data as PlainTensor['data'], dims }; // numbers and bigints never mix in one array
}

/** How far each whole number is one of the type: up to there, floats hold all of them. */
const exactUpTo: Readonly<Record<string, number>> = { float16: 2 ** 11, float32: 2 ** 24, float64: 2 ** 53 };

/**
 * Plain numbers, which the model takes where its type holds them. NumPy's whole numbers are int64 unless one says
 * otherwise; those that a float would round are refused.
 */
function convertible({ dtype, data }: NdArray, input: ModelValue | undefined): unknown[] | Float32Array {
  const type = input?.dtype ?? '';
  if (type === 'float32' && dtype === 'float64') {
    // As plain numbers a large table takes several times its memory. One that overflows is for the model to refuse.
    const rounded = new Float32Array(data);
    if (notFiniteAt(rounded) < 0) return rounded;
  }
  const limit = Object.hasOwn(exactUpTo, type) ? (exactUpTo[type] ?? 0) : Number.MAX_SAFE_INTEGER;
  const wide = type === 'int64' || type === 'uint64';
  return Array.from<number | bigint, unknown>(data, (value, index) => {
    if (wide || dtype === 'float32' || dtype === 'float64') return value;
    if (value >= -limit && value <= limit) return Number(value);
    throw new LstmOnnxError(
      'E_DTYPE_MISMATCH',
      `Input '${input?.name}' is ${type}, which does not hold ${value}, element ${index} of the ${dtype} array.`,
    );
  });
}

async function writeResults(
  results: Results,
  files: ReadonlyMap<string, string>,
  json: boolean,
  print: Output['print'],
): Promise<void> {
  // All of them first: one that no file holds is found before any is written.
  const contents = Object.entries(results).map(([name, tensor]) => {
    const file = mustGet(files, name, 'file of the output');
    return { name, file, dims: tensor.dims, bytes: encodeNpy(toArray(name, tensor)) };
  });
  for (const { name, file, dims, bytes } of contents) {
    await writeFileAtomic(file, bytes);
    print(json ? JSON.stringify({ output: name, file, dims }) : file);
  }
}

/** The elements, float16 as numbers: engines without a Float16Array have its bits. */
function elementsOf({ type, data }: Results[string]): ArrayLike<unknown> {
  const elements = data as ArrayLike<unknown>; // which all of onnxruntime's arrays are
  if (type !== 'float16') return elements;
  return data instanceof Uint16Array ? widenFloat16(data) : Float32Array.from(elements as ArrayLike<number>);
}

function toArray(name: string, tensor: Results[string]): NdArray {
  const { type, dims } = tensor;
  if (type === 'float16') {
    // .npy files of ours have no float16; float32 holds each of its numbers.
    return { dtype: 'float32', shape: dims, data: elementsOf(tensor) as Float32Array };
  }
  if (type === 'string' || type === 'uint4' || type === 'int4') {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `Output '${name}' is ${type}, which .npy files of ours do not hold. Run without --output to see it.`,
    );
  }
  return { dtype: type, shape: dims, data: tensor.data } as NdArray; // onnxruntime's types pair as ours do
}

function printJson(results: Results, print: Output['print']): void {
  for (const [output, tensor] of Object.entries(results)) {
    const { type, dims } = tensor;
    const numbers = Array.from<unknown>(elementsOf(tensor));
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
  for (const [output, tensor] of Object.entries(results)) {
    const { type, dims } = tensor;
    const data = elementsOf(tensor);
    const first = Array.from({ length: Math.min(data.length, SHOWN_NUMBERS) }, (_, i) => shown(data[i]));
    const more = data.length > SHOWN_NUMBERS ? `, ... ${data.length - SHOWN_NUMBERS} more` : '';
    print(`${output} ${type} [${dims.join(', ')}]: ${first.join(', ')}${more}`);
    if (data instanceof Float32Array && names.length > 1 && dims.at(-1) === names.length) {
      for (const line of classLines(data, names)) print(line);
    }
  }
}

/** Six digits of what has more; whole numbers in full. */
function shown(value: unknown): string {
  return typeof value === 'number' && !Number.isInteger(value)
    ? String(Number(value.toPrecision(6)))
    : String(value);
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
    const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const total = values.reduce((sum, value) => sum + Math.exp(value - largest), 0);
    return `  ${row}: ${names[values.indexOf(largest)]} (${(100 / total).toFixed(1)} %)`;
  });
}
