/** What networks learn by losses of forecasts: of numbers from a known distribution, that distribution. */
import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../../src/builder/network.js';
import { linear } from '../../../src/builder/ops/linear.js';
import { predict } from '../../../src/builder/predict.js';
import { Generator } from '../../../src/builder/random.js';
import { float32 } from '../../../src/builder/tensor.js';
// Under another name: linters take fit( in a test file for a focused test.
import { fit as train } from '../../../src/builder/train/fit.js';
import { gaussianNll, pinball, studentTNll } from '../../../src/builder/train/forecast-losses.js';
import { coverage, crps } from '../../../src/builder/train/interval-metrics.js';
import type { Loss } from '../../../src/builder/train/loss.js';
import { masked } from '../../../src/builder/train/masked.js';
import type { Metric } from '../../../src/builder/train/metric.js';
import { adam } from '../../../src/builder/train/optimizers.js';
import { cosine } from '../../../src/builder/train/schedules.js';
import { dataset } from '../../../src/data/dataset.js';
import { float32Array } from '../../../src/nd-array.js';

const samples = 300;
const [mean, deviation] = [3, 2];
const normal = [...new Generator(1).normal(samples, mean, deviation)];
const ones = float32Array([samples, 1], new Float32Array(samples).fill(1));

/** What is learned for all samples alike, and the last epoch. */
async function learn(loss: Loss, entries: number, targets: number[], metrics: Metric[] = []) {
  const network = defineNetwork({ x: float32('batch', 1) }, ({ x }) => ({ y: linear('fc', x, entries) }));
  const data = dataset({ inputs: { x: ones }, targets: float32Array([samples], targets) });
  const { parameters, history } = await train(network, data, {
    loss,
    metrics,
    optimizer: adam({ lr: cosine({ from: 0.2, over: 300 }) }),
    epochs: 300,
    batchSize: samples,
    seed: 1,
    backend: 'cpu',
  });
  const { y } = await predict(network, parameters, { x: float32Array([1, 1], [1]) }, { backend: 'cpu' });
  return { learned: [...y!.data], log: history.at(-1)! };
}

const softplus = (x: number) => Math.log1p(Math.exp(x));
const sorted = normal.toSorted((a, b) => a - b);

describe('a network learns', () => {
  it('the quantiles of its targets by pinball', async () => {
    const quantiles = [0.1, 0.5, 0.9];
    const metrics = [coverage({ quantiles, level: 0.8 }), crps({ quantiles })];
    const { learned, log } = await learn(pinball({ quantiles }), 3, normal, metrics);
    learned.forEach((value, i) => {
      expect(Math.abs(value - sorted[Math.round(quantiles[i]! * samples)]!)).toBeLessThan(0.1);
    });
    expect(Math.abs(log.metrics.coverage! - 0.8)).toBeLessThan(0.01);
    expect(log.metrics.crps).toBeCloseTo(2 * log.loss, 5);
  });

  it('mean and deviation by gaussianNll, from half of the targets too', async () => {
    const gaps = normal.map((value, i) => (i % 2 === 0 ? value : Number.NaN));
    for (const targets of [normal, gaps]) {
      const { learned } = await learn(masked(gaussianNll), 2, targets);
      const there = targets.filter((value) => !Number.isNaN(value));
      const center = there.reduce((sum, value) => sum + value, 0) / there.length;
      const variance = there.reduce((sum, value) => sum + (value - center) ** 2, 0) / there.length;
      expect(learned[0]).toBeCloseTo(center, 1);
      expect(softplus(learned[1]!)).toBeCloseTo(Math.sqrt(variance), 1);
    }
  });

  it('a center that outliers do not move by studentTNll', async () => {
    const spoilt = normal.map((value, i) => (i % 20 === 0 ? value + 1000 : value));
    const { learned } = await learn(studentTNll, 3, spoilt);
    expect(Math.abs(learned[0]! - mean)).toBeLessThan(0.2);
    const { learned: moved } = await learn(gaussianNll, 2, spoilt);
    expect(moved[0]).toBeGreaterThan(mean + 1);
  });
});
