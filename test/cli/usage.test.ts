import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { version } from '../../src/version.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { lstmOnnx, spawnLstmOnnx } from './lstm-onnx.js';
import { writeTinyMnist } from './tiny-mnist.js';

/** Source text as a module that can be imported by this name. */
const asModule = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`;

describe('lstm-onnx', () => {
  it.each([
    ['no command', [], ''],
    ['an unknown command', ['trian'], ''],
    ['an unknown option', ['doctor', '--colour'], ' doctor'],
    ['a missing argument', ['export'], ' export'],
    ['a value that is no number', ['train', 'mnist', '--epochs', 'many'], ' train mnist'],
    ['a forecast without a target', ['train', 'forecast', '--csv', 'x.csv'], ' train forecast'],
    ['a draft without a file', ['init', 'forecast'], ' init forecast'],
    ['an option given twice', ['export', 'x.safetensors', '--opset', '17', '--opset', '18'], ' export'],
    ['an unknown data set', ['train', 'cifar'], ' train'],
  ])('exits with 2 for %s, names the help, and prints nothing on stdout', async (_what, args, command) => {
    const { code, stdout, stderr } = await lstmOnnx(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`See lstm-onnx${command} --help.\n`);
  });

  it('says of a number given twice that it is', async () => {
    expect((await lstmOnnx('train', 'mnist', '--lr', '0.1', '--lr', '0.2')).stderr).toContain(
      '--lr is given more than once',
    );
  });

  it('says which commands there are', async () => {
    const commands = 'train, predict, generate, init, export, run, verify, inspect, doctor, completion';
    expect((await lstmOnnx('trian', '--epochs', '2')).stderr).toContain(
      `There is no command trian; the commands are ${commands}.\n`,
    );
    expect((await lstmOnnx()).stderr).toContain(`Name a command: ${commands}.\n`);
  });

  it.each([
    'train',
    'train mnist',
    'train forecast',
    'predict',
    'init',
    'export',
    'run',
    'verify',
    'inspect',
    'doctor',
  ])('shows help and an example for %s', async (command) => {
    const { code, stdout } = await lstmOnnx(...command.split(' '), '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples:\\s+lstm-onnx ${command}`));
  });

  it('lists each option of predict once', async () => {
    const { stdout } = await lstmOnnx('predict', '--help');
    const options = [...stdout.matchAll(/^ +(?:-\w, )?(--[\w-]+)/gm)].map(([, name]) => name);
    expect(options).toContain('--separator');
    expect(new Set(options).size).toBe(options.length);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('[choices: ",", ";", "tab", "|"]');
  });

  it('prints a completion script', async () => {
    const { code, stdout } = await lstmOnnx('completion');
    expect(code).toBe(0);
    expect(stdout).toContain('lstm-onnx');
    expect(stdout).toContain('complete');
  });

  it("prints the package's version", async () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(version).toBe(manifest.version);
    expect((await lstmOnnx('--version')).stdout).toBe(`${version}\n`);
  });

  it('shows the stack of an error with --debug alone', async () => {
    expect((await lstmOnnx('inspect', 'missing.onnx')).stderr).not.toMatch(/\n {4}at /);
    expect((await lstmOnnx('inspect', 'missing.onnx', '--debug')).stderr).toMatch(/\n {4}at /);
  });

  it('tells what works here and how to add what does not', async () => {
    const { findings } = JSON.parse((await lstmOnnx('doctor', '--json')).stdout) as {
      findings: { what: string; works: boolean; detail: string; add?: string }[];
    };
    const find = (what: string) => findings.find((finding) => finding.what.startsWith(what));
    expect(find('Node.js')).toMatchObject({ works: true });
    expect(find('tfjs backend cpu')).toMatchObject({ works: true });
    expect(find('onnxruntime provider cpu')).toMatchObject({ works: true });
    for (const finding of findings) expect(finding.detail).not.toBe('');
  });

  describe('where @tensorflow/tfjs-node does not load', () => {
    const folder = temporaryDirectory();
    const data = join(folder, 'data');
    beforeAll(() => {
      writeTinyMnist(data);
      const hooks = `export async function resolve(name, context, next) {
        if (name === '@tensorflow/tfjs-node') throw new Error('no library here\\nat all');
        return next(name, context);
      }`;
      const register = `import { register } from 'node:module'; register(${JSON.stringify(asModule(hooks))});`;
      vi.stubEnv('NODE_OPTIONS', `--import=${asModule(register)}`);
    });
    afterAll(() => {
      vi.unstubAllEnvs();
    });

    it('says so in one line, with the command that sets it up', () => {
      expect(spawnLstmOnnx('doctor').stdout).toMatch(
        /^missing tfjs backend tensorflow \(training\): no library here\n +to add it: node scripts\/setup-tensorflow\.js$/m,
      );
    });

    it('trains on simd when asked for tensorflow, and says so in one line', () => {
      const small = ['--data', data, '--batch-size', '32', '--hidden-size', '8', '-o', join(folder, 'out')];
      const { code, stderr } = spawnLstmOnnx('train', 'mnist', ...small, '--backend', 'tensorflow');
      expect(code).toBe(0);
      expect(stderr).toMatch(
        /^tfjs backend tensorflow did not start \(no library here\); training runs on simd$/m,
      );
      expect(stderr).toMatch(/^trained in .+ on tfjs simd$/m);
    });
  });
});
