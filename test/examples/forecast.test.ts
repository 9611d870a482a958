/** The programs of examples/forecast run, each as a process of its own, trained for one epoch. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../files/temporary-directory.js';

const folder = temporaryDirectory();

it.each([
  ['co2', 12, 'ppm'],
  ['weather', 7, 'degrees Celsius'],
  ['stocks', 5 * 6, 'dollars'],
])('%s forecasts by the model file, beside the scores of the baselines', (name, steps, unit) => {
  const program = fileURLToPath(new URL(`../../examples/forecast/${name}.ts`, import.meta.url));
  expect(readFileSync(program, 'utf8').split('\n').length).toBeLessThan(60);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', program], {
    encoding: 'utf8',
    env: { ...process.env, EPOCHS: '1', OUT: folder },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(existsSync(join(folder, `${name}.onnx`))).toBe(true);
  expect(stdout).toMatch(/^model {10}MAE +\d+\.\d\d/m);
  expect(stdout).toMatch(/^seasonalNaive +MAE +\d+\.\d\d/m);
  expect(stdout).toContain(`in ${unit}:`);
  expect(stdout.match(/^\d{4}-\d\d-\d\d( +\d+\.\d){3}$/gm)).toHaveLength(steps);
});
