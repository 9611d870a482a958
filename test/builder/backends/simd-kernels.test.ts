import type { Rank } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../../../src/builder/backends/backend.js';
import { registerSimdBackend } from '../../../src/builder/backends/simd/backend.js';
import type { Tf } from '../../../src/builder/backends/tf.js';
import { Generator } from '../../../src/builder/random.js';
import '../../matcher.js';

let tf: Tf;
const name = 'simd kernels';
const engine = async () => registerSimdBackend(tf, name, { threads: 2, leastShare: 1 });

beforeAll(async () => {
  ({ tf } = await startBackend('cpu'));
  await engine();
  await startBackend(name);
});

/** The same computation on both backends, from the same numbers. */
async function onBoth(
  compute: (uniform: (shape: number[]) => ReturnType<Tf['tensor']>) => ReturnType<Tf['tensor']>,
) {
  const results = [];
  for (const backend of ['cpu', name]) {
    await tf.setBackend(backend);
    const generator = new Generator(1);
    const result = tf.tidy(() =>
      compute((shape) => {
        const size = shape.reduce((product, dim) => product * dim, 1);
        return tf.tensor(generator.uniform(size, -2, 2), shape);
      }),
    );
    results.push({ shape: result.shape, data: Float32Array.from(result.dataSync()) });
    result.dispose();
  }
  const [expected, got] = results as [(typeof results)[0], (typeof results)[0]];
  expect(got.shape).toEqual(expected.shape);
  expect(got.data).toBeCloseToArray(expected.data, { rtol: 1e-6, atol: 1e-6 });
}

describe("tfjs' kernels on the simd backend", () => {
  it('stretch two tensors over each other, whichever has a dimension of 1 or fewer of them', async () => {
    // For each dimension: of both, of the first alone, of the second alone.
    const dims = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('both', 'first', 'second')),
      { maxLength: 4 },
    );
    const name = fc.constantFrom('add', 'sub', 'mul', 'div', 'maximum');
    await fc.assert(
      fc.asyncProperty(dims, name, fc.nat(3), async (dims, name, left) => {
        const first = dims.map(([size, of]) => (of === 'second' ? 1 : size));
        const second = dims
          .map(([size, of]) => (of === 'first' ? 1 : size))
          .slice(Math.min(left, dims.length));
        await onBoth((uniform) => tf[name](uniform(first), uniform(second)));
        await onBoth((uniform) => tf[name](uniform(second), uniform(first)));
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('gather rows, and what lies along other axes; a row that there is not is refused', async () => {
    const rows = fc.array(fc.nat(4), { minLength: 1, maxLength: 6 });
    const row = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(rows, row, fc.boolean(), async (rows, row, isColumn) => {
        const ids = () =>
          isColumn ? tf.tensor2d(rows, [rows.length, 1], 'int32') : tf.tensor1d(rows, 'int32');
        await onBoth((uniform) => tf.gather(uniform([5, ...row]), ids()));
        await onBoth((uniform) => tf.gather(uniform([...row, 5]), ids(), row.length));
      }),
      { numRuns: 30, seed: 1 },
    );
    await tf.setBackend(name);
    for (const id of [-1, 5])
      expect(() => tf.gather(tf.zeros([5, 2]), tf.tensor1d([0, id], 'int32'))).toThrow(
        `index value ${id} is not in`,
      );
  });

  it('cut tensors into parts and pad them, with gradients', async () => {
    const axes = fc.array(
      fc.record({
        size: fc.integer({ min: 1, max: 5 }),
        from: fc.nat(4),
        count: fc.integer({ min: -1, max: 5 }),
        pad: fc.tuple(fc.nat(2), fc.nat(2)),
      }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(axes, async (axes) => {
        const shape = axes.map(({ size }) => size);
        const begin = axes.map(({ size, from }) => Math.min(from, size - 1));
        const size = axes.map(({ size, count }, i) => (count <= 0 ? -1 : Math.min(count, size - begin[i]!)));
        const pads = axes.map(({ pad }) => pad);
        await onBoth((uniform) => tf.slice(uniform(shape), begin, size));
        await onBoth((uniform) => tf.pad(uniform(shape), pads, 0.5));
        await onBoth((uniform) => tf.grad((x) => tf.square(tf.slice(x, begin, size)))(uniform(shape)));
        const axis = axes.length - 1;
        const [whole] = [shape[axis]!];
        await onBoth((uniform) => tf.concat(tf.split(uniform(shape), whole, axis).reverse(), axis));
        await onBoth((uniform) => tf.concat(tf.split(uniform(shape), [1, whole - 1], axis).reverse(), -1));
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it("go through tensors number by number as tfjs' cpu backend does, NaN and negative zero among them", async () => {
    const odd = [Number.NaN, -0, 0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45];
    const bits = [];
    for (const backend of ['cpu', name]) {
      await tf.setBackend(backend);
      const results = tf.tidy(() => {
        const [x, y] = [tf.tensor(odd, [2, 2, 2]), tf.tensor(odd.toReversed(), [2, 2, 2])];
        return [tf.relu(x), tf.step(x), tf.step(x, 0.5), tf.add(x, y), tf.mul(x, y)].concat(
          [tf.add(x, 2), tf.mul(x, tf.tensor([2, 3])), tf.add(tf.tensor([1], [1], 'int32'), 3)],
          [tf.transpose(x, [2, 0, 1]), tf.transpose(x), tf.transpose(tf.tensor([], [0, 3]))],
        );
      });
      bits.push(results.map((result) => [result.dtype, result.shape, [...result.dataSync()]]));
      tf.dispose(results);
    }
    expect(bits[1]).toEqual(bits[0]);
  });

  it('turn the axes of tensors of any shape', async () => {
    const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });
    const turned = shape.chain((sizes) =>
      fc.tuple(fc.constant(sizes), fc.shuffledSubarray([...sizes.keys()], { minLength: sizes.length })),
    );
    await fc.assert(
      fc.asyncProperty(turned, ([sizes, order]) => onBoth((uniform) => tf.transpose(uniform(sizes), order))),
    );
  });

  it("multiply matrices of any size and layout as tfjs' cpu backend does", async () => {
    const dim = fc.integer({ min: 1, max: 23 });
    const batches = fc.constantFrom([[], []], [[3], [3]], [[3], [1]]);
    const given = fc.record({
      batches,
      rows: dim,
      depth: dim,
      columns: dim,
      a: fc.boolean(),
      b: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(given, ({ batches: [left = [], right = []], rows, depth, columns, a, b }) =>
        onBoth((uniform) =>
          tf.matMul(
            uniform([...left, ...(a ? [depth, rows] : [rows, depth])]),
            uniform([...right, ...(b ? [columns, depth] : [depth, columns])]),
            a,
            b,
          ),
        ),
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  it('share a large product among threads', () =>
    onBoth((uniform) => tf.matMul(uniform([130, 90]), uniform([90, 101]))));

  const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;
  it.each(activations)('fuse a product with a bias and %s', (activation) =>
    onBoth((uniform) =>
      tf.fused.matMul({
        a: uniform([7, 5]) as never,
        b: uniform([9, 5]) as never,
        transposeB: true,
        bias: uniform([9]),
        activation,
        ...(activation === 'prelu' ? { preluActivationWeights: uniform([9]) } : {}),
        ...(activation === 'leakyrelu' ? { leakyreluAlpha: 0.3 } : {}),
      }),
    ),
  );

  it('fuse a product with a bias for all columns', () =>
    onBoth((uniform) =>
      tf.fused.matMul({ a: uniform([7, 5]) as never, b: uniform([5, 9]) as never, bias: uniform([1]) }),
    ));

  it('compute softmax over the last dimension', () => onBoth((uniform) => tf.softmax(uniform([3, 4, 11]))));

  it.each([[0], [1], [2], [0, 1], [1, 0], [1, 2], [0, 1, 2], []])('sum over dimensions %s', (...axes) =>
    onBoth((uniform) => tf.sum(uniform([3, 4, 5]), axes.length > 0 ? axes : undefined)),
  );

  it('compute softmax of numbers far apart and of infinity', () =>
    onBoth((uniform) =>
      tf.softmax(tf.concat([tf.mul(uniform([5, 3]), 1000), tf.tensor([[Number.NEGATIVE_INFINITY, 1, 2]])])),
    ));

  it('compute softmax of no number', async () => {
    await startBackend(name);
    const result = tf.softmax(tf.tensor([Number.NaN, 1, 2])).dataSync();
    expect([...result]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it('sum over leading dimensions and keep them', () =>
    onBoth((uniform) => tf.sum(uniform([3, 4, 5]), [0, 1], true)));

  it('sum many rows as exactly as tfjs does', () => onBoth(() => tf.sum(tf.fill([100_000, 2], 0.1), 0)));

  it('leave integers to tfjs', async () => {
    const { gather } = await startBackend(name);
    const rows = { dtype: 'int32', shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) } as const;
    const gathered = gather(rows, Int32Array.of(0, 1), 0, 2);
    const squares = tf.matMul(gathered as never, gathered as never);
    expect([squares.dtype, ...squares.dataSync()]).toEqual(['int32', 7, 10, 15, 22]);
    const confusion = tf.math.confusionMatrix(
      tf.tensor1d([0, 1, 1], 'int32'),
      tf.tensor1d([0, 1, 0], 'int32'),
      2,
    );
    expect([...confusion.dataSync()]).toEqual([1, 0, 1, 1]);
    tf.dispose([gathered, squares, confusion]);
  });

  it('refuse batches that do not broadcast', async () => {
    await tf.setBackend(name);
    expect(() => tf.matMul(tf.zeros([2, 3, 4]), tf.zeros([3, 4, 2]))).toThrow(
      /\[2\] and \[3\] do not broadcast/,
    );
  });

  it('give numbers that stay when the tensor has gone or moved', async () => {
    await tf.setBackend(name);
    const ones = tf.ones<Rank.R2>([2, 2]);
    const product = tf.matMul(ones, ones);
    const kept = product.dataSync();
    const moved = tf.matMul(ones, ones);
    await tf.setBackend('cpu');
    tf.square(moved).dispose();
    await tf.setBackend(name);
    product.dispose();
    for (let i = 0; i < 4; i++) tf.matMul(tf.fill([2, 2], 9), ones);
    expect([...kept]).toEqual([2, 2, 2, 2]);
    expect([...moved.dataSync()]).toEqual([2, 2, 2, 2]);
    tf.disposeVariables();
  });

  it('take integers that tfjs calls floats for the numbers they are', async () => {
    const { gather } = await startBackend(name);
    const rows = { dtype: 'int32', shape: [3, 2], data: Int32Array.of(1, 2, 3, 4, 5, 6) } as const;
    const product = tf.tidy(() => {
      const integers = gather(rows, Int32Array.of(2, 0), 0, 2);
      return tf.matMul(tf.cast(integers, 'float32') as never, tf.tensor2d([1, 0, 0, 2], [2, 2]));
    });
    expect([...product.dataSync()]).toEqual([5, 12, 1, 4]);
    product.dispose();
  });

  it('leave no memory of the engine taken', async () => {
    const { taken } = await engine();
    await tf.setBackend(name);
    tf.tidy(() => {
      const a = tf.tensor2d(new Float32Array(35), [7, 5]);
      tf.softmax(tf.fused.matMul({ a, b: a, transposeB: true, bias: tf.zeros([7]), activation: 'relu' }));
    });
    expect((await engine()).taken).toBe(taken);
  });
});
