import type { Scalar, Tensor } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Tf } from '../../../src/builder/backends/tf.js';
import { defineNetwork } from '../../../src/builder/network.js';
import { tanh } from '../../../src/builder/ops/activations.js';
import { argmax } from '../../../src/builder/ops/argmax.js';
import { initParameters } from '../../../src/builder/parameters.js';
import { float32 } from '../../../src/builder/tensor.js';
import { crossEntropy } from '../../../src/builder/train/cross-entropy.js';
import { evaluate } from '../../../src/builder/train/evaluate.js';
// Under another name: linters take fit( in a test file for a focused test.
import { fit as train } from '../../../src/builder/train/fit.js';
import type { Loss } from '../../../src/builder/train/loss.js';
import { bceWithLogits, mse } from '../../../src/builder/train/losses.js';
import { accuracy } from '../../../src/builder/train/metrics.js';
import { adam, sgd } from '../../../src/builder/train/optimizers.js';
import { type Dataset, dataset, sliceDataset } from '../../../src/data/dataset.js';
import type { LstmOnnxError } from '../../../src/errors.js';
import { float32Array } from '../../../src/nd-array.js';
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
    [{ shuffle: 'no' as never }, "The option shuffle got the text 'no'; expected true or false."],
    [{ validation: null as never }, 'The data set got null; expected { inputs:'],
    [{ earlyStopping: { minDelta: '1' as never } }, 'earlyStopping.minDelta is 1; give a number'],
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

  it.each([['fit'], ['evaluate']])('is refused: integers to train on or to measure, by %s', async (name) => {
    const network = defineNetwork({ x: float32('batch', 3) }, ({ x }) => ({ y: argmax(x) }));
    const rows = dataset({
      inputs: { x: float32Array([1, 3], [1, 2, 3]) },
      targets: { dtype: 'int32', shape: [1], data: Int32Array.of(0) },
    });
    const run =
      name === 'fit'
        ? train(network, rows as never, options as never)
        : evaluate(network, new Map(), rows as never, { loss: crossEntropy });
    await refused('E_DTYPE_MISMATCH', "The output 'y' is int32, which has no gradient and no loss", run);
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

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'is refused: %d in the data, naming sample and index',
    async (bad) => {
      const values = Float32Array.from(data.inputs.x!.data);
      values[37 * TIME * FEATURES + 3] = bad;
      const broken = wrong({ x: { dtype: 'float32', shape: data.inputs.x!.shape, data: values } });
      const message = (role: string) =>
        `Input 'x' of the ${role} data: sample 37 holds ${bad} at index [1, 1].`;
      await refused('E_NOT_FINITE', message('training'), train(classifier, broken, options));
      const validation = train(classifier, data, { ...options, validation: broken });
      await refused('E_NOT_FINITE', message('validation'), validation);
      const parameters = initParameters(classifier, 1);
      await refused(
        'E_NOT_FINITE',
        message('evaluation'),
        evaluate(classifier, parameters, broken, { loss: crossEntropy }),
      );
      const targets = points([1, 2, 3], [0, 0, bad]);
      const ofTargets = train(line, targets, { loss: mse });
      await refused(
        'E_NOT_FINITE',
        `The targets of the training data: sample 2 holds ${bad} at index [0].`,
        ofTargets,
      );
    },
  );

  it('stops at the first loss that is not a number, naming epoch and step', () => {
    const third = {
      ...mse,
      name: 'mine',
      compute: (...[tf, y, t]: Parameters<typeof mse.compute>) => {
        steps += 1;
        return tf.mul(mse.compute(tf, y, t), steps === 3 ? Number.NaN : 1) as Scalar;
      },
    };
    let steps = 0;
    const run = train(line, points([1, 2, 3, 4], [0, 0, 0, 0]), { loss: third, batchSize: 1 });
    return refused(
      'E_LOSS_NOT_FINITE',
      'The mine loss is NaN at epoch 1, step 3; training cannot go on. Lower the learning rate or clip the gradients.',
      run,
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
    const message = 'The option loss is not a loss; give crossEntropy, mse, l1, bceWithLogits';
    await refused('E_INVALID_OPTION', message, train(classifier, data, none));
    await refused('E_INVALID_OPTION', message, train(classifier, data, undefined as never));
    await refused(
      'E_INVALID_OPTION',
      message,
      evaluate(classifier, initParameters(classifier, 1), data, none),
    );
  });

  it.each([
    [{ validationSplit: 0.1 }, "fit has no option 'validationSplit'; use validation."],
    [
      { learningRate: 0.1 },
      "fit has no option 'learningRate'; use optimizer, as in { optimizer: adam({ lr: 0.01 }) }.",
    ],
    [{ epoch: 2 }, "fit has no option 'epoch'; use epochs."],
  ])('is refused: an option that there is not, with the one that was meant: %j', (given, message) =>
    refused('E_INVALID_OPTION', message, train(classifier, data, { ...options, ...given })),
  );

  it.each([
    ['adam', "The option optimizer got the text 'adam'; expected adam(), which is called."],
    [adam, 'The option optimizer got a function; expected adam(), which is called.'],
    [{ kind: 'adam', lr: '0.1' }, 'adam: lr'],
    [{ kind: 'adamw', lr: -1 }, 'adamW: lr'],
    [{}, 'expected adam(), adamW() or sgd()'],
  ])('is refused: %s for an optimizer', (optimizer, message) =>
    refused(
      'E_INVALID_OPTION',
      message,
      train(classifier, data, { ...options, optimizer: optimizer as never }),
    ),
  );

  it.each([
    [[accuracy, accuracy], 'E_DUPLICATE_NAME', "metrics[1] is called 'accuracy', as another metric is"],
    [[{ ...accuracy, name: 'loss' }], 'E_DUPLICATE_NAME', "metrics[0] is called 'loss', as the loss is"],
    [['accuracy'], 'E_INVALID_OPTION', "metrics[0] got the text 'accuracy'; expected a metric"],
    [accuracy, 'E_INVALID_OPTION', 'expected a list, as in [accuracy]'],
  ] as const)('is refused: metrics that do not go together', (metrics, code, message) =>
    refused(code, message, train(classifier, data, { ...options, metrics: metrics as never })),
  );

  it('is refused: accuracy of a regression', () =>
    refused(
      'E_INVALID_OPTION',
      'accuracy compares classes, but mse compares numbers; give the metric meanAbsoluteError',
      train(line, points([1], [0.5]), { loss: mse, metrics: [accuracy] }),
    ));

  it('is refused: targets that are no classes, or no probabilities', async () => {
    const floats = (...values: number[]) =>
      dataset({
        inputs: sliceDataset(data, 0, 2).inputs,
        targets: { dtype: 'float32', shape: [2], data: Float32Array.from(values) },
      });
    await refused(
      'E_INVALID_OPTION',
      'crossEntropy: a target is 0.5; expected class numbers',
      train(classifier, floats(1, 0.5), options),
    );
    await refused(
      'E_INVALID_OPTION',
      'bceWithLogits: a target is 7; expected probabilities from 0 to 1.',
      train(line, points([1, 2], [1, 7]), { loss: bceWithLogits }),
    );
  });

  it('is refused: a loss of the caller that is no number for the batch, or hangs on no parameter', async () => {
    const each = { name: 'each', compute: (tf: Tf, y: Tensor) => tf.square(y) as Scalar };
    const constant = { name: 'constant', compute: (tf: Tf) => tf.scalar(1) };
    const broken = {
      name: 'broken',
      compute: () => {
        throw new TypeError('oh');
      },
    };
    const run = (loss: Loss) => train(line, points([1, 2], [1, 2]), { loss });
    await refused('E_INVALID_OPTION', 'each gave a tensor of shape [2, 1]; expected one number', run(each));
    await refused(
      'E_INVALID_OPTION',
      "The constant loss does not depend on the network's parameters",
      run(constant),
    );
    await refused('E_RUN_FAILED', 'A training step with broken failed: oh', run(broken));
    await refused(
      'E_INVALID_OPTION',
      'gave undefined',
      run({ name: 'none', compute: () => undefined as never }),
    );
    const broke = evaluate(line, weight(1), points([1, 2], [1, 2]), { loss: mse, metrics: [broken] });
    await refused('E_RUN_FAILED', 'An evaluation with mse, broken failed: oh', broke);
    const evaluation = evaluate(line, weight(1), points([1, 2], [1, 2]), { loss: each });
    await refused('E_INVALID_OPTION', 'each gave a tensor of shape [2, 1]; expected one number', evaluation);
  });

  it('is refused: a network without parameters, which can learn nothing', () => {
    const fixed = defineNetwork({ x: float32('batch', 1) }, ({ x }) => ({ y: tanh(x) }));
    return refused(
      'E_INVALID_OPTION',
      'The network has no parameters',
      train(fixed, points([1], [1]), { loss: mse }),
    );
  });

  it('takes inputs and targets as they are, without dataset()', async () => {
    const { inputs, targets } = data;
    const plain = await train(classifier, { inputs, targets }, options);
    const made = await train(classifier, data, options);
    expect(plain.history).toEqual(made.history);
    expect(plain.history[0]!.loss).toBeGreaterThan(0);
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
