/** Cross-entropy over sequences with padding: what counts in a batch, in an epoch and in validation. */
import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../../src/builder/network.js';
import { linear } from '../../../src/builder/ops/linear.js';
import { initParameters } from '../../../src/builder/parameters.js';
import { predict } from '../../../src/builder/predict.js';
import { Generator } from '../../../src/builder/random.js';
import { float32, int32 } from '../../../src/builder/tensor.js';
import { type CrossEntropyOptions, crossEntropy } from '../../../src/builder/train/cross-entropy.js';
import { evaluate } from '../../../src/builder/train/evaluate.js';
// Under another name: linters take fit( in a test file for a focused test.
import { fit as train } from '../../../src/builder/train/fit.js';
import type { Loss } from '../../../src/builder/train/loss.js';
import { mse } from '../../../src/builder/train/losses.js';
import { masked } from '../../../src/builder/train/masked.js';
import { accuracy } from '../../../src/builder/train/metrics.js';
import { sgd } from '../../../src/builder/train/optimizers.js';
import { type Dataset, dataset } from '../../../src/data/dataset.js';
import { float32Array } from '../../../src/nd-array.js';
import { failureOf } from '../../data/failure.js';
import { rejectionOf } from '../../files/rejection.js';
import '../../matcher.js';

const [samples, time, classes] = [7, 4, 3];
/** Sequences so unequal that the mean of the batches' means is far from the mean over the tokens. */
const lengths = Int32Array.of(4, 1, 1, 2, 4, 1, 3);
const network = defineNetwork({ x: float32('batch', 'time', 2), lengths: int32('batch') }, ({ x }) => ({
  logits: linear('fc', x, classes),
}));
const parameters = initParameters(network, 2);
const x = float32Array([samples, time, 2], new Generator(1).uniform(samples * time * 2, -2, 2));
const labels = Int32Array.from({ length: samples * time }, (_, i) => (i * 7) % classes);
const isToken = (i: number) => i % time < lengths[Math.floor(i / time)]!;

/** The data, with `padding` in place of the targets past the lengths. */
function padded(padding: number) {
  const data = labels.map((label, i) => (isToken(i) ? label : padding));
  return dataset({
    inputs: { x, lengths: { dtype: 'int32', shape: [samples], data: lengths } },
    targets: { dtype: 'int32', shape: [samples, time], data },
  });
}

/** PyTorch's formula in double precision, over the tokens for which `counts`. */
async function byHand({ weights, labelSmoothing = 0 }: CrossEntropyOptions, counts = isToken) {
  const { logits } = await predict(network, parameters, padded(0).inputs, { backend: 'cpu' });
  let [sum, total, right, tokens] = [0, 0, 0, 0];
  for (let i = 0; i < labels.length; i++) {
    if (!counts(i)) continue;
    const row = [...logits.data.subarray(i * classes, (i + 1) * classes)];
    const whole = Math.log(row.reduce((all, logit) => all + Math.exp(logit), 0));
    const weightOf = (c: number) => weights?.[c] ?? 1;
    const own = weightOf(labels[i]!);
    const smooth = row.reduce((all, logit, c) => all + weightOf(c) * (whole - logit), 0);
    sum += (1 - labelSmoothing) * own * (whole - row[labels[i]!]!) + (labelSmoothing / classes) * smooth;
    total += own;
    right += row.indexOf(Math.max(...row)) === labels[i] ? 1 : 0;
    tokens++;
  }
  return { loss: sum / total, accuracy: right / tokens };
}

const all = { weights: [0.2, 1, 5], labelSmoothing: 0.1 };
const kinds: [string, Loss, number, CrossEntropyOptions][] = [
  ['an ignored index', crossEntropy({ ignoreIndex: -100 }), -100, {}],
  ['lengths', masked(crossEntropy, { lengths: 'lengths' }), 1, {}],
  ['an ignored index and lengths', masked(crossEntropy({ ignoreIndex: -1 }), { lengths: 'lengths' }), -1, {}],
  ['an ignored index and all options', crossEntropy({ ...all, ignoreIndex: 9 }), 9, all],
  ['lengths and all options', masked(crossEntropy(all), { lengths: 'lengths' }), 2, all],
];

describe.each(['cpu', 'wasm', 'simd'])('crossEntropy over padded sequences on %s', (backend) => {
  it.each(kinds)(
    'with %s is the mean over the tokens, whatever the batches',
    async (_, loss, padding, options) => {
      const expected = await byHand(options);
      for (const batchSize of [1, 2, 3, 64]) {
        const { loss: value, metrics } = await evaluate(network, parameters, padded(padding), {
          loss,
          metrics: [accuracy],
          batchSize,
          backend,
        });
        expect([value, metrics.accuracy]).toBeCloseToArray([expected.loss, expected.accuracy], {
          atol: 2e-6,
        });
      }
    },
  );

  it('is that mean in an epoch and in its validation', async () => {
    const still = { optimizer: sgd({ lr: 1e-30 }), parameters, batchSize: 2, metrics: [accuracy], backend };
    for (const [, loss, padding, options] of kinds) {
      const data = padded(padding);
      const expected = await byHand(options);
      const { history } = await train(network, data, { ...still, loss, validation: data });
      for (const { loss: value, metrics } of [history[0]!, history[0]!.validation!])
        expect([value, metrics.accuracy]).toBeCloseToArray([expected.loss, expected.accuracy], {
          atol: 2e-6,
        });
    }
  });

  it('steps along no gradient where the classes of a batch have no weight, and counts their metrics', async () => {
    const loss = crossEntropy({ weights: [0, 1, 0], ignoreIndex: -1 });
    const data = dataset({
      inputs: padded(0).inputs,
      targets: { dtype: 'int32', shape: [samples, time], data: labels.map((label) => label && -1) },
    });
    const one = dataset({
      inputs: padded(0).inputs,
      targets: {
        dtype: 'int32',
        shape: [samples, time],
        data: labels.map((label, i) => (i === 1 ? label : label && -1)),
      },
    });
    expect(labels[1]).toBe(1);
    const options = { loss, metrics: [accuracy], parameters, batchSize: 2, backend, shuffle: false } as const;
    expect((await rejectionOf(train(network, data, options))).message).toContain('classes with the weight 0');
    const losses: number[] = [];
    const still = { ...options, optimizer: sgd({ lr: 1e-30 }) };
    const { history, state } = await train(network, one, {
      ...still,
      onStep: ({ loss: value }) => void losses.push(value),
    });
    expect(losses.map(Number.isNaN)).toEqual([false, true, true, true]);
    expect(state.optimizer.step).toBe(1);
    const counts = (i: number) => i === 1 || labels[i] === 0;
    const { accuracy: share } = await byHand({}, counts);
    const { loss: value } = await byHand({}, (i) => i === 1);
    const measured = await evaluate(network, parameters, one, { ...{ loss, backend }, metrics: [accuracy] });
    for (const got of [history[0]!, measured])
      expect([got.loss, got.metrics.accuracy]).toBeCloseToArray([value, share], { atol: 2e-6 });
  });
});

describe('crossEntropy', () => {
  it('with weights leaves out batches in which all targets are ignored', async () => {
    const data = padded(-1);
    const ids = Int32Array.from(data.targets.data).fill(-1, 0, time);
    const targets = { dtype: 'int32', shape: [samples, time], data: ids } as const;
    const loss = crossEntropy({ weights: [1, 2, 3], ignoreIndex: -1 });
    const losses: number[] = [];
    const { history } = await train(network, dataset({ inputs: data.inputs, targets }), {
      ...{ loss, optimizer: sgd({ lr: 1e-30 }), parameters, batchSize: 1, shuffle: false, backend: 'cpu' },
      onStep: ({ loss: value }) => void losses.push(value),
    });
    expect(losses.map(Number.isNaN)).toEqual([true, false, false, false, false, false, false]);
    const { loss: expected } = await byHand({ weights: [1, 2, 3] }, (i) => i >= time && isToken(i));
    expect(history[0]!.loss).toBeCloseTo(expected, 5);
  });

  it('is a loss by itself, with a name that copies keep', () => {
    expect(crossEntropy.name).toBe('crossEntropy');
    expect({ ...crossEntropy }).toMatchObject({ name: 'crossEntropy', compute: crossEntropy.compute });
    expect(Object.keys(crossEntropy())).toEqual(['name', 'compute']);
  });

  it('refuses data in which all targets are ignored', async () => {
    const data = padded(0);
    const ignored = {
      ...data,
      targets: { ...data.targets, data: new Int32Array(samples * time).fill(-100) } as const,
    };
    const options = { loss: crossEntropy({ ignoreIndex: -100 }), backend: 'cpu' } as const;
    for (const run of [
      () => train(network, ignored as Dataset, options),
      () => evaluate(network, parameters, ignored as Dataset, options),
    ])
      expect(await rejectionOf(run())).toMatchObject({
        code: 'E_INVALID_OPTION',
        message: expect.stringContaining('No target of the'),
      });
  });

  it.each([
    [{ ignoreIndex: 0.5 }, 'ignoreIndex is the number 0.5; give an integer'],
    [{ weights: [] }, 'weights is a list without a weight'],
    [{ weights: [0, 0] }, 'weights is a list without a weight'],
    [{ weights: [1, -1] }, 'weights is a list with the number -1; give a number of at least 0'],
    [{ weights: [1, Number.NaN] }, 'a list with the number NaN'],
    [{ weights: Float32Array.of(1, Infinity) }, 'a list with the number Infinity'],
    [{ weights: 'balanced' }, "weights is the text 'balanced'"],
    [{ labelSmoothing: 1.5 }, 'labelSmoothing is 1.5; give a number from 0 to 1'],
    [{ ignore_index: 1 }, "has no option 'ignore_index'; use ignoreIndex"],
    [{ weight: [1] }, "has no option 'weight'; use weights"],
  ])('refuses %j', (options, message) => {
    const failure = failureOf(() => crossEntropy(options as never));
    expect(failure).toMatchObject({ code: 'E_INVALID_OPTION', message: expect.stringContaining(message) });
  });

  it('refuses targets of float32 that no int32 holds', async () => {
    const rows = {
      inputs: { x: float32Array([1, 2], [1, 2]) },
      targets: float32Array([1], [2 ** 32]),
    };
    const plain = defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({
      logits: linear('fc', x, classes),
    }));
    const failure = await rejectionOf(train(plain, dataset(rows), { loss: crossEntropy, backend: 'cpu' }));
    expect(failure.message).toContain('a target is 4294967296; expected class numbers');
  });

  it('refuses weights of other classes than the predictions have', async () => {
    const failure = await rejectionOf(
      train(network, padded(0), { loss: crossEntropy({ weights: [1, 2] }), backend: 'cpu' }),
    );
    expect(failure.message).toContain('weights has 2 numbers and the predictions have 3 classes');
  });

  it('is not changed by what happens to the weights that it was given', async () => {
    const weights = [0.2, 1, 5];
    const loss = crossEntropy({ weights, ignoreIndex: -1 });
    weights.fill(1);
    const { loss: value } = await evaluate(network, parameters, padded(-1), { loss, backend: 'cpu' });
    expect(value).toBeCloseTo((await byHand({ weights: [0.2, 1, 5] })).loss, 5);
  });

  it('of a masked loss that is masked again leaves out what either does', async () => {
    const target = float32Array([2], [Number.NaN, 1]);
    const twice = masked(masked(mse), { lengths: 'lengths' });
    const input = () => ({ dtype: 'int32', shape: [1], data: Int32Array.of(2) }) as const;
    expect(twice.counted!({ ...target, shape: [1, 2] }, input)).toEqual(Int32Array.of(1));
  });
});
