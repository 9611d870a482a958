import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../../src/builder/network.js';
import { initParameters } from '../../../src/builder/parameters.js';
import { float32 } from '../../../src/builder/tensor.js';
import { evaluate } from '../../../src/builder/train/evaluate.js';
// Under another name: linters take fit( in a test file for a focused test.
import { fit as train } from '../../../src/builder/train/fit.js';
import { crossEntropy, mse } from '../../../src/builder/train/losses.js';
import { accuracy } from '../../../src/builder/train/metrics.js';
import { sgd } from '../../../src/builder/train/optimizers.js';
import { type Dataset, dataset } from '../../../src/data/dataset.js';
import type { LstmOnnxError } from '../../../src/errors.js';
import { rejectionOf } from '../../files/rejection.js';
import { classifier, FEATURES, line, options, points, sequences, TIME, weight } from './small.js';

const data = sequences(64);

describe('bad input to fit', () => {
  const refused = async (code: LstmOnnxError['code'], message: string, run: Promise<unknown>) => {
    const failure = await rejectionOf(run);
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(message);
  };
  const wrong = (x: Dataset['inputs'], targets = data.targets) => dataset({ inputs: x, targets });

  it.each([
    [{ epochs: 0 }, 'epochs is 0; give an integer of at least 1.'],
    [{ epochs: 1.5 }, 'epochs is 1.5; give an integer of at least 1.'],
    [{ batchSize: 1.5 }, 'batchSize is 1.5; give an integer of at least 1.'],
    [{ batchSize: Number.NaN }, 'batchSize is NaN; give an integer of at least 1.'],
    [{ batchSize: -1 }, 'batchSize is -1; give an integer of at least 1.'],
    [{ clipNorm: 0 }, 'clipNorm is 0; give a number above 0, such as 1.'],
    [{ clipNorm: Number.NaN }, 'clipNorm is NaN; give a number above 0, such as 1.'],
    [{ seed: 0.5 }, 'Seed 0.5 is not an integer; give one, such as 1.'],
    [{ validation: 1.5 }, 'A validation part of 1.5 leaves no split of 64 samples'],
  ])('is refused: %j', (given, message) =>
    refused('E_INVALID_OPTION', message, train(classifier, data, { ...options, ...given })),
  );

  it('stops when the last step of an epoch leaves parameters that are not finite', async () => {
    const saved: number[] = [];
    const run = train(classifier, data, {
      ...options,
      batchSize: 64,
      optimizer: sgd({ lr: 1e300 }),
      onEpoch: ({ log }) => void saved.push(log.epoch),
    });
    await refused('E_LOSS_NOT_FINITE', 'not finite after the last step of epoch 1', run);
    expect(saved).toEqual([]);
  });

  it('is refused: a network whose inputs have time first', async () => {
    const timeFirst = defineNetwork({ x: float32('time', 'batch', 3) }, ({ x }) => ({ y: x }));
    const message =
      "Input 'x' is [time, batch, 3]; training and evaluation cut batches along the first dimension.";
    await refused('E_INVALID_OPTION', message, train(timeFirst, data, { loss: mse }));
    await refused('E_INVALID_OPTION', message, evaluate(timeFirst, new Map(), data, { loss: mse }));
  });

  it('is refused: an output that is not there, or none named of several', async () => {
    const output = 'logit' as 'logits';
    const unknown = "The network has no output 'logit'; its outputs are logits.";
    await refused('E_UNKNOWN_NAME', unknown, train(classifier, data, { ...options, output }));
    const two = defineNetwork({ x: float32('batch', 1) }, ({ x }) => ({ a: x, b: x }));
    await refused('E_INVALID_OPTION', "as in { output: 'a' }", train(two, points([1], [1]), { loss: mse }));
  });

  it('is refused: a backend that is not there', () =>
    refused(
      'E_PROVIDER_UNAVAILABLE',
      "'webgpu'",
      train(classifier, data, { ...options, backend: 'webgpu' }),
    ));

  it('is refused: data under another name, or of another type or shape', async () => {
    const { x } = data.inputs as { x: (typeof data.inputs)[string] };
    const unknown = "The network has no input 'images'; its inputs are x.";
    await refused('E_UNKNOWN_NAME', unknown, train(classifier, wrong({ images: x }), options));
    const ints = { dtype: 'int32' as const, shape: x.shape, data: new Int32Array(x.data.length) };
    await refused('E_DTYPE_MISMATCH', "Input 'x' is int32", train(classifier, wrong({ x: ints }), options));
    const flat = { ...x, shape: [64, TIME * FEATURES] } as typeof x;
    await refused(
      'E_SHAPE_MISMATCH',
      "Input 'x' has shape [16, 10], expected [batch, time, 2].",
      train(classifier, wrong({ x: flat }), options),
    );
  });

  it('is refused: targets of another shape, also where a metric would broadcast them', async () => {
    const targets = { dtype: 'int32' as const, shape: [64, 1], data: data.targets.data as Int32Array };
    await refused(
      'E_SHAPE_MISMATCH',
      'crossEntropy: the targets have shape [16, 1], expected [16] for these predictions.',
      train(classifier, wrong(data.inputs, targets), { ...options, metrics: [accuracy] }),
    );
  });

  it('is refused: a class that the predictions do not have', () => {
    const targets = { dtype: 'int32' as const, shape: [64], data: new Int32Array(64).fill(2) };
    return refused(
      'E_INVALID_OPTION',
      'a target is class 2, but the predictions have the classes 0 to 1',
      train(classifier, wrong(data.inputs, targets), options),
    );
  });

  it('is refused: parameters of another network', () =>
    refused(
      'E_SHAPE_MISMATCH',
      "'fc.bias' [2] is missing",
      train(classifier, data, { ...options, parameters: weight(1) }),
    ));

  it('stops at the first loss that is not a number, naming epoch and step', async () => {
    // Sample 37 is in the third batch; the parameters are fine until then.
    const values = Float32Array.from(data.inputs.x!.data);
    values[37 * TIME * FEATURES] = Number.NaN;
    const broken = wrong({ x: { dtype: 'float32', shape: data.inputs.x!.shape, data: values } });
    await refused(
      'E_LOSS_NOT_FINITE',
      'The crossEntropy loss is NaN at epoch 1, step 3; training cannot go on. ' +
        'Lower the learning rate, clip the gradients, or look for NaN in the data.',
      train(classifier, broken, { ...options, shuffle: false }),
    );
  });

  it('stops when the loss overflows', () =>
    refused(
      'E_LOSS_NOT_FINITE',
      'The mse loss is Infinity at epoch',
      train(line, points([10], [0]), {
        loss: mse,
        optimizer: sgd({ lr: 1e6 }),
        parameters: weight(1),
        epochs: 99,
      }),
    ));

  it('is refused: no loss, from callers without types, with the losses there are', async () => {
    const none = {} as { loss: typeof mse };
    const message = 'The option loss is no loss; give crossEntropy, mse, l1, bceWithLogits';
    await refused('E_INVALID_OPTION', message, train(classifier, data, none));
    await refused('E_INVALID_OPTION', message, train(classifier, data, undefined as never));
    await refused(
      'E_INVALID_OPTION',
      message,
      evaluate(classifier, initParameters(classifier, 1), data, none),
    );
  });

  it('is refused by evaluate too', async () => {
    const parameters = initParameters(classifier, 1);
    const batchSize = { loss: crossEntropy, batchSize: 0 };
    await refused('E_INVALID_OPTION', 'batchSize is 0', evaluate(classifier, parameters, data, batchSize));
    await refused(
      'E_SHAPE_MISMATCH',
      'is missing',
      evaluate(classifier, weight(1), data, { loss: crossEntropy }),
    );
  });
});
