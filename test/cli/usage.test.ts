import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { version } from '../../src/version.js';
import { lstmOnnx } from './lstm-onnx.js';

describe('lstm-onnx', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['trian']],
    ['an unknown option', ['doctor', '--colour']],
    ['a missing argument', ['export']],
    ['a value that is no number', ['train', 'mnist', '--epochs', 'many']],
    ['an option given twice', ['export', 'x.safetensors', '--opset', '17', '--opset', '18']],
    ['an unknown data set', ['train', 'cifar']],
  ])('exits with 2 for %s and prints nothing on stdout', (_what, args) => {
    const { code, stdout, stderr } = lstmOnnx(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('See lstm-onnx --help.');
  });

  it.each(['train', 'export', 'run', 'verify', 'inspect', 'doctor'])(
    'shows help and an example for %s',
    (command) => {
      const { code, stdout } = lstmOnnx(command, '--help');
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`Examples:\\s+lstm-onnx ${command}`));
    },
  );

  it('prints a completion script', () => {
    const { code, stdout } = lstmOnnx('completion');
    expect(code).toBe(0);
    expect(stdout).toContain('lstm-onnx');
    expect(stdout).toContain('complete');
  });

  it("prints the package's version", () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(version).toBe(manifest.version);
    expect(lstmOnnx('--version').stdout).toBe(`${version}\n`);
  });

  it('shows the stack of an error with --debug alone', () => {
    expect(lstmOnnx('inspect', 'missing.onnx').stderr).not.toMatch(/\n {4}at /);
    expect(lstmOnnx('inspect', 'missing.onnx', '--debug').stderr).toMatch(/\n {4}at /);
  });

  it('tells what works here and how to add what does not', () => {
    const { findings } = JSON.parse(lstmOnnx('doctor', '--json').stdout) as {
      findings: { what: string; works: boolean; detail: string; add?: string }[];
    };
    const find = (what: string) => findings.find((finding) => finding.what.startsWith(what));
    expect(find('Node.js')).toMatchObject({ works: true });
    expect(find('tfjs backend cpu')).toMatchObject({ works: true });
    expect(find('onnxruntime provider cpu')).toMatchObject({ works: true });
    for (const finding of findings) expect(finding.detail).not.toBe('');
  });
});
