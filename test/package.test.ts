/** What npm publishes: entry points that tools find, and a web entry with nothing of Node in it. */
import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name: string) => `${root}node_modules/.bin/${name}`;

describe('The package', () => {
  it('has entry points that publint finds nothing wrong with', async () => {
    const { stdout } = await run(bin('publint'), ['--strict'], { cwd: root });
    expect(stdout).toContain('All good!');
  });

  it('has a command that may be run, also in a clone that was built again', () => {
    expect(statSync(`${root}dist/cli/main.js`).mode & 0o111).toBe(0o111);
  });

  it('has types that every way of resolving modules finds', async () => {
    // It ends with 1 where it finds a problem.
    await run(bin('attw'), ['--pack', '.', '--profile', 'esm-only', '--no-emoji'], { cwd: root });
  });

  it('takes the three packages of onnxruntime in one version, whoever installs it', () => {
    const json = (name: string) => JSON.parse(readFileSync(`${root}${name}`, 'utf8'));
    const { dependencies } = json('package.json') as { dependencies: Record<string, string> };
    const wanted = Object.entries(dependencies).filter(([name]) => name.startsWith('onnxruntime-'));
    expect(wanted.map(([name]) => name)).toEqual([
      'onnxruntime-common',
      'onnxruntime-node',
      'onnxruntime-web',
    ]);
    const [version] = wanted.map(([, range]) => range);
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const { packages } = json('package-lock.json') as { packages: Record<string, { version: string }> };
    const locked = Object.entries(packages).filter(([path]) => /(^|\/)onnxruntime-\w+$/.test(path));
    expect(locked.length).toBeGreaterThanOrEqual(3);
    const versions = [...wanted.map(([, range]) => range), ...locked.map(([, entry]) => entry.version)];
    expect(new Set(versions)).toEqual(new Set([version]));
  });

  it('brings nothing of Node into a page', async () => {
    const { metafile } = await build({
      entryPoints: [`${root}dist/web.js`],
      ...{ bundle: true, write: false, metafile: true, format: 'esm', splitting: true, outdir: 'none' },
      ...{ absWorkingDir: root, platform: 'browser', logLevel: 'silent' },
    });
    const own = Object.entries(metafile.inputs).filter(([file]) => file.startsWith('dist/'));
    const imported = own.flatMap(([, { imports }]) => imports.map(({ path }) => path));
    expect(imported.length).toBeGreaterThan(100);
    expect(imported.filter((path) => path.startsWith('node:') || builtinModules.includes(path))).toEqual([]);
    const nodeOnly = /^dist\/(index|cli|files|runtime\/node)|onnxruntime-node|tfjs-node/;
    expect(Object.keys(metafile.inputs).filter((file) => nodeOnly.test(file))).toEqual([]);
  });
});
