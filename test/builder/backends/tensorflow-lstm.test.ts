import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startBackend } from '../../../src/builder/backends/backend.js';
import { lstmDirections } from '../../../src/builder/forward/lstm-layer.js';
import { Generator } from '../../../src/builder/random.js';
import { fit as train } from '../../../src/builder/train/fit.js';
import { classifier, options, sequences } from '../train/small.js';
import { referenceLstm } from './lstm-reference.js';
import '../../matcher.js';

const { tf, name, notice } = await startBackend('tensorflow');
const there = name === 'tensorflow';
// Vitest shows a skipped test's reason in some reporters alone.
if (!there) console.warn(`tests of the tensorflow backend are skipped: ${notice}`);

interface Case {
  readonly batch: number;
  readonly time: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly reverse: boolean;
  readonly batchFirst: boolean;
  readonly wantOutput: boolean;
}

function randomData({ batch, time, inputSize, hiddenSize, wantOutput }: Case, seed: number) {
  const generator = new Generator(seed);
  const bound = 1 / Math.sqrt(hiddenSize);
  const uniform = (size: number, most = 1) => generator.uniform(size, -most, most);
  return {
    x: uniform(time * batch * inputSize),
    h0: uniform(batch * hiddenSize),
    c0: uniform(batch * hiddenSize),
    weightIh: uniform(4 * hiddenSize * inputSize, bound),
    weightHh: uniform(4 * hiddenSize * hiddenSize, bound),
    bias: uniform(4 * hiddenSize),
    ...(wantOutput ? { dOutput: uniform(time * batch * hiddenSize) } : {}),
    dH: uniform(batch * hiddenSize),
    dC: uniform(batch * hiddenSize),
  };
}

/** Results and gradients, by the reference's names. */
function tensorflowLstm(given: Case, data: ReturnType<typeof randomData>): Map<string, Float32Array> {
  const { batch, time, inputSize, hiddenSize, reverse, batchFirst, wantOutput } = given;
  const sequence = (size: number) => (batchFirst ? [batch, time, size] : [time, batch, size]);
  const state = [batch, hiddenSize];
  const attributes = { reverse, batchFirst, wantOutput, training: true };
  const results = new Map<string, Float32Array>();
  const keep = (key: string, tensor: TfTensor) => results.set(key, Float32Array.from(tensor.dataSync()));
  tf.tidy(() => {
    const arguments_ = [
      tf.tensor(data.x, sequence(inputSize)),
      tf.tensor(data.h0, state),
      tf.tensor(data.c0, state),
      tf.tensor(data.weightIh, [4 * hiddenSize, inputSize]),
      tf.tensor(data.weightHh, [4 * hiddenSize, hiddenSize]),
      tf.tensor(data.bias, [4 * hiddenSize]),
    ];
    const gradients = tf.grads((x, h0, c0, weightIh, weightHh, bias) => {
      const layer = { x: x!, h0, c0, weightIh: weightIh!, weightHh: weightHh!, bias: bias! };
      const { output, h, c } = lstmDirections(tf, [{ layer, attributes }])[0]!;
      keep('lastH', h);
      keep('lastC', c);
      // The gradients of this sum by output, h and c are those given.
      const weighed = (result: TfTensor, by: Float32Array) =>
        tf.sum(tf.mul(result, tf.tensor(by, result.shape)));
      const states = tf.add(weighed(h, data.dH), weighed(c, data.dC));
      if (!data.dOutput) return states;
      keep('output', output);
      return tf.add(states, weighed(output, data.dOutput));
    })(arguments_);
    const names = ['dx', 'dH0', 'dC0', 'dWeightIh', 'dWeightHh', 'dBias'];
    for (const [i, key] of names.entries()) keep(key, gradients[i]!);
  });
  return results;
}

describe.runIf(there)('the tensorflow LSTM kernels', () => {
  it('agree with double precision at any size, within 1e-5 of the largest entry', () => {
    const sizes = fc.record({
      batch: fc.integer({ min: 1, max: 19 }),
      time: fc.integer({ min: 1, max: 9 }),
      inputSize: fc.integer({ min: 1, max: 21 }),
      hiddenSize: fc.integer({ min: 1, max: 37 }),
      reverse: fc.boolean(),
      batchFirst: fc.boolean(),
      wantOutput: fc.boolean(),
    });
    fc.assert(
      fc.property(sizes, fc.nat(), (given, seed) => {
        const data = randomData(given, seed);
        const expected = referenceLstm({ ...given, projected: 0 }, data);
        expect(tensorflowLstm(given, data)).toBeCloseToArray(
          new Map<string, Float64Array>(Object.entries(expected)),
          { rtol: 1e-5 },
        );
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('leave nothing behind when training ends', async () => {
    const data = sequences(32);
    const once = () => train(classifier, data, { ...options, backend: 'tensorflow' });
    await once();
    const before = { tensors: tf.memory().numTensors, buffers: tf.engine().backend.numDataIds() };
    await once();
    expect({ tensors: tf.memory().numTensors, buffers: tf.engine().backend.numDataIds() }).toEqual(before);
  });

  it('read nothing where there is nothing to read', () => {
    const given = { batch: 0, time: 3, inputSize: 2, hiddenSize: 2 };
    const all = { ...given, reverse: false, batchFirst: true, wantOutput: true };
    expect(() => tensorflowLstm(all, randomData(all, 1))).toThrow(/there is nothing to read/);
  });
});

if (!there) it('the tensorflow LSTM kernels compute', ({ skip }) => skip(notice));
