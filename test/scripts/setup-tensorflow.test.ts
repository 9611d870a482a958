/** What scripts/setup-tensorflow.js asks of the network, with programs in the place of npm and python3 that note it. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../files/temporary-directory.js';

const script = fileURLToPath(new URL('../../scripts/setup-tensorflow.js', import.meta.url));
const applies =
  process.platform === 'linux' && process.arch === 'x64' && Number(process.versions.node.split('.')[0]) < 23;

it.skipIf(!applies)('takes one wheel alone, by its version and hash', () => {
  const project = temporaryDirectory();
  const own = join(project, 'node_modules', 'lstm-onnx', 'scripts');
  const tfjsNode = join(project, 'node_modules', '@tensorflow', 'tfjs-node');
  const bin = join(project, 'bin');
  for (const folder of [own, tfjsNode, bin]) mkdirSync(folder, { recursive: true });
  copyFileSync(script, join(own, 'setup-tensorflow.js'));
  writeFileSync(join(own, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(tfjsNode, 'package.json'), '{ "version": "4.22.0" }');
  writeFileSync(join(bin, 'npm'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const noted = join(project, 'noted');
  const note = `#!/bin/sh\nfor last; do :; done\n(echo "$@"; cat "$last") > ${noted}\nexit 1\n`;
  writeFileSync(join(bin, 'python3'), note, { mode: 0o755 });

  const { status, stderr } = spawnSync(process.execPath, [join(own, 'setup-tensorflow.js')], {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:/usr/bin:/bin` },
  });
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('pip download') });
  const [command, ...requirements] = readFileSync(noted, 'utf8').trim().split('\n');
  expect(command).toMatch(/^-m pip download .*--require-hashes .*--platform=manylinux\S+ .*-r \S+$/);
  expect(requirements).toEqual([expect.stringMatching(/^tensorflow-cpu==[\d.]+ --hash=sha256:[\da-f]{64}$/)]);
});
