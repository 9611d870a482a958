/** What a model file says of its tokens: how many there are, and in which vocabulary; other tokens and other sizes are refused. */
import { describe, expect, it } from 'vitest';
import { encodeCheckpoint } from '../../src/builder/checkpoint.js';
import { defineNetwork } from '../../src/builder/network.js';
import { add } from '../../src/builder/ops/arithmetic.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { linear } from '../../src/builder/ops/linear.js';
import { lstm } from '../../src/builder/ops/lstm.js';
import { initParameters } from '../../src/builder/parameters.js';
import { float32, int32 } from '../../src/builder/tensor.js';
import { vocabulary } from '../../src/data/text/vocabulary.js';
import { exportOnnx, toOnnxModel } from '../../src/export/export.js';
import { Model } from '../../src/runtime/node.js';
import { failure } from '../runtime/models.js';

const inputs = { tokens: int32('batch', 'time'), kinds: int32('batch', 'time'), lengths: int32('batch') };
const network = defineNetwork(inputs, ({ tokens, kinds, lengths }) => {
  const large = embedding('large', tokens, { numEmbeddings: 9, embeddingDim: 4 });
  const small = embedding('small', tokens, { numEmbeddings: 6, embeddingDim: 4 });
  const kind = embedding('kind', kinds, { numEmbeddings: 3, embeddingDim: 4 });
  const x = add(add(large, small), kind);
  return { logits: linear('fc', lstm('lstm', x, { hiddenSize: 4, lengths }).output, 5) };
});
const parameters = initParameters(network, 1);
const file = exportOnnx(network, parameters);
/** A vocabulary of so many tokens. */
const of = (size: number) =>
  vocabulary(['abcdefghij'.slice(0, size)], { tokens: 'characters', padding: false, unknown: false });

const feeds = (tokens: number[], kinds = tokens.map(() => 0)) => ({
  tokens: { data: tokens, dims: [1, tokens.length] },
  kinds: { data: kinds, dims: [1, kinds.length] },
  lengths: { data: [tokens.length], dims: [1] },
});

describe('a model file', () => {
  it('says how many tokens there are: as many as the smallest embedding of an input has', () => {
    const { metadata } = toOnnxModel(network, parameters);
    expect(JSON.parse(metadata.get('lstm_onnx.tokens')!)).toEqual({ tokens: 6, kinds: 3 });
  });

  it.each(['cpu', 'wasm', 'simd'] as const)('takes no token that there is not, on %s', async (provider) => {
    await using model = await Model.load(file, { providers: [provider] });
    const { logits } = await model.run(feeds([0, 5], [2, 0]));
    expect(logits!.dims).toEqual([1, 2, 5]);
    // ONNX's Gather reads -1 as the last row.
    expect(await failure(() => model.run(feeds([0, 4, -1])))).toBe(
      "E_INVALID_OPTION: Input 'tokens' has the token -1 at [0, 2]; the model knows 6 tokens, 0 to 5.",
    );
    expect(await failure(() => model.run(feeds([6])))).toMatch(
      /^E_INVALID_OPTION: Input 'tokens' has the token 6 at \[0, 0\]/,
    );
    expect(await failure(() => model.run(feeds([1, 1], [0, 3])))).toMatch(
      /^E_INVALID_OPTION: Input 'kinds' has the token 3/,
    );
  });

  it('takes no such token in a stream either', async () => {
    const language = defineNetwork({ tokens: int32('batch', 'time') }, ({ tokens }) => {
      const x = embedding('embedding', tokens, { numEmbeddings: 4, embeddingDim: 4 });
      return { logits: linear('fc', lstm('lstm', x, { hiddenSize: 4 }).output, 4) };
    });
    const bytes = exportOnnx(language, initParameters(language, 1), { states: true });
    await using model = await Model.load(bytes, { providers: ['simd'] });
    const stream = model.stream();
    await stream.run({ tokens: { data: [3], dims: [1, 1] } });
    const failed = await failure(() => stream.run({ tokens: { data: [-1], dims: [1, 1] } }));
    expect(failed).toMatch(/the token -1 at \[0, 0\]; the model knows 4 tokens/);
  });

  it('is not opened with other metadata under that name', async () => {
    for (const text of ['{', '[]', '{"x":"6"}', 'null']) {
      const other = defineNetwork({ x: float32('batch', 2) }, ({ x }) => ({ y: add(x, 1) }));
      const bytes = exportOnnx(other, new Map(), { metadata: { 'lstm_onnx.tokens': text } });
      expect(await failure(() => Model.load(bytes, { providers: ['simd'] }))).toMatch(/^E_INVALID_FILE/);
    }
  });
});

describe('metadata of the caller', () => {
  it.each([
    ['producer', {}],
    ['lstm_onnx.tokens', {}],
    ['labels', { labels: ['a', 'b', 'c', 'd', 'e'] }],
    ['preprocessing', { preprocessing: 'none' }],
    ['lstm_onnx.vocabularies', { vocabularies: { tokens: of(4) } }],
  ])('does not replace %s, which the library writes', (key, options) => {
    const call = () => exportOnnx(network, parameters, { ...options, metadata: { mine: '1', [key]: 'x' } });
    expect(call).toThrow(expect.objectContaining({ code: 'E_DUPLICATE_NAME' }));
    expect(call).toThrow(`metadata has '${key}'`);
  });

  it('is kept beside that of the library', () => {
    const { metadata } = toOnnxModel(network, parameters, { metadata: { labels: 'mine', other: 'x' } });
    expect([...metadata.keys()]).toEqual(['producer', 'lstm_onnx.tokens', 'labels', 'other']);
  });
});

describe('a vocabulary', () => {
  it.each([
    ['tokens', 7, 6],
    ['kinds', 4, 3],
    ['logits', 6, 5],
  ])("of '%s' with %i tokens is refused where there are %i", (name, size, known) => {
    const info = { vocabularies: { [name]: of(size) } };
    const message = `the vocabulary of '${name}' has ${size} tokens, and the network has ${known}; give the one it was trained with`;
    expect(() => exportOnnx(network, parameters, info)).toThrow(message);
    expect(() => encodeCheckpoint({ network, parameters, info })).toThrow(message);
    expect(() => exportOnnx(network, parameters, info)).toThrow(
      expect.objectContaining({ code: 'E_INVALID_OPTION' }),
    );
  });

  it('may be smaller than the embedding, whose other rows are never read', () => {
    const vocabularies = { tokens: of(5), kinds: of(3), logits: of(4) };
    expect(() => exportOnnx(network, parameters, { vocabularies })).not.toThrow();
    expect(() => encodeCheckpoint({ network, parameters, info: { vocabularies } })).not.toThrow();
  });
});
