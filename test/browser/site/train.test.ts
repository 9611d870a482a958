/** Train here, on the digits that the site ships: the run is Node's, and so is what the files it gives compute. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCheckpoint } from '../../../src/builder/checkpoint.js';
import { defineNetwork } from '../../../src/builder/network.js';
import { linear } from '../../../src/builder/ops/linear.js';
import { lstm } from '../../../src/builder/ops/lstm.js';
import { predict } from '../../../src/builder/predict.js';
import { float32 } from '../../../src/builder/tensor.js';
import { crossEntropy } from '../../../src/builder/train/cross-entropy.js';
import { fit as train } from '../../../src/builder/train/fit.js';
import { adam } from '../../../src/builder/train/optimizers.js';
import { dataset, sliceDataset } from '../../../src/data/dataset.js';
import { parseMnist } from '../../../src/data/mnist.js';
import { formatNumber } from '../../../web/shared/quantities.js';
import { Series } from '../../../web/shared/series.js';
import { describeInChromium } from '../lab.js';
import { mnistFiles } from '../mnist-files.js';
import { correctOf, start, startPaused, testedCount } from './training.js';
import { servers, soon, Visit } from './visit.js';
import '../../matcher.js';

const testSamples = 1000;
const options = { hiddenSize: 32, epochs: 2, batchSize: 64, seed: 7 };

const network = defineNetwork({ x: float32('batch', 'time', 28) }, ({ x }) => {
  const { output } = lstm('lstm', x, { hiddenSize: options.hiddenSize });
  return { logits: linear('fc', output.at(-1), 10) };
});

/** The same training in Node: the losses of all steps, and the parameters after them. */
async function fitInNode(threads: string) {
  const { images, labels } = parseMnist(mnistFiles('train'));
  const data = sliceDataset(dataset({ inputs: { x: images }, targets: labels }), 0, 10_000);
  const { epochs, batchSize, seed } = options;
  const losses: number[] = [];
  const { parameters } = await train(network, data, {
    ...{ loss: crossEntropy, optimizer: adam({ lr: 0.01 }), epochs, batchSize, seed },
    backend: `simd:${threads}` as 'simd:1',
    onStep: ({ loss }) => losses.push(loss),
  });
  return { losses, parameters };
}

function testImages() {
  const { images, labels } = parseMnist(mnistFiles('t10k'));
  return {
    x: { data: images.data.slice(0, testSamples * 28 * 28), dims: [testSamples, 28, 28] },
    classes: labels.data.slice(0, testSamples),
  };
}

describeInChromium('The page Train here', () => {
  let visit: Visit;
  beforeAll(async () => {
    visit = await Visit.open('train.html');
    await visit.reads('#status', 'Ready.');
  });
  afterAll(async () => {
    await visit?.[Symbol.asyncDispose]();
  });

  it('has data, a network and its code before anything is asked', async () => {
    expect(await visit.text('#data-summary')).toBe(
      '10,000 samples to train on, 1,000 to test on: 28 steps of 28 features, 10 classes.',
    );
    await visit.reads('#parameter-count', '24,714');
    expect(await visit.text('#code')).toMatch(/lstm\('lstm', x, \{ hiddenSize: 64 \}\)/);
    await visit.page.locator('#hidden-size').fill('32');
    await visit.page.locator('#seed').focus();
    await visit.reads('#parameter-count', '8,266');
    expect(await visit.text('#code')).toMatch(/hiddenSize: 32/);
  });

  it('refuses numbers out of range, and says so at the field', async () => {
    const { page } = visit;
    await page.locator('#hidden-size').fill('0');
    await visit.reads('#hidden-size-error', 'A whole number from 1 to 1024');
    await page.locator('#start').click();
    expect(await page.locator(':focus').getAttribute('id')).toBe('hidden-size');
    expect(await visit.text('#status')).toBe('Ready.');
    await page.locator('#hidden-size').fill('32');
    expect(await page.locator('#hidden-size-error').count()).toBe(0);
  });

  it('trains as Node does, pauses between two steps and goes on as if nothing had been', async () => {
    const { page } = visit;
    const threads = await page.locator('#threads').inputValue();
    expect(Number(threads)).toBeGreaterThanOrEqual(1);
    await startPaused(visit, options);
    expect(await visit.text('#stat-step')).toMatch(/^\d+ of 157$/);
    expect(await visit.text('#pause')).toBe('Resume');
    const [paused, standing] = await page.evaluate(async () => {
      const read = () => document.getElementById('stat-step')?.textContent;
      const before = read();
      // As long as many steps take.
      for (let frame = 0; frame < 30; frame++) await new Promise(requestAnimationFrame);
      return [before, read()];
    });
    expect(standing).toBe(paused);
    await page.locator('#pause').click();
    await visit.reads('#status', /^Done\. Test accuracy \d+\.\d %: \d+ of 1,000 samples it has not seen\.$/);

    const { losses, parameters } = await fitInNode(threads);
    const series = new Series();
    for (const [i, loss] of losses.entries()) series.add(i + 1, loss);
    expect(await visit.text('#stat-loss')).toBe(formatNumber(series.recent!));
    expect(series.recent!).toBeLessThan(series.points[0]!.mean / 4);
    const { bytes } = await visit.save('#download-safetensors');
    const trained = decodeCheckpoint(bytes).parameters;
    expect(new Map(trained)).toBeCloseToArray(parameters, { atol: 1e-5 });
    expect(await visit.text('#stat-epoch')).toBe('2 of 2');
    expect(await visit.text('#stat-step')).toBe('157 of 157');
    expect(Number.parseFloat(await visit.text('#stat-accuracy'))).toBeGreaterThan(80);
    const accuracies = await page.locator('#accuracy-chart title').textContent();
    expect(accuracies).toMatch(/Accuracy of the batches/);
  });

  it('gives files that are as right in Node, sample for sample', async () => {
    const { page } = visit;
    const right = await testedCount(visit);
    expect(right).toBeGreaterThan(800);
    const { x, classes } = testImages();
    const onnx = await visit.save('#download-onnx');
    expect(onnx.name).toBe('model.onnx');
    const found = await correctOf(onnx.bytes, x, classes);
    expect(found.right).toBe(right);
    expect(found.metadata.get('labels')).toBe('["0","1","2","3","4","5","6","7","8","9"]');
    const checkpoint = await visit.save('#download-safetensors');
    expect(checkpoint.name).toBe('model.safetensors');
    const { network, parameters } = decodeCheckpoint(checkpoint.bytes);
    const { logits } = await predict(network, parameters, {
      x: { dtype: 'float32', shape: x.dims, data: x.data },
    });
    const guesses = Array.from(classes, (_, i) => {
      const scores = logits!.data.slice(i * 10, i * 10 + 10);
      return scores.indexOf(Math.max(...scores));
    });
    expect(guesses.filter((guess, i) => guess === classes[i]).length).toBe(right);
    const cells = await page.locator('#confusion td.right').allInnerTexts();
    expect(cells.reduce((sum, cell) => sum + Number(cell), 0)).toBe(right);
  });

  it('can be stopped, and keeps what was learned so far', async () => {
    const { page } = visit;
    await start(visit, { ...options, epochs: 1000 });
    expect(await page.locator('#result').isVisible()).toBe(false);
    await soon(async () => expect(Number.parseInt(await visit.text('#stat-step'), 10)).toBeGreaterThan(20));
    await page.locator('#stop').click();
    await visit.reads('#status', /^Done\./);
    expect(await visit.text('#run-facts')).toMatch(/stopped early, with what was learned so far/);
    expect(await visit.text('#stat-epoch')).toMatch(/^\d+ of 1,?000$/);
    const { bytes } = await visit.save('#download-onnx');
    const { x, classes } = testImages();
    expect((await correctOf(bytes, x, classes)).right).toBe(await testedCount(visit));
    expect(await page.locator('#start').isEnabled()).toBe(true);
    expect(await page.locator('#stop').isEnabled()).toBe(false);
    expect(visit.problems).toEqual([]);
  });

  it('says without alarm that nothing was learned yet when it is stopped at once', async () => {
    const { page } = visit;
    // The worker gets both messages in one task: from the page they come in two, and a step may lie between.
    const messages = await page.evaluate(() => {
      const { postMessage } = Worker.prototype;
      const posted: unknown[] = [];
      Worker.prototype.postMessage = (message: unknown) => posted.push(message);
      try {
        document.getElementById('start')?.click();
        document.getElementById('stop')?.click();
      } finally {
        Worker.prototype.postMessage = postMessage;
      }
      return posted;
    });
    await visit.worker().evaluate((messages) => {
      for (const data of messages) dispatchEvent(new MessageEvent('message', { data }));
    }, messages);
    await visit.reads('#status', 'Stopped before the first step; there is nothing to keep.');
    expect(await page.locator('#run-error').isVisible()).toBe(false);
    expect(await page.locator(':focus').getAttribute('id')).toBe('start');
  });

  it('asks before it is left while it trains', async () => {
    const { page } = visit;
    await start(visit, { ...options, epochs: 1000 });
    await visit.reads('#stat-step', /^\d/);
    const asked = page.waitForEvent('dialog');
    const leaving = page.evaluate(() => location.reload());
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    await leaving;
    await page.locator('#stop').click();
    await visit.reads('#status', /^Done\./);
  });

  describe.each(servers)('from a server %s', (_, isolated) => {
    it('trains on the threads that it can have', async () => {
      await using visit = await Visit.open('train.html', { isolated });
      const { page } = visit;
      await visit.reads('#status', 'Ready.');
      const processors = await page.evaluate(() => navigator.hardwareConcurrency);
      const threads = isolated ? Math.min(4, processors) : 1;
      expect(await page.locator('#threads option').count()).toBe(threads);
      expect(await visit.text('#threads-hint')).toMatch(isolated ? /same bits/ : /One thread.*COOP and COEP/);
      await start(visit, { hiddenSize: 16, epochs: 1, batchSize: 64, seed: 1 });
      await visit.reads('#status', /^Done\./);
      expect(await testedCount(visit)).toBeGreaterThan(500);
      expect(await visit.text('#run-facts')).toMatch(
        new RegExp(`^157 steps in .* on ${threads} thread${threads === 1 ? '' : 's'};`),
      );
      expect(visit.problems).toEqual([]);
    });
  });
});
