/** The site as `npm run build:web` makes it of the built package: once a run, for the first test that asks for it. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import type {} from '../setup.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
/** The last of the files that make-data.ts writes. */
const lastOfData = join(repository, 'web/public/series/stocks.csv');

/** @returns its folder */
export function builtSite(): string {
  const folder = inject('browsers').builtSite;
  // Files of tests run one after another, so nobody else is building it.
  if (!existsSync(join(folder, 'index.html'))) {
    if (!existsSync(lastOfData)) node('--import', 'tsx', 'web/make-data.ts');
    node('node_modules/vite/bin/vite.js', 'build', 'web', '--outDir', folder, '--logLevel', 'error');
  }
  return folder;
}

/** In a process of its own, which is not told that it is in a test. */
function node(...args: string[]): void {
  const env = { ...process.env, NODE_ENV: 'production' };
  execFileSync(process.execPath, args, { cwd: repository, env, stdio: ['ignore', 'ignore', 'inherit'] });
}
