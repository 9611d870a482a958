import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeCheckpoint } from '../../src/builder/checkpoint.js';
import { initParameters } from '../../src/builder/parameters.js';
import { encodeNpy, parseNpy } from '../../src/data/npy.js';
import { decodeModel } from '../../src/onnx/decode-model.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { simpleLSTM } from '../parity/networks.js';
import { lstmOnnx } from './lstm-onnx.js';

const folder = temporaryDirectory();
const checkpoint = join(folder, 'model.safetensors');
const model = join(folder, 'model.onnx');
const digit = join(folder, 'digit.npy');
const labels = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

function writeCheckpoint(path: string, seed: number): void {
  const parameters = initParameters(simpleLSTM, seed);
  writeFileSync(path, encodeCheckpoint({ network: simpleLSTM, parameters, info: { labels } }));
}

beforeAll(async () => {
  writeCheckpoint(checkpoint, 1);
  const pixels = Float32Array.from({ length: 28 * 28 }, (_, i) => (i % 7) / 7);
  writeFileSync(digit, encodeNpy({ dtype: 'float32', shape: [1, 28, 28], data: pixels }));
  expect(await lstmOnnx('export', checkpoint, '-o', model)).toMatchObject({ code: 0, stdout: `${model}\n` });
});

describe('lstm-onnx export', () => {
  it('writes the checkpoint as a model with its labels', () => {
    const { metadata, opsets } = decodeModel(readFileSync(model));
    expect(opsets.get('')).toBe(17);
    expect(metadata.get('labels')).toBe(JSON.stringify(labels));
  });

  it('takes an opset, states and labels, and reports as JSON', async () => {
    const path = join(folder, 'states.onnx');
    const { code, stdout } = await lstmOnnx(
      ...[
        'export',
        checkpoint,
        '-o',
        path,
        '--opset',
        '21',
        '--states',
        '--labels',
        'a, b,c,d,e,f,g,h,i,j',
        '--json',
      ],
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ event: 'done', model: path, opset: 21 });
    const { graph, metadata } = decodeModel(readFileSync(path));
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x', 'h0', 'c0']);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['logits', 'hn', 'cn']);
    expect(metadata.get('labels')).toBe(JSON.stringify([...'abcdefghij']));
  });

  it('refuses labels that are not one a class', async () => {
    const { code, stderr } = await lstmOnnx(
      'export',
      checkpoint,
      '-o',
      join(folder, 'two.onnx'),
      '--labels',
      'a,b',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/Got 2 labels.*is 10; give one label for each class.*\[E_INVALID_OPTION\]/);
  });

  it('writes nothing when the opset is not supported, and exits with 2', async () => {
    const path = join(folder, 'opset.onnx');
    const { code, stderr } = await lstmOnnx('export', checkpoint, '-o', path, '--opset', '7');
    expect(code).toBe(2);
    expect(stderr).toContain('--opset is 7; give a whole number from 14 to 22.');
    expect(existsSync(path)).toBe(false);
  });

  it.each(['safetensors', 'pt', 'json'])('does not write ONNX under the name of a .%s file', async (kind) => {
    const path = join(folder, `named.${kind}`);
    const { code, stderr } = await lstmOnnx('export', checkpoint, '-o', path);
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`writes ONNX, not \\.${kind}: name the file .*named\\.onnx\\.`));
    expect(existsSync(path)).toBe(false);
  });

  it('names a checkpoint that is cut off', async () => {
    const broken = join(folder, 'broken.safetensors');
    writeFileSync(broken, readFileSync(checkpoint).subarray(0, 5000));
    const { code, stderr } = await lstmOnnx('export', broken);
    expect(code).toBe(1);
    expect(stderr).toMatch(/broken\.safetensors: .*\[E_INVALID_FILE\]/);
  });
});

describe('lstm-onnx verify', () => {
  it('passes for the checkpoint that the model came from', async () => {
    const { code, stdout } = await lstmOnnx('verify', model, '--checkpoint', checkpoint);
    expect(code).toBe(0);
    expect(stdout).toMatch(/passed: largest difference \d\.\de-\d+/);
  });

  it('fails for another checkpoint and says by how much', async () => {
    const other = join(folder, 'other.safetensors');
    writeCheckpoint(other, 2);
    const { code, stdout, stderr } = await lstmOnnx('verify', model, '--checkpoint', other, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ passed: false, tolerance: 2e-6 });
    expect(stderr).toMatch(/Output 'logits' differs by 0\.\d+.*\[E_VERIFY_FAILED\]/);
  });
});

describe('lstm-onnx run', () => {
  it('prints the outputs and the most likely class', async () => {
    const { code, stdout } = await lstmOnnx('run', model, '--input', `x=${digit}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^logits float32 \[1, 10\]: (-?[\d.e-]+, ){9}-?[\d.e-]+\n {2}0: \d \([\d.]+ %\)\n$/,
    );
  });

  it.each(['cpu', 'wasm', 'simd'])(
    'gives the same numbers from npy, csv and json on %s',
    async (provider) => {
      const rows = Array.from({ length: 28 }, (_, row) =>
        Array.from({ length: 28 }, (_, column) => Math.fround(((row * 28 + column) % 7) / 7)),
      );
      const csv = join(folder, 'x.csv');
      const json = join(folder, 'x.json');
      writeFileSync(csv, rows.map((row) => row.join(',')).join('\n'));
      writeFileSync(json, JSON.stringify([rows]));
      const printed: string[] = [];
      for (const file of [digit, csv, json]) {
        const outcome = await lstmOnnx(
          'run',
          model,
          '--json',
          '--provider',
          provider,
          '--input',
          `x=${file}`,
        );
        expect(outcome.code).toBe(0);
        printed.push(outcome.stdout);
      }
      const [fromNpy, fromCsv, fromJson] = printed;
      expect(JSON.parse(fromNpy!)).toMatchObject({ output: 'logits', dtype: 'float32', dims: [1, 10] });
      expect(fromCsv).toBe(fromNpy);
      expect(fromJson).toBe(fromNpy);
    },
  );

  it('writes outputs as npy files', async () => {
    const out = join(folder, 'results');
    const { code, stdout } = await lstmOnnx('run', model, '--input', `x=${digit}`, '-o', out);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(out, 'logits.npy')}\n` });
    expect(parseNpy(readFileSync(join(out, 'logits.npy')))).toMatchObject({
      dtype: 'float32',
      shape: [1, 10],
    });
  });

  it.each([
    ['an input the model has not', ['--input', `y=${digit}`], /'x'.*is missing.*'y'.*\[E_MISSING_NAME\]/],
    ['a file of an unknown kind', ['--input', `x=${model}`], /\[E_UNSUPPORTED\]/],
  ])('refuses %s', async (_what, args, message) => {
    const { code, stderr } = await lstmOnnx('run', model, ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it.each([
    [
      'an unknown provider',
      ['--input', `x=${digit}`, '--provider', 'tpu'],
      /provider, Given: "tpu", Choices/,
    ],
    ['an input given twice', ['--input', `x=${digit}`, '--input', `x=${digit}`], /--input x is given twice/],
    ['a malformed input', ['--input', 'x.npy'], /--input x\.npy is not NAME=FILE/],
  ])('exits with 2 for %s', async (_what, args, message) => {
    const { code, stdout, stderr } = await lstmOnnx('run', model, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('does not write an output over an input', async () => {
    const input = join(folder, 'logits.npy');
    copyFileSync(digit, input);
    const { code, stdout, stderr } = await lstmOnnx('run', model, '--input', `x=${input}`, '-o', folder);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/Writing .*logits\.npy would destroy.*\[E_INVALID_OPTION\]/);
    expect(readFileSync(input).equals(readFileSync(digit))).toBe(true);
  });

  it('writes states over those that it read, which is how they are carried on', async () => {
    const streaming = join(folder, 'streaming.onnx');
    expect((await lstmOnnx('export', checkpoint, '--states', '-o', streaming)).code).toBe(0);
    const zeros = join(folder, 'zeros.npy');
    writeFileSync(zeros, encodeNpy({ dtype: 'float32', shape: [1, 1, 64], data: new Float32Array(64) }));
    const out = join(folder, 'streamed');
    const run = (h0: string, c0: string) =>
      lstmOnnx('run', streaming, '-i', `x=${digit}`, '-i', `h0=${h0}`, '-i', `c0=${c0}`, '-o', out);
    const [hn, cn] = [join(out, 'hn.npy'), join(out, 'cn.npy')];
    expect(await run(zeros, zeros)).toMatchObject({ code: 0 });
    const before = readFileSync(hn);
    expect(await run(hn, cn)).toMatchObject({ code: 0 });
    expect(readFileSync(hn).equals(before)).toBe(false);
  });

  it('refuses a shape that does not fit', async () => {
    const wide = join(folder, 'wide.npy');
    writeFileSync(wide, encodeNpy({ dtype: 'float32', shape: [1, 2, 5], data: new Float32Array(10) }));
    const { code, stderr } = await lstmOnnx('run', model, '--input', `x=${wide}`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/'x'.*\[1, 2, 5\].*\[E_SHAPE_MISMATCH\]/);
  });
});

describe('weights that are not finite', () => {
  const broken = join(folder, 'nan.safetensors');
  const exported = join(folder, 'nan.onnx');
  const warning =
    "warning: the parameter 'fc.weight' holds numbers that are not finite (2 of 640 are NaN or infinite)\n";

  beforeAll(() => {
    const parameters = initParameters(simpleLSTM, 1);
    parameters.get('fc.weight')!.data.set([Number.NaN, Number.POSITIVE_INFINITY]);
    writeFileSync(broken, encodeCheckpoint({ network: simpleLSTM, parameters }));
  });

  it('are named when they are exported, read back and inspected', async () => {
    const { code, stderr } = await lstmOnnx('export', broken, '-o', exported);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(warning) });
    expect((await lstmOnnx('inspect', broken)).stdout).toContain(warning);
    expect((await lstmOnnx('inspect', exported)).stdout).toContain('(2 of 640 are NaN or infinite)');
    const { notFinite } = JSON.parse((await lstmOnnx('inspect', broken, '--json')).stdout);
    expect(notFinite).toEqual([{ name: 'fc.weight', count: 2, size: 640 }]);
    expect((await lstmOnnx('export', checkpoint, '-o', exported)).stderr).not.toContain('not finite');
  });

  it('get advice that fits from verify', async () => {
    await lstmOnnx('export', broken, '-o', exported);
    const { code, stderr } = await lstmOnnx('verify', exported, broken);
    expect(code).toBe(1);
    expect(stderr).toContain(warning);
    expect(stderr).toMatch(
      /differs by NaN .*NaN or infinite numbers on one side or on both.*E_VERIFY_FAILED/,
    );
    expect(stderr).not.toContain('Export the model again');
  });
});

describe('a file that is no model', () => {
  const text = join(folder, 'numbers.csv');

  it.each([
    ['export', text, /numbers\.csv: .*expected a checkpoint.* but it is a text file\. \[E_UNSUPPORTED\]/],
    ['inspect', text, /numbers\.csv: .*expected a checkpoint.* but it is a text file\. \[E_UNSUPPORTED\]/],
    [
      'inspect',
      digit,
      /digit\.npy: .*expected a checkpoint.* but it is a NumPy \.npy array.*\[E_UNSUPPORTED\]/,
    ],
  ])('is told what it is by %s', async (command, file, message) => {
    writeFileSync(text, '-5.0,6.0\n1,2\n');
    const { code, stderr } = await lstmOnnx(command, file);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it('is a table with semicolons, which run says', async () => {
    const table = join(folder, 'semicolons.csv');
    writeFileSync(table, '1;2;3\n4;5;6\n');
    expect((await lstmOnnx('run', model, '-i', `x=${table}`)).stderr).toMatch(
      /semicolons\.csv: CSV line 2, column 1 is "4;5;6".*separated by semicolons.*\[E_INVALID_FILE\]/,
    );
  });
});

describe('lstm-onnx inspect', () => {
  it('shows the graph of a model', async () => {
    const { code, stdout } = await lstmOnnx('inspect', model);
    expect(code).toBe(0);
    expect(stdout).toContain('opset 17');
    expect(stdout).toContain('input x: float32 [batch, time, 28]');
    expect(stdout).toContain('output logits: float32 [batch, 10]');
    expect(stdout).toMatch(/LSTM .*lstm\.l0\.W.*\[1, batch, 64\]/);
  });

  it('shows the network and parameters of a checkpoint', async () => {
    const { code, stdout } = await lstmOnnx('inspect', checkpoint);
    expect(code).toBe(0);
    expect(stdout).toMatch(/lstm +lstm\(hiddenSize=64/);
    expect(stdout).toMatch(/lstm\.weight_ih_l0 +float32 +\[256, 28\]/);
    expect(stdout).toContain('labels: 0, 1, 2');
  });

  it('gives JSON of both', async () => {
    expect(JSON.parse((await lstmOnnx('inspect', model, '--json')).stdout)).toMatchObject({
      format: 'onnx',
      irVersion: 8,
    });
    expect(JSON.parse((await lstmOnnx('inspect', checkpoint, '--json')).stdout)).toMatchObject({
      format: 'safetensors',
    });
  });
});
