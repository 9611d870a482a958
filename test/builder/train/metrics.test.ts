import { describe, expect, it } from 'vitest';
import { startBackend } from '../../../src/builder/backends/backend.js';
import type { MeanMetric } from '../../../src/builder/train/metric.js';
import { accuracy, meanAbsoluteError } from '../../../src/builder/train/metrics.js';
import { failureOf } from '../../data/failure.js';

const { tf } = await startBackend('cpu');
const measure = (
  metric: MeanMetric,
  prediction: number[],
  shape: number[],
  target: number[],
  targetShape = shape,
) =>
  tf.tidy(
    () => metric.compute(tf, tf.tensor(prediction, shape), tf.tensor(target, targetShape)).dataSync()[0],
  );

describe('accuracy', () => {
  it('takes the largest entry for the class', () => {
    expect(measure(accuracy, [1, 2, 3, 0, 5, 4], [3, 2], [1, 0, 1], [3])).toBeCloseTo(2 / 3, 6);
    expect(measure(accuracy, [1, 2, 3, 0], [1, 2, 2], [1, 1], [1, 2])).toBe(0.5);
  });

  it.each([[[4, 1]], [[4]], [[2, 2]]])('counts one logit above 0 as 1, of shape %j', (shape) => {
    expect(measure(accuracy, [3, -2, 0.1, -0.1], shape, [1, 0, 1, 0])).toBe(1);
    expect(measure(accuracy, [3, -2, 0.1, -0.1], shape, [1, 1, 0, 1])).toBe(0.25);
  });

  it('refuses targets that are no classes of the predictions', () => {
    expect(failureOf(() => measure(accuracy, [1, 2], [2, 1], [0.5, 1])).message).toContain(
      'accuracy: a target is 0.5; expected 0 or 1',
    );
    for (const [shape, targetShape] of [
      [[2, 1], [2]],
      [[1, 2], [2]],
    ] as const) {
      const failure = failureOf(() => measure(accuracy, [1, 2], [...shape], [0, 1], [...targetShape]));
      expect(failure.code).toBe('E_SHAPE_MISMATCH');
    }
  });
});

describe('meanAbsoluteError', () => {
  it('refuses targets that would be broadcast', () => {
    expect(measure(meanAbsoluteError, [1, 2], [2, 1], [2, 4])).toBe(1.5);
    const failure = failureOf(() => measure(meanAbsoluteError, [1, 2], [2, 1], [2, 4], [2]));
    expect(failure.message).toContain('the targets have shape [2], the predictions [2, 1]');
  });
});
