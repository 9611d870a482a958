/** The LSTM as a tfjs op on the engine: what tfjs may do with its inputs and its gradient. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../../../src/builder/backends/backend.js';
import { registerSimdBackend } from '../../../src/builder/backends/simd/backend.js';
import type { Tf } from '../../../src/builder/backends/tf.js';
import { lstmDirections } from '../../../src/builder/forward/lstm-layer.js';
import { Generator } from '../../../src/builder/random.js';
import '../../matcher.js';

const name = 'simd op';
let tf: Tf;

beforeAll(async () => {
  ({ tf } = await startBackend('cpu'));
  await registerSimdBackend(tf, name, { threads: 2, leastShare: 1 });
  await startBackend(name);
});

const [batch, time, features, hidden, projected] = [3, 4, 2, 5, 2];
const attributes = { batchFirst: true, reverse: false, wantOutput: true, training: true };

/** The sum of the outputs' squares of a layer that has everything, as a function of x and a weight. */
function squares(x: TfTensor, weightIh: TfTensor): TfTensor {
  const generator = new Generator(1);
  const uniform = (...shape: number[]) =>
    tf.tensor(
      generator.uniform(
        shape.reduce((a, b) => a * b, 1),
        -1,
        1,
      ),
      shape,
    );
  const layer = {
    ...{ x, weightIh },
    weightHh: uniform(4 * hidden, projected),
    weightHr: uniform(projected, hidden),
    bias: uniform(4 * hidden),
    mask: uniform(batch, time, features),
    lengths: tf.tensor1d([2, 4, 1], 'int32'),
  };
  const output = lstmDirections(tf, [{ layer, attributes }])[0]!.output;
  // tfjs keeps what the way back needs.
  for (const tensor of [layer.weightHh, layer.weightHr, layer.bias, layer.mask, layer.lengths])
    tensor.dispose();
  return tf.sum(tf.square(output));
}

const inputs = () => {
  const generator = new Generator(2);
  const make = (...shape: number[]) =>
    tf.tensor(
      generator.uniform(
        shape.reduce((a, b) => a * b, 1),
        -1,
        1,
      ),
      shape,
    );
  return [make(batch, time, features), make(4 * hidden, features)] as const;
};

const gradients = () =>
  tf.tidy(() =>
    tf
      .grads(squares as never)([...inputs()])
      .map((gradient) => gradient.dataSync().slice()),
  );

describe('the LSTM of the simd backend', () => {
  it('gives the gradients of tfjs, its inputs disposed of meanwhile', async () => {
    await tf.setBackend('cpu');
    const expected = gradients();
    await tf.setBackend(name);
    const { taken } = await registerSimdBackend(tf, name);
    const { numTensors, numDataBuffers } = tf.memory();
    const got = gradients();
    for (const [i, gradient] of got.entries())
      expect(gradient).toBeCloseToArray(expected[i]!, { rtol: 1e-5 });
    expect((await registerSimdBackend(tf, name)).taken).toBe(taken);
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
  });

  it('looks at nothing beyond the end of a sequence, and neither do other backends', async () => {
    for (const backend of [name, 'cpu']) {
      await tf.setBackend(backend);
      const results = [0, Number.NaN].map((beyond) =>
        tf.tidy(() => {
          const [x, weightIh] = inputs();
          const data = x.dataSync().slice();
          for (const [b, length] of [2, 4, 1].entries()) {
            data.fill(beyond, (b * time + length) * features, (b + 1) * time * features);
          }
          const cut = tf.tensor(data, x.shape);
          return tf
            .grad((weight) => squares(cut, weight))(weightIh)
            .dataSync()
            .slice();
        }),
      );
      expect(results[1]).toEqual(results[0]);
    }
  });

  it('refuses what it cannot do: the same way back twice, a second order, inputs that moved away', async () => {
    await tf.setBackend(name);
    const [x, weightIh] = inputs();
    const loss = (value: TfTensor) => squares(value, weightIh);
    const twice = () => tf.grad((value) => tf.sum(tf.square(tf.grad(loss as never)(value))))(x);
    expect(twice).toThrow(/Cannot compute gradient/);
    const moved = () =>
      tf.grad((value) => {
        const result = squares(value, weightIh);
        void tf.setBackend('cpu');
        tf.square(weightIh).dispose();
        void tf.setBackend(name);
        return result as never;
      })(x);
    expect(moved).toThrow(/moved to another backend/);
  });
});
