import { describe, expect, it } from 'vitest';
import { startBackend } from '../../src/builder/backends/backend.js';
import { forward } from '../../src/builder/forward.js';
import { defineNetwork } from '../../src/builder/network.js';
import { activation, relu } from '../../src/builder/ops/activations.js';
import { concat } from '../../src/builder/ops/concat.js';
import { convTranspose1d } from '../../src/builder/ops/convolution.js';
import { dropout } from '../../src/builder/ops/dropout.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { sum } from '../../src/builder/ops/reduce.js';
import { reshape } from '../../src/builder/ops/reshape.js';
import { slice } from '../../src/builder/ops/slice.js';
import { initParameters } from '../../src/builder/parameters.js';
import { predict } from '../../src/builder/predict.js';
import { Generator } from '../../src/builder/random.js';
import { float32, int32 } from '../../src/builder/tensor.js';
import { tensorsOf } from '../../src/builder/tf-parameters.js';
import { float32Array, type NdArray } from '../../src/nd-array.js';
import { rejectionOf } from '../files/rejection.js';
import { simpleLSTM } from '../parity/networks.js';

const none = new Map();
const counting = (...shape: number[]) => {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return float32Array(
    shape,
    Array.from({ length: size }, (_, i) => i),
  );
};

describe('predict', () => {
  it('gives every output, also one value under two names and an input as it is', async () => {
    const network = defineNetwork({ x: float32('batch', 2) }, ({ x }) => {
      const y = relu(x);
      return { y, again: y, x };
    });
    const x = float32Array([1, 2], [-1, 3]);
    const y = float32Array([1, 2], [0, 3]);
    expect(await predict(network, none, { x })).toEqual({ y, again: y, x });
  });

  it('knows the sizes of names that come about on the way', async () => {
    const network = defineNetwork(
      { x: float32('batch', 'time', 4), head: float32('batch', 1, 4) },
      (inputs) => {
        const longer = concat([inputs.head, inputs.x], 1); // [batch, 1+time, 4]
        return { y: reshape(longer, ['batch', '1+time', 2, -1]), flat: reshape(longer, [-1, 4]) };
      },
    );
    const { y, flat } = await predict(network, none, { x: counting(2, 3, 4), head: counting(2, 1, 4) });
    expect(y.shape).toEqual([2, 4, 2, 2]);
    expect(flat.shape).toEqual([8, 4]);
    expect([...y.data.slice(0, 8)]).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
  });

  it.each(['simd', 'cpu', 'wasm'] as const)('gives 0 for the sum of no steps on %s', async (backend) => {
    const network = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => ({
      y: sum(slice(x, { start: 2 }), 1),
      z: sum(x, 2),
    }));
    const { y } = await predict(network, none, { x: counting(2, 2, 3) }, { backend });
    expect(y).toEqual(float32Array([2, 3], [0, 0, 0, 0, 0, 0]));
  });

  it('puts 0 for all that is not above a threshold, minus infinity among it', async () => {
    const network = defineNetwork({ x: float32('n') }, ({ x }) => ({
      y: activation(x, { name: 'thresholdedRelu', alpha: -1 }),
    }));
    const { y } = await predict(network, none, { x: float32Array([4], [-Infinity, -1, -0.5, Infinity]) });
    expect([...y.data].map(Math.abs)).toEqual([0, 0, 0.5, Infinity]);
  });

  it('refuses a transposed convolution whose padding leaves nothing of the data', async () => {
    const network = defineNetwork({ x: float32('batch', 1, 'time') }, ({ x }) => ({
      y: convTranspose1d('c', x, { outChannels: 1, kernelSize: 2, padding: 1 }),
    }));
    await expect(predict(network, initParameters(network, 0), { x: counting(1, 1, 1) })).rejects.toThrow(
      'convTranspose: axis 2 of [1, 1, 1] would have no entries; give less padding.',
    );
  });

  it('leaves dropout off', async () => {
    const network = defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({ y: dropout(x, 0.9) }));
    const x = counting(3, 2);
    expect((await predict(network, none, { x })).y).toEqual(x);
  });

  const parameters = initParameters(simpleLSTM, 1);
  const loose = predict as (...args: unknown[]) => Promise<unknown>;
  it.each<[string, Record<string, NdArray>, string, string]>([
    ['nothing', {}, 'E_MISSING_NAME', "Input 'x' is missing in the feeds."],
    [
      'another name',
      { x: counting(1, 1, 28), y: counting(1) },
      'E_UNKNOWN_NAME',
      "The network has no input 'y'; its inputs are x.",
    ],
    [
      'another type',
      { x: { dtype: 'int32', shape: [1, 1, 28], data: new Int32Array(28) } },
      'E_DTYPE_MISMATCH',
      "Input 'x' is int32, expected float32.",
    ],
    [
      'another rank',
      { x: counting(1, 28) },
      'E_SHAPE_MISMATCH',
      "Input 'x' has shape [1, 28], expected [batch, time, 28].",
    ],
    [
      'another fixed size',
      { x: counting(1, 1, 27) },
      'E_SHAPE_MISMATCH',
      "Input 'x' has shape [1, 1, 27], expected [batch, time, 28].",
    ],
    [
      'less data than its shape needs',
      { x: { dtype: 'float32', shape: [1, 2, 28], data: new Float32Array(28) } },
      'E_SHAPE_MISMATCH',
      "Input 'x' has shape [1, 2, 28] and 28 elements; expected 56 elements.",
    ],
  ])('refuses to be fed %s', async (_, feeds, code, message) => {
    expect(await rejectionOf(loose(simpleLSTM, parameters, feeds))).toMatchObject({ code, message });
  });

  it('refuses feeds that differ in the size of a name', async () => {
    const network = defineNetwork({ a: float32('batch', 2), b: float32('batch', 3) }, ({ a, b }) => ({
      y: concat([a, b]),
    }));
    expect(await rejectionOf(predict(network, none, { a: counting(4, 2), b: counting(5, 3) }))).toMatchObject(
      {
        code: 'E_SHAPE_MISMATCH',
        message: "Input 'b' has shape [5, 3], expected [batch, 3] where batch = 4.",
      },
    );
  });

  it('refuses a time step that these feeds do not have', async () => {
    const network = defineNetwork({ x: float32('batch', 'time', 2) }, ({ x }) => ({ y: x.at(5) }));
    expect(await rejectionOf(predict(network, none, { x: counting(1, 5, 2) }))).toMatchObject({
      code: 'E_SHAPE_MISMATCH',
      message: 'at on [1, 5, 2]: index 5 is outside a dimension of size 5.',
    });
    expect((await predict(network, none, { x: counting(1, 6, 2) })).y.shape).toEqual([1, 2]);
  });

  it.each([7, -1])('refuses id %d of a table of 7', async (id) => {
    const network = defineNetwork({ ids: int32('batch') }, ({ ids }) => ({
      y: embedding('embedding', ids, { numEmbeddings: 7, embeddingDim: 2 }),
    }));
    const ids = { dtype: 'int32', shape: [2], data: Int32Array.of(0, id) } as const;
    expect(await rejectionOf(predict(network, initParameters(network, 1), { ids }))).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: `embedding: id ${id} is outside the table; expected 0 to 6.`,
    });
  });

  it('refuses parameters that do not fit', async () => {
    const failure = await rejectionOf(predict(simpleLSTM, none, { x: counting(1, 1, 28) }));
    expect(failure.code).toBe('E_SHAPE_MISMATCH');
  });
});

describe('dropout while training', () => {
  const network = (p: number) =>
    defineNetwork({ x: float32('batch', 100) }, ({ x }) => ({ y: dropout(x, p) }));
  const run = async (p: number, seed: number) => {
    const { tf } = await startBackend('cpu');
    return tf.tidy(() => {
      const options = { training: true, generator: new Generator(seed) };
      return [...forward(tf, network(p), new Map(), { x: tf.ones([50, 100]) }, options).y!.dataSync()];
    });
  };

  it('zeroes about p of the entries and scales the others so that the mean stays', async () => {
    const entries = await run(0.2, 1);
    expect(new Set(entries)).toEqual(new Set([0, 1.25]));
    const zeroed = entries.filter((value) => value === 0).length / entries.length;
    expect(Math.abs(zeroed - 0.2)).toBeLessThan(0.02); // more than three standard deviations
  });

  it('follows its generator', async () => {
    expect(await run(0.5, 1)).toEqual(await run(0.5, 1));
    expect(await run(0.5, 1)).not.toEqual(await run(0.5, 2));
  });

  it('keeps everything at 0 and nothing at 1', async () => {
    expect(new Set(await run(0, 1))).toEqual(new Set([1]));
    expect(new Set(await run(1, 1))).toEqual(new Set([0]));
  });
});

describe("an LSTM's dropout while training", () => {
  const outputOf = async (numLayers: number, training: boolean, value: number) => {
    const network = defineNetwork({ x: float32('batch', 'time', 2) }, ({ x }) => ({
      y: lstm('lstm', x, { hiddenSize: 3, numLayers, dropout: 1 }).output,
    }));
    const { tf } = await startBackend('cpu');
    return tf.tidy(() => {
      const parameters = tensorsOf(tf, initParameters(network, 1));
      const options = { training, generator: new Generator(1) };
      return [...forward(tf, network, parameters, { x: tf.fill([2, 4, 2], value) }, options).y!.dataSync()];
    });
  };

  it('lies between the layers: at 1 the second layer sees nothing of x', async () => {
    expect(await outputOf(2, true, 1)).toEqual(await outputOf(2, true, -1));
    expect(await outputOf(2, false, 1)).not.toEqual(await outputOf(2, false, -1));
  });

  it('is not on the output of the last layer', async () => {
    expect(await outputOf(1, true, 1)).toEqual(await outputOf(1, false, 1));
    expect((await outputOf(2, true, 1)).every((entry) => entry !== 0)).toBe(true);
  });
});
