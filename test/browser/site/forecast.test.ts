/** Forecast: files as people have them, from the first look at them to the model file and the program that makes it again. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ForecastSeriesOptions,
  forecasterOf,
  forecastSeries,
  Model,
  parseTable,
  type TableOptions,
} from '../../../src/index.js';
import type { Role } from '../../../web/forecast/messages.js';
import { describeInChromium } from '../lab.js';
import { soon, Visit } from './visit.js';
import '../../matcher.js';

const repository = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
const vega = (name: string) => readFileSync(join(repository, `node_modules/vega-datasets/data/${name}`));

interface File {
  readonly name: string;
  readonly bytes: Uint8Array;
}
const textFile = (name: string, text: string): File => ({ name, bytes: new TextEncoder().encode(text) });

/** Days from 2020 on, of which each has the cells that it is given. */
function days(count: number, cells: (day: number) => string, first = 0): string[] {
  return Array.from({ length: count }, (_, day) => {
    const date = new Date(Date.UTC(2020, 0, 1 + first + day)).toISOString().slice(0, 10);
    return `${date},${cells(day)}`;
  });
}
const wave = (day: number) => (20 + 5 * Math.sin((day * 2 * Math.PI) / 7) + day / 50).toFixed(2);
const csv = (lines: readonly string[], header = 'day,sold') => [header, ...lines].join('\n');

class ForecastVisit {
  constructor(readonly visit: Visit) {}

  async drop(file: File): Promise<void> {
    await this.visit.drop('#file-zone', [file]);
    await this.visit.reads('#file-facts', new RegExp(`^${file.name.replaceAll('.', '\\.')} · `));
  }

  /** Chooses a role, and clicks on a column. */
  async click(role: Role, column: string): Promise<void> {
    const { page } = this.visit;
    await page.locator(`label:has(#role-${role})`).click();
    await page.locator(`#preview [data-column="${column}"]`).click();
  }

  /** The columns with a role, as the buttons say it. */
  async roles(): Promise<Record<string, string>> {
    const heads = await this.visit.page.locator('#preview button').allInnerTexts();
    const all = heads.map((text) => text.split('\n').map((part) => part.trim()));
    return Object.fromEntries(
      all.filter(([, role]) => role !== 'Not used').map(([name, role]) => [name, role]),
    );
  }

  /** Clicks on a way on that a problem offers. */
  async choose(label: RegExp): Promise<void> {
    await this.visit.page.locator('#problem, #file-problem').getByRole('button', { name: label }).click();
  }

  async isReady(): Promise<void> {
    await this.visit.page.locator('#train:enabled').waitFor();
    expect(await this.visit.page.locator('#problem').isVisible()).toBe(false);
  }

  async train(settings: Readonly<Record<string, number>> = {}): Promise<void> {
    const { page } = this.visit;
    await this.isReady();
    for (const [id, value] of Object.entries({ epochs: 3, 'hidden-size': 8, ...settings })) {
      await page.locator(`#${id}`).fill(String(value));
    }
    await page.locator('#train').click();
    await this.visit.reads('#run-said', /^Done/);
  }

  /** The numbers of forecast.csv, by column. */
  async saved(): Promise<{ onnx: Uint8Array; csv: string }> {
    const onnx = await this.visit.save('#download-onnx');
    const table = await this.visit.save('#download-csv');
    expect([onnx.name, table.name]).toEqual(['model.onnx', 'forecast.csv']);
    return { onnx: onnx.bytes, csv: new TextDecoder().decode(table.bytes) };
  }
}

/** The columns of quantiles of a CSV file. */
async function quantilesOf(text: string): Promise<number[][]> {
  const table = await parseTable(new TextEncoder().encode(text));
  return ['q0.1', 'q0.5', 'q0.9'].map((name) => {
    const column = table.columns.get(name);
    return column?.kind === 'number' ? [...column.values] : [];
  });
}

/** Whether something is drawn on the canvas of the chart, in more than a colour or two. */
const coloursOfChart = ({ page }: Visit) =>
  page.locator('#chart canvas').evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
    return new Set(new Uint32Array(data.buffer)).size;
  });

describeInChromium('The page Forecast', () => {
  let visit: Visit;
  let page: ForecastVisit;
  let folder: string;
  beforeAll(async () => {
    visit = await Visit.open('forecast.html');
    page = new ForecastVisit(visit);
    folder = mkdtempSync(join(tmpdir(), 'lstm-onnx-forecast-'));
  });
  afterAll(async () => {
    await visit?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Case {
    readonly name: string;
    /** What a person clicks where the guess is not what is meant, or something is to be decided. */
    readonly clicks?: (page: ForecastVisit) => Promise<void>;
    readonly roles: Readonly<Record<string, string>>;
    readonly table?: TableOptions;
    readonly series: ForecastSeriesOptions;
    /** What is said to be found, in part. */
    readonly found: RegExp;
  }
  const cases: readonly Case[] = [
    {
      name: 'seattle-weather.csv',
      async clicks(page) {
        await page.click('target', 'temp_max');
        await page.click('feature', 'weather');
      },
      roles: { date: 'Time', temp_max: 'Target', weather: 'Feature' },
      series: { time: 'date', target: 'temp_max', features: ['weather'] },
      found: /1,461 rows.*2012-01-01 to 2015-12-31.*season is 7 steps/s,
    },
    {
      name: 'stocks.csv',
      roles: { symbol: 'Series key', date: 'Time', price: 'Target' },
      table: { dateFormat: 'MMM D YYYY' },
      series: { time: 'date', key: 'symbol', target: 'price' },
      found: /560 rows of 5 series.*Dates are read as MMM D YYYY\./s,
    },
    {
      name: 'sp500.csv',
      roles: { date: 'Time', price: 'Target' },
      table: { dateFormat: 'MMM D YYYY' },
      series: { time: 'date', target: 'price' },
      found: /123 rows.*season is 12 steps/s,
    },
    {
      name: 'co2-concentration.csv',
      async clicks(page) {
        await page.click('target', 'CO2');
        await page.visit.reads('#problem', /Rows or values are missing\s+5 steps of one month have no row/);
        expect(await page.visit.page.locator('#train').isDisabled()).toBe(true);
        await page.choose(/line between/);
      },
      roles: { Date: 'Time', CO2: 'Target' },
      series: { time: 'Date', target: 'CO2', fill: 'linear' },
      found: /741 rows.*5 steps without a row filled in by lines/s,
    },
    {
      name: 'us-employment.csv',
      async clicks(page) {
        await page.click('target', 'nonfarm');
        await page.click('feature', 'construction');
      },
      roles: { month: 'Time', nonfarm: 'Target', construction: 'Feature' },
      series: { time: 'month', target: 'nonfarm', features: ['construction'] },
      found: /120 rows.*window is 24 steps/s,
    },
    {
      name: 'global-temp.csv',
      roles: { year: 'Time', temp: 'Target' },
      table: { dateFormat: { year: 'YYYY' } },
      series: { time: 'year', target: 'temp' },
      found: /144 rows.*Dates are read as YYYY\..*one year apart.*horizon is 6 steps/s,
    },
  ];

  it.each(cases)('forecasts $name, and its files say the same', async (each) => {
    await page.drop({ name: each.name, bytes: vega(each.name) });
    await each.clicks?.(page);
    expect(await page.roles()).toEqual(each.roles);
    await page.isReady();
    await visit.reads('#found-notes', each.found);
    await page.train();
    expect(await visit.text('#verdict')).toMatch(
      /^The model is (better|no better) than what takes no training/,
    );
    const rows = await visit.page.locator('#scores tbody th').allInnerTexts();
    expect(rows).toEqual(['model', 'naive', 'drift', 'seasonal naive']);
    expect(await visit.text('#scores')).toMatch(/5 forecasts of the past.*MAE.*RMSE.*MASE.*in 80\s% range/s);
    await soon(async () => expect(await coloursOfChart(visit)).toBeGreaterThan(20));
    const { onnx, csv: text } = await page.saved();
    await using model = await Model.load(onnx, { providers: ['cpu'] });
    const { series } = forecastSeries(await parseTable(vega(each.name), each.table), each.series);
    const forecasts = await forecasterOf(model).forecast(series);
    const shown = await quantilesOf(text);
    for (const [level, values] of shown.entries()) {
      const expected = forecasts.flatMap(({ quantiles }) => [...quantiles[level]!]);
      expect(values).toBeCloseToArray(expected, { rtol: 1e-4, atol: 1e-3 });
    }
  });

  it('takes further rows, each with the forecast behind it', async () => {
    const { page: tab } = visit;
    const sky = (day: number) => (day % 3 === 0 ? 'wet' : 'dry');
    const lines = days(90, (day) => `${wave(day)},${sky(day)}`);
    await page.drop(textFile('sky.csv', csv(lines, 'day,sold,sky')));
    await page.click('feature', 'sky');
    expect(await page.roles()).toEqual({ day: 'Time', sold: 'Target', sky: 'Feature' });
    await page.train({ horizon: 5, window: 10 });
    await using model = await Model.load((await page.saved()).onnx, { providers: ['cpu'] });
    const cell = (column: string) => tab.locator(`#add-row [data-column="${column}"]`);
    expect(await cell('day').inputValue()).toBe('2020-03-31');
    await cell('day').fill('2020-04-02');
    await cell('sold').fill(wave(90));
    await tab.locator('#add').click();
    await visit.reads('#row-problem', /does not fit\s+expected the row of 2020-03-31, .*leaves a gap/);
    await cell('day').fill('2020-03-31');
    await cell('sold').fill('');
    await tab.locator('#add').click();
    await visit.reads('#row-problem', /column 'sold' is NaN; expected a finite number/);
    for (const day of [90, 91]) {
      await cell('sold').fill(wave(day));
      await cell('sky').selectOption(sky(day));
      await tab.locator('#add').click();
      const [last, next] = days(2, () => '', day).map((line) => line.slice(0, 10));
      await visit.reads('#row-said', `Added ${last}; the forecast begins behind it.`);
      await visit.reads('#chart-said', new RegExp(`^5 steps behind the last row, from ${next} to `));
      expect(await cell('day').inputValue()).toBe(next);
      expect(await tab.locator('#row-problem').isVisible()).toBe(false);
    }
    const grown = csv([...lines, ...days(2, (i) => `${wave(90 + i)},${sky(90 + i)}`, 90)], 'day,sold,sky');
    const { series } = forecastSeries(await parseTable(new TextEncoder().encode(grown)), {
      ...{ time: 'day', target: 'sold', features: ['sky'] },
    });
    const [expected] = await forecasterOf(model).forecast(series);
    const { csv: text } = await page.saved();
    expect(text).toMatch(/\n2020-04-02,/);
    for (const [level, values] of (await quantilesOf(text)).entries()) {
      expect(values).toBeCloseToArray([...expected!.quantiles[level]!], { rtol: 1e-5 });
    }
  });

  it('has the time of the next row as it is read, of hours, too', async () => {
    const { page: tab } = visit;
    const hours = days(12, () => '').flatMap((day, i) =>
      Array.from(
        { length: 24 },
        (_, hour) => `${day.slice(0, 10)}T${String(hour).padStart(2, '0')}:00Z,${wave(24 * i + hour)}`,
      ),
    );
    await page.drop(textFile('hours.csv', csv(hours.slice(0, -3), 'time,load')));
    await page.train({ horizon: 3, window: 6 });
    for (const next of [
      '2020-01-12T21:00:00Z',
      '2020-01-12T22:00:00Z',
      '2020-01-12T23:00:00Z',
      '2020-01-13',
    ]) {
      const time = tab.locator('#add-row [data-column="time"]');
      await soon(async () => expect(await time.inputValue()).toBe(next));
      await tab.locator('#add-row [data-column="load"]').fill('20');
      await tab.locator('#add').click();
      await visit.reads('#row-said', /^Added /);
    }
  });

  it('walks through the forecasts of the past to the one of what comes, each with its numbers', async () => {
    const { page: tab } = visit;
    await tab.locator('[data-file="stocks.csv"]').click();
    await visit.reads('#file-facts', /^stocks\.csv/);
    await page.train();
    await tab.locator('#series').selectOption({ label: 'AAPL' });
    await visit.reads('#origin-label', 'What comes');
    await visit.reads('#chart-said', /^12 steps behind the last row, from 2010-04-01 to 2011-03-01\./);
    await tab.locator('#earlier').click();
    await visit.reads('#origin-label', 'Past forecast 5 of 5');
    await visit.reads(
      '#chart-said',
      /^Made at 2009-03-01 .* of 12 values came to lie in the range\. Mean absolute/,
    );
    expect(await tab.locator('#chart').getAttribute('aria-label')).toMatch(
      /^Chart of AAPL: .*Made at 2009-03-01/,
    );
    await tab.locator('summary', { hasText: 'The numbers' }).click();
    expect(await tab.locator('#numbers thead th').allInnerTexts()).toEqual([
      ...['Time', 'Came', 'Forecast', 'From', 'To', 'Seasonal naive', 'Naive'],
    ]);
    const first = await tab.locator('#numbers tbody tr').first().locator('th, td').allInnerTexts();
    expect(first.slice(0, 2)).toEqual(['2009-04-01', '125.8']);
    // What was there a year before, and last.
    expect(first.slice(5)).toEqual(['173.9', '105.1']);
    await tab.locator('#origin').press('Home');
    await visit.reads('#origin-label', 'Past forecast 1 of 5');
    await tab.locator('#add-row [data-column="price"]').fill('250');
    await tab.locator('#add').click();
    await visit.reads('#chart-said', /^12 steps behind the last row, from 2010-05-01 to 2011-04-01\./);
    await tab.locator('#series').selectOption({ label: 'MSFT' });
    await visit.reads('#chart-said', /^12 steps behind the last row, from 2010-04-01 to /);
    expect(await tab.locator('#add-row [data-column="date"]').inputValue()).toBe('2010-04-01');
    await tab.locator('#whole').check();
    await soon(async () => expect(await coloursOfChart(visit)).toBeGreaterThan(20));
  });

  it('shows a program for Node.js that does the same, whole', async () => {
    await visit.page.locator('[data-file="co2-concentration.csv"]').click();
    await visit.reads('#file-facts', /^co2/);
    await page.click('feature', 'adjusted CO2');
    await page.train({ horizon: 6, window: 18, seed: 3 });
    const [verdict, { csv: text }] = [await visit.text('#verdict'), await page.saved()];
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(repository, join(folder, 'node_modules/lstm-onnx'));
    writeFileSync(join(folder, 'forecast.mjs'), await visit.text('#code'));
    writeFileSync(join(folder, 'co2.csv'), vega('co2-concentration.csv'));
    const printed = execFileSync(process.execPath, ['forecast.mjs', 'co2.csv'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(printed).toContain(verdict.split('\n')[0]);
    const written = readFileSync(join(folder, 'forecast.csv'), 'utf8');
    expect(printed).toContain(written);
    for (const [level, values] of (await quantilesOf(written)).entries()) {
      expect(values).toHaveLength(6);
      expect(values).toBeCloseToArray((await quantilesOf(text))[level]!, { rtol: 1e-5, atol: 1e-3 });
    }
    await using model = await Model.load(readFileSync(join(folder, 'model.onnx')), { providers: ['cpu'] });
    expect(forecasterOf(model).plan).toMatchObject({
      target: 'CO2',
      features: ['adjusted CO2'],
      horizon: 6,
      window: 18,
    });
  });

  it('takes what is known ahead from the rows without a target, and stops when it is told to', async () => {
    const lines = [...days(90, (day) => `${wave(day)},${day % 5}`), ...days(7, (day) => `,${day % 5}`, 90)];
    await page.drop(textFile('prices.csv', csv(lines, 'day,sold,price')));
    await page.click('target', 'sold');
    await page.click('known', 'price');
    expect(await page.roles()).toEqual({ day: 'Time', sold: 'Target', price: 'Known ahead' });
    await page.isReady();
    await visit.page.locator('#epochs').fill('10000');
    await visit.page.locator('#train').click();
    await visit.reads('#stat-epoch', /of 10000$/);
    await visit.page.locator('#stop').click();
    await visit.reads('#run-said', 'Stopped; nothing is kept.');
    expect(await visit.page.locator('#result').isVisible()).toBe(false);
    await page.train();
    const { csv: text } = await page.saved();
    expect(text).toMatch(/^day,q0\.1,q0\.5,q0\.9\n2020-03-31,/);
    // What would be known ahead of it is not in the file.
    expect(await visit.page.locator('#add-row').isVisible()).toBe(false);
    expect(await visit.text('#code')).toMatch(/known: \['price'\].*forecast\(set, future\)/s);
  });

  describe('given what it cannot forecast', () => {
    it('says in plain words of a file without times that it has none', async () => {
      const name = 'gapminder-health-income.csv';
      await page.drop({ name, bytes: vega(name) });
      await visit.reads(
        '#problem',
        /^No column of times is found\s+A forecast needs a date, a time or a year/,
      );
      expect(await visit.page.locator('#train').isDisabled()).toBe(true);
    });

    it.each([
      ['gapminder.json', vega('gapminder.json'), /The text is JSON; expected CSV/],
      ['model.onnx', Uint8Array.of(8, 8, 0, 0, 18, 4), /null character/i],
      ['empty.csv', new Uint8Array(), /The table is empty/],
    ])('refuses %s, and says what it is', async (name, bytes, message) => {
      await visit.drop('#file-zone', [{ name, bytes }]);
      await visit.reads('#file-problem', message);
      expect(await visit.page.locator('#columns').isVisible()).toBe(false);
    });

    it('goes on as the person decides: dates, decimals, order, repeated times, gaps', async () => {
      const lines = days(60, (day) => wave(day).replace('.', ',')).map((line) => {
        const [, month, day] = line.slice(0, 10).split('-');
        return `${day}/${month}/2020;${line.slice(11)}`;
      });
      const [first = '', second = '', third = '', ...rest] = lines.slice(0, 12);
      await page.drop(textFile('bad.csv', csv([second, first, third, third, ...rest.slice(1)], 'day;sold')));
      await visit.reads('#problem', /How are the dates written\?/);
      await page.choose(/^DD\/MM\/YYYY: 02\/01\/2020 is 2 January 2020$/);
      await visit.reads('#problem', /another decimal separator\s+Line 2, column 'sold' is '2\d,\d\d'/);
      await page.choose(/comma/);
      await visit.reads(
        '#problem',
        /not in the order of time\s+Line 3 has the time 2020-01-01, before that of line 2/,
      );
      await page.choose(/into order/);
      await visit.reads('#problem', /Two rows have the same time/);
      await page.choose(/^Keep the last/);
      await visit.reads('#problem', /Rows or values are missing\s+1 step of one day has no row/);
      await page.choose(/value before/);
      await visit.reads(
        '#run-error',
        /There are too few rows\s+A window of .* take \d+ rows; the longest series has 12\./,
      );
      await visit.page.locator('#run-error').getByRole('button').click();
      await visit.page.locator('#horizon').fill('2');
      await visit.page.locator('#horizon').press('Tab');
      await page.train();
      expect(await visit.text('#verdict')).toMatch(/too few rows|The model is/);
      expect(await visit.text('#code')).toMatch(
        /dateFormat: 'DD\/MM\/YYYY'.*decimal: ','.*fill: 'previous'.*sort: true.*duplicates: 'last'/s,
      );
    });

    it('reads times by the clocks of a zone, and says which zones there are not', async () => {
      const { page: tab } = visit;
      const hours = Array.from({ length: 120 }, (_, i) => {
        const time = new Date(Date.UTC(2020, 5, 1, i)).toISOString().slice(0, 16);
        return `${time},${wave(i)}`;
      });
      await page.drop(textFile('hours.csv', csv(hours)));
      await visit.reads('#found-notes', /from 2020-06-01 to 2020-06-05 23:00 UTC\..*as those of UTC/s);
      await tab.locator('summary', { hasText: 'How the file is read' }).click();
      await tab.locator('#time-zone').fill('Europe/Nowhere');
      await tab.locator('#time-zone').press('Tab');
      await visit.reads('#problem', /timeZone 'Europe\/Nowhere' is not known here/i);
      await tab.locator('#time-zone').fill('Europe/Berlin');
      await tab.locator('#time-zone').press('Tab');
      await visit.reads('#found-notes', /from 2020-05-31 22:00 UTC to 2020-06-05 21:00 UTC\./);
      expect(await visit.text('#code')).toMatch(/timeZone: 'Europe\/Berlin'.*timeZone: 'Europe\/Berlin'/s);
      await page.isReady();
    });

    it('says which cell of the target is text, and takes it for none', async () => {
      const lines = days(60, (day) => (day === 30 ? 'closed' : wave(day)));
      await page.drop(textFile('closed.csv', csv(lines)));
      await visit.reads('#problem', /Line 32, column 'sold' is 'closed'; expected a number/);
      await page.choose(/“closed” means that there is no value/);
      await visit.reads('#problem', /values are missing/i);
      await page.choose(/line between/);
      await page.isReady();
      await visit.reads('#found-notes', /Column 'sold' has 1 missing value/);
    });

    it('forecasts a column that is always the same, and says that it is', async () => {
      await page.drop(textFile('constant.csv', csv(days(80, () => '5'))));
      await page.train();
      const said = await visit.page.locator('#run-notes').textContent();
      expect(said).toMatch(/'sold', which is constant in training/);
      expect(await visit.text('#verdict')).toContain('no better');
      const { csv: text } = await page.saved();
      for (const values of await quantilesOf(text)) expect(values.every(Number.isFinite)).toBe(true);
    });

    it('numbers the columns of a file without names', async () => {
      await visit.drop('#file-zone', [textFile('bare.csv', days(60, wave).join('\n'))]);
      await visit.reads('#file-problem', /The first line has no names/);
      await page.choose(/number the columns/);
      await page.isReady();
      expect(await page.roles()).toEqual({ 'column 1': 'Time', 'column 2': 'Target' });
    });
  });

  it('leaves the console clean, and sends nothing anywhere', () => {
    expect(visit.problems).toEqual([]);
    const hosts = new Set(visit.requests.map((url) => new URL(url).host));
    expect(hosts.size).toBe(1);
  });
});
