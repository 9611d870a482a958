/** What a process takes to read a file, with the bytes of the file itself: docs/support.md, "Tables, and how much is read". */
import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeNpy } from '../../src/data/npy.js';
import { encodeModel } from '../../src/onnx/encode-model.js';
import { floats, int, model, node, value } from '../onnx/broken-models.js';
import { temporaryDirectory } from './temporary-directory.js';

const directory = temporaryDirectory();
const megabytes = 2 ** 20;
const size = 20 * megabytes;

/** The built library reads the file in a process of its own, which has nothing to collect from before. */
const program = `
import { existsSync, readFileSync } from 'node:fs';
import { readArray } from '${new URL('../../dist/files/array.js', import.meta.url).href}';
import { importFile } from '${new URL('../../dist/files/import-model.js', import.meta.url).href}';
// Linux counts the memory of the process that started this one as maxRSS, too.
const status = '/proc/self/status';
const kilobytes = () =>
  existsSync(status)
    ? Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync(status, 'utf8'))[1])
    : process.resourceUsage().maxRSS;
const before = kilobytes();
const read = /model\\.(?:json|onnx)$/.test(process.argv[1]) ? importFile : readArray;
const outcome = await read(process.argv[1]).then(
  ({ shape, parameters }) => (shape ?? [...parameters.keys()]).join(),
  ({ message }) => message,
);
console.log(JSON.stringify([1024 * (kilobytes() - before), outcome]));
`;

function memoryToRead(path: string): [bytes: number, outcome: string] {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program, path], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

function repeated(text: string, length = size): string {
  return text.repeat(length / text.length);
}

it.each([
  ['one.csv', () => repeated('1234567\n'), '2621440,1'],
  ['quoted.csv', () => repeated('"12345","23456"\n'), '1310720,2'],
  // One character past Latin-1 makes a text of two bytes a character.
  ['euro.csv', () => `€,b\n${repeated('1234567,1234567\n')}`, '1310720,2'],
  [
    'euro.json',
    () => `{"note":"€","data":[${repeated('1.23456,', 63 * megabytes)}1],"dims":[8257537]}`,
    '8257537',
  ],
  // Of which a value is made, and a text before that.
  [
    'note.json',
    () => `{"note":"€${repeated('x', 63 * megabytes)}","data":[1],"dims":[1]}`,
    /beside its numbers/,
  ],
  ['refused.json', () => `[${repeated('1.23456,')}null]`, /JSON \[2621440\] is null/],
  ['model.json', () => `{"note":"€${repeated('12345678')}"}`, /model.json has \d+ bytes; at most 4194304/],
])('a file takes at most twice its size and 64 MiB: %s', (name, text, expected) => {
  const path = join(directory, name);
  writeFileSync(path, text());
  const [bytes, outcome] = memoryToRead(path);
  expect(outcome).toMatch(expected);
  expect(bytes).toBeLessThan(2 * statSync(path).size + 64 * megabytes);
});

it.each([
  ['by columns: the file and the array', { order: 'True ', type: '<f4', columns: 1024, times: 2 }],
  ['of float16: the file, and float32 of it', { order: 'False', type: '<f2', columns: 2048, times: 3 }],
])('a .npy file takes no more than what is in it, %s', (_, { order, type, columns, times }) => {
  const path = join(directory, 'array.npy');
  const data = new Float32Array(8192 * 1024).fill(1);
  const file = encodeNpy({ dtype: 'float32', shape: [8192, 1024], data });
  const header = new TextDecoder('latin1')
    .decode(file.subarray(0, 128))
    .replace('False', order)
    .replace('<f4', type)
    .replace('1024', `${columns}`);
  file.set(
    Uint8Array.from(header.slice(10), (character) => character.charCodeAt(0)),
    10,
  );
  writeFileSync(path, file);
  const [bytes, outcome] = memoryToRead(path);
  expect(outcome).toBe(`8192,${columns}`);
  expect(bytes).toBeLessThan(times * file.length + 16 * megabytes);
});

it('an ONNX file takes no more than itself, a copy of its numbers, and the parameters made of them', () => {
  const path = join(directory, 'model.onnx');
  const [gates, features, hidden] = [1024, 12 * 1024, 256];
  // With a name of four letters W does not lie at a multiple of four, so that it is copied.
  const lstm = node('LSTM', ['X', 'W', 'R'], ['Y'], { hidden_size: int(hidden) }, 'cell');
  const bytes = encodeModel(
    model([lstm], {
      inputs: [value('X', ['time', 'batch', features])],
      outputs: [value('Y', [null, 1, null, hidden])],
      initializers: [floats('W', 1, gates, features), floats('R', 1, gates, hidden)],
    }),
  );
  writeFileSync(path, bytes);
  const [taken, outcome] = memoryToRead(path);
  expect(outcome).toBe('cell.weight_ih_l0,cell.weight_hh_l0');
  expect(taken).toBeLessThan(3 * bytes.length + 24 * megabytes);
});
