import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('replace modules only where they have a process of their own', () => {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test.ts'),
  );
  const replaces = /\bvi\.(mock|doMock|resetModules)\(/;
  const replacing = files.filter((name) => replaces.test(readFileSync(`test/${name}`, 'utf8')));
  expect(replacing.length).toBeGreaterThan(2);
  // Files of the project `node` share modules: what another file has loaded would stay as it is.
  expect(replacing.filter((name) => !name.endsWith('.alone.test.ts'))).toEqual([]);
});
