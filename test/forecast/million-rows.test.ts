/** What a million rows take on the way to the first step of training: docs/forecast.md. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';

/** In a process of its own, which has nothing to collect from before. */
const program = `
import { readFileSync } from 'node:fs';
import { trainForecaster } from '${new URL('../../dist/index.js', import.meta.url).href}';
const megabytes = () => Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
const length = 1e6;
const numbers = (of) => Float64Array.from({ length }, (_, i) => of(i));
const values = new Map([
  ['load', numbers((i) => Math.sin((2 * Math.PI * i) / 24) + (i % 7) / 7)],
  ['wind', numbers((i) => (i * 31) % 11)],
]);
const times = numbers((i) => 3_600_000 * i);
const set = {
  series: [{ name: '', key: {}, times, rows: new Int32Array(length), values, context: 0 }],
  columns: new Map([...values.keys()].map((name) => [name, { kind: 'number' }])),
  frequency: { unit: 'hour', count: 1 },
  ...{ season: 24, time: 'time', key: [], notes: [] },
};
const before = megabytes();
const stop = new AbortController();
let steps = 0;
await trainForecaster(set, {
  target: 'load',
  features: ['wind'],
  signal: stop.signal,
  onStep: (step) => {
    steps = step.steps;
    stop.abort();
  },
}).catch(() => undefined);
console.log(JSON.stringify({ megabytes: megabytes() - before, steps }));
`;

it.runIf(existsSync('/proc/self/status'))('the windows of a million rows take less than 300 MB', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const { megabytes, steps } = JSON.parse(stdout);
  expect(steps).toBe(196);
  expect(megabytes).toBeLessThan(300);
});
