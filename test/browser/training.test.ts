/** Training in a page's worker: the losses of Node, number for number. */
import { expect, it } from 'vitest';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { fit as train } from '../../src/builder/train/fit.js';
import { adam } from '../../src/builder/train/optimizers.js';
import { dataset, sliceDataset } from '../../src/data/dataset.js';
import { parseMnist } from '../../src/data/mnist.js';
import { simpleLSTM } from '../parity/networks.js';
import { describeInChromium, Lab } from './lab.js';
import { mnistFiles } from './mnist-files.js';
import '../matcher.js';

const files = mnistFiles('t10k');
const samples = 1280;
const epochs = 2;

async function lossesInNode(backend: string): Promise<number[]> {
  const { images, labels } = parseMnist(files);
  const data = sliceDataset(dataset({ inputs: { x: images }, targets: labels }), 0, samples);
  const losses: number[] = [];
  await train(simpleLSTM, data, {
    ...{ loss: crossEntropy, optimizer: adam({ lr: 0.01 }), seed: 1, epochs, backend },
    onStep: ({ loss }) => losses.push(loss),
  });
  return losses;
}

describeInChromium('fit in the worker of a page', () => {
  it.each([
    ['an isolated page, 2 threads', true, 'simd:2', 'simd:2', undefined],
    ['an isolated page, by default', true, 'auto', 'auto', undefined],
    ['any page, 1 thread', false, 'auto', 'simd:1', expect.stringMatching(/not cross-origin isolated/)],
  ])('learns as in Node: %s', async (_where, isolated, asked, inNode, notice) => {
    await using lab = await Lab.open({ isolated });
    const task = {
      images: lab.server.put('images', files.images),
      labels: lab.server.put('labels', files.labels),
      ...{ samples, epochs, backend: asked },
    };
    const report = await lab.page.evaluate((task) => window.lab.train(task), task);
    if ('error' in report) throw new Error(report.error);
    expect(report.backend).toMatch(/^simd/);
    expect(report.notice).toEqual(notice);
    const expected = await lossesInNode(inNode);
    expect(expected).toHaveLength((samples / 64) * epochs);
    expect(report.losses).toBeCloseToArray(expected, { atol: 1e-5 });
    expect(lab.problems).toEqual([]);
  });
});
