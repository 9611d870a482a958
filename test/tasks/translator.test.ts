/** Texts for texts, from the two files of an encoder and a decoder. */
import { afterAll, describe, expect, it } from 'vitest';
import * as lo from '../../src/index.js';
import { translatorMetadata } from '../../src/tasks/translator-metadata.js';
import { failureOf } from '../data/failure.js';

const { encoderDecoder, generate, initParameters, Model, translatorOf, vocabulary } = lo;

const source = vocabulary(['abcd'], { tokens: 'characters', lowercase: true });
const target = vocabulary(['X Y Z'], { tokens: 'spaces', start: true, end: true });
const plan = {
  source: { vocabulary: source, column: 'spelling', maxLength: 5 },
  target: { vocabulary: target, column: 'sound', maxLength: 7 },
  beam: 3,
};

/** Models with parameters of a seed, which have learned nothing. */
async function models(
  seed: number,
  options: Partial<lo.EncoderDecoderOptions> = {},
  metadata = translatorMetadata(plan),
) {
  const pair = encoderDecoder({
    source: { vocabulary: source.tokens.length },
    target: { vocabulary: target.tokens.length, start: 2, end: 3 },
    ...{ hiddenSize: 8, bidirectional: true, ...options },
  });
  const vocabularies = { source, token: target };
  const files = pair.toOnnx(initParameters(pair.training(), seed), { metadata, vocabularies });
  const load = (file: Uint8Array) => Model.load(file, { providers: ['simd'] });
  const loaded = { encoder: await load(files.encoder), decoder: await load(files.decoder) };
  opened.push(loaded.encoder, loaded.decoder);
  return loaded;
}
const opened: lo.Model[] = [];
afterAll(() => Promise.all(opened.map((model) => model.release())));

const pair = await models(1);
const translator = translatorOf(pair);
const texts = ['abcd', 'a', 'dcb', 'ab'];

describe('a translator', () => {
  it('writes no space before the full stop of words', async () => {
    const words = vocabulary(['.'], { tokens: 'words', start: true, end: true });
    const own = encoderDecoder({
      source: { vocabulary: source.tokens.length },
      target: { vocabulary: words.tokens.length, start: 2, end: 3 },
      hiddenSize: 8,
    });
    const metadata = translatorMetadata({ ...plan, target: { ...plan.target, vocabulary: words }, beam: 1 });
    const parameters = initParameters(own.training(), 1);
    // The full stop is more probable than the end at every step.
    const [, bias] = [...parameters].find(([name]) => name.endsWith('output.bias'))!;
    bias.data[words.tokens.indexOf('.')] = 9;
    const files = own.toOnnx(parameters, {
      metadata,
      vocabularies: { source, token: words },
    });
    const [encoder, decoder] = await Promise.all([Model.load(files.encoder), Model.load(files.decoder)]);
    opened.push(encoder, decoder);
    const [first] = await translatorOf({ encoder, decoder }).translate(['abcd']);
    expect(first?.tokens.length).toBeGreaterThan(1);
    expect(first?.text).toBe('.'.repeat(first?.tokens.length ?? 0));
  });

  it('knows from its files how texts are read and written', () => {
    expect(translator.plan).toEqual(plan);
    expect(translator.hasAttention).toBe(true);
  });

  it('gives what generate gives, in the order of the texts, however they are put into batches', async () => {
    const translations = await translator.translate(texts);
    const tokens = texts.map((text) => lo.encodeText(source, text));
    const forbidden = [0, 1, 2];
    for (const [i, own] of tokens.entries()) {
      const [[best] = []] = await generate(pair, {
        ...{ source: [own], beam: { width: 3 }, maxLength: 7, forbidden },
      });
      expect(translations[i]?.tokens).toEqual(best?.tokens.map((token) => target.tokens[token]));
      expect(translations[i]?.text).toBe(translations[i]?.tokens.join(' '));
      expect(translations[i]?.logProbability).toBeCloseTo(best?.logProbability ?? 0, 4);
      expect(translations[i]?.finish).toBe(best?.finish);
    }
    for (const batchSize of [1, 3]) {
      const again = await translator.translate(texts, { batchSize });
      expect(again.map(({ text }) => text)).toEqual(translations.map(({ text }) => text));
    }
  });

  it('writes no token that stands for no text', async () => {
    for (const beam of [1, 3]) {
      const found = await translator.translate(texts, { beam });
      for (const { tokens } of found) for (const token of tokens) expect(['X', 'Y', 'Z']).toContain(token);
    }
  });

  it.each([{ beam: 1 }, { beam: 3 }])('says where each token comes from, with %o', async (options) => {
    const found = await translator.translate(texts, { ...options, attention: true });
    const alone = await translator.translate(texts, options);
    for (const [i, { tokens, source: read, attention }] of found.entries()) {
      expect(tokens).toEqual(alone[i]?.tokens);
      expect(read).toEqual([...texts[i]!]);
      expect(attention?.shape).toEqual([tokens.length, read.length]);
      const rows = tokens.map((_, row) => attention!.data.slice(row * read.length, (row + 1) * read.length));
      for (const row of rows) expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    }
    // The first token's weights are those of the decoder's first step.
    const { h0, c0, memory, keys } = await pair.encoder.run({
      source: { data: [...lo.encodeText(source, 'abcd')], dims: [1, 4] },
      lengths: { data: [4], dims: [1] },
    });
    const { attention } = await pair.decoder.run({
      ...{ h0: h0!, c0: c0!, memory: memory!, keys: keys! },
      ...{ token: { data: [2], dims: [1] }, lengths: { data: [4], dims: [1] } },
    });
    const first = found[0]!.attention!.data;
    for (let t = 0; t < 4; t++) expect(first[t]).toBeCloseTo(Number(attention!.data[t]), 5);
  });

  it('gives the second best and so on where it is asked for them', async () => {
    const [one] = await translator.translate(['ab'], { beam: { width: 3, nBest: 3 } });
    const all = [one!, ...(one!.others ?? [])];
    expect(new Set(all.map(({ text }) => text)).size).toBe(3);
    const perToken = all.map(
      ({ logProbability, tokens, finish }) => logProbability / (tokens.length + (finish === 'end' ? 1 : 0)),
    );
    expect(perToken).toEqual(perToken.toSorted((a, b) => b - a));
  });

  it('says what it does not know and what it cut', async () => {
    const [cut, lower] = await translator.translate(['abcd?abc', 'AB']);
    expect(cut).toMatchObject({ source: ['a', 'b', 'c', 'd', '<unk>'], unknown: 1, cut: true });
    expect(lower).toMatchObject({ source: ['a', 'b'], unknown: 0, cut: false });
    expect(lower?.text).toBe((await translator.translate(['ab']))[0]?.text);
  });

  it('gives nothing for no texts', async () => {
    expect(await translator.translate([])).toEqual([]);
  });

  it.each([
    [['ab', ''], {}, /text 1 has no tokens/],
    [['ab', 3], {}, /text 1.* number/],
    ['ab', {}, /list of texts/],
    [['ab'], { beam: 0 }, /beam is .*0/],
    [['ab'], { beam: { width: 0 } }, /width/],
    [['ab'], { maxLength: 0 }, /maxLength/],
    [['ab'], { numBeams: 3 }, /beam/],
  ])('refuses %j with %j', async (given, options, message) => {
    await expect(translator.translate(given as string[], options as object)).rejects.toMatchObject({
      code: 'E_INVALID_OPTION',
      message: expect.stringMatching(message),
    });
  });

  it('has no attention to give where the model has none', async () => {
    const plain = translatorOf(await models(1, { attention: 'none' }));
    expect(plain.hasAttention).toBe(false);
    await expect(plain.translate(['ab'], { attention: true })).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
    });
  });

  it('stops by a signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(translator.translate(['ab'], { signal })).rejects.toThrow('enough');
  });
});

describe('the files of a translator', () => {
  it('are refused where the decoder is of another training', async () => {
    const other = await models(2);
    expect(failureOf(() => translatorOf({ encoder: pair.encoder, decoder: other.decoder }))).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: expect.stringMatching(/other trainings/),
    });
  });

  it('are refused where they say no translation, or nonsense', async () => {
    const silent = await models(1, {}, {});
    expect(failureOf(() => translatorOf(silent))).toMatchObject({ code: 'E_INVALID_FILE' });
    const wrong = JSON.stringify({ version: 1, task: 'translate', source: { column: 'a', maxLength: 0 } });
    const broken = await models(1, {}, { 'lstm_onnx.task': wrong });
    expect(failureOf(() => translatorOf(broken))).toMatchObject({
      code: 'E_INVALID_FILE',
      message: expect.stringMatching(/source\.maxLength/),
    });
  });
});
