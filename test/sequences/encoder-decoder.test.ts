/** An encoder and a decoder from their description to what they write: trained, exported, run as two files. */
import { beforeAll, describe, expect, it } from 'vitest';
import { initParameters, type StateDict } from '../../src/builder/parameters.js';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { fit as train } from '../../src/builder/train/fit.js';
import { adam } from '../../src/builder/train/optimizers.js';
import type { Samples } from '../../src/data/dataset.js';
import { vocabulary } from '../../src/data/text/vocabulary.js';
import { vocabulariesOf } from '../../src/data/text/vocabulary-json.js';
import { generate, generateSteps } from '../../src/generate/generate.js';
import { float32Array } from '../../src/nd-array.js';
import { Model } from '../../src/runtime/node.js';
import { type EncoderDecoder, encoderDecoder } from '../../src/sequences/encoder-decoder.js';
import type { EncoderDecoderOptions } from '../../src/sequences/encoder-decoder-options.js';
import { failure } from '../runtime/models.js';
import { reversed, reversing, STEPS, sources, trained } from './reversing.js';
import '../matcher.js';

async function load(model: EncoderDecoder, parameters: StateDict, provider: 'cpu' | 'wasm' | 'simd') {
  const files = model.toOnnx(parameters);
  const [encoder, decoder] = await Promise.all(
    [files.encoder, files.decoder].map((file) => Model.load(file, { providers: [provider] })),
  );
  return { encoder: encoder!, decoder: decoder! };
}

describe('a trained encoder and decoder', () => {
  const model = reversing();
  let parameters: StateDict;
  beforeAll(async () => {
    parameters = await trained(model, { epochs: 12 });
  }, 120_000);

  it.each(['cpu', 'wasm', 'simd'] as const)(
    'write what they learned, in batches of all lengths, on %s',
    async (provider) => {
      const models = await load(model, parameters, provider);
      const unseen = sources(100, 99);
      const found = await generate(models, { source: unseen, maxLength: STEPS + 1 });
      const right = found.filter(([best], i) => String(best!.tokens) === String(unseen[i]!.toReversed()));
      expect(right.length).toBeGreaterThanOrEqual(90);
      const beams = await generate(models, {
        source: unseen,
        maxLength: STEPS + 1,
        beam: { width: 3, nBest: 2 },
      });
      for (const [i, [best]] of beams.entries()) {
        // A sequence in a batch is the sequence alone.
        if (i % 20 > 0) continue;
        const [[alone] = []] = await generate(models, {
          source: [unseen[i]!],
          maxLength: STEPS + 1,
          beam: { width: 3 },
        });
        expect(alone!.tokens).toEqual(best!.tokens);
        expect(alone!.score).toBeCloseTo(best!.score, 4);
      }
      const padded = { data: [3, 4, 0, 5, 6, 7], dims: [2, 3] };
      const fed = { source: padded, lengths: { data: [2, 3], dims: [2] } };
      expect(await generate(models, { source: fed })).toEqual(
        await generate(models, {
          source: [
            [3, 4],
            [5, 6, 7],
          ],
        }),
      );
      for await (const step of generateSteps(models, { source: [[3, 4]] })) {
        expect(step[0]!.tokens.length).toBeLessThanOrEqual(1);
        break;
      }
      await Promise.all([models.encoder.release(), models.decoder.release()]);
    },
  );

  it('refuse sources of other tokens or without a step, whichever way they are given', async () => {
    const models = await load(model, parameters, 'cpu');
    const fed = (tokens: number[], length: number) => ({
      source: {
        source: { data: tokens, dims: [1, tokens.length] },
        lengths: { data: [length], dims: [1] },
      },
    });
    const messages = [fed([3, -1], 2), fed([3, 99], 2), { source: [[3, 99]] }, fed([3, 4], 0)].map(
      (options) => failure(() => generate(models, options)),
    );
    const [negative, beyond, list, empty] = await Promise.all(messages);
    expect(negative).toMatch(
      /^E_INVALID_OPTION: Input 'source' has the token -1 at \[0, 1\]; the model knows/,
    );
    expect(beyond).toMatch(/the token 99 at \[0, 1\]/);
    expect(list).toBe(beyond);
    expect(empty).toMatch(/^E_INVALID_OPTION: generate: the source 0 has a length of 0/);
    const clash = () => model.toOnnx(parameters, { metadata: { 'lstm_onnx.generate': '{}' } });
    expect(clash).toThrow("metadata has 'lstm_onnx.generate', which the library writes itself");
  });

  it('write one of the outputs that are allowed, the one that fits', async () => {
    const models = await load(model, parameters, 'simd');
    const allowed = [
      [4, 3],
      [5, 5],
      [7, 6, 5],
    ];
    const [[first] = [], [second] = []] = await generate(models, {
      source: [
        [3, 4],
        [5, 6, 7],
      ],
      allowed,
    });
    expect([first!.tokens, second!.tokens]).toEqual([allowed[0], allowed[2]]);
  });

  it('do not run with those of another training, nor the decoder alone', async () => {
    const models = await load(model, parameters, 'simd');
    const others = await load(model, initParameters(model.training(), 5), 'simd');
    const mixed = { encoder: models.encoder, decoder: others.decoder };
    expect(await failure(() => generate(mixed, { source: [[3]] }))).toMatch(
      /^E_INVALID_OPTION: generate: the encoder and the decoder are of other trainings/,
    );
    expect(await failure(() => generate(models.decoder, { prompts: [[1]] }))).toMatch(/^E_MISSING_NAME/);
    expect(await failure(() => generate(models, { source: [] }))).toMatch(/^E_INVALID_OPTION/);
    expect(await failure(() => generate(models, { source: [[]] }))).toMatch(/one token at least/);
    expect(await failure(() => generate(models, { source: [[3]], prompts: [[1], [1]] }))).toMatch(
      /^E_SHAPE_MISMATCH: generate: got 2 prompts for 1 sources/,
    );
    expect(
      await failure(() => generate(models, { source: { source: { data: [3], dims: [1, 1] } } })),
    ).toMatch(/^E_MISSING_NAME: Input 'lengths'/);
    expect(await failure(() => generate(models, { source: [[3]], feeds: {} } as never))).toMatch(
      /has no option 'feeds'/,
    );
  });
});

describe('an encoder and decoder trained step by step', () => {
  it('learn with input feeding, and go on with tokens of their own', async () => {
    const model = reversing({ inputFeeding: true });
    const steps = STEPS;
    const forced = await trained(model, { steps, epochs: 4 });
    const parameters = await trained(model, { steps, epochs: 4, teacherForcing: 0.7, parameters: forced });
    const models = await load(model, parameters, 'simd');
    const unseen = sources(50, 77);
    const found = await generate(models, { source: unseen, maxLength: STEPS + 1, beam: { width: 2 } });
    const right = found.filter(([best], i) => String(best!.tokens) === String(reversed(unseen)[i]));
    expect(right.length).toBeGreaterThanOrEqual(40);
  }, 240_000);

  it('read other tokens with less teacher forcing, drawn from the seed', async () => {
    const model = reversing();
    const start = initParameters(model.training(), 1);
    const learned = (teacherForcing: number) =>
      trained(model, { steps: STEPS, epochs: 1, teacherForcing, parameters: start });
    const [whole, half, again] = [await learned(1), await learned(0.5), await learned(0.5)];
    expect(half).toBeCloseToArray(again as never);
    expect([...half.get('output.weight')!.data]).not.toEqual([...whole.get('output.weight')!.data]);
  }, 120_000);
});

describe('an encoder and decoder of other sources', () => {
  const target = { vocabulary: 5, start: 1, end: 2 };
  const sizes = { hiddenSize: 16, dropout: 0.1, numLayers: 2 } as const;
  /** Images with a bright row, and sequences of numbers that are large or small: what is written tells which. */
  const images = Array.from({ length: 60 }, (_, i) =>
    Float32Array.from({ length: 24 }, (_, j) => Number(Math.floor(j / 6) === i % 3)),
  );
  const image = {
    dtype: 'float32',
    shape: [60, 4, 6],
    data: Float32Array.from(images.flatMap((x) => [...x])),
  } as const;
  const wanted = images.map((_, i) => [[3], [4, 3], [4, 4, 3]][i % 3]!);
  const series = images.map((_, i) =>
    float32Array([2 + (i % 4), 1], new Float32Array(2 + (i % 4)).fill((i % 3) - 1)),
  );
  const cases: [string, EncoderDecoderOptions['source'], Parameters<EncoderDecoder['samples']>[0]][] = [
    ['images by their columns', { image: [4, 6], conv: [4] }, image],
    ['images as a state', { image: [4, 6], as: 'state' }, image],
    ['images as a step', { image: [4, 6], as: 'step' }, image],
    ['sequences of numbers', { features: 1 }, series],
  ];

  it.each(cases)(
    'learns to tell %s',
    async (_, source, sources) => {
      const model = encoderDecoder({ source, target, ...sizes });
      const { parameters } = await train(model.training(), model.samples(sources, wanted), {
        loss: crossEntropy({ ignoreIndex: -100 }),
        optimizer: adam({ lr: 0.02 }),
        ...{ epochs: 40, batchSize: 20, backend: 'simd', clipNorm: 1 },
      });
      const models = await load(model, parameters, 'cpu');
      const fed =
        'features' in source
          ? {
              source: { data: [-1, -1, 0, 0, 1, 1], dims: [3, 2, 1] },
              lengths: { data: [2, 2, 2], dims: [3] },
            }
          : { source: { data: image.data.slice(0, 72), dims: [3, 4, 6] } };
      const found = await generate(models, { source: fed, maxLength: 5 });
      expect(found.map(([best]) => best!.tokens)).toEqual(wanted.slice(0, 3));
    },
    120_000,
  );

  it('trains on tokens of its own alone', async () => {
    const model = encoderDecoder({ source: { features: 1 }, target, ...sizes });
    const network = model.training({ teacherForcing: 0, steps: 4 });
    const { history } = await train(network, model.samples(series, wanted, { steps: 4 }), {
      loss: crossEntropy({ ignoreIndex: -100 }),
      ...{ epochs: 3, backend: 'simd' },
    });
    expect(history[2]!.loss).toBeLessThan(history[0]!.loss);
  });
});

describe('encoderDecoder', () => {
  const target = { vocabulary: 5, start: 1, end: 2 };
  const source = { vocabulary: 9 };

  it.each<[string, object, RegExp]>([
    ['no source', { target }, /source is undefined; give an object/],
    [
      'an unknown source',
      { target, source: { text: 1 } },
      /source got an object with text; expected \{ vocabulary \}/,
    ],
    [
      'a start beyond the vocabulary',
      { source, target: { ...target, start: 5 } },
      /start is 5 .*from 0 to 4/,
    ],
    ['the same start and end', { source, target: { ...target, start: 2 } }, /two tokens/],
    [
      'a dot product of other sizes',
      { source, target, attention: 'dot', bidirectional: true },
      /give attention: 'general'/,
    ],
    [
      'nothing to feed',
      { source, target, attention: 'none', inputFeeding: true },
      /give a kind of attention/,
    ],
    [
      'tied embeddings of another size',
      { source, target: { ...target, embeddingDim: 3 }, tiedEmbeddings: true },
      /leave embeddingDim out/,
    ],
    [
      'attention to an image as a state',
      { source: { image: [4, 4], as: 'state' }, target, attention: 'dot' },
      /by its columns/,
    ],
    [
      'an image that is halved to nothing',
      { source: { image: [4, 4], conv: [2, 2, 2] }, target },
      /give fewer/,
    ],
    ['an image of one size', { source: { image: [4] }, target }, /give \[height, width\]/],
    ['an option that there is not', { source, target, layers: 2 }, /use numLayers/],
  ])('refuses %s', (_, options, message) => {
    expect(() => encoderDecoder(options as EncoderDecoderOptions)).toThrow(message);
  });

  it('refuses samples and steps that do not fit', async () => {
    const model = encoderDecoder({ source, target, hiddenSize: 4, inputFeeding: true });
    expect(() => model.training()).toThrow(/give their number as steps/);
    expect(() => model.samples([[1]], [[3, 3, 3]], { steps: 3 })).toThrow(
      /targets\[0\] has 3 tokens, which 3 steps/,
    );
    expect(() => model.samples([[9]], [[3]])).toThrow(
      /sources\[0\] has the token 9, and the vocabulary has 9/,
    );
    expect(() => model.samples([[1]], [[5]])).toThrow(/targets\[0\] has the token 5/);
    expect(() => model.samples([[1], [2]], [[3]])).toThrow(/1 samples/);
    const ofFeatures = encoderDecoder({ source: { features: 2 }, target, hiddenSize: 4 });
    expect(() => ofFeatures.samples([float32Array([3, 1], [1, 2, 3])], [[3]])).toThrow(
      /an array \[time, 2\]/,
    );
    for (const source of [5, null, { shape: null }]) {
      expect(() => ofFeatures.samples([source as never], [[3]])).toThrow(
        /sources\[0\] got .* an array \[time, 2\]/,
      );
    }
    expect(await failure(() => model.toOnnx(new Map()))).toMatch(/^E_SHAPE_MISMATCH/);
  });

  it('takes sequences of any length', () => {
    const long = new Array<number>(200_000).fill(3);
    const { inputs, targets } = encoderDecoder({ source, target, hiddenSize: 4 })
      .samples([long], [long])
      .batch(Int32Array.of(0)) as Samples;
    expect(inputs.previous!.shape).toEqual([1, 200_001]);
    expect(targets.shape).toEqual([1, 200_001]);
  });

  it('keeps the vocabularies of texts in the files, each in that which takes its tokens', async () => {
    const model = encoderDecoder({
      source: { vocabulary: 4 },
      target: { vocabulary: 6, start: 2, end: 3 },
      hiddenSize: 4,
    });
    const parameters = initParameters(model.training(), 1);
    const letters = vocabulary(['ab'], { tokens: 'characters' });
    const sounds = vocabulary(['xy'], { tokens: 'characters', start: true, end: true });
    const files = model.toOnnx(parameters, { vocabularies: { source: letters, token: sounds } });
    await using encoder = await Model.load(files.encoder, { providers: ['simd'] });
    await using decoder = await Model.load(files.decoder, { providers: ['simd'] });
    expect(vocabulariesOf(encoder.metadata)).toEqual({ source: letters });
    expect(vocabulariesOf(decoder.metadata)).toEqual({ token: sounds });
    const wrong = (vocabularies: Parameters<typeof model.toOnnx>[1]) => () =>
      model.toOnnx(parameters, vocabularies);
    expect(wrong({ vocabularies: { source: sounds } })).toThrow(/has 6 tokens, and the network takes 4/);
    expect(wrong({ vocabularies: { target: sounds } })).toThrow(
      /takes no tokens; give them by the names token and source/,
    );
  });

  it('gives samples with the token before each step, and the end behind the last', () => {
    const model = encoderDecoder({ source, target, hiddenSize: 4 });
    const batch = model.samples([[7], [8, 7]], [[3, 4], []]).batch(Int32Array.of(0, 1)) as {
      inputs: Record<string, { data: Int32Array }>;
      targets: { data: Int32Array };
    };
    expect([...batch.inputs.previous!.data]).toEqual([1, 3, 4, 1, 2, 2]);
    expect([...batch.inputs.lengths!.data]).toEqual([1, 2]);
    expect([...batch.targets.data]).toEqual([3, 4, 2, 2, -100, -100]);
  });
});
