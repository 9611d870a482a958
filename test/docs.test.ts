import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const pages = [
  'README.md',
  'fixtures/README.md',
  ...readdirSync(`${root}docs`).map((name) => `docs/${name}`),
];

describe('the documentation', () => {
  it.each(pages)('names files that are there: %s', (page) => {
    const text = readFileSync(root + page, 'utf8');
    const folder = page.slice(0, page.lastIndexOf('/') + 1);
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => folder + link);
    const quoted = [...text.matchAll(/`((?:test|src|fixtures|scripts|schemas)\/[\w./-]+)`/g)].map(
      ([, name]) => name!,
    );
    // NAME stands for any.
    for (const name of [...links, ...quoted].filter((path) => !path.includes('NAME')))
      expect(existsSync(root + name), name).toBe(true);
  });
});
