/** The mean, the maximum and the sum along an axis, and their gradients, beside tfjs' own and a definition step by step. */
import type { Tensor } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { startBackend } from '../../src/builder/backends/backend.js';
import type { Tf } from '../../src/builder/backends/tf.js';
import { max, mean, sum } from '../../src/builder/forward/reduce.js';
import { Generator } from '../../src/builder/random.js';
import '../matcher.js';

let tf: Tf;
beforeAll(async () => {
  ({ tf } = await startBackend('cpu'));
});

const forwards = { mean, max, sum };

/** y and the gradient of the sum of y times weights, as two lists. */
function withGradient(compute: (x: Tensor) => Tensor, x: Tensor) {
  const y = compute(x);
  const weights = tf.tensor(new Generator(2).uniform(y.size, -1, 1), y.shape);
  const dx = tf.grad((x: Tensor) => tf.sum(tf.mul(compute(x), weights)))(x);
  return { shape: y.shape, y: y.dataSync<'float32'>(), dx: dx.dataSync<'float32'>() };
}

function reduced(kind: keyof typeof forwards, x: Tensor, axis: number, lengths?: Tensor): Tensor {
  const context = { tf } as Parameters<typeof mean>[2];
  const inputs = { x, ...(lengths ? { lengths } : {}) } as Parameters<typeof mean>[0];
  return (forwards[kind](inputs, { axis } as never, context, () => x) as { output: Tensor }).output;
}

const kinds = fc.constantFrom('mean' as const, 'max' as const, 'sum' as const);

it('are those of tfjs along any axis', () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(shapes, fc.nat(3), kinds, (shape, axis, kind) => {
      const along = axis % shape.length;
      const x = tf.tensor(new Generator(1).uniform(tf.util.sizeFromShape(shape), -2, 2), shape);
      const got = withGradient((x) => reduced(kind, x, along), x);
      const expected = withGradient((x) => tf[kind](x, along), x);
      expect(got.shape).toEqual(expected.shape);
      expect(got.y).toBeCloseToArray(expected.y, { rtol: 1e-6, atol: 1e-6 });
      expect(got.dx).toBeCloseToArray(expected.dx, { rtol: 1e-6, atol: 1e-6 });
    }),
    { numRuns: 60, seed: 1 },
  );
});

it('are those of each sequence without its padding, whether batch or time comes first', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 3 });
  const more = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 });
  fc.assert(
    fc.property(lengths, more, fc.boolean(), kinds, (lengths, more, isTimeFirst, kind) => {
      const [batch, time] = [lengths.length, 5];
      const x = tf
        .tensor(new Generator(1).uniform(batch * time * 9, -2, 2))
        .slice(0, batch * time * more.reduce((a, b) => a * b, 1));
      const padded = tf.reshape(x, [batch, time, ...more]);
      const turned = [1, 0, ...more.map((_, i) => i + 2)];
      const given = isTimeFirst ? tf.transpose(padded, turned) : padded;
      const counts = tf.tensor1d(lengths, 'int32');
      const got = withGradient((x) => reduced(kind, x, isTimeFirst ? 0 : 1, counts), given);
      const least = kind === 'sum' ? 0 : 1;
      const byDefinition = (x: Tensor) =>
        tf.stack(
          lengths.map((length, i) => {
            const steps = Math.min(Math.max(length, least), time);
            const sequence = tf.gather(isTimeFirst ? tf.transpose(x, turned) : x, i);
            const own = tf.slice(sequence, [0, ...more.map(() => 0)], [steps, ...more]);
            return steps === 0 ? tf.mul(tf.sum(sequence, 0), 0) : tf[kind](own, 0);
          }),
        );
      const expected = withGradient(byDefinition, given);
      expect(got.shape).toEqual(expected.shape);
      expect(got.y).toBeCloseToArray(expected.y, { rtol: 1e-6, atol: 1e-6 });
      expect(got.dx).toBeCloseToArray(expected.dx, { rtol: 1e-6, atol: 1e-6 });
    }),
    { numRuns: 60, seed: 1 },
  );
});

it('of equal entries the first has the gradient of the maximum, and NaN is the largest', () => {
  const x = tf.tensor2d([1, 3, 3, Number.NaN, 7, Number.NaN], [2, 3]);
  const { y, dx } = withGradient((x) => reduced('max', x, 1), x);
  expect([...y]).toEqual([3, Number.NaN]);
  expect([...dx].map((each) => each !== 0)).toEqual([false, true, false, true, false, false]);
});

it('a sum of no entries is 0', () => {
  expect([...reduced('sum', tf.zeros([2, 0, 1]), 1).dataSync()]).toEqual([0, 0]);
});
