/** Sequences generated in Chromium are those that Node generates. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { initParameters } from '../../src/builder/parameters.js';
import { vocabulary } from '../../src/data/text/vocabulary.js';
import { generate } from '../../src/generate/generate.js';
import type { GenerateOptions } from '../../src/generate/generate-options.js';
import { textGeneratorOf } from '../../src/generate/text-generator.js';
import { Model } from '../../src/runtime/node.js';
import { sharp, tokenModel } from '../generate/token-model.js';
import { reversing } from '../sequences/reversing.js';
import { describeInChromium, Lab } from './lab.js';
import { bytesToBase64 } from './wire.js';

const ways: GenerateOptions[] = [
  {},
  { sample: { temperature: 1.5, topK: 6, topP: 0.95, seed: 5 } },
  { beam: { width: 3, nBest: 2, lengthPenalty: 0.5 }, repetitionPenalty: 1.2 },
];

describeInChromium('sequences generated in Chromium', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open();
  });
  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]();
  });

  it.each(['simd', 'wasm'] as const)('are those of Node, on %s, and come step by step', async (provider) => {
    const file = tokenModel('lstm', 9, 21);
    const options = ways.map((way) => ({ prompts: [[1], [2, 3]], end: 0, maxLength: 12, ...way }));
    const sent = { file: bytesToBase64(file), options, provider };
    const { found, steps, aborted } = await lab.page.evaluate(async ({ file, options, provider }) => {
      const { lstmOnnx, withModel, base64ToBytes, attempt } = window.lab;
      return withModel(base64ToBytes(file), { providers: [provider] }, async (model) => {
        const found = [];
        for (const way of options) found.push(await lstmOnnx.generate(model, way));
        let steps = 0;
        const stop = new AbortController();
        const aborted = await attempt(async () => {
          for await (const _ of lstmOnnx.generateSteps(model, { prompts: [[1]], signal: stop.signal })) {
            if (++steps === 5) stop.abort();
          }
        });
        return { found, steps, aborted };
      });
    }, sent);
    await using model = await Model.load(file, { providers: ['cpu'] });
    for (const [i, way] of options.entries()) {
      const expected = await generate(model, way);
      expect(found[i]!.flat().map(({ tokens }) => tokens)).toEqual(
        expected.flat().map(({ tokens }) => tokens),
      );
    }
    expect(steps).toBe(5);
    expect(aborted).toMatchObject({ error: { name: 'AbortError' } });
    expect(lab.problems).toEqual([]);
  });

  it('are texts where the file has the vocabulary, whole and in pieces', async () => {
    const letters = vocabulary(['abcdefg'], { tokens: 'characters' });
    const file = tokenModel('gru', letters.tokens.length, 3, { vocabularies: { tokens: letters } });
    const options = { sample: { seed: 7 }, maxLength: 30 };
    const found = await lab.page.evaluate(
      async ({ file, options }) => {
        const { lstmOnnx, withModel, base64ToBytes } = window.lab;
        return withModel(base64ToBytes(file), { providers: ['simd'] }, async (model) => {
          const generator = lstmOnnx.textGeneratorOf(model);
          const [written] = await generator.generate('abc', options);
          let pieces = '';
          for await (const piece of generator.stream('abc', options)) pieces += piece;
          return { written, pieces };
        });
      },
      { file: bytesToBase64(file), options },
    );
    await using model = await Model.load(file, { providers: ['cpu'] });
    const [expected] = await textGeneratorOf(model).generate('abc', options);
    expect(found.pieces).toBe(expected!.text);
    expect(found.written!.tokens).toEqual(expected!.tokens);
    expect(lab.problems).toEqual([]);
  });

  it.each(['simd', 'wasm'] as const)(
    'are those of an encoder and a decoder in Node, on %s',
    async (provider) => {
      const model = reversing({ inputFeeding: true });
      const parameters = sharp(initParameters(model.training({ steps: 1 }), 4));
      const files = model.toOnnx(parameters);
      const source = [[3, 4, 5], [6], [7, 3, 3, 5, 4]];
      const options = ways.map((way) => ({ source, maxLength: 8, ...way }));
      const sent = {
        files: { encoder: bytesToBase64(files.encoder), decoder: bytesToBase64(files.decoder) },
        ...{ options, provider },
      };
      const found = await lab.page.evaluate(async ({ files, options, provider }) => {
        const { lstmOnnx, withModel, base64ToBytes } = window.lab;
        const opening = { providers: [provider] };
        return withModel(base64ToBytes(files.encoder), opening, (encoder) =>
          withModel(base64ToBytes(files.decoder), opening, async (decoder) => {
            const found = [];
            for (const way of options) found.push(await lstmOnnx.generate({ encoder, decoder }, way));
            return found;
          }),
        );
      }, sent);
      await using encoder = await Model.load(files.encoder, { providers: ['cpu'] });
      await using decoder = await Model.load(files.decoder, { providers: ['cpu'] });
      for (const [i, way] of options.entries()) {
        const expected = await generate({ encoder, decoder }, way);
        expect(found[i]!.flat().map(({ tokens }) => tokens)).toEqual(
          expected.flat().map(({ tokens }) => tokens),
        );
        expect(new Set(expected.map(([best]) => best!.score)).size).toBeGreaterThan(1);
      }
      expect(lab.problems).toEqual([]);
    },
  );
});
