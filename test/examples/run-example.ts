/** A program of `examples`, run as a process of its own. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** What a program prints, given lines to read and what stands behind its name: it is short, ends well and complains of nothing. */
export function runExample(
  path: string,
  environment: Readonly<Record<string, string>>,
  input = '',
  parts: readonly string[] = [],
): string {
  const program = fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));
  expect(readFileSync(program, 'utf8').split('\n').length).toBeLessThan(100);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', program, ...parts], {
    encoding: 'utf8',
    input,
    env: { ...process.env, ...environment },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}
