/** Texts that a model writes: what tokens become, where they end, and what models and prompts are refused. */
import { afterAll, describe, expect, it } from 'vitest';
import { encodeText } from '../../src/data/text/encode-text.js';
import { type Vocabulary, vocabulary } from '../../src/data/text/vocabulary.js';
import { generate } from '../../src/generate/generate.js';
import { type TextGenerationOptions, textGeneratorOf } from '../../src/generate/text-generator.js';
import { writtenText } from '../../src/generate/written-text.js';
import { Model } from '../../src/runtime/node.js';
import '../matcher.js';
import { failure } from '../runtime/models.js';
import { tokenModel } from './token-model.js';

const letters = vocabulary(['abcde \n'], { tokens: 'characters' });
const words = vocabulary(['I saw a ship (the old one), sea-worn. He said: go!'], { tokens: 'words' });
const models: Model[] = [];
async function modelOf(known: Vocabulary | undefined, size = known?.tokens.length ?? 0): Promise<Model> {
  const options = known ? { vocabularies: { tokens: known } } : {};
  const model = await Model.load(tokenModel('lstm', size, 5, options), { providers: ['simd'] });
  models.push(model);
  return model;
}
afterAll(() => Promise.all(models.map((model) => model.release())));
const generator = textGeneratorOf(await modelOf(letters));

async function streamed(prompt: string, options: TextGenerationOptions) {
  const pieces: string[] = [];
  const steps = generator.stream(prompt, options);
  for (;;) {
    const { value, done } = await steps.next();
    if (done) return { pieces, result: value };
    pieces.push(value);
  }
}

describe('a text that is written', () => {
  it('is that of the tokens of generate, without those that stand for no text', async () => {
    const options = { sample: { seed: 3 }, maxLength: 40 };
    const [written] = await generator.generate('ab', options);
    const { padding, unknown } = letters.special;
    const [[found] = []] = await generate(models[0]!, {
      ...options,
      prompts: [encodeText(letters, 'ab')],
      forbidden: [padding!, unknown!],
    });
    expect(written).toEqual({
      text: found!.tokens.map((token) => letters.tokens[token]).join(''),
      tokens: found!.tokens,
      logProbability: found!.logProbability,
      finish: 'length',
    });
    expect(written!.text).toHaveLength(40);
  });

  it('comes piece by piece, the same as the whole', async () => {
    const options = { sample: { seed: 3 }, maxLength: 40 };
    const { pieces, result } = await streamed('ab', options);
    expect(pieces).toHaveLength(40);
    expect(pieces.join('')).toBe(result.text);
    expect([result]).toEqual(await generator.generate('ab', options));
  });

  it('ends before a stop text, of which no part is streamed', async () => {
    const options = { sample: { seed: 3 }, maxLength: 200 };
    const [{ text: whole } = { text: '' }] = await generator.generate('ab', options);
    // Three characters, the first of which comes earlier, too.
    const place = [...whole].findIndex(
      (first, at) => at > 5 && whole.indexOf(first) < at && whole.indexOf(whole.slice(at, at + 3)) === at,
    );
    const stop = whole.slice(place, place + 3);
    const { pieces, result } = await streamed('ab', { ...options, stop: ['never', stop] });
    expect(result).toMatchObject({ text: whole.slice(0, place), finish: 'stop' });
    expect(pieces.join('')).toBe(result.text);
    expect(result.tokens).toHaveLength(place + 3);
    const [late] = await generator.generate('ab', { ...options, stop: 'never' });
    expect(late).toMatchObject({ text: whole, finish: 'length' });
  });

  it('ends before a stop text in a beam search, too, which gives the best ones', async () => {
    const options = { beam: { width: 3, nBest: 2 }, maxLength: 30 };
    const found = await generator.generate('ab', options);
    expect(found).toHaveLength(2);
    const stop = found[0]!.text.slice(10, 12);
    const [best] = await generator.generate('ab', { ...options, stop });
    expect(best!.text).toBe(found[0]!.text.slice(0, found[0]!.text.indexOf(stop)));
    expect(best!.finish).toBe('stop');
  });

  it('ends a beam search at a stop with the tokens up to it and their probability, and has each text once', async () => {
    const options = { beam: { width: 4, nBest: 4 }, maxLength: 30 };
    const whole = await generator.generate('ab', options);
    const stop = [...new Set(whole[0]!.text)].slice(0, 2);
    const found = await generator.generate('ab', { ...options, stop });
    expect(new Set(found.map(({ text }) => text)).size).toBe(found.length);
    const ended = found.filter(({ finish }) => finish === 'stop');
    expect(ended.length).toBeGreaterThan(0);
    for (const { text, tokens, logProbability } of ended) {
      expect(tokens).toHaveLength(text.length + 1);
      // Token by token, each the only one that is not forbidden.
      const prompt = encodeText(letters, 'ab');
      let expected = 0;
      for (const [i, token] of tokens.entries()) {
        const [[forced] = []] = await generate(models[0]!, {
          prompts: [[...prompt, ...tokens.slice(0, i)]],
          forbidden: [...letters.tokens.keys()].filter((other) => other !== token),
          maxLength: 1,
        });
        expected += forced!.logProbability;
      }
      expect([logProbability]).toBeCloseToArray([expected], { rtol: 1e-5 });
    }
  });

  it('begins as a line begins where there is no prompt, and reads unknown characters as the unknown token', async () => {
    const options = { maxLength: 20 };
    expect(await generator.generate('', options)).toEqual(await generator.generate('\n', options));
    expect(await generator.generate('aXb', options)).toEqual(await generator.generate('aYb', options));
  });

  it('ends at the end token of the vocabulary', async () => {
    const ending = vocabulary(['abc'], { tokens: 'characters', start: true, end: true });
    const own = textGeneratorOf(await modelOf(ending));
    const texts = await Promise.all(
      Array.from({ length: 10 }, (_, seed) => own.generate('', { sample: { seed }, maxLength: 50 })),
    );
    const ended = texts.flat().filter(({ finish }) => finish === 'end');
    expect(ended.length).toBeGreaterThan(0);
    for (const { text, tokens } of ended) expect(text).toHaveLength(tokens.length);
  });

  it('has spaces between words where they belong', async () => {
    const text = 'I saw a ship (the old one), sea-worn. He said: go!';
    expect(writtenText(words, encodeText(words, text))).toBe(text);
    const own = textGeneratorOf(await modelOf(words));
    for (const prompt of ['I saw', 'I saw ']) {
      const [{ text: written, tokens } = { text: '', tokens: [] }] = await own.generate(prompt, {
        sample: { seed: 2 },
        maxLength: 8,
      });
      expect(prompt + written).toBe(writtenText(words, [...encodeText(words, prompt), ...tokens]));
    }
  });
});

describe('refused', () => {
  it.each([
    [
      'a model without a vocabulary',
      undefined,
      {},
      'E_MISSING_NAME',
      /no vocabulary of its tokens \('tokens'\)/,
    ],
    [
      'a vocabulary of another size',
      undefined,
      { vocabulary: words },
      'E_INVALID_OPTION',
      /has \d+ tokens, and the model gives logits of 9/,
    ],
  ] as const)('%s', async (_, known, options, code, message) => {
    const model = await modelOf(known, 9);
    const error = await failure(() => textGeneratorOf(model, options));
    expect(error).toContain(code);
    expect(error).toMatch(message);
  });

  it('characters that a vocabulary without an unknown token lacks', async () => {
    const own = textGeneratorOf(await modelOf(vocabulary(['abc'], { tokens: 'characters', unknown: false })));
    const error = await failure(() => own.generate('abx'));
    expect(error).toContain("E_UNKNOWN_NAME: encodeText: the text has the token 'x'");
  });

  it.each([
    ['a beam search in pieces', () => generator.stream('a', { beam: { width: 2 } }).next(), /beam search/],
    ['an empty stop', () => generator.generate('a', { stop: '' }), /stop/],
    [
      'an unknown option',
      () => generator.generate('a', { temperature: 1 } as never),
      /sample: \{ temperature/,
    ],
  ])('%s', async (_, run, message) => {
    const error = await failure(run);
    expect(error).toContain('E_INVALID_OPTION');
    expect(error).toMatch(message);
  });
});
