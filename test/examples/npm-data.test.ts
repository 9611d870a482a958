/** Data from npm, which is loaded here from a registry that the test is. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, it } from 'vitest';
import { temporaryDirectory } from '../files/temporary-directory.js';

const folder = temporaryDirectory();
mkdirSync(join(folder, 'package'));
const manifest = { name: '@words/some', version: '1.2.3', dependencies: { 'there-is-none': '1.0.0' } };
writeFileSync(join(folder, 'package/package.json'), JSON.stringify(manifest));
writeFileSync(join(folder, 'package/words.txt'), 'some words');
expect(spawnSync('tar', ['-czf', 'some.tgz', 'package'], { cwd: folder }).status).toBe(0);

const asked: string[] = [];
const server = createServer(({ url = '' }, response) => {
  asked.push(decodeURIComponent(url));
  const dist = { tarball: `${registry}/@words/some/-/some-1.2.3.tgz` };
  const found = { name: manifest.name, versions: { '1.2.3': { ...manifest, dist } } };
  if (url.endsWith('.tgz')) response.end(readFileSync(join(folder, 'some.tgz')));
  else if (url.endsWith('some')) response.end(JSON.stringify(found));
  else response.writeHead(404).end('{"error":"not found"}');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => server.close());
const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** What a program that asks for a package prints, and its exit status. */
async function load(spec: string, environment: Readonly<Record<string, string>> = {}) {
  const module = new URL('../../examples/npm-data.ts', import.meta.url).href;
  const program = `import { npmData } from '${module}'; console.log('in', npmData('${spec}'));`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    env: {
      ...process.env,
      npm_config_registry: registry,
      npm_config_cache: join(folder, 'cache'),
      npm_config_fetch_retries: '0',
      NPM_DATA: join(folder, 'data'),
      ...environment,
    },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr };
}

it('loads a package without what it depends on, says so, and finds it there the second time', async () => {
  const place = join(folder, 'data', '@words-some@1.2.3');
  const first = await load('@words/some@1.2.3');
  expect(first.stderr).toBe('');
  expect(first.stdout).toBe(
    `Loading the data, @words/some@1.2.3, from npm ... 0.00 MB, kept in ${relative('.', place)}\nin ${place}\n`,
  );
  expect(readFileSync(join(place, 'words.txt'), 'utf8')).toBe('some words');
  expect(new Set(asked)).toEqual(new Set(['/@words/some', '/@words/some/-/some-1.2.3.tgz']));
  const before = asked.length;
  expect(await load('@words/some@1.2.3')).toEqual({ stdout: `in ${place}\n`, stderr: '' });
  expect(asked).toHaveLength(before);
});

it('says what is missing and what to do: a version, the package, the network', async () => {
  expect((await load('some')).stderr).toContain('some is no package with its version');
  const missing = await load('other@1.0.0');
  expect(missing.stderr).toMatch(/npm could not load other@1\.0\.0:\nnpm error code E404/);
  expect(missing.stderr).toContain('give its data as DATA=folder');
  const offline = await load('some@1.2.3', { npm_config_registry: 'http://127.0.0.1:9' });
  expect(offline.stderr).toMatch(/npm could not load some@1\.2\.3:\nnpm error code ECONNREFUSED/);
});

it('says that npm itself is missing', async () => {
  const { stderr } = await load('some@1.2.3', { PATH: folder });
  expect(stderr).toContain('npm could not load some@1.2.3:\nspawnSync npm ENOENT');
});
