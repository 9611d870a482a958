/** `init forecast`: what is found in a file, and what is left to a person. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { lstmOnnx } from './lstm-onnx.js';

const folder = temporaryDirectory();
const vega = (name: string) =>
  fileURLToPath(new URL(`../../node_modules/vega-datasets/data/${name}.csv`, import.meta.url));
const init = (...args: string[]) => lstmOnnx('init', 'forecast', ...args);

/** A CSV file of rows; the numbers have a season. */
function write(name: string, header: string, rows: readonly string[]): string {
  const file = join(folder, `${name}.csv`);
  writeFileSync(file, `${[header, ...rows].join('\n')}\n`);
  return file;
}
const days = (count: number) =>
  Array.from({ length: count }, (_, i) => new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10));
const value = (i: number) => (10 + 3 * Math.sin((2 * Math.PI * i) / 7) + i / 20).toFixed(2);

/** The draft for a file, and what is to be decided. */
async function drafted(csv: string, ...given: string[]) {
  const { code, stdout, stderr } = await init('--csv', csv, '-o', '-', ...given);
  expect(code, stderr).toBe(0);
  const decide = [...stderr.matchAll(/^decide (\w+): (.*?)\. /gm)].map(([, name, values]) => [name, values]);
  return { config: JSON.parse(stdout), decide, stderr };
}

describe('lstm-onnx init forecast', () => {
  it.each([
    ['stocks', { group: ['symbol'], target: 'price', dateFormat: 'MMM D YYYY', time: 'date' }],
    ['sp500', { target: 'price', frequency: 'month', season: 12, horizon: 12, window: 24 }],
    ['global-temp', { time: 'year', dateFormat: 'YYYY', target: 'temp', season: 1, horizon: 6, window: 12 }],
  ])('writes options for %s with which training runs as they are', async (name, found) => {
    const config = join(folder, `${name}.json`);
    const { code, stdout, stderr } = await init('--csv', vega(name), '-o', config);
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: `${config}\n` });
    expect(stderr).toMatch(/^next: lstm-onnx train forecast --config /m);
    expect(JSON.parse(readFileSync(config, 'utf8'))).toMatchObject(found);
    const quick = ['--epochs', '1', '--hidden-size', '4', '-o', join(folder, name)];
    const trained = await lstmOnnx('train', 'forecast', '--config', config, ...quick);
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stdout).toMatch(/^5 forecasts of the past/);
  });

  it('leaves what the file does not tell as null, with which nothing is trained', async () => {
    const config = join(folder, 'co2.json');
    const { code, stderr } = await init('--csv', vega('co2-concentration'), '-o', config);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^decide target: "CO2" or "adjusted CO2"\. /m);
    expect(stderr).toMatch(/^decide fill: "linear" or "previous" or "drop"\. /m);
    expect(stderr).not.toMatch(/filled in/);
    expect(stderr).toMatch(
      /^2 options to decide, null in the file; then lstm-onnx train forecast --config /m,
    );
    expect(JSON.parse(readFileSync(config, 'utf8'))).toEqual({
      ...{ csv: expect.any(String), time: 'Date', fill: null, target: null },
    });
    const trained = await lstmOnnx('train', 'forecast', '--config', config, '-o', join(folder, 'co2'));
    expect(trained).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/co2\.json: (target|fill) is null; give /),
    });
    const { decide } = await drafted(vega('co2-concentration'), '--target', 'CO2', '--fill', 'drop');
    expect(decide).toEqual([]);
  });

  it.each([
    [
      'dates that fit two formats',
      ['day,x', ['01/02/2020', '02/02/2020', '03/02/2020', '04/02/2020'].map((day, i) => `${day},${i}`)],
      ['dateFormat', '"MM/DD/YYYY" or "DD/MM/YYYY"'],
    ],
    [
      'two columns of times',
      ['day,until,x', days(40).map((day, i) => `${day},${day},${value(i)}`)],
      ['time', '"day" or "until"'],
    ],
    [
      'rows of one time that no column tells apart',
      ['day,x', days(40).flatMap((day, i) => [`${day},${value(i)}`, `${day},${value(i)}`])],
      ['duplicates', '"last" or "first"'],
    ],
    [
      'two columns that would tell series apart',
      [
        'day,shop,town,x',
        days(40).flatMap((day, i) => ['a', 'b'].map((shop) => `${day},${shop},in ${shop},${value(i)}`)),
      ],
      ['group', '["shop"] or ["town"]'],
    ],
    [
      'a text among numbers',
      ['day,x', days(40).map((day, i) => `${day},${i === 30 ? 'closed' : value(i)}`)],
      ['missing', '["closed"]'],
    ],
  ] as const)('leaves %s to a person', async (_, [header, rows], decision) => {
    const { config, decide } = await drafted(write('open', header, rows));
    expect(decide[0]).toEqual(decision);
    expect(config[decision[0]]).toBeNull();
    // It would be of one of the choices alone.
    expect(config).not.toHaveProperty('frequency');
  });

  it('finds series that numbers name, by one column or two, a decimal comma and rows in no order', async () => {
    const rows = days(40).flatMap((day, i) =>
      [1, 2].flatMap((shop) =>
        ['x', 'y'].map((item) => `${day};${shop};${item};${value(i).replace('.', ',')}`),
      ),
    );
    const two = await drafted(write('two', 'day;shop;item;sold', [...rows.slice(8), ...rows.slice(0, 8)]));
    expect(two.decide).toEqual([]);
    expect(two.config).toEqual({
      ...{ csv: join(folder, 'two.csv'), time: 'day', group: ['shop', 'item'], decimal: ',', sort: true },
      ...{ frequency: 'day', target: 'sold', season: 7, window: 13, horizon: 7 },
    });
    const numbers = days(40).flatMap((day, i) => [1, 2].map((shop) => `${day},${shop},${value(i)}`));
    const one = await drafted(write('one', 'day,shop,sold', numbers));
    expect(one.config).toMatchObject({ group: ['shop'], target: 'sold' });
  });

  it('writes the path of the CSV file as seen from its own', async () => {
    mkdirSync(join(folder, 'deep', 'down'), { recursive: true });
    const csv = write(
      'far',
      'day,x',
      days(60).map((day, i) => `${day},${value(i)}`),
    );
    const config = join(folder, 'deep', 'down', 'far.json');
    const { stdout } = await init('--csv', csv, '-o', config, '--json');
    expect(JSON.parse(stdout)).toEqual({ event: 'done', config, decisions: [] });
    expect(JSON.parse(readFileSync(config, 'utf8'))).toMatchObject({ csv: '../../far.csv' });
  });

  it('refuses what it cannot draft, and writes nothing then', async () => {
    const config = join(folder, 'none.json');
    const without = await init('--csv', vega('gapminder-health-income'), '-o', config);
    expect(without).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no column of times.*E_INVALID_FILE/),
    });
    const texts = write(
      'texts',
      'day,x',
      days(30).map((day) => `${day},a`),
    );
    const noNumbers = await init('--csv', texts, '-o', config);
    expect(noNumbers).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no column of numbers is left/),
    });
    expect(existsSync(config)).toBe(false);
    const named = await init('--csv', texts, '-o', 'forecast.yaml');
    expect(named).toMatchObject({ code: 2, stderr: expect.stringMatching(/name a \.json file/) });
    writeFileSync(config, '{}');
    const there = await init('--csv', vega('sp500'), '-o', config);
    expect(there).toMatchObject({ code: 1, stderr: expect.stringMatching(/is there already/) });
    expect(readFileSync(config, 'utf8')).toBe('{}');
    const misspelt = await lstmOnnx('init', 'forcast');
    expect(misspelt).toMatchObject({ code: 2, stderr: expect.stringMatching(/init does not know forcast/) });
  });
});
