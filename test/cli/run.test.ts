/** What `run` takes from files and how it gives numbers back. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultFiles } from '../../src/cli/result-files.js';
import { encodeNpy, parseNpy } from '../../src/data/npy.js';
import type { NdArray } from '../../src/nd-array.js';
import type { OnnxDType } from '../../src/onnx/graph.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { identityModel } from './identity-model.js';
import { lstmOnnx } from './lstm-onnx.js';

const folder = temporaryDirectory();

function npy(name: string, array: NdArray): string {
  const path = join(folder, name);
  writeFileSync(path, encodeNpy(array));
  return path;
}

function modelOf(dtype: OnnxDType): string {
  const path = join(folder, `${dtype}.onnx`);
  writeFileSync(path, identityModel([{ input: 'x', dtype, output: 'y' }]));
  return path;
}

const run = (model: string, x: string, ...args: string[]) =>
  lstmOnnx('run', model, '--provider', 'cpu', '-i', `x=${x}`, ...args);

const int64 = (...values: bigint[]): NdArray => ({
  dtype: 'int64',
  shape: [1, 2],
  data: BigInt64Array.from(values),
});

describe('lstm-onnx run', () => {
  it('prints whole numbers in full, whatever their type', async () => {
    const x = npy('large.npy', { dtype: 'int32', shape: [1, 2], data: Int32Array.of(2147483647, -1) });
    expect((await run(modelOf('int32'), x)).stdout).toBe('y int32 [1, 2]: 2147483647, -1\n');
    const y = npy('float.npy', {
      dtype: 'float32',
      shape: [1, 2],
      data: Float32Array.of(16777216, 0.123456789),
    });
    expect((await run(modelOf('float32'), y)).stdout).toBe('y float32 [1, 2]: 16777216, 0.123457\n');
  });

  it.each(['int32', 'float32', 'float64', 'uint8', 'float16'] as const)(
    "takes NumPy's int64 for an input of %s where the numbers fit",
    async (dtype) => {
      const { code, stdout } = await run(modelOf(dtype), npy('ids.npy', int64(3n, 200n)));
      expect({ code, stdout }).toEqual({ code: 0, stdout: `y ${dtype} [1, 2]: 3, 200\n` });
    },
  );

  it.each([
    ['int32', 2n ** 31n],
    ['int32', 2n ** 60n],
    ['uint8', -1n],
    ['float16', 2049n],
    ['float32', 2n ** 24n + 1n],
    ['float64', 2n ** 53n + 1n],
  ] as const)('refuses an int64 that %s would not hold: %s', async (dtype, value) => {
    const { code, stderr } = await run(modelOf(dtype), npy('long.npy', int64(0n, value)));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`'x' is ${dtype}, which (does not|cannot) hold .*${value}.*DTYPE_MISMATCH`),
    );
  });

  it('refuses a number that is not finite, and gives it to the provider where told to', async () => {
    const x = npy('mask.npy', { dtype: 'float32', shape: [1, 2], data: Float32Array.of(0, -Infinity) });
    const refused = await run(modelOf('float32'), x);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/Input 'x' has -Infinity at \[0, 1\].*--finite allow/s);
    const allowed = await run(modelOf('float32'), x, '--finite', 'allow');
    expect(allowed).toMatchObject({ code: 0, stdout: 'y float32 [1, 2]: 0, -Infinity\n' });
  });

  it('refuses an int32 that float32 would round', async () => {
    const x = npy('int32.npy', { dtype: 'int32', shape: [1, 2], data: Int32Array.of(0, 2 ** 24 + 1) });
    expect((await run(modelOf('float32'), x)).stderr).toMatch(/does not hold 16777217.*E_DTYPE_MISMATCH/);
  });

  it('rounds a table of float64 to float32, and refuses what that cannot hold', async () => {
    const table = (...values: number[]) =>
      npy('table.npy', { dtype: 'float64', shape: [1, 2], data: Float64Array.from(values) });
    expect((await run(modelOf('float32'), table(0.1, 2 ** 24 + 1))).stdout).toBe(
      'y float32 [1, 2]: 0.1, 16777216\n',
    );
    expect((await run(modelOf('float32'), table(1, 1e39))).stderr).toMatch(
      /is float32, which cannot hold element 1 .*1e\+39.*E_DTYPE_MISMATCH/s,
    );
  });

  it('gives float16 as numbers, as text, as JSON and in a file', async () => {
    const data = Float32Array.of(1.5, -0.25);
    const x = npy('half.npy', { dtype: 'float32', shape: [1, 2], data });
    expect((await run(modelOf('float16'), x)).stdout).toBe('y float16 [1, 2]: 1.5, -0.25\n');
    expect(JSON.parse((await run(modelOf('float16'), x, '--json')).stdout)).toMatchObject({
      data: [...data],
    });
    const out = join(folder, 'halves');
    expect(await run(modelOf('float16'), x, '-o', out)).toMatchObject({ code: 0 });
    expect(parseNpy(readFileSync(join(out, 'y.npy')))).toEqual({ dtype: 'float32', shape: [1, 2], data });
  });

  it('writes a file for each output, though their names differ in what no file name holds', async () => {
    const model = join(folder, 'names.onnx');
    const outputs = ['a/b', 'a:b', 'A_B', 'a_b-2'];
    const pairs = outputs.map((output, i) => ({ input: `x${i}`, dtype: 'float32' as const, output }));
    writeFileSync(model, identityModel(pairs));
    const inputs = outputs.flatMap((_, i) => {
      const data = Float32Array.of(i, i);
      return ['-i', `x${i}=${npy(`x${i}.npy`, { dtype: 'float32', shape: [1, 2], data })}`];
    });
    const out = join(folder, 'named');
    const { code, stdout } = await lstmOnnx(
      'run',
      model,
      ...inputs,
      '--provider',
      'cpu',
      '-o',
      out,
      '--json',
    );
    expect(code).toBe(0);
    const written = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { file: string });
    expect(new Set(written.map(({ file }) => file.toLowerCase())).size).toBe(4);
    expect(readdirSync(out)).toHaveLength(4);
    expect(written.map(({ file }) => parseNpy(readFileSync(file)).data[0])).toEqual([0, 1, 2, 3]);
  });

  it('keeps the letters of every script in the names of files, and changes what a file system refuses', () => {
    const files = (...names: string[]) =>
      [...resultFiles('', names).values()].map((file) => file.replace(/\.npy$/, ''));
    expect(files('выход', '出力', 'sortie é', 'a=b(1)')).toEqual(['выход', '出力', 'sortie é', 'a=b(1)']);
    expect(files('a/b', 'a\\b', 'c:\n*', '\ud800')).toEqual(['a_b', 'a_b-2', 'c___', '_']);
    expect(files('CON', 'nul.0', 'Com1', 'LPT¹', 'aux ', 'console')).toEqual([
      '_CON',
      '_nul.0',
      '_Com1',
      '_LPT¹',
      '_aux ',
      'console',
    ]);
    expect(files('.', '..', '.hidden')).toEqual(['_.', '_..', '_.hidden']);
    expect(files('Ж', 'ж', '\u00e9', 'e\u0301')).toEqual(['Ж', 'ж-2', '\u00e9', 'e\u0301-2']);
    const long = files('я'.repeat(300), `${'я'.repeat(300)}2`);
    expect(long).toEqual(['я'.repeat(80), `${'я'.repeat(80)}-2`]);
  });

  it.each([
    ['a=b', ['a=b']],
    ['a=b', ['a=b', 'a']],
    ['a', ['a', 'a=b=c']],
    ['=', ['=']],
  ])('finds the input %s before the file, though names hold a =', async (name, inputs) => {
    const model = join(folder, 'equals.onnx');
    writeFileSync(
      model,
      identityModel(inputs.map((input, i) => ({ input, dtype: 'float32', output: `y${i}` }))),
    );
    const file = npy('b=1.npy', { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) });
    const rest = inputs.filter((input) => input !== name).flatMap((input) => ['-i', `${input}=${file}`]);
    const got = await lstmOnnx('run', model, '--provider', 'cpu', '-i', `${name}=${file}`, ...rest);
    expect(got).toMatchObject({ code: 0, stdout: expect.stringMatching(/^y0 float32 \[1, 2\]: 1, 2\n/) });
    const twice = ['-i', `${name}=${file}`, '-i', `${name}=other.npy`];
    expect(await lstmOnnx('run', model, '--provider', 'cpu', ...twice)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`--input ${name} is given twice`),
    });
  });

  it('writes no output where one of them has no file format', async () => {
    const model = join(folder, 'text.onnx');
    const texts = join(folder, 'texts.json');
    writeFileSync(
      model,
      identityModel([
        { input: 'x', dtype: 'float32', output: 'first' },
        { input: 's', dtype: 'int4', output: 'second' },
      ]),
    );
    writeFileSync(texts, '[[0, 0]]');
    const out = join(folder, 'none');
    const { code } = await run(model, npy('x.npy', int64(0n, 0n)), '-i', `s=${texts}`, '-o', out);
    expect({ code, written: existsSync(out) }).toEqual({ code: 1, written: false });
  });
});
