/**
 * Runs the tests of Node on the Node.js versions that people have, each installed in a temporary folder; the version that runs this
 * script is left out. A version that cannot be had here is said and passed over.
 *
 *     npm run test:nodes                  all of them
 *     npm run test:nodes -- 24 test/runtime   one version, some tests
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installNode, nodeVersions } from './node-versions.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const [current] = process.versions.node.split('.');
const given = process.argv.slice(2);
const asked = given.filter((argument) => /^\d+$/.test(argument));
const filters = given.filter((argument) => !/^\d+$/.test(argument));
const wanted = asked.length > 0 ? asked : nodeVersions.filter((version) => version !== current);

const failed = wanted.filter((version) => !passesOn(version));
if (failed.length > 0) {
  console.error(`The tests fail on Node.js ${failed.join(', ')}.`);
  process.exitCode = 1;
}

function passesOn(version) {
  const folder = mkdtempSync(join(tmpdir(), `node-${version}-`));
  try {
    const { path, missing } = installNode(version, folder);
    if (missing) {
      console.log(`Node.js ${version} is not tested: ${missing}.`);
      return true;
    }
    const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    console.log(`Node.js ${stdout.trim()}:`);
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'node', '--project', 'alone'];
    return spawnSync(path, [...vitest, ...filters], { cwd: root, stdio: 'inherit' }).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
