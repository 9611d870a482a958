/** Training and evaluation on streams, whose states go on from batch to batch. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { defineNetwork, type Network } from '../../../src/builder/network.js';
import { embedding } from '../../../src/builder/ops/embedding.js';
import { gru } from '../../../src/builder/ops/gru.js';
import { linear } from '../../../src/builder/ops/linear.js';
import { lstm } from '../../../src/builder/ops/lstm.js';
import { mean } from '../../../src/builder/ops/reduce.js';
import { initParameters } from '../../../src/builder/parameters.js';
import { predict } from '../../../src/builder/predict.js';
import { float32, int32 } from '../../../src/builder/tensor.js';
import { crossEntropy } from '../../../src/builder/train/cross-entropy.js';
import { evaluate } from '../../../src/builder/train/evaluate.js';
// Under another name: linters take fit( in a test file for a focused test.
import { type FitOptions, fit as train } from '../../../src/builder/train/fit.js';
import type { Loss } from '../../../src/builder/train/loss.js';
import { mse } from '../../../src/builder/train/losses.js';
import { adam, sgd } from '../../../src/builder/train/optimizers.js';
import { decodeTrainingState, encodeTrainingState } from '../../../src/builder/train/training-state.js';
import type { SampleLoader } from '../../../src/data/sample-loader.js';
import { textStream } from '../../../src/data/text/text-stream.js';
import { rejectionOf } from '../../files/rejection.js';
import { bitsOf } from './small.js';

const ids = Array.from({ length: 100 }, (_, i) => (i * i + (i % 3)) % 7);
const network = defineNetwork({ tokens: int32('batch', 'time') }, ({ tokens }) => {
  const x = embedding('embedding', tokens, { numEmbeddings: 7, embeddingDim: 4 });
  const { output } = gru('gru', lstm('lstm', x, { hiddenSize: 5, numLayers: 2 }).output, { hiddenSize: 5 });
  return { logits: linear('fc', output, 7) };
});
const parameters = initParameters(network, 1);
const stream = textStream(ids, { batchSize: 4, steps: 5 });
const options = { loss: crossEntropy, optimizer: adam({ lr: 0.02 }), seed: 1, backend: 'cpu' } as const;

describe('an evaluation on streams', () => {
  it.each(['cpu', 'wasm', 'simd'] as const)('is that of the whole sequences on %s', async (backend) => {
    const whole = textStream(ids, { batchSize: 4, steps: 1000 });
    expect(whole.length).toBe(4);
    const one = await evaluate(network, parameters, whole, { loss: crossEntropy, backend });
    const pieces = await evaluate(network, parameters, stream, { loss: crossEntropy, backend });
    expect(pieces.loss).toBeCloseTo(one.loss, 6);
    const { batch, length } = stream;
    const alone = await evaluate(
      network,
      parameters,
      { batch, length },
      { loss: crossEntropy, backend, batchSize: 4 },
    );
    expect(Math.abs(alone.loss - one.loss)).toBeGreaterThan(1e-4);
  });

  it('goes past a piece in which no target counts', async () => {
    const loss = crossEntropy({ ignoreIndex: -100 });
    const without = (from: number, to: number, steps: number): SampleLoader => {
      const given = textStream(ids, { batchSize: 4, steps });
      return {
        ...given,
        async batch(indices) {
          const { inputs, targets } = await given.batch(indices);
          const time = targets.shape[1]!;
          const first = Math.floor(indices[0]! / 4) * steps;
          const data = Int32Array.from(targets.data, (id, i) => {
            const at = first + (i % time);
            return at >= from && at < to ? -100 : id;
          });
          return { inputs, targets: { dtype: 'int32', shape: targets.shape, data } };
        },
      };
    };
    const pieces = await evaluate(network, parameters, without(5, 10, 5), { loss, backend: 'cpu' });
    const one = await evaluate(network, parameters, without(5, 10, 1000), { loss, backend: 'cpu' });
    expect(pieces.loss).toBeCloseTo(one.loss, 6);
    // With a rate of 0 each step's loss is that of the first parameters.
    const run = { loss, parameters, optimizer: sgd({ lr: 0 }), backend: 'cpu' } as const;
    const { history } = await train(network, without(5, 10, 5), run);
    expect(history[0]!.loss).toBeCloseTo(one.loss, 6);
  });
});

describe('training on streams', () => {
  it('begins each epoch, and validation, with zeros', async () => {
    const validation = textStream(ids.slice(50), { batchSize: 2, steps: 7 });
    const run = { ...options, validation, optimizer: sgd({ lr: 0 }), parameters, epochs: 2 };
    const { history, state } = await train(network, stream, run);
    const measured = await evaluate(network, parameters, validation, { loss: crossEntropy, backend: 'cpu' });
    for (const log of history) {
      expect(log.loss).toBe(history[0]!.loss);
      expect(log.validation!.loss).toBeCloseTo(measured.loss, 6);
    }
    expect(state.run).toMatchObject({ batchSize: 4, shuffle: false });
  });

  it('resumed equals an uninterrupted one bit for bit, with early stopping', async () => {
    const validation = textStream(ids.slice(50), { batchSize: 2, steps: 7 });
    const run = { ...options, validation, clipNorm: 0.5, earlyStopping: { patience: 3 } };
    const whole = await train(network, stream, { ...run, epochs: 4 });
    const half = await train(network, stream, { ...run, epochs: 2 });
    const resume = decodeTrainingState(encodeTrainingState(half.state));
    const rest = await train(network, stream, { ...run, epochs: 4, resume });
    expect(rest.history).toEqual(whole.history);
    expect(bitsOf(rest.parameters)).toEqual(bitsOf(whole.parameters));
  });

  it('takes pieces of other sequences from a loader', async () => {
    const rows = defineNetwork({ x: float32('batch', 'time', 1) }, ({ x }) => ({
      y: linear('fc', lstm('lstm', x, { hiddenSize: 4 }).output, 1),
    }));
    /** The target is what came first, which later pieces do not have. */
    const loader: SampleLoader = {
      length: 6,
      streams: 2,
      batch: (indices) => {
        const shape = [indices.length, 2, 1];
        const first = Array.from(indices, (index) => (index % 2 === 0 ? 1 : -1));
        const x = Array.from(indices, (index, i) => (index < 2 ? first[i]! : 0)).flatMap((value) => [
          value,
          0,
        ]);
        return {
          inputs: { x: { dtype: 'float32', shape, data: Float32Array.from(x) } },
          targets: {
            dtype: 'float32',
            shape,
            data: Float32Array.from(first.flatMap((value) => [value, value])),
          },
        };
      },
    };
    const { history } = await train(rows, loader, {
      ...{ loss: mse, optimizer: adam({ lr: 0.02 }), epochs: 200, backend: 'cpu', seed: 1 },
    });
    expect(history.at(-1)!.loss).toBeLessThan(0.05); // without states no better than 2/3
  });

  it.each(['cpu', 'simd'] as const)('leaves no tensors on %s, where it fails too', async (backend) => {
    const run = { ...options, backend };
    await train(network, stream, run);
    const before = tf.memory().numTensors;
    await train(network, stream, { ...run, epochs: 2, validation: stream });
    await evaluate(network, parameters, stream, { loss: crossEntropy, backend });
    let calls = 0;
    const failing: Loss = {
      name: 'failing',
      compute(...given) {
        calls++;
        if (calls === 3) throw new Error('no');
        return crossEntropy.compute(...given);
      },
    };
    expect((await rejectionOf(train(network, stream, { ...run, loss: failing }))).code).toBe('E_RUN_FAILED');
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, Partial<FitOptions<'logits'>>, string]>([
    ['a random order', { shuffle: true }, 'Streams are read in order'],
    ['another batch', { batchSize: 8 }, 'has 4 streams and the option batchSize is 8'],
    ['a fraction for validation', { validation: 0.1 }, 'such as a textStream of the end'],
  ])('refuses %s', async (_, more, message) => {
    const error = await rejectionOf(train(network, stream, { ...options, ...more }));
    expect(error).toMatchObject({ code: 'E_INVALID_OPTION', message: expect.stringContaining(message) });
  });

  const cut = 'cannot be carried from a piece';
  const input = { tokens: int32('batch', 'time') };
  const sizes = { numEmbeddings: 7, embeddingDim: 4 };
  it.each<[string, Network, string]>([
    [
      'two directions',
      defineNetwork(input, ({ tokens }) => {
        const x = embedding('embedding', tokens, sizes);
        return { y: linear('fc', lstm('lstm', x, { hiddenSize: 2, bidirectional: true }).output, 7) };
      }),
      cut,
    ],
    [
      'a mean over time',
      defineNetwork(input, ({ tokens }) => {
        const x = embedding('embedding', tokens, sizes);
        return { y: linear('fc', mean(lstm('lstm', x, { hiddenSize: 2 }).output, 1), 7) };
      }),
      cut,
    ],
    [
      'no recurrent layer',
      defineNetwork(input, ({ tokens }) => ({ y: linear('fc', embedding('embedding', tokens, sizes), 7) })),
      'no recurrent layer',
    ],
    [
      'learned states',
      defineNetwork(input, ({ tokens }) => {
        const x = embedding('embedding', tokens, sizes);
        return { y: linear('fc', gru('gru', x, { hiddenSize: 2, initialState: 'learned' }).output, 7) };
      }),
      'starts from learned or computed states',
    ],
    [
      'states of its own',
      defineNetwork({ ...input, h: float32(1, 'batch', 2) }, ({ tokens, h }) => {
        const x = embedding('embedding', tokens, sizes);
        return { y: linear('fc', gru('gru', x, { hiddenSize: 2, initialState: { h } }).output, 7) };
      }),
      "takes its state 'h' as an input",
    ],
  ])('refuses a network with %s', async (_, refused, message) => {
    const expected = { code: 'E_INVALID_OPTION', message: expect.stringContaining(message) };
    expect(await rejectionOf(train(refused, stream, options))).toMatchObject(expected);
    const start = initParameters(refused, 1);
    expect(await rejectionOf(evaluate(refused, start, stream, { loss: crossEntropy }))).toMatchObject(
      expected,
    );
  });

  it.each<[Partial<SampleLoader>, string]>([
    [{ streams: 3 }, 'that divides its length, 20'],
    [{ streams: 0 }, 'that divides its length, 20'],
    [{ streams: 1.5 }, 'that divides its length, 20'],
    [{ streams: 4, sizes: new Int32Array(20) }, 'none beside streams'],
  ])('refuses a loader with %o', async (more, message) => {
    const error = await rejectionOf(train(network, { ...stream, ...more }, options));
    expect(error).toMatchObject({ code: 'E_INVALID_OPTION', message: expect.stringContaining(message) });
  });

  it('is what fit and evaluate do, not predict', async () => {
    const error = await rejectionOf(predict(network, parameters, stream));
    expect(error).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: expect.stringContaining('model.stream()'),
    });
  });
});
