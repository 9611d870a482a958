/** All 10,000 test images of MNIST in Chromium: the predictions of Node, and its logits to 1e-5. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { fit as train } from '../../src/builder/train/fit.js';
import { adam } from '../../src/builder/train/optimizers.js';
import { dataset, sliceDataset } from '../../src/data/dataset.js';
import { parseMnist } from '../../src/data/mnist.js';
import { exportOnnx } from '../../src/export/export.js';
import { Model } from '../../src/runtime/node.js';
import { simpleLSTM } from '../parity/networks.js';
import { describeInChromium, Lab } from './lab.js';
import { mnistFiles } from './mnist-files.js';
import { base64ToBytes } from './wire.js';
import '../matcher.js';

const files = mnistFiles('t10k');

/** The reference example after a quarter of an epoch: enough for it to know most digits. */
async function trained(): Promise<Uint8Array> {
  const { images, labels } = parseMnist(mnistFiles('train'));
  const data = sliceDataset(dataset({ inputs: { x: images }, targets: labels }), 0, 15_000);
  const options = { loss: crossEntropy, optimizer: adam({ lr: 0.01 }), seed: 1 };
  const { parameters } = await train(simpleLSTM, data, options);
  return exportOnnx(simpleLSTM, parameters);
}

/** The largest of each row of ten. */
function predictions(logits: Float32Array): number[] {
  return Array.from({ length: logits.length / 10 }, (_, row) => {
    const scores = logits.subarray(row * 10, row * 10 + 10);
    return scores.indexOf(Math.max(...scores));
  });
}

describeInChromium('the test images of MNIST, 10,000,', () => {
  let model: Uint8Array;
  /** By provider, in Node: two implementations may be further apart, where one is 2e-5 from float64 for an image. */
  const expected = new Map<string, Float32Array>();
  beforeAll(async () => {
    model = await trained();
    const { images, labels } = parseMnist(files);
    for (const provider of ['simd', 'wasm'] as const) {
      await using node = await Model.load(model, { providers: [provider] });
      const { logits } = await node.run({ x: { data: images.data, dims: images.shape } });
      const data = logits!.data as Float32Array;
      expected.set(provider, data);
      const right = predictions(data).filter((digit, i) => digit === labels.data[i]);
      expect(right.length).toBeGreaterThan(8000);
    }
  });

  for (const [where, isolated] of [
    ['an isolated page, 2 threads', true],
    ['any page', false],
  ] as const) {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.open({ isolated });
    });
    afterAll(async () => {
      await lab?.[Symbol.asyncDispose]();
    });

    it.each(['simd', 'wasm'] as const)(`are in ${where} what they are in Node on %s`, async (provider) => {
      const { server, page } = lab;
      const sent = {
        images: server.put('t10k-images', files.images),
        labels: server.put('t10k-labels', files.labels),
        model: server.put('digits.onnx', model),
        options: { providers: [provider], ...(isolated ? { numThreads: 2 } : {}) },
      };
      const { running, logits, ticks } = await page.evaluate(async ({ images, labels, model, options }) => {
        const { lstmOnnx, withModel, bytesToBase64 } = window.lab;
        const bytesOf = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());
        const mnist = lstmOnnx.parseMnist({ images: await bytesOf(images), labels: await bytesOf(labels) });
        return withModel(model, options, async (opened) => {
          let ticks = 0;
          const timer = setInterval(() => ticks++, 10);
          const x = { data: mnist.images.data, dims: mnist.images.shape };
          const { logits } = await opened.run({ x });
          clearInterval(timer);
          const { running } = opened.providers;
          return { running, ticks, logits: bytesToBase64(logits!.data as Float32Array) };
        });
      }, sent);
      expect(running).toBe(provider);
      const got = new Float32Array(base64ToBytes(logits).buffer);
      const inNode = expected.get(provider)!;
      expect(got).toBeCloseToArray(inNode, { atol: 1e-5 });
      expect(predictions(got)).toEqual(predictions(inNode));
      // The page's own clock went on while the worker computed.
      expect(ticks).toBeGreaterThan(5);
    });
  }
});
