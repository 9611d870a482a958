import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/builder/backends/backend.js';
import { forward } from '../../src/builder/forward.js';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { gaussianNll, pinball, studentTNll } from '../../src/builder/train/forecast-losses.js';
import type { Loss } from '../../src/builder/train/loss.js';
import { bceWithLogits, l1, mse } from '../../src/builder/train/losses.js';
import { countedTargets, masked } from '../../src/builder/train/masked.js';
import { measureBatch } from '../../src/builder/train/measures.js';
import { huber, smoothL1 } from '../../src/builder/train/regression-losses.js';
import { dataset, type SampleArray } from '../../src/data/dataset.js';
import { failureOf } from '../data/failure.js';
import { listFixtures, loadFixture } from '../fixtures.js';
import { backendNames, startNamed } from './backends.js';
import { simpleLSTM } from './networks.js';
import { toArrays, toTf } from './tfjs.js';
import '../matcher.js';

const losses = { bceWithLogits, crossEntropy, l1, mse, gaussianNll, studentTNll };
/** Those that are called. */
const makers = { crossEntropy, huber, smoothL1, pinball };
const FORWARD = { atol: 2e-6 };
/** Losses of logits and values up to 50 are as large, so that a float32 step is more than the absolute tolerance. */
const LARGE_FORWARD = { rtol: 1e-6 };
const GRADIENT = { rtol: 1e-5 };

interface LossCase {
  readonly loss: keyof typeof losses | keyof typeof makers;
  readonly options?: object;
  readonly scale: number;
}

function lossOf({ loss, options }: LossCase): Loss {
  return loss in losses && !options
    ? losses[loss as keyof typeof losses]
    : makers[loss as keyof typeof makers]((options ?? {}) as never); // as the fixture says
}

/** The targets with those that are missing as NaN, or past a length where they are class numbers. */
function withMissing(target: SampleArray, missing: ArrayLike<number>): SampleArray {
  if (target.dtype === 'int32') return target;
  return { ...target, data: target.data.map((value, i) => (missing[i] === 1 ? Number.NaN : value)) };
}

describe.each(backendNames)('a loss on %s', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await startNamed(name);
  });

  it.each(listFixtures('losses').filter((fixture) => !fixture.includes('masked')))(
    'has the value and gradient of PyTorch: %s',
    (fixtureName) => {
      const { tf } = backend;
      const fixture = loadFixture<LossCase>(fixtureName);
      const loss = lossOf(fixture.case);
      tf.tidy(() => {
        const prediction = toTf(tf, fixture.inputs.get('input')!);
        const target = toTf(tf, fixture.inputs.get('target')!);
        const { value, grad } = tf.valueAndGrad((x) => loss.compute(tf, x, target))(prediction);
        const tolerance = fixture.case.scale > 1 ? LARGE_FORWARD : FORWARD;
        expect(toArrays([['loss', value]])).toBeCloseToArray(fixture.outputs, tolerance);
        expect(toArrays([['input', grad]])).toBeCloseToArray(fixture.inputGrads, GRADIENT);
      });
    },
  );

  it.each(listFixtures('losses').filter((fixture) => fixture.includes('masked')))(
    'leaves targets out as a mask of PyTorch does: %s',
    (fixtureName) => {
      const { tf } = backend;
      const fixture = loadFixture<LossCase>(fixtureName);
      const missing = fixture.inputs.get('missing')!.data as Int32Array;
      const given = fixture.inputs.get('target') as SampleArray;
      const targets = withMissing(given, missing);
      // Class numbers have no NaN.
      const loss: Loss =
        given.dtype === 'int32'
          ? {
              ...lossOf(fixture.case),
              counted: () => Int32Array.from(missing.keys()).filter((place) => missing[place] === 0),
            }
          : masked(lossOf(fixture.case));
      const samples = dataset({ inputs: { x: targets }, targets });
      const order = Int32Array.from({ length: samples.length }, (_, i) => i);
      const counted = countedTargets(loss, samples, order, 0, order.length);
      const objective = { loss, metrics: [], output: 'y' };
      tf.tidy(() => {
        const { value, grad } = tf.valueAndGrad(
          (x) => measureBatch(tf, objective, x, toTf(tf, targets), counted).loss,
        )(toTf(tf, fixture.inputs.get('input')!));
        expect(toArrays([['loss', value]])).toBeCloseToArray(fixture.outputs, FORWARD);
        expect(toArrays([['input', grad]])).toBeCloseToArray(fixture.inputGrads, GRADIENT);
      });
    },
  );

  it('of simpleLSTM has the value of PyTorch, and so have the gradients of all parameters and of x', () => {
    const { tf } = backend;
    const fixture = loadFixture('simple-lstm');
    tf.tidy(() => {
      const xs = [...fixture.params, ['x', fixture.inputs.get('x')!] as const].map(
        ([key, array]) => [key, toTf(tf, array)] as const,
      );
      const labels = toTf(tf, fixture.inputs.get('labels')!);
      const loss = (...tensors: TfTensor[]) => {
        const named = new Map(xs.map(([key], i) => [key, tensors[i]!]));
        const { logits } = forward(tf, simpleLSTM, named, { x: named.get('x')! });
        return losses.crossEntropy.compute(tf, logits!, labels);
      };
      const { value, grads } = tf.valueAndGrads(loss)(xs.map(([, tensor]) => tensor));
      expect(value.dataSync()).toBeCloseToArray(fixture.outputs.get('loss')!.data, FORWARD);
      expect(toArrays(xs.map(([key], i) => [key, grads[i]!]))).toBeCloseToArray(
        new Map([...fixture.grads, ...fixture.inputGrads]),
        GRADIENT,
      );
    });
  });

  it.each([
    [
      'crossEntropy',
      [2, 3],
      [3],
      'crossEntropy: the targets have shape [3], expected [2] for these predictions.',
    ],
    [
      'crossEntropy',
      [2, 3],
      [2, 3],
      'crossEntropy: the targets have shape [2, 3], expected [2] for these predictions.',
    ],
    ['mse', [2, 1], [2], 'mse: the targets have shape [2], expected [2, 1] for these predictions.'],
    ['l1', [2, 3], [1, 3], 'l1: the targets have shape [1, 3], expected [2, 3] for these predictions.'],
  ] as const)('%s of %j refuses targets of %j', (kind, predicted, targets, message) => {
    const { tf } = backend;
    tf.tidy(() => {
      const failure = failureOf(() =>
        losses[kind].compute(tf, tf.zeros([...predicted]), tf.zeros([...targets], 'int32')),
      );
      expect(failure).toMatchObject({ code: 'E_SHAPE_MISMATCH', message });
    });
  });

  it.each([3, -1])('crossEntropy refuses class %d of three', (wrong) => {
    const { tf } = backend;
    tf.tidy(() => {
      const failure = failureOf(() =>
        losses.crossEntropy.compute(tf, tf.zeros([2, 3]), tf.tensor1d([1, wrong], 'int32')),
      );
      expect(failure).toMatchObject({
        code: 'E_INVALID_OPTION',
        message:
          `crossEntropy: a target is class ${wrong}, but the predictions have the classes 0 to 2.` +
          (wrong < 0 ? ' Where such targets are not to count, give crossEntropy({ ignoreIndex: -1 }).' : ''),
      });
    });
  });
});
