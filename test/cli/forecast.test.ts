/** `train forecast` and `predict`, on files as users have them. */
import { EventEmitter } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainNames } from '../../src/cli/train.js';
import { forecasterOf, Model, readTable, trainForecaster } from '../../src/index.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { salesSeries } from '../forecast/series.js';
import { identityModel } from './identity-model.js';
import { lstmOnnx, runWith } from './lstm-onnx.js';
import { textsOf } from './well-formed.js';

const folder = temporaryDirectory();
const vega = (name: string) =>
  fileURLToPath(new URL(`../../node_modules/vega-datasets/data/${name}.csv`, import.meta.url));
const quick = ['--epochs', '2', '--hidden-size', '8'];
const train = (...args: string[]) => lstmOnnx('train', 'forecast', ...quick, ...args);

/** Months with a season, so many of them; the last rows lack the target. */
function writeSales(name: string, months: number, ahead = 0): string {
  const rows = Array.from({ length: months + ahead }, (_, i) => {
    const sold = i < months ? (100 + i + 20 * Math.sin(i / 2)).toFixed(2) : '';
    const date = `${2000 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}-01`;
    return `${date},${sold},${i % 3}`;
  });
  const file = join(folder, `${name}.csv`);
  writeFileSync(file, `month,sold,price\n${rows.join('\n')}\n`);
  return file;
}

async function numbersOf(file: string): Promise<number[]> {
  const { columns } = await readTable(file);
  return [...columns].flatMap(([name, column]) =>
    name.startsWith('q') && column.kind === 'number' ? [...column.values] : [],
  );
}

/** Within 1e-5 of each number. */
function expectAgreement(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  const wrong = expected.filter((value, i) => !(Math.abs(value - actual[i]!) <= 1e-5 * Math.abs(value)));
  expect(wrong).toEqual([]);
}

describe('lstm-onnx train forecast', () => {
  it.each([
    ['co2-concentration', 12, ['--target', 'CO2'], ['--fill', 'linear'], 'cpu'],
    [
      'stocks',
      5 * 12,
      ['--target', 'price', '--group', 'symbol', '--unit', '$'],
      ['--date-format', 'MMM D YYYY', '--sort'],
      'wasm',
    ],
    [
      'seattle-weather',
      7,
      [
        ...['--target', 'temp_max', '--features', 'wind,weather', '--cell', 'gru', '--time', 'date'],
        ...['--distribution', 'studentT', '--decoder', 'autoregressive', '--scaling', 'standard'],
        ...['--num-layers', '2'],
      ],
      [],
      'simd',
    ],
  ])('forecasts %s, and the model file gives the same again', async (name, rows, what, how, provider) => {
    const out = join(folder, name);
    const { code, stdout, stderr } = await train('--csv', vega(name), ...what, ...how, '-o', out);
    expect(code, stderr).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      'forecast.csv',
      'model.onnx',
      'model.safetensors',
      'report.html',
    ]);
    expect(stdout).toMatch(/^5 forecasts of the past, \d+ steps each, from \d{4}-.* to \d{4}-/);
    for (const row of ['model', 'naive', 'drift', 'seasonal naive']) {
      expect(stdout).toMatch(new RegExp(`^${row} +[\\d.]+ +[\\d.]+ +[\\d.]+ +[\\d.]+`, 'm'));
    }
    expect(stdout).toMatch(/^The model is (better|no better) than what takes no training: its MASE is /m);
    expect(stderr).toMatch(/^The times are one (month|day) apart\.$/m);
    expect(stderr).toMatch(/^The horizon is \d+ steps/m);
    expect(stderr).toMatch(/^epoch 2\/2 \| .* \| loss [\d.]+ \| validation [\d.]+ /m);

    const page = textsOf(readFileSync(join(out, 'report.html'), 'utf8'));
    expect(page).toContain(/^The model is .*$/m.exec(stdout)![0]);
    const [, ...scores] = /^seasonal naive .*$/m.exec(stdout)![0].split(/ {2,}/);
    expect(page).toEqual(expect.arrayContaining([`${name}.csv`, ...scores]));
    expect(page).toContainEqual(expect.stringMatching(/^lstm-onnx train forecast --csv .* --seed 0 /));
    const isOfDistribution = what.includes('--distribution');
    expect(page.some((line) => /^Student t, [\d.]+ degrees of freedom$/.test(line))).toBe(isOfDistribution);
    const network = isOfDistribution
      ? /^GRU of 2 layers of \d+ features, one step after the other, target scaled by constants \(standard\)$/
      : /^LSTM of \d+ features, all steps at once, target scaled by each window$/;
    expect(page).toContainEqual(expect.stringMatching(network));

    const again = join(folder, `${name}.csv`);
    const model = join(out, 'model.onnx');
    const predicted = await lstmOnnx(
      ...['predict', model, '--csv', vega(name), ...how, '--provider', provider, '-o', again],
    );
    expect(predicted).toMatchObject({ code: 0, stdout: `${again}\n` });
    const [first, second] = await Promise.all([join(out, 'forecast.csv'), again].map(numbersOf));
    expect(first).toHaveLength(3 * rows);
    expectAgreement(second!, first!);
    const keys = (file: string) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => line.split(',').slice(0, -3));
    expect(keys(again)).toEqual(keys(join(out, 'forecast.csv')));
  });

  it('reads times in a zone, whose clocks the calendar follows, and predicts so, too', async () => {
    const csv = join(folder, 'hours.csv');
    const rows = Array.from({ length: 24 * 20 }, (_, i) => {
      const text = new Date(Date.UTC(2020, 6, 1, i)).toISOString().slice(0, 16);
      return `${text},${(50 + 10 * Math.sin((2 * Math.PI * i) / 24)).toFixed(3)}`;
    });
    writeFileSync(csv, ['time,load', ...rows].join('\n'));
    const out = join(folder, 'hours');
    const how = ['--target', 'load', '--unit', 'MW', '--time-zone', 'Asia/Tokyo', '--horizon', '3'];
    const { code, stdout, stderr } = await train('--csv', csv, ...how, '-o', out);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/MAE \(MW\) {2}RMSE \(MW\)/);
    expect(stderr).toMatch(/read as those of Asia\/Tokyo/);
    await using model = await Model.load(join(out, 'model.onnx'), { providers: ['cpu'] });
    const { plan } = forecasterOf(model);
    expect(plan).toMatchObject({ unit: 'MW', time: 'time', key: [], timeZone: 'Asia/Tokyo' });
    expect(plan.calendar).toEqual(['hour', 'weekday']);
    const predicted = await lstmOnnx('predict', join(out, 'model.onnx'), '--csv', csv);
    expect(predicted).toMatchObject({ code: 0 });
    // 20 July, 24:00 in Tokyo.
    expect(predicted.stdout).toMatch(/^2020-07-20T15:00:00.000Z,/m);
    const again = join(folder, 'hours-again.csv');
    writeFileSync(again, predicted.stdout);
    expectAgreement(await numbersOf(again), await numbersOf(join(out, 'forecast.csv')));
  });

  it('begins right behind the last row, with one column a quantile', async () => {
    const out = join(folder, 'columns');
    const csv = writeSales('columns', 90);
    const { code } = await train(
      ...['--csv', csv, '--target', 'sold', '--quantiles', '0.5', '--horizon', '4', '--window', '6'],
      ...['-o', out],
    );
    expect(code).toBe(0);
    const lines = readFileSync(join(out, 'forecast.csv'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines.slice(0, 2)).toEqual(['month,q0.5', expect.stringMatching(/^2007-07-01,[\d.]+$/)]);
  });

  it('gives its scores as JSON', async () => {
    const out = join(folder, 'json');
    const { stdout } = await train('--json', '--csv', writeSales('json', 120), '--target', 'sold', '-o', out);
    const [evaluation, done, ...rest] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rest).toEqual([]);
    expect(evaluation).toMatchObject({
      event: 'evaluation',
      origins: expect.objectContaining({ length: 5, 4: '2008-12-01T00:00:00.000Z' }),
      model: { mae: expect.any(Number), coverage: expect.any(Number), crps: expect.any(Number) },
      baselines: { seasonalNaive: { mase: expect.any(Number) } },
      noWorseThanModel: { mase: expect.any(Array) },
    });
    const files = ['model.safetensors', 'model.onnx', 'forecast.csv', 'report.html'].map((name) =>
      join(out, name),
    );
    expect(done).toEqual({ event: 'done', files });
  });

  it('is judged by fewer forecasts of the past, or by none, where there are few rows', async () => {
    const sizes = ['--target', 'sold', '--horizon', '6', '--window', '12'];
    const few = await train('--csv', writeSales('few', 40), ...sizes, '-o', join(folder, 'few'));
    expect(few.stderr).toMatch(/There are rows for 2 forecasts of the past, not for 5/);
    expect(few.stdout).toMatch(/^2 forecasts of the past/);
    const none = await train('--csv', writeSales('none', 26), ...sizes, '-o', join(folder, 'none'));
    expect(none.stderr).toMatch(/trained on all, and nothing tells how good it is/);
    expect(none).toMatchObject({ code: 0, stdout: '' });
    expect(readdirSync(join(folder, 'none'))).toHaveLength(4);
    const short = await train('--csv', writeSales('short', 20), ...sizes, '-o', join(folder, 'short'));
    expect(short.stderr).toMatch(/the longest series has 20.*\[E_INVALID_OPTION\].*--window; --horizon/s);
  });

  it('takes what is known ahead from rows without a target, and says when there are none', async () => {
    const known = ['--target', 'sold', '--known', 'price', '--horizon', '3', '--window', '6'];
    const out = join(folder, 'known');
    const csv = writeSales('known', 60, 3);
    expect(await train('--csv', csv, ...known, '-o', out)).toMatchObject({ code: 0 });
    const { stdout } = await lstmOnnx('predict', join(out, 'model.onnx'), '--csv', csv);
    const again = join(folder, 'known-again.csv');
    writeFileSync(again, stdout);
    const trainedNumbers = await numbersOf(join(out, 'forecast.csv'));
    expect(trainedNumbers).toHaveLength(9);
    expectAgreement(await numbersOf(again), trainedNumbers);
    const lacking = writeSales('lacking', 60, 2);
    const without = await lstmOnnx('predict', join(out, 'model.onnx'), '--csv', lacking);
    expect(without).toMatchObject({ code: 1, stdout: '' });
    expect(without.stderr).toMatch(
      /'price' is known ahead.*\[E_MISSING_NAME\].*rows at the end of the file/s,
    );
    const trained = await train('--csv', lacking, ...known, '-o', out);
    expect(trained.stderr).toMatch(/it takes 3 rows behind the last one.*\('price'\); there are 2/);
    // The forecast of the earlier run is not this model's.
    expect(readdirSync(out).sort()).toEqual(['model.onnx', 'model.safetensors', 'report.html']);
  });

  it('learns from the pieces between gaps, and forecasts behind the last of them', async () => {
    const [header, ...rows] = readFileSync(writeSales('whole', 140), 'utf8').trim().split('\n');
    const csv = join(folder, 'pieces.csv');
    // The last piece is too short for five forecasts.
    const left = rows.map((row, i) => (i === 20 || i === 95 ? row.replace(/,.*/, ',inf,1') : row));
    writeFileSync(csv, [header, ...left].join('\n'));
    const how = ['--fill', 'drop', '--missing', 'inf'];
    const out = join(folder, 'pieces');
    const sizes = ['--horizon', '6', '--window', '12'];
    const { code, stdout, stderr } = await train(
      '--csv',
      csv,
      '--target',
      'sold',
      ...how,
      ...sizes,
      '-o',
      out,
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^\d forecasts? of the past/);
    const lines = readFileSync(join(out, 'forecast.csv'), 'utf8').trim().split('\n');
    expect(lines.map((line) => line.slice(0, 7)).slice(1)).toEqual(
      ['09', '10', '11', '12'].map((month) => `2011-${month}`).concat('2012-01', '2012-02'),
    );
  });

  it('names the series that it does not learn from', async () => {
    const csv = join(folder, 'young.csv');
    const old = readFileSync(writeSales('old', 60), 'utf8').trim().split('\n').slice(1);
    const rows = [...old.map((row) => `${row},old`), ...old.slice(-24).map((row) => `${row},young`)];
    writeFileSync(csv, `month,sold,price,shop\n${rows.join('\n')}\n`);
    const sizes = ['--target', 'sold', '--group', 'shop', '--horizon', '4', '--window', '8'];
    const { code, stderr } = await train('--csv', csv, ...sizes, '-o', join(folder, 'young'));
    expect(code).toBe(0);
    expect(stderr).toMatch(/^The model is not trained on the series 'young': too few rows before/m);
  });

  it('stops at a signal and says that nothing is saved', async () => {
    const out = join(folder, 'stopped');
    const signals = new EventEmitter();
    signals.on('newListener', (name) => {
      if (name === 'SIGINT') setImmediate(() => signals.emit('SIGINT', 'SIGINT'));
    });
    const { code, stderr } = await runWith(
      { signals },
      ...['train', 'forecast', '--csv', vega('co2-concentration'), '--target', 'CO2', '--fill', 'linear'],
      ...['-o', out],
    );
    expect(code).toBe(130);
    expect(stderr).toMatch(/stopped by SIGINT; nothing is saved/);
    expect(readdirSync(out)).toEqual([]);
  });

  it('does not write over its input', async () => {
    mkdirSync(join(folder, 'own'));
    const csv = writeSales('own/forecast', 60);
    const { code, stderr } = await train('--csv', csv, '--target', 'sold', '-o', join(folder, 'own'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/would destroy what this command reads.*\[E_INVALID_OPTION\]/);
  });
});

describe('lstm-onnx train', () => {
  it.each([
    ['an option of the other', ['train', 'mnist', '--csv', 'x.csv'], 'Unknown argument: csv'],
    ['an option of the other', ['train', 'forecast', '--data', 'x'], /Unknown argument: data|target/],
    ['nothing to train', ['train'], `Name what to train: ${trainNames.join(', ')}.`],
    [
      'another data set',
      ['train', 'cifar'],
      `train does not know cifar; it trains ${trainNames.join(', ')}.`,
    ],
    ['no target', ['train', 'forecast', '--csv', 'x.csv'], 'Missing required argument: target'],
    [
      'quantiles that descend',
      ['train', 'forecast', '--csv', 'x.csv', '--target', 'y', '--quantiles', '0.9,0.1'],
      '--quantiles is 0.9,0.1; give numbers between 0 and 1',
    ],
    [
      'a target that tells series apart',
      ['train', 'forecast', '--csv', 'x.csv', '--target', 'y', '--group', 'x,y'],
      '--target and --group both name y',
    ],
    [
      'a window of nothing',
      ['train', 'forecast', '--csv', 'x.csv', '--target', 'y', '--window', '0'],
      '--window is 0; give a whole number from 1 to 1,000,000.',
    ],
    [
      'a network that is too large',
      ['train', 'forecast', '--csv', 'x.csv', '--target', 'y', '--hidden-size', '4096'],
      '--hidden-size is 4096; give a whole number from 1 to 1,024.',
    ],
  ])('exits with 2 for %s', async (_, args, message) => {
    const { code, stdout, stderr } = await lstmOnnx(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it.each([
    ['gapminder-health-income', ['--target', 'income'], /no column of times.*'country' \(text\).*--time/],
    ['global-temp', ['--target', 'temp'], /'year' \(numbers\).*--date-format YYYY.*\[E_INVALID_FILE\]/],
    ['sp500', ['--target', 'price'], /On the command line: --date-format '?MMM D YYYY/],
    ['co2-concentration', ['--target', 'CO2'], /5 steps.*have no row.*--fill previous, linear or drop/s],
    [
      'stocks',
      ['--target', 'price', '--date-format', 'MMM D YYYY'],
      /before that of line.*On the command line: --group symbol; --sort/s,
    ],
    ['seattle-weather', ['--target', 'rain'], /no column 'rain'; the columns are 'date'.*\[E_UNKNOWN_NAME\]/],
    ['seattle-weather', ['--target', 'weather'], /'weather' holds text.*\[E_INVALID_OPTION\]/],
    ['seattle-weather', ['--target', 'wind', '--group', 'shop'], /'shop'.*\[E_UNKNOWN_NAME\]/],
  ])('says what is wrong with %s', async (name, args, message) => {
    const out = join(folder, 'wrong');
    const { code, stdout, stderr } = await train('--csv', vega(name), ...args, '-o', out);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(readdirSync(out)).toEqual([]);
  });
});

describe('lstm-onnx train forecast --config', () => {
  const config = (name: string, options: unknown) => {
    mkdirSync(join(folder, 'configs'), { recursive: true });
    const file = join(folder, 'configs', `${name}.json`);
    writeFileSync(file, typeof options === 'string' ? options : JSON.stringify(options));
    return file;
  };
  const run = (file: string, ...args: string[]) => lstmOnnx('train', 'forecast', '--config', file, ...args);

  it('takes the options of a file, with its paths, and those of the command line before them', async () => {
    writeSales('configured', 60);
    const file = config('good', {
      $schema: 'https://example.org/forecast.schema.json',
      ...{ csv: '../configured.csv', target: 'sold', features: ['price'], quantiles: [0.2, 0.8] },
      ...{ horizon: 3, window: 6, epochs: 50, hiddenSize: 8, numLayers: 2, validation: 0.3, origins: 2 },
      ...{ dropout: 0, batchSize: 8, lr: 0.002, patience: 5, season: 6, calendar: [], sort: true },
      ...{ seed: 3, output: 'out' },
    });
    const { code, stdout, stderr } = await run(file, '--epochs', '1', '--no-sort', '--horizon', '4');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/good\.json: taken from the command line instead: sort, horizon, epochs$/m);
    expect(stdout).toMatch(/^2 forecasts of the past, 4 steps each/);
    const out = join(folder, 'configs', 'out');
    const lines = readFileSync(join(out, 'forecast.csv'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe('month,q0.2,q0.8');
    await using model = await Model.load(join(out, 'model.onnx'), { providers: ['cpu'] });
    const { plan } = forecasterOf(model);
    expect(plan).toMatchObject({ season: 6, window: 6, horizon: 4, calendar: [], features: ['price'] });
    const page = textsOf(readFileSync(join(out, 'report.html'), 'utf8'));
    const again = page.find((text) => text.startsWith('lstm-onnx train forecast'));
    expect(again).toMatch(/ --horizon 4 .* --num-layers 2 --dropout 0 --epochs 1 --batch-size 8 --lr 0.002 /);
    expect(again).not.toContain('--sort');
    // The command of the report makes the same model.
    const words = again!.replaceAll("'", '').split(' ').slice(3);
    const model1 = readFileSync(join(out, 'model.onnx'));
    expect(await lstmOnnx('train', 'forecast', ...words)).toMatchObject({ code: 0 });
    expect(readFileSync(join(out, 'model.onnx')).equals(model1)).toBe(true);
  });

  it.each([
    [
      'an unknown name',
      { csv: 'a.csv', 'hidden-size': 4 },
      /no option 'hidden-size'; is 'hiddenSize' meant\?.*UNKNOWN_NAME/,
    ],
    [
      'a name of nothing like it',
      { xyzzyxyzzyxyzzy: 4 },
      /no option 'xyzzyxyzzyxyzzy'. The options are csv, .*UNKNOWN_NAME/,
    ],
    [
      'text for a list',
      { group: 'shop' },
      /wrong\.json: group is "shop"; give a list of names\. \[E_INVALID_FILE\]/,
    ],
    ['a wrong item', { features: ['a', 4] }, /features\[1\] is 4; give names\. \[E_INVALID_FILE\]/],
    ['a wrong number', { window: 0.5 }, /window is 0\.5; give a whole number from 1 to 1,000,000\./],
    [
      'quantiles that descend',
      { quantiles: [0.9, 0.1] },
      /quantiles is \[0\.9,0\.1\]; give numbers between 0 and 1/,
    ],
    [
      'a frequency that is none',
      { frequency: 'fortnight' },
      /frequency is "fortnight"; give a frequency such as/,
    ],
    ['a list', [], /expected a JSON object of options/],
    ['no JSON', '{ csv', /wrong\.json: .*JSON.*\[E_INVALID_FILE\]/],
  ])('refuses %s', async (_, options, message) => {
    const { code, stdout, stderr } = await run(config('wrong', options));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('needs a file and a target, from wherever', async () => {
    const file = config('some', { csv: '../x.csv' });
    const { code, stderr } = await run(file);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Missing required argument: target: .*some\.json has no target either/);
    const none = await run(join(folder, 'none.json'));
    expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/E_FILE_READ/) });
  });

  it('does not write over the file', async () => {
    mkdirSync(join(folder, 'configs', 'own'), { recursive: true });
    const file = config('own/forecast.csv', '{}').replace(/\.json$/, '');
    writeFileSync(file, JSON.stringify({ csv: '../../x.csv', target: 'y', output: '.' }));
    const { code, stderr } = await run(file);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('would destroy') });
  });
});

describe('lstm-onnx predict', () => {
  const model = join(folder, 'shops', 'model.onnx');
  const shops = (names: readonly string[], months = 60) => {
    const rows = names.flatMap((shop) =>
      Array.from({ length: months }, (_, i) => {
        const date = `${2000 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}-01`;
        return `${date},${shop},${(10 + i + 5 * Math.sin(i)).toFixed(3)}`;
      }),
    );
    const file = join(folder, `shops-${names.join('')}-${months}.csv`);
    writeFileSync(file, `month,shop,sold\n${rows.join('\n')}\n`);
    return file;
  };

  beforeAll(async () => {
    // Numbers name these series.
    const args = ['--target', 'sold', '--group', 'shop', '--horizon', '3', '--window', '6'];
    const { code } = await train('--csv', shops(['1', '2']), ...args, '-o', join(folder, 'shops'));
    expect(code).toBe(0);
  });

  it('prints the rows as CSV and as JSON', async () => {
    const args = ['predict', model, '--csv', shops(['2', '1']), '--group', 'shop'];
    const { stdout } = await lstmOnnx(...args);
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toBe('month,shop,q0.1,q0.5,q0.9');
    expect(lines.slice(1).map((line) => line.split(',').slice(0, 2).join())).toEqual(
      ['2', '1'].flatMap((shop) => ['01', '02', '03'].map((m) => `2005-${m}-01,${shop}`)),
    );
    const json = (await lstmOnnx(...args, '--json')).stdout.trim().split('\n');
    expect(json.map((line) => Object.values(JSON.parse(line)).join())).toEqual(lines.slice(1));
  });

  it('needs no names again, and takes others in their place', async () => {
    const csv = shops(['1', '2']);
    const plain = await lstmOnnx('predict', model, '--csv', csv);
    expect(plain).toMatchObject({ code: 0 });
    expect(plain.stderr).toMatch(/^The column of times is 'month', as in training\.$/m);
    expect(plain.stderr).toMatch(/^The columns that tell series apart are 'shop', as in training\.$/m);
    const renamed = join(folder, 'renamed.csv');
    // A column of the model's name that is not meant, too.
    const [header, ...rows] = readFileSync(csv, 'utf8').trim().split('\n');
    expect(header).toBe('month,shop,sold');
    writeFileSync(renamed, ['date,store,sold,shop', ...rows.map((row) => `${row},x`)].join('\n'));
    const names = ['--time', 'date', '--group', 'store'];
    const other = await lstmOnnx('predict', model, '--csv', renamed, ...names);
    expect(other).toMatchObject({ code: 0, stdout: plain.stdout });
    expect(other.stderr).toMatch(/^The column 'date' stands for 'month' of the model\.$/m);
    expect(other.stderr).toMatch(/^The column 'store' stands for 'shop' of the model\.$/m);
    const without = await lstmOnnx('predict', model, '--csv', renamed, '--group', 'store');
    expect(without.stderr).toMatch(/no column 'month'; the columns are 'date'.*\[E_UNKNOWN_NAME\]/);
    const two = await lstmOnnx('predict', model, '--csv', renamed, ...names.slice(0, 3), 'store,shop');
    expect(two).toMatchObject({ code: 2, stderr: expect.stringMatching(/tells series apart by 'shop'/) });
  });

  it('leaves out series that are too short, and says so', async () => {
    const csv = shops(['1'], 30);
    writeFileSync(csv, `${readFileSync(csv, 'utf8')}2000-01-01,2,5\n2000-02-01,2,6\n`);
    const { code, stdout, stderr } = await lstmOnnx('predict', model, '--csv', csv, '--group', 'shop');
    expect({ code, lines: stdout.trim().split('\n').length }).toEqual({ code: 0, lines: 4 });
    expect(stderr).toMatch(/No forecast of series '2': the model sees 6 rows, and there are 2/);
    const all = await lstmOnnx('predict', model, '--csv', shops(['1'], 4), '--group', 'shop');
    expect(all.stderr).toMatch(/The forecast sees 6 rows; series '1' has 4.*\[E_INVALID_OPTION\]/);
  });

  it('refuses a category that was not there in training, and a file without a column', async () => {
    const other = await lstmOnnx('predict', model, '--csv', shops(['1', '3']), '--group', 'shop');
    expect(other).toMatchObject({ code: 1, stdout: '' });
    expect(other.stderr).toMatch(/'shop' has '3' .*not there in training.*\[E_UNKNOWN_NAME\]/);
    const missing = await lstmOnnx('predict', model, '--csv', writeSales('missing', 60));
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toMatch(/'shop'.*'month', 'sold', 'price'.*\[E_UNKNOWN_NAME\]/);
  });

  it('refuses steps of another frequency', async () => {
    const csv = join(folder, 'days.csv');
    const rows = Array.from({ length: 20 }, (_, i) => `2000-01-${String(i + 1).padStart(2, '0')},1,${i}`);
    writeFileSync(csv, `month,shop,sold\n${rows.join('\n')}\n`);
    const { code, stderr } = await lstmOnnx('predict', model, '--csv', csv, '--group', 'shop');
    expect(code).toBe(1);
    expect(stderr).toMatch(/month.*\[E_INVALID_FILE\]/);
  });

  it('says of a model that takes rows one by one that it does', async () => {
    const online = join(folder, 'online.onnx');
    const options = { target: 'sold', window: 12, horizon: 3, hiddenSize: 2, epochs: 1 } as const;
    const forecaster = await trainForecaster(await salesSeries(40), options);
    writeFileSync(online, forecaster.toOnnx({ online: true }));
    const { code, stderr } = await lstmOnnx('predict', online, '--csv', shops(['1']));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /online\.onnx: The model takes the rows of a series one by one.*lstm-onnx train forecast writes such a file.*\[E_INVALID_FILE\]/,
    );
  });

  it('says what runs a model that is no forecast', async () => {
    const path = join(folder, 'identity.onnx');
    writeFileSync(path, identityModel([{ input: 'x', dtype: 'float32', output: 'y' }]));
    const { code, stderr } = await lstmOnnx('predict', path, '--csv', shops(['1']));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /says in its metadata no task that predict knows.*lstm-onnx run .*\[E_INVALID_FILE\]/,
    );
  });

  it('does not write over its inputs', async () => {
    const csv = shops(['1', '2']);
    for (const file of [csv, model]) {
      const { code, stderr } = await lstmOnnx('predict', model, '--csv', csv, '--group', 'shop', '-o', file);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('would destroy') });
    }
  });
});
