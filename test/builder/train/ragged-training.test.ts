/** Samples of different lengths, and samples that are read when a batch asks for them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startBackend } from '../../../src/builder/backends/backend.js';
import type { SimdBackend } from '../../../src/builder/backends/simd/backend.js';
import { defineNetwork } from '../../../src/builder/network.js';
import { last } from '../../../src/builder/ops/at.js';
import { embedding } from '../../../src/builder/ops/embedding.js';
import { linear } from '../../../src/builder/ops/linear.js';
import { lstm } from '../../../src/builder/ops/lstm.js';
import { sum } from '../../../src/builder/ops/reduce.js';
import { initParameters } from '../../../src/builder/parameters.js';
import { predict } from '../../../src/builder/predict.js';
import { Generator } from '../../../src/builder/random.js';
import { float32, int32 } from '../../../src/builder/tensor.js';
import { bucketed, bySize } from '../../../src/builder/train/buckets.js';
import { f1, perplexity, sequenceAccuracy } from '../../../src/builder/train/class-metrics.js';
import { crossEntropy } from '../../../src/builder/train/cross-entropy.js';
import { evaluate } from '../../../src/builder/train/evaluate.js';
// Under another name: linters take fit( in a test file for a focused test.
import { fit as train } from '../../../src/builder/train/fit.js';
import type { Loss } from '../../../src/builder/train/loss.js';
import { mse } from '../../../src/builder/train/losses.js';
import { masked } from '../../../src/builder/train/masked.js';
import { accuracy, meanAbsoluteError } from '../../../src/builder/train/metrics.js';
import { adam } from '../../../src/builder/train/optimizers.js';
import { gatherRows } from '../../../src/data/dataset.js';
import { raggedDataset, type Sequence } from '../../../src/data/ragged-dataset.js';
import type { SampleLoader } from '../../../src/data/sample-loader.js';
import { float32Array } from '../../../src/nd-array.js';
import { rejectionOf } from '../../files/rejection.js';
import '../../matcher.js';
import { bitsOf, classifier, options, sequences } from './small.js';

const tokens = { tokens: int32('batch', 'time'), lengths: int32('batch') };

/** The class of a sequence of tokens, by a layer that goes both ways: it would see padding on the way back. */
const ofText = defineNetwork(tokens, ({ tokens, lengths }) => {
  const x = embedding('emb', tokens, { numEmbeddings: 9, embeddingDim: 4 });
  const { output } = lstm('lstm', x, { hiddenSize: 5, bidirectional: true, lengths });
  return { logits: linear('fc', last(output), 2) };
});

/** A class for each token. */
const ofTokens = defineNetwork(tokens, ({ tokens, lengths }) => {
  const x = embedding('emb', tokens, { numEmbeddings: 9, embeddingDim: 4 });
  const { output } = lstm('lstm', x, { hiddenSize: 5, bidirectional: true, lengths });
  return { logits: linear('fc', output, 9) };
});

const random = new Generator(7);
const below = (limit: number) => random.random32() % limit;
const texts = Array.from({ length: 75 }, () =>
  Int32Array.from({ length: 1 + below(20) }, () => 1 + below(8)),
);
const classes = {
  dtype: 'int32',
  shape: [75],
  data: Int32Array.from(texts, (text) => (text[0] ?? 0) % 2),
} as const;
const inputs = { tokens: { sequences: texts, lengths: 'lengths' } };
const labelled = raggedDataset({ inputs, targets: classes });
const tagged = raggedDataset({ inputs, targets: { sequences: texts } });
const alone = (i: number) =>
  raggedDataset({ inputs: { tokens: { sequences: [texts[i]!], lengths: 'lengths' } } });

describe('batches of samples of about one size', () => {
  const cases = fc.record({
    sizes: fc.array(fc.nat(50), { minLength: 1, maxLength: 700 }),
    batchSize: fc.integer({ min: 1, max: 5 }),
    seed: fc.nat(),
  });

  it('have every sample exactly once', () => {
    fc.assert(
      fc.property(cases, ({ sizes, batchSize, seed }) => {
        const generator = new Generator(seed);
        const order = bucketed(generator.randperm(sizes.length), sizes, batchSize, generator);
        expect([...order].sort((a, b) => a - b)).toEqual(sizes.map((_, i) => i));
      }),
    );
  });

  it('are the same for the same seed, and others in the next epoch', () => {
    const sizes = texts.map(({ length }) => length);
    const epochs = (seed: number) => {
      const generator = new Generator(seed);
      return [1, 2].map(() => [...bucketed(generator.randperm(75), sizes, 8, generator)]);
    };
    expect(epochs(1)).toEqual(epochs(1));
    expect(epochs(1)[0]).not.toEqual(epochs(1)[1]);
    expect(epochs(1)[0]).not.toEqual(epochs(2)[0]);
  });

  it('have a tenth of the padding of batches in any order', () => {
    const sizes = Array.from({ length: 20_000 }, () => 1 + below(200));
    const steps = sizes.reduce((all, size) => all + size, 0);
    const cost = (order: Int32Array) => {
      let padded = 0;
      for (let start = 0; start < order.length; start += 32) {
        const batch = [...order.subarray(start, start + 32)].map((sample) => sizes[sample] ?? 0);
        padded += batch.length * Math.max(...batch);
      }
      return padded / steps;
    };
    const generator = new Generator(1);
    const order = generator.randperm(sizes.length);
    expect(cost(order)).toBeGreaterThan(1.9);
    expect(cost(bucketed(order, sizes, 32, generator))).toBeLessThan(1.02);
    expect(cost(bySize(order, sizes))).toBeLessThan(1.01);
  });
});

describe.each(['cpu', 'simd'])('on %s, padding', (backend) => {
  it.each([
    ['a class of each sequence', ofText, labelled, crossEntropy()],
    ['a class of each step', ofTokens, tagged, masked(crossEntropy(), { lengths: 'lengths' })],
  ] as const)('changes no loss and no metric: %s', async (_, network, data, loss) => {
    const parameters = initParameters(network, 3);
    const measure = (batchSize: number) =>
      evaluate(network, parameters, data, { loss, metrics: [accuracy], batchSize, backend });
    const byOne = await measure(1);
    const together = await measure(16);
    expect(together.loss).toBeCloseTo(byOne.loss, 5);
    expect(together.metrics.accuracy).toBeCloseTo(byOne.metrics.accuracy!, 5);
  });

  it('changes no prediction, and predictions come in the order of the samples', async () => {
    const parameters = initParameters(ofTokens, 3);
    const { logits } = await predict(ofTokens, parameters, labelled, { batchSize: 8, backend });
    const longest = Math.max(...texts.map(({ length }) => length));
    expect(logits.shape).toEqual([75, longest, 9]);
    for (const i of [0, 17, 74]) {
      const one = (await predict(ofTokens, parameters, alone(i), { backend })).logits;
      const start = i * longest * 9;
      const got = [...logits.data.subarray(start, start + one.data.length)];
      for (const [at, value] of got.entries()) expect(value).toBeCloseTo(one.data[at]!, 5);
    }
  });

  it('trains: the seed gives the run, which can be resumed', async () => {
    const run = {
      loss: crossEntropy(),
      optimizer: adam({ lr: 0.05 }),
      batchSize: 8,
      seed: 2,
      validation: 0.2,
      backend,
    };
    const whole = await train(ofText, labelled, { ...run, epochs: 6 });
    expect(whole.history.at(-1)!.loss).toBeLessThan(0.95 * whole.history[0]!.loss);
    const half = await train(ofText, labelled, { ...run, epochs: 3 });
    const { loss, validation } = run;
    const rest = await train(ofText, labelled, { loss, validation, backend, epochs: 6, resume: half.state });
    expect(rest.history).toEqual(whole.history);
    expect(bitsOf(rest.parameters)).toEqual(bitsOf(whole.parameters));
  });
});

describe('padding of ragged targets', () => {
  const network = defineNetwork({ x: float32('batch', 'time', 1) }, ({ x }) => ({
    y: linear('fc', x, 1, { bias: false }),
  }));
  const weight = new Map([['fc.weight', { shape: [1, 1], data: Float32Array.of(1) }]]);
  const sequences = [[1, 2, 3], [5]].map((values) => float32Array([values.length, 1], values));
  const targets = [[0, 0, 0], [0]].map((values) => float32Array([values.length, 1], values));
  const numbers = raggedDataset({ inputs: { x: { sequences } }, targets: { sequences: targets } });

  const parameters = initParameters(ofTokens, 3);
  const measure = (data: SampleLoader, loss: Loss, batchSize = 16) =>
    evaluate(ofTokens, parameters, data, {
      ...{ loss, metrics: [accuracy, perplexity, sequenceAccuracy, f1()], batchSize, backend: 'cpu' },
    });

  it('is no class, so that a loss that is not told of it refuses it', async () => {
    const failure = await rejectionOf(measure(tagged, crossEntropy));
    expect(failure.message).toContain('a target is class -100');
    expect(failure.message).toContain('give crossEntropy({ ignoreIndex: -100 })');
  });

  it('does not count by its number as it does not by the lengths, whatever the batches', async () => {
    const byLengths = masked(crossEntropy, { lengths: 'lengths' });
    const expected = await measure(tagged, byLengths, 1);
    for (const loss of [byLengths, crossEntropy({ ignoreIndex: -100 })]) {
      for (const batchSize of [7, 75]) {
        const { loss: value, metrics } = await measure(tagged, loss, batchSize);
        expect([value, ...Object.values(metrics)]).toBeCloseToArray(
          [expected.loss, ...Object.values(expected.metrics)],
          { rtol: 1e-5 },
        );
      }
    }
  });

  it('of numbers is NaN, which masked leaves out', async () => {
    const { loss } = await evaluate(network, weight, numbers, { loss: masked(mse), backend: 'cpu' });
    expect(loss).toBeCloseTo((1 + 4 + 9 + 25) / 4, 5);
    const failure = await rejectionOf(evaluate(network, weight, numbers, { loss: mse, backend: 'cpu' }));
    expect(failure).toMatchObject({ code: 'E_NOT_FINITE', message: expect.stringContaining('masked(mse)') });
  });

  it('is not there in batches of one length, whose mean is over the targets and not over the samples', async () => {
    const options = { loss: mse, metrics: [meanAbsoluteError], batchSize: 1, backend: 'cpu' } as const;
    const { loss, metrics } = await evaluate(network, weight, numbers, options);
    expect(loss).toBeCloseTo((1 + 4 + 9 + 25) / 4, 5);
    expect(metrics.meanAbsoluteError).toBeCloseTo((1 + 2 + 3 + 5) / 4, 5);
    const { history } = await train(network, numbers, {
      ...{ ...options, optimizer: adam({ lr: 1e-30 }), parameters: weight, validation: numbers },
    });
    expect(history[0]!.loss).toBeCloseTo((1 + 4 + 9 + 25) / 4, 5);
    expect(history[0]!.validation!.loss).toBeCloseTo((1 + 4 + 9 + 25) / 4, 5);
  });
});

it('many batch lengths take no memory of the engine that stays', async () => {
  const run = { loss: crossEntropy(), batchSize: 2, backend: 'simd' } as const;
  const { engine } = (await startBackend('simd')).tf.backend() as SimdBackend;
  const taken: number[] = [];
  // All parameters and moments of the optimizer are there from the first step on.
  await train(ofText, labelled, { ...run, epochs: 2, onStep: () => void taken.push(engine.taken) });
  expect(taken).toHaveLength(76);
  expect(new Set(taken).size).toBe(1);
});

describe('a loader', () => {
  const data = sequences(50);
  const loader = {
    length: data.length,
    batch: async (indices: Int32Array) => ({
      inputs: { x: gatherRows(data.inputs.x!, indices) },
      targets: gatherRows(data.targets, indices),
    }),
  };

  it('of the samples of a data set trains bit for bit as the data set does', async () => {
    const run = { ...options, epochs: 3, metrics: [accuracy], validation: 0.1 };
    const inMemory = await train(classifier, data, run);
    const read = await train(classifier, loader, run);
    expect(read.history).toEqual(inMemory.history);
    expect(bitsOf(read.parameters)).toEqual(bitsOf(inMemory.parameters));
  });

  it('is asked for each sample once an epoch, and for no more than a batch at a time', async () => {
    const asked: number[][] = [];
    const batch = (indices: Int32Array) => {
      asked.push([...indices]);
      return loader.batch(indices);
    };
    await train(classifier, { ...loader, batch }, { ...options, epochs: 1 });
    expect(asked.map(({ length }) => length)).toEqual([16, 16, 16, 2]);
    expect(asked.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  const bad: [string, object, string, RegExp][] = [
    ['no samples', { length: 0 }, 'E_INVALID_OPTION', /length/],
    ['another number of sizes', { sizes: [1, 2] }, 'E_INVALID_OPTION', /each of the 50 samples/],
    ['a size that is no number', { sizes: Array(50).fill(Number.NaN) }, 'E_INVALID_OPTION', /sizes\[0\]/],
    ['another option', { size: [] }, 'E_INVALID_OPTION', /no option 'size'; use sizes/],
    ['a batch that is none', { batch: () => undefined }, 'E_INVALID_OPTION', /data set/],
    [
      'too few samples',
      { batch: (indices: Int32Array) => loader.batch(indices.subarray(1)) },
      'E_SHAPE_MISMATCH',
      /gave 15 samples for 16 indices/,
    ],
    [
      'a file that is gone',
      { batch: () => Promise.reject(new Error('ENOENT: gone')) },
      'E_RUN_FAILED',
      /training data failed in the loader's batch\(\): ENOENT: gone/,
    ],
    [
      'numbers that are not finite',
      {
        batch: async (indices: Int32Array) => {
          const { inputs, targets } = await loader.batch(indices);
          const at = indices.indexOf(40);
          if (at !== -1) inputs.x.data[at * 10] = Number.NaN;
          return { inputs, targets };
        },
      },
      'E_NOT_FINITE',
      /sample 40 holds NaN/,
    ],
  ];
  it.each(bad)('with %s is refused', async (_, changed, code, message) => {
    const wrong = { ...loader, ...changed } as SampleLoader;
    const error = await rejectionOf(train(classifier, wrong, { ...options, epochs: 1 }));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('is refused by predict for a network that mixes the samples', async () => {
    const mixing = defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({ y: sum(x, 0) }));
    const read = { length: 2, batch: () => ({ inputs: {} }) };
    expect(await rejectionOf(predict(mixing, new Map(), read))).toMatchObject({ code: 'E_UNSUPPORTED' });
  });
});

describe('ragged samples are refused', () => {
  const one = Int32Array.of(1);
  const bad: [string, Sequence[], string, RegExp][] = [
    ['without samples', [], 'E_INVALID_OPTION', /no samples/],
    ['without steps', [one, new Int32Array(0)], 'E_INVALID_OPTION', /sample 1 has no steps/],
    ['of two types', [one, Float32Array.of(1)], 'E_DTYPE_MISMATCH', /sample 1 is float32/],
    [
      'of two widths',
      [2, 3].map((width) => ({ dtype: 'float32', shape: [1, width], data: new Float32Array(width) })),
      'E_SHAPE_MISMATCH',
      /sample 1 have shape \[3\], expected \[2\]/,
    ],
  ];
  it.each(bad)('%s', (_, sequences, code, message) => {
    expect(() => raggedDataset({ inputs: { x: { sequences } } })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('with two inputs of a name, other numbers of samples, and padding of another type', () => {
    const x = { sequences: [one], lengths: 'x' };
    expect(() => raggedDataset({ inputs: { x } })).toThrow(/two inputs are called 'x'/);
    const y = { sequences: [one, one] };
    expect(() => raggedDataset({ inputs: { x: y }, targets: { sequences: [one] } })).toThrow(
      /targets has 1 samples and input 'x' has 2/,
    );
    expect(() => raggedDataset({ inputs: { x: { sequences: [one], padding: 0.5 } } })).toThrow(/padding/);
    expect(() => labelled.batch(Int32Array.of(75))).toThrow(/no sample 75/);
  });
});
