import * as lstmOnnx from 'lstm-onnx/web';
import { networkToJson } from 'lstm-onnx/web';
import { describe, expect, it } from 'vitest';
import { Series } from '../../web/shared/series.js';
import { buildNetwork, codeOf, describeNetwork } from '../../web/train/network.js';

const digits = {
  kind: 'mnist',
  train: 100,
  test: 10,
  steps: 28,
  features: 28,
  outputs: 10,
} as const;
const training = {
  epochs: 2,
  batchSize: 32,
  learningRate: 0.01,
  optimizer: 'sgd',
  seed: 1,
  threads: 2,
} as const;

/** Runs the definition in the code, without the training below it. */
function networkOfCode(code: string): unknown {
  const definition = code.slice(code.indexOf('const network'), code.indexOf('\n});') + 4);
  const names = [...code.slice(0, code.indexOf('} from')).matchAll(/^ {2}(\w+),$/gm)].map(
    ([, name]) => name!,
  );
  const library: Readonly<Record<string, unknown>> = lstmOnnx;
  return new Function(...names, `${definition} return network;`)(...names.map((name) => library[name]));
}

describe('the network of the page Train here', () => {
  it.each([
    [digits, { hiddenSize: 8, numLayers: 1, bidirectional: false, dropout: 0 }],
    [digits, { hiddenSize: 8, numLayers: 2, bidirectional: true, dropout: 0.2 }],
    [
      { ...digits, kind: 'idx' },
      { hiddenSize: 5, numLayers: 3, bidirectional: false, dropout: 0.1 },
    ],
  ] as const)('is the one that its code defines: %#', (data, options) => {
    const network = buildNetwork(data, options);
    const fromCode = networkOfCode(codeOf(data, options, training)) as typeof network;
    expect(networkToJson(fromCode)).toBe(networkToJson(network));
  });

  it('is described with the number of its parameters', () => {
    const options = { hiddenSize: 64, numLayers: 1, bidirectional: false, dropout: 0 };
    const { parameters, summary, code } = describeNetwork(digits, options, training);
    // 4 gates of 64 read 28 features and 64 states, with two biases; the head has 10 rows.
    expect(parameters).toBe(4 * 64 * (28 + 64 + 2) + 10 * 65);
    expect(summary).toContain('24,714');
    expect(code).toContain('targets: train.labels }), 0, 100);');
    expect(code).toContain('sgd({ lr: 0.01, momentum: 0.9 })');
  });
});

describe('a series of measurements', () => {
  it('keeps every value of a short run', () => {
    const series = new Series();
    for (const [i, value] of [3, 2, 1].entries()) series.add(i + 1, value);
    expect(series.points).toEqual([
      { step: 1, mean: 3 },
      { step: 2, mean: 2 },
      { step: 3, mean: 1 },
    ]);
    expect(series.recent).toBe(1);
  });

  it('keeps means of stretches of a long run, few enough to draw, with the same mean over all', () => {
    const series = new Series();
    const steps = 10_000;
    for (let step = 1; step <= steps; step++) series.add(step, step);
    const { points } = series;
    expect(points.length).toBeLessThanOrEqual(400);
    expect(points.length).toBeGreaterThan(200);
    for (const { step, mean } of points) expect(mean).toBeCloseTo(step, 6);
  });
});
