/** The programs of examples/forecast run, each as a process of its own, trained for one epoch. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../files/temporary-directory.js';

const folder = temporaryDirectory();

/** What a program prints, whose model file is in the folder then. */
function run(name: string): string {
  const program = fileURLToPath(new URL(`../../examples/forecast/${name}.ts`, import.meta.url));
  expect(readFileSync(program, 'utf8').split('\n').length).toBeLessThan(60);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', program], {
    encoding: 'utf8',
    env: { ...process.env, EPOCHS: '1', OUT: folder },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(existsSync(join(folder, `${name}.onnx`))).toBe(true);
  return stdout;
}

it.each([
  ['co2', 12, 'ppm'],
  ['weather', 7, '°C'],
  ['stocks', 5 * 6, 'dollars'],
])('%s forecasts by the model file, beside the scores of the baselines', (name, steps, unit) => {
  const stdout = run(name);
  expect(stdout).toMatch(/^model( +\d+\.\d+){4} +\d+\.\d %/m);
  expect(stdout).toMatch(/^seasonal naive( +\d+\.\d+){4}$/m);
  expect(readFileSync(join(folder, `${name}.svg`), 'utf8')).toMatch(/^<svg .*<\/svg>$/s);
  expect(stdout).toContain(`in ${unit}:`);
  expect(stdout.match(/^\d{4}-\d\d-\d\d( +\d+\.\d){3}$/gm)).toHaveLength(steps);
});

it('online forecasts each of two years of months before it is there', () => {
  const stdout = run('online');
  const months = stdout.match(/^\d{4}-\d\d-01( +\d+\.\d){3} to \d+\.\d$/gm) ?? [];
  expect(months).toHaveLength(24);
  expect([months[0]!.slice(0, 10), months[23]!.slice(0, 10)]).toEqual(['2018-05-01', '2020-04-01']);
  expect(stdout).toMatch(/^mean error \d+\.\d\d ppm$/m);
});
