/** Taggers: trained, written, and run from their model files. */
import { describe, expect, it } from 'vitest';
import { startBackend } from '../../src/builder/backends/backend.js';
import { defineNetwork } from '../../src/builder/network.js';
import { networkFromJson, networkToJson } from '../../src/builder/network-json.js';
import { crf } from '../../src/builder/ops/crf.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { stepCount } from '../../src/builder/ops/step-count.js';
import { initParameters, parameterSpecs } from '../../src/builder/parameters.js';
import { predict } from '../../src/builder/predict.js';
import { float32, int32 } from '../../src/builder/tensor.js';
import { perplexity, sequenceAccuracy, tokenAccuracy } from '../../src/builder/train/class-metrics.js';
import { crfNll } from '../../src/builder/train/crf-nll.js';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { evaluate } from '../../src/builder/train/evaluate.js';
// Under another name: linters take fit( in a test file for a focused test.
import { fit as train } from '../../src/builder/train/fit.js';
import { masked } from '../../src/builder/train/masked.js';
import { raggedDataset } from '../../src/data/ragged-dataset.js';
import { encodeSafetensors } from '../../src/data/safetensors.js';
import { exportOnnx } from '../../src/export/export.js';
import { importModel } from '../../src/import/import-model.js';
import * as library from '../../src/index.js';
import { float32Array } from '../../src/nd-array.js';
import { Model } from '../../src/runtime/node.js';
import { crfOf } from '../../src/tagging/crf.js';
import { taggerOf } from '../../src/tagging/tagger.js';
import { viterbi } from '../../src/tagging/viterbi.js';
import { verify } from '../../src/verify.js';
import { failureOf } from '../data/failure.js';
import { printedByProgram } from '../docs-program.js';
import { rejectionOf } from '../files/rejection.js';

const network = defineNetwork(
  { tokens: int32('batch', 'time'), lengths: int32('batch') },
  ({ tokens, lengths }) => {
    const x = embedding('emb', tokens, { numEmbeddings: 6, embeddingDim: 4 });
    const { output } = lstm('lstm', x, { hiddenSize: 4, bidirectional: true, lengths });
    return { emissions: crf('crf', linear('fc', output, 3)) };
  },
);
const parameters = initParameters(network, 3);
const labels = ['O', 'B-A', 'I-A'];
const loss = masked(crfNll, { lengths: 'lengths' });
const sequences = [[1, 2, 3, 4], [5, 1], [2], [3, 3, 5]].map((tokens) => Int32Array.from(tokens));
/** The tag of a token depends on the token before it. */
const tags = sequences.map((tokens) => tokens.map((_, i) => (tokens[i - 1] ?? 0) % 3));
const data = raggedDataset({
  inputs: { tokens: { sequences, lengths: 'lengths' } },
  targets: { sequences: tags },
});
const feeds = {
  tokens: { data: Int32Array.of(1, 2, 3, 4, 5, 1, 0, 0, 2, 0, 0, 0), dims: [3, 4] },
  lengths: { data: [4, 2, 1], dims: [3] },
};

describe('a network with a crf', () => {
  it("has pytorch-crf's parameters, and reads them from a state dict", async () => {
    expect(parameterSpecs(network).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['crf.start_transitions', 'crf.end_transitions', 'crf.transitions']),
    );
    const numbers = [...parameters.get('crf.transitions')!.data];
    expect(Math.max(...numbers.map(Math.abs))).toBeLessThanOrEqual(0.1);
    const dict = new Map([...parameters].map(([name, p]) => [name, float32Array(p.shape, p.data)]));
    const read = await importModel(encodeSafetensors(dict), { network });
    expect(read.notes).toEqual([]);
    expect(read.parameters.get('crf.transitions')?.data).toEqual(parameters.get('crf.transitions')?.data);
  });

  it('comes back from JSON with its lengths', () => {
    expect(networkFromJson(networkToJson(network))).toEqual(network);
    expect(network.nodes.at(-1)?.inputs).toMatchObject({ lengths: 'lengths' });
  });

  it.each(['simd', 'cpu', 'wasm'] as const)('learns its tags on %s', async (backend) => {
    const options = { loss, metrics: [tokenAccuracy, sequenceAccuracy], backend } as const;
    const before = await evaluate(network, parameters, data, options);
    const { history, parameters: learned } = await train(network, data, {
      ...options,
      parameters,
      epochs: 40,
      batchSize: 2,
      optimizer: library.adam({ lr: 0.05 }),
    });
    const after = await evaluate(network, learned, data, options);
    expect(before.metrics.tokenAccuracy).toBeLessThan(1);
    expect(history.at(-1)!.loss).toBeLessThan(history[0]!.loss / 10);
    expect(after.metrics).toEqual({ tokenAccuracy: 1, sequenceAccuracy: 1 });
  });

  it.each(['cpu', 'wasm'] as const)('lets go of all tensors of training on %s', async (backend) => {
    const work = async () => {
      const options = { loss, metrics: [tokenAccuracy, sequenceAccuracy], backend, batchSize: 3 } as const;
      await train(network, data, { ...options, epochs: 2, validation: data });
      await evaluate(network, parameters, data, options);
    };
    await work(); // whatever stays for good is there after the first time
    const { tf } = await startBackend(backend);
    const before = tf.memory().numTensors;
    await work();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('measures by the best tags, whatever the batches', async () => {
    const moved = new Map(parameters).set('crf.transitions', {
      shape: [3, 3],
      data: Float32Array.of(-9, 9, -9, -9, -9, 9, 9, -9, -9),
    });
    const options = { loss, metrics: [tokenAccuracy], backend: 'cpu' } as const;
    const all = await evaluate(network, moved, data, options);
    const single = await evaluate(network, moved, data, { ...options, batchSize: 1 });
    expect(single.loss).toBeCloseTo(all.loss, 5);
    const inputs = raggedDataset({ inputs: { tokens: { sequences, lengths: 'lengths' } } });
    const { emissions } = await predict(network, moved, inputs as never, { backend: 'cpu' });
    const lengths = sequences.map(({ length }) => length);
    const found = viterbi(emissions as never, crfOf(network, moved), { lengths });
    const right = found.flatMap((path, i) => path.filter((tag, step) => tag === tags[i]![step]));
    expect(all.metrics.tokenAccuracy).toBeCloseTo(right.length / 10, 6);
    expect(single.metrics.tokenAccuracy).toBeCloseTo(right.length / 10, 6);
  });

  it('has the cross-entropy of each step where no transition says anything', async () => {
    const zeros = new Map(parameters);
    for (const [name, { shape, data }] of parameters) {
      if (name.startsWith('crf.')) zeros.set(name, { shape, data: new Float32Array(data.length) });
    }
    const options = { backend: 'cpu', metrics: [tokenAccuracy] } as const;
    const byCrf = await evaluate(network, zeros, data, { ...options, loss });
    const byStep = await evaluate(network, zeros, data, {
      ...options,
      loss: masked(crossEntropy, { lengths: 'lengths' }),
    });
    expect(byCrf.loss).toBeCloseTo(byStep.loss, 6);
    expect(byCrf.metrics).toEqual(byStep.metrics);
  });

  const scores = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => ({ y: crf('crf', x) }));
  const plain = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => ({ y: linear('fc', x, 3) }));
  const inputs = { x: float32Array([1, 2, 3], new Float32Array(6)) };
  const targets = (...numbers: number[]) =>
    ({ dtype: 'int32', shape: [1, 2], data: Int32Array.from(numbers) }) as const;
  const measured = (of: typeof scores, given: object, loss: library.Loss = crfNll, options = {}) =>
    rejectionOf(
      evaluate(of, initParameters(of, 1), { inputs, ...given } as never, {
        loss,
        backend: 'cpu',
        ...options,
      }),
    );

  it('refuses what it cannot learn from', async () => {
    expect(await measured(plain as never, { targets: targets(0, 1) })).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: expect.stringContaining('crfNll: the output is of linear, which has no transitions'),
    });
    expect(await measured(scores, { targets: targets(0, 3) })).toMatchObject({
      message: 'crfNll: a target is 3; expected the number of a tag, 0 to 2.',
    });
    expect(await measured(scores, { targets: targets(0, -100) })).toMatchObject({
      message: expect.stringContaining('masked(crfNll, { lengths'),
    });
    const missing = { targets: float32Array([1, 2], [Number.NaN, 1]) };
    expect(await measured(scores, missing, masked(crfNll))).toMatchObject({
      message: expect.stringContaining('has no target at step 0 and one at step 1'),
    });
    expect(
      await measured(scores, { targets: targets(0, 1) }, crfNll, { metrics: [perplexity] }),
    ).toMatchObject({ message: expect.stringContaining('crfNll finds the classes of a sequence together') });
    expect(await rejectionOf(evaluate(network, parameters, data, { loss: crfNll }))).toMatchObject({
      message: expect.stringContaining("the sequences have lengths of their own ('lengths')"),
    });
  });

  it('refuses emissions that are not [batch, time, tags]', () => {
    const define = (...shape: (string | number)[]) =>
      failureOf(() =>
        defineNetwork({ x: float32(...(shape as ['batch'])) }, ({ x }) => ({ y: crf('crf', x as never) })),
      );
    expect(define('batch', 3)).toMatchObject({ code: 'E_SHAPE_MISMATCH' });
    expect(define('batch', 'time', 'tags')).toMatchObject({ code: 'E_SHAPE_MISMATCH' });
  });
});

describe('a tagger', () => {
  const onnx = exportOnnx(network, parameters, { labels });

  it.each(['simd', 'cpu', 'wasm'] as const)(
    'tags as viterbi does what predict gives, on %s',
    async (name) => {
      await using model = await Model.load(onnx, { providers: [name] });
      const found = await taggerOf(model).tag(feeds);
      const arrays = {
        tokens: { dtype: 'int32', shape: [3, 4], data: feeds.tokens.data },
        lengths: { dtype: 'int32', shape: [3], data: Int32Array.from(feeds.lengths.data) },
      } as const;
      const { emissions } = await predict(network, parameters, arrays);
      const expected = viterbi(emissions, crfOf(network, parameters), { lengths: [4, 2, 1] });
      expect(found.map(({ tags }) => tags)).toEqual(expected);
      expect(found.map(({ labels }) => labels)).toEqual(
        expected.map((path) => path.map((tag) => labels[tag])),
      );
      expect(await verify(model, network, parameters)).toMatchObject({});
    },
  );

  it('is of the model file alone, to the last digit', async () => {
    await using model = await Model.load(onnx, { providers: ['simd'] });
    const { crf, labels: names } = taggerOf(model);
    expect(crf).toEqual(crfOf(network, parameters));
    expect(names).toEqual(labels);
  });

  it('is not read back as a network, which a note says', async () => {
    const { notes, network: read } = await importModel(onnx);
    expect(notes.map(({ text }) => text)).toEqual([expect.stringContaining('conditional random field')]);
    expect(read.nodes.map(({ op }) => op)).not.toContain('crf');
  });

  it('allows BIO tags alone where it is told to', async () => {
    const insideFirst = new Map(parameters).set('crf.start_transitions', {
      shape: [3],
      data: Float32Array.of(0, 0, 50),
    });
    await using model = await Model.load(exportOnnx(network, insideFirst, { labels }), {
      providers: ['simd'],
    });
    for (const { labels } of await taggerOf(model).tag(feeds)) expect(labels[0]).toBe('I-A');
    for (const { labels } of await taggerOf(model, { bio: true }).tag(feeds))
      expect(labels[0]).not.toBe('I-A');
  });

  it('gives numbers as labels where the model has none, and refuses bio then', async () => {
    await using model = await Model.load(exportOnnx(network, parameters), { providers: ['simd'] });
    const [first] = await taggerOf(model).tag(feeds);
    expect(first?.labels).toEqual(first?.tags.map(String));
    expect(failureOf(() => taggerOf(model, { bio: true }))).toMatchObject({ code: 'E_INVALID_OPTION' });
  });

  it('takes lengths that the network computes from an output, and needs one', async () => {
    const define = (shown: boolean) =>
      defineNetwork({ tokens: int32('batch', 'time') }, ({ tokens }) => {
        const lengths = stepCount(tokens);
        const x = embedding('emb', tokens, { numEmbeddings: 6, embeddingDim: 4 });
        const { output } = lstm('lstm', x, { hiddenSize: 4, bidirectional: true, lengths });
        const emissions = crf('crf', linear('fc', output, 3));
        return shown ? { emissions, steps: lengths } : { emissions };
      });
    expect(failureOf(() => exportOnnx(define(false) as never, parameters))).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: expect.stringContaining('give them as an output'),
    });
    await using model = await Model.load(exportOnnx(define(true) as never, parameters), {
      providers: ['cpu'],
    });
    await using given = await Model.load(onnx, { providers: ['cpu'] });
    const found = await taggerOf(model).tag({ tokens: feeds.tokens });
    const expected = await taggerOf(given).tag(feeds);
    expect(found.map(({ tags }) => tags)).toEqual(expected.map(({ tags }) => tags));
  });

  it('takes the lengths that an export adds', async () => {
    const whole = defineNetwork({ tokens: int32('batch', 'time') }, ({ tokens }) => {
      const x = embedding('emb', tokens, { numEmbeddings: 6, embeddingDim: 4 });
      const { output } = lstm('lstm', x, { hiddenSize: 4, bidirectional: true });
      return { emissions: crf('crf', linear('fc', output, 3)) };
    });
    await using model = await Model.load(exportOnnx(whole, parameters, { lengths: true }), {
      providers: ['cpu'],
    });
    const found = await taggerOf(model).tag(feeds);
    expect(found.map(({ tags }) => tags.length)).toEqual([4, 2, 1]);
  });

  it('is of one output, which is said where there are several', async () => {
    const two = defineNetwork({ x: float32('batch', 'time', 3) }, ({ x }) => ({
      names: crf('a', x),
      parts: crf('b', x),
    }));
    const own = initParameters(two, 1);
    await using model = await Model.load(exportOnnx(two, own), { providers: ['simd'] });
    expect(taggerOf(model, { output: 'parts' }).crf).toEqual(crfOf(two, own, 'parts'));
    expect(failureOf(() => taggerOf(model))).toMatchObject({ code: 'E_INVALID_OPTION' });
    expect(failureOf(() => taggerOf(model, { output: 'x' }))).toMatchObject({ code: 'E_UNKNOWN_NAME' });
  });

  it.each([
    [{}, 'says no conditional random field'],
    [{ 'lstm_onnx.crf': 'no JSON' }, 'is not read'],
    [{ 'lstm_onnx.crf': '{"version":2,"outputs":{}}' }, 'is not read: version'],
    [
      { 'lstm_onnx.crf': '{"version":1,"outputs":{"y":{"start":[1],"end":[1],"transitions":[[1,2]]}}}' },
      "of 'y' there are 1 tags",
    ],
  ])('refuses a file whose metadata %j', async (metadata, words) => {
    const plain = defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({ y: linear('fc', x, 2) }));
    await using model = await Model.load(exportOnnx(plain, initParameters(plain, 1), { metadata }), {
      providers: ['simd'],
    });
    expect(failureOf(() => taggerOf(model))).toMatchObject({
      code: 'E_INVALID_FILE',
      message: expect.stringContaining(words),
    });
  });

  it('is refused the softmax of its steps', () => {
    expect(failureOf(() => exportOnnx(network, parameters, { softmax: true }))).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: expect.stringContaining('is of a crf'),
    });
  });
});

describe('docs/sequences.md', () => {
  it('has a program that trains, exports and tags', async () => {
    const printed = await printedByProgram('taggerOf');
    expect(printed).toEqual([
      expect.objectContaining({ metrics: { tokenAccuracy: 1 } }),
      ['B-PER', 'O', 'B-PER', 'I-PER'],
    ]);
  });
});
