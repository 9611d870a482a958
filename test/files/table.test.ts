/** Tables from files: what they are called in errors, and what a process takes to read one. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readTable } from '../../src/files/table.js';
import { rejectionOf } from './rejection.js';
import { temporaryDirectory } from './temporary-directory.js';

const directory = temporaryDirectory();
const megabytes = 2 ** 20;

it('a table is read from a file, which is named in what is wrong with it', async () => {
  const path = join(directory, 'a.csv');
  writeFileSync(path, 'a,b\n1,x\n');
  expect((await readTable(path)).rows).toBe(1);
  writeFileSync(path, 'a,b\n1,x\n2\n');
  const broken = await rejectionOf(readTable(path));
  expect(broken).toMatchObject({
    code: 'E_INVALID_FILE',
    message: expect.stringMatching(/a\.csv: Line 3 has 1 cell/),
  });
  expect(await rejectionOf(readTable(join(directory, 'none.csv')))).toMatchObject({ code: 'E_FILE_READ' });
  expect(await rejectionOf(readTable(directory))).toMatchObject({
    code: 'E_FILE_READ',
    message: expect.stringMatching('it is a directory'),
  });
});

/** The built library reads the file in a process of its own, which has nothing to collect from before. */
const program = `
import { existsSync, readFileSync } from 'node:fs';
import { readTable } from '${new URL('../../dist/files/table.js', import.meta.url).href}';
// Linux counts the memory of the process that started this one as maxRSS, too.
const status = '/proc/self/status';
const kilobytes = () =>
  existsSync(status)
    ? Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync(status, 'utf8'))[1])
    : process.resourceUsage().maxRSS;
const before = kilobytes();
const { rows } = await readTable(process.argv[1]);
console.log(JSON.stringify([1024 * (kilobytes() - before), rows]));
`;

it.each([
  ['plain', (i: number) => `${'abcdefgh'[i % 8]}`],
  ['quoted', (i: number) => `"${'abcdefgh'[i % 8]}, ""${i % 8}"""`],
])('a file takes the table, half of it again and 160 MiB, however long it is: %s', (name, textOf) => {
  const rows = 400_000;
  const path = join(directory, `${name}.csv`);
  const lines = ['text,time,a,b,c'];
  for (let i = 0; i < rows; i++) {
    const time = new Date(1.5e12 + 6e4 * i).toISOString();
    lines.push(`${textOf(i)},${time},${Math.sin(i)},${Math.cos(i)},${i}`);
  }
  writeFileSync(path, lines.join('\n'));
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program, path], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const [bytes, read] = JSON.parse(stdout);
  expect(read).toBe(rows);
  // The line, the code and four numbers of each row; Node.js 26 leaves more for its collector than 20.
  expect(bytes).toBeLessThan(1.5 * rows * (4 + 4 + 4 * 8) + 160 * megabytes);
});
