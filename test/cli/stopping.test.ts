/** A run of `train` that is told to stop, is killed, or is not alone. */
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { lstmOnnx, main, runWith } from './lstm-onnx.js';
import { writeTinyMnist } from './tiny-mnist.js';

const folder = temporaryDirectory();
const data = join(folder, 'data');
const whole = join(folder, 'whole');
const train = ['train', 'mnist', '--data', data, '--batch-size', '32', '--hidden-size', '8', '--json'];

beforeAll(async () => {
  writeTinyMnist(data);
  expect(await lstmOnnx(...train, '--epochs', '3', '-o', whole)).toMatchObject({ code: 0 });
});

/** Sends the signal when the step is printed. */
async function stopAt(epoch: number, step: number, signal: string, isTTY: boolean, ...args: string[]) {
  const signals = new EventEmitter();
  const handlers = { ofTheProcess: -process.listenerCount(signal), afterwards: -1 };
  const onStdout = (text: string) => {
    if (!text.includes(`"epoch":${epoch},"step":${step},`)) return;
    handlers.ofTheProcess += process.listenerCount(signal);
    signals.emit(signal, signal);
    handlers.afterwards = signals.listenerCount('SIGINT') + signals.listenerCount('SIGTERM');
  };
  const outcome = await runWith({ signals, isTTY, onStdout }, ...train, ...args);
  return { ...outcome, handlers };
}

const modelOf = (path: string) => readFileSync(join(path, 'model.safetensors'));

describe('lstm-onnx train', () => {
  it.each([
    ['SIGINT', 130, true],
    ['SIGTERM', 143, true],
    ['SIGINT', 130, false],
  ] as const)(
    'stops at the first %s with exit code %i, and says what is saved (on a terminal: %s)',
    async (signal, exitCode, isTTY) => {
      const out = join(folder, `${signal}-${isTTY}`);
      const outcome = await stopAt(2, 4, signal, isTTY, '--epochs', '3', '-o', out);
      expect(outcome.code).toBe(exitCode);
      expect(outcome.stdout).not.toContain('"epoch":2,"step":5');
      expect(outcome.stderr).toContain(
        `stopped by ${signal} after step 4 of 10 of epoch 2; saved are the epochs up to 1.`,
      );
      // No handler of the progress bar's on the process; none of ours after the first signal, so that the second ends it.
      expect(outcome.handlers).toEqual({ ofTheProcess: 0, afterwards: 0 });
      expect(readdirSync(out).sort()).toEqual(['model.safetensors', 'training.safetensors']);

      const [, told = ''] = /lstm-onnx (train .*)/.exec(outcome.stderr) ?? [];
      expect(await lstmOnnx(...told.split(' '))).toMatchObject({ code: 0 });
      expect(modelOf(out).equals(modelOf(whole))).toBe(true);
    },
  );

  it('says when nothing is saved, and when everything is', async () => {
    const out = join(folder, 'early');
    const early = await stopAt(1, 2, 'SIGINT', false, '--epochs', '3', '-o', out);
    expect(early).toMatchObject({ code: 130, stderr: expect.stringContaining('; nothing is saved') });
    expect(readdirSync(out)).toEqual([]);
    const late = await stopAt(1, 10, 'SIGINT', false, '--epochs', '1', '-o', out);
    expect(late).toMatchObject({ code: 130, stderr: expect.stringContaining('; every epoch is in ') });
    expect(late.stdout).not.toContain('"test"');
  });

  it('says how to go on from a resumed run that saved nothing, with all its options', async () => {
    const state = join(whole, 'training.safetensors');
    const out = join(folder, 'another folder');
    const options = ['--resume', state, '--epochs', '4', '--lr', '0.02', '--backend', 'simd'];
    const { stderr } = await stopAt(4, 2, 'SIGINT', false, ...options, '-o', out);
    expect(stderr).toContain(
      `train mnist --resume ${state} --epochs 4 --data ${data} --batch-size 32 --lr 0.02 --hidden-size 8 ` +
        `--backend simd --output ${process.platform === 'win32' ? `"${out}"` : `'${out}'`}`,
    );
  });

  it('refuses a folder that another run writes to, and takes it over from one that is dead', async () => {
    const out = join(folder, 'shared');
    const runs = await Promise.all([1, 2].map(() => lstmOnnx(...train, '-o', out)));
    expect(runs.map(({ code }) => code).sort()).toEqual([0, 1]);
    const refused = runs.find(({ code }) => code === 1);
    expect(refused?.stderr).toMatch(/Another process \(\d+ on .*\) writes to '.*shared'.*\[E_FILE_WRITE\]/);
    expect(readdirSync(out).sort()).toEqual(['model.safetensors', 'training.safetensors']);
  });

  it.skipIf(process.platform === 'win32')(
    'killed at any moment leaves nothing that the next run does not put right',
    async () => {
      // The moments: files that appear in the folder, in the order in which a run makes them.
      for (const [i, moment] of [/\.lock$/, /\.tmp$/, /^training/, /^model/].entries()) {
        const out = join(folder, `killed-${i}`);
        const child = spawn(process.execPath, [main, ...train, '--epochs', '3', '-o', out], {
          stdio: 'ignore',
        });
        while (
          child.exitCode === null &&
          !(existsSync(out) && readdirSync(out).some((name) => moment.test(name)))
        ) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        const state = join(out, 'training.safetensors');
        const resume = existsSync(state) ? ['--resume', state] : [];
        if (existsSync(join(out, 'model.safetensors'))) expect(resume).not.toEqual([]);
        const again = await lstmOnnx(...train, ...resume, '--epochs', '3', '-o', out);
        if (again.code !== 0) expect(again.stderr).toContain('has 3 of 3 epochs already');
        expect(readdirSync(out).sort()).toEqual(['model.safetensors', 'training.safetensors']);
        expect(modelOf(out).equals(modelOf(whole))).toBe(true);
      }
    },
  );
});
