/** What only a process of its own shows: exit codes, pipes, a full disk. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../src/version.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { main, spawnLstmOnnx } from './lstm-onnx.js';
import { writeTinyMnist } from './tiny-mnist.js';

const folder = temporaryDirectory();
const data = join(folder, 'data');

/** Runs a line of the shell with the command as `"$0" "$1"`. */
function shell(line: string) {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line, process.execPath, main], {
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

beforeAll(() => writeTinyMnist(data));

describe('the command as a process', () => {
  it('exits with 0 and results on stdout alone', () => {
    expect(spawnLstmOnnx('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('exits with 1 for what failed and 2 for wrong usage, told on stderr alone', () => {
    const failed = spawnLstmOnnx('inspect', 'missing.onnx');
    expect(failed).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/\[E_FILE_READ\]\n$/),
    });
    const wrong = spawnLstmOnnx('inspect');
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/--help\.\n$/) });
  });

  it.skipIf(process.platform === 'win32')('hears the signals that it is sent', async () => {
    const args = ['train', 'mnist', '--data', data, '--hidden-size', '8', '--epochs', '100000', '--json'];
    const child = spawn(process.execPath, [main, ...args, '-o', join(folder, 'signal')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout.once('data', () => child.kill('SIGTERM')).resume();
    expect(await once(child, 'exit')).toEqual([143, null]);
  });

  describe.skipIf(process.platform === 'win32')('whose stdout fails', () => {
    const train = `"$0" "$1" train mnist --data ${data} --batch-size 32 --hidden-size 8 --json`;

    it('trains on and writes its files when the reader has gone', () => {
      const out = join(folder, 'head');
      const { code, stdout } = shell(`set -o pipefail; ${train} -o ${out} | head -1`);
      expect({ code, lines: stdout.match(/\n/g)?.length }).toEqual({ code: 0, lines: 1 });
      expect(existsSync(join(out, 'model.safetensors'))).toBe(true);
    });

    it.skipIf(process.platform !== 'linux')('says so in one line when the disk is full', () => {
      const out = join(folder, 'full');
      const { code, stderr } = shell(`${train} -o ${out} > /dev/full`);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^lstm-onnx: Cannot write to stdout: the disk is full .*\[E_FILE_WRITE\]$/m);
      expect(stderr).not.toMatch(/\n {4}at /);
      expect(existsSync(join(out, 'model.safetensors'))).toBe(true);
    });
  });
});
