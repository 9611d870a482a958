import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { lstmOnnx } from './lstm-onnx.js';
import { writeTinyMnist } from './tiny-mnist.js';

const folder = temporaryDirectory();
const data = join(folder, 'data');
const small = ['--data', data, '--batch-size', '32', '--hidden-size', '8'];

function train(...args: string[]) {
  return lstmOnnx('train', 'mnist', ...small, ...args);
}

function events(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('lstm-onnx train mnist', () => {
  beforeAll(() => writeTinyMnist(data));

  it("prints the reference script's lines and writes a checkpoint", async () => {
    const out = join(folder, 'lines');
    const { code, stdout } = await train('--epochs', '2', '-o', out);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^Epoch \[1\/2\], Step \[1\/10\], Loss: \d\.\d{4}$/),
      expect.stringMatching(/^Epoch \[2\/2\], Step \[1\/10\], Loss: \d\.\d{4}$/),
      expect.stringMatching(/^Test Accuracy of the model on the 50 test images: [\d.]+ %$/),
    ]);
    expect(readdirSync(out).sort()).toEqual(['model.safetensors', 'training.safetensors']);
  });

  it('prints every step, the accuracy as a fraction and the checkpoint with --json', async () => {
    const out = join(folder, 'json');
    const { code, stdout } = await train('--json', '-o', out);
    expect(code).toBe(0);
    const all = events(stdout);
    expect(all.map(({ event }) => event)).toEqual([...Array(10).fill('step'), 'test', 'done']);
    expect(all[9]).toEqual({ event: 'step', epoch: 1, step: 10, loss: expect.any(Number) });
    expect(all[10]!.accuracy).toBeGreaterThanOrEqual(0);
    expect(all[10]!.accuracy).toBeLessThanOrEqual(1);
    expect(all[11]).toEqual({ event: 'done', checkpoint: join(out, 'model.safetensors') });
  });

  it('learns, and goes on from a saved epoch exactly as if it had not stopped', async () => {
    const whole = join(folder, 'whole');
    const first = join(folder, 'first');
    const second = join(folder, 'second');
    const uninterrupted = await train('--json', '--epochs', '3', '-o', whole);
    await train('--json', '--epochs', '1', '-o', first);
    const resumed = await train(
      '--json',
      '--epochs',
      '3',
      '--resume',
      join(first, 'training.safetensors'),
      '-o',
      second,
    );
    const steps = events(uninterrupted.stdout).filter(({ event }) => event === 'step');
    expect(steps.at(-1)!.loss as number).toBeLessThan(steps[0]!.loss as number);
    const resumedSteps = events(resumed.stdout).filter(({ event }) => event === 'step');
    expect(resumedSteps).toEqual(steps.slice(10));
    const bytes = (path: string) => readFileSync(join(path, 'model.safetensors'));
    expect(bytes(second).equals(bytes(whole))).toBe(true);
  });

  it('refuses to resume a run that has all its epochs, and resumes into the same folder', async () => {
    const out = join(folder, 'finished');
    await train('--epochs', '1', '-o', out);
    const state = join(out, 'training.safetensors');
    const finished = await train('--epochs', '1', '--resume', state);
    expect(finished.code).toBe(1);
    expect(finished.stderr).toMatch(
      /has 1 of 1 epoch already; give --epochs 2 or more.*\[E_INVALID_OPTION\]/,
    );
    const before = readFileSync(join(out, 'model.safetensors'));
    expect((await train('--epochs', '2', '--resume', state)).code).toBe(0);
    expect(readFileSync(join(out, 'model.safetensors')).equals(before)).toBe(false);
  });

  it('stops at a loss that is no number, says where, and leaves the checkpoint that was there', async () => {
    const out = join(folder, 'nan');
    await train('-o', out);
    const before = readFileSync(join(out, 'model.safetensors'));
    const { code, stderr } = await train('--lr', '1e38', '-o', out);
    expect(code).toBe(1);
    expect(stderr).toMatch(/loss is (NaN|Infinity) at epoch 1, step \d+.*Lower the learning rate/);
    expect(stderr).toMatch(/what was there before is untouched/);
    expect(stderr).toMatch(/\[E_LOSS_NOT_FINITE\]/);
    expect(readFileSync(join(out, 'model.safetensors')).equals(before)).toBe(true);
  });

  it('refuses an output folder it cannot write to before it trains', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const { code, stdout, stderr } = await train('-o', join(file, 'out'));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/Cannot write to the directory .*\[E_FILE_WRITE\]/);
  });

  it('says where it looked for missing data', async () => {
    const missing = join(folder, 'missing');
    const { code, stderr } = await lstmOnnx('train', 'mnist', '--data', missing, '-o', join(folder, 'x'));
    expect(code).toBe(1);
    expect(stderr).toContain(missing);
    expect(stderr).toMatch(/\[E_MISSING_DATA\]/);
  });

  it('says what is wrong with training data that is cut off', async () => {
    const broken = join(folder, 'broken');
    writeTinyMnist(broken);
    const images = join(broken, 'train-images-idx3-ubyte');
    writeFileSync(images, readFileSync(images).subarray(0, 1000));
    const { code, stderr } = await lstmOnnx('train', 'mnist', '--data', broken, '-o', join(folder, 'y'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/train-images-idx3-ubyte.*\[E_INVALID_FILE\]/);
    expect(existsSync(join(folder, 'y', 'model.safetensors'))).toBe(false);
  });

  it.each([
    ['--epochs', '0', 'a whole number from 1 to 1,000,000'],
    ['--epochs', '1e15', 'a whole number from 1 to 1,000,000'],
    ['--batch-size', '1.5', 'a whole number from 1 to 65,536'],
    ['--batch-size', '1e9', 'a whole number from 1 to 65,536'],
    ['--hidden-size', '-1', 'a whole number from 1 to 8,192'],
    ['--hidden-size', '1e9', 'a whole number from 1 to 8,192'],
    ['--num-layers', '0', 'a whole number from 1 to 1,000'],
    ['--num-layers', '1e6', 'a whole number from 1 to 1,000'],
    ['--lr', '-1', 'a finite number of at least 0'],
    ['--clip-norm', '0', 'a number above 0'],
    ['--seed', '1.5', 'a whole number between -2^53 and 2^53'],
    ['--backend', 'abacus', 'auto, simd, simd:N for N threads (1 to 64), wasm, cpu or tensorflow'],
    ['--backend', 'simd:99', 'auto, simd, simd:N for N threads (1 to 64), wasm, cpu or tensorflow'],
  ])('exits with 2 for %s %s, and says what the option takes', async (option, value, takes) => {
    const out = join(folder, 'z');
    const { code, stdout, stderr } = await lstmOnnx(
      'train',
      'mnist',
      '--data',
      data,
      '-o',
      out,
      option,
      value,
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`lstm-onnx: ${option} is ${Number(value) || value}; give ${takes}.\n`);
    expect(existsSync(out)).toBe(false);
  });

  it('exits with 2 for an option without its value', async () => {
    expect(await train('-o', join(folder, 'z'), '--lr')).toMatchObject({ code: 2, stdout: '' });
  });

  it('does not put the checkpoint in the place of the training state that it goes on from', async () => {
    const out = join(folder, 'renamed');
    await train('-o', out);
    const state = join(out, 'model.safetensors');
    renameSync(join(out, 'training.safetensors'), state);
    const before = readFileSync(state);
    const { code, stderr } = await train('--epochs', '2', '--resume', state);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Writing .*model\.safetensors would destroy.*\[E_INVALID_OPTION\]/);
    expect(readFileSync(state).equals(before)).toBe(true);
  });

  it('refuses a network that is too large before it takes memory for it', async () => {
    const { code, stderr } = await lstmOnnx(
      ...['train', 'mnist', '--data', data, '-o', join(folder, 'large')],
      ...['--hidden-size', '8192', '--num-layers', '1000'],
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /has 536,\d+,\d+,\d+ parameters; train takes up to 100,000,000\. .*INVALID_OPTION/,
    );
  });
});

describe('lstm-onnx train --resume', () => {
  const first = join(folder, 'resumed');
  const state = join(first, 'training.safetensors');
  const settings = ['--lr', '0.02', '--batch-size', '32', '--hidden-size', '8', '--seed', '3'];
  const resume = (name: string, ...args: string[]) =>
    lstmOnnx('train', 'mnist', '--resume', state, '--epochs', '2', '-o', join(folder, name), ...args);
  const checkpointOf = (name: string) => readFileSync(join(folder, name, 'model.safetensors'));

  beforeAll(async () => {
    writeTinyMnist(data);
    const begin = ['train', 'mnist', '--data', data, ...settings];
    expect(await lstmOnnx(...begin, '-o', first)).toMatchObject({ code: 0 });
    expect(await lstmOnnx(...begin, '--epochs', '2', '-o', join(folder, 'both'))).toMatchObject({ code: 0 });
  });

  it('goes on with the options of the run, which need not be given again', async () => {
    const { code, stderr } = await resume('as-before', '--data', data);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('from here on') });
    expect(checkpointOf('as-before').equals(checkpointOf('both'))).toBe(true);
  });

  it.each([
    ['--lr', '0.1', '--lr is 0.1 from here on; it was 0.02 in the epochs of'],
    ['--batch-size', '64', '--batch-size is 64 from here on; it was 32 in the epochs of'],
    ['--clip-norm', '0.01', '--clip-norm is 0.01 from here on; it was none in the epochs of'],
  ])('says that %s is another', async (option, value, word) => {
    const { code, stderr } = await resume(`other${option}`, '--data', data, option, value);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(word) });
    expect(checkpointOf(`other${option}`).equals(checkpointOf('both'))).toBe(false);
  });

  it.each([
    ['--seed', '4', 'a run with --seed 3, which cannot become 4'],
    ['--hidden-size', '16', 'a run with --hidden-size 8, which cannot become 16'],
    ['--num-layers', '2', 'a run with --num-layers 1, which cannot become 2'],
  ])('refuses another %s', async (option, value, word) => {
    const { code, stderr } = await resume('refused', '--data', data, option, value);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(word) });
  });

  it('says that the data are others', async () => {
    const other = join(folder, 'other-data');
    writeTinyMnist(other);
    const images = join(other, 'train-images-idx3-ubyte');
    const bytes = readFileSync(images);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(images, bytes);
    const { code, stderr } = await resume('data', '--data', other);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/the training images differ from those of /),
    });
  });

  it('puts the checkpoint beside the state where a run was killed before it could', async () => {
    const killed = join(folder, 'killed');
    mkdirSync(killed);
    copyFileSync(state, join(killed, 'training.safetensors'));
    const again = ['--resume', join(killed, 'training.safetensors'), '--data', data];
    // The same folder, in other words.
    const out = ['-o', `${join(folder, 'killed')}/../killed/`];
    expect(await lstmOnnx('train', 'mnist', ...again, '--epochs', '1', ...out)).toMatchObject({ code: 1 });
    expect(checkpointOf('killed').equals(checkpointOf('resumed'))).toBe(true);
  });
});
