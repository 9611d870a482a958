/** `-o -`: the file goes to stdout, whichever command writes it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { pathOf } from '../import/state-dicts.js';
import { lstmOnnx, runWith } from './lstm-onnx.js';

const folder = temporaryDirectory();
const weights = pathOf('classifier.pt');

describe('export -o -', () => {
  it('writes the bytes of the model to stdout, and nothing else there', async () => {
    const file = join(folder, 'model.onnx');
    expect(await lstmOnnx('export', weights, '-o', file)).toMatchObject({ code: 0 });
    const chunks: Buffer[] = [];
    const { code, stderr } = await runWith(
      { onStdoutBytes: (bytes) => chunks.push(Buffer.from(bytes)) },
      ...['export', weights, '-o', '-'],
    );
    expect(code, stderr).toBe(0);
    expect(Buffer.concat(chunks).equals(readFileSync(file))).toBe(true);
    expect(stderr).toMatch(/^wrote .*, opset 17/m);
    expect(existsSync('-')).toBe(false);
  });

  it.each([
    ['a terminal', { stdoutIsTTY: true }, [], /stdout is a terminal, .*: send it to a file with >/],
    [
      '--json, which prints there, too',
      {},
      ['--json'],
      /--json prints to stdout, where --output - writes the model/,
    ],
  ])('refuses %s', async (_, surroundings, args, message) => {
    const { code, stdout, stderr } = await runWith(surroundings, 'export', weights, '-o', '-', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

it('predict -o - prints the forecast, as without', async () => {
  const csv = join(folder, 'series.csv');
  const rows = Array.from({ length: 60 }, (_, i) => `${1950 + i}-01-01,${(i % 5) + i / 10}`);
  writeFileSync(csv, ['year,x', ...rows].join('\n'));
  const out = join(folder, 'out');
  const quick = ['--epochs', '1', '--hidden-size', '4', '-o', out];
  expect(await lstmOnnx('train', 'forecast', '--csv', csv, '--target', 'x', ...quick)).toMatchObject({
    code: 0,
  });
  const predict = ['predict', join(out, 'model.onnx'), '--csv', csv];
  const [printed, plain] = [await lstmOnnx(...predict, '-o', '-'), await lstmOnnx(...predict)];
  expect(printed).toMatchObject({ code: 0, stdout: plain.stdout });
  expect(printed.stdout.split('\n')).toHaveLength(8);
  expect(existsSync('-')).toBe(false);
});

it.each([
  ['train mnist', []],
  ['train forecast', ['--csv', 'x.csv', '--target', 'x']],
  ['run', ['model.onnx', '--input', 'x=x.npy']],
])('%s -o - is refused: it writes several files', async (command, args) => {
  const { code, stdout, stderr } = await lstmOnnx(...command.split(' '), ...args, '-o', '-');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/--output is -, and stdout takes one file: name a folder/);
});
