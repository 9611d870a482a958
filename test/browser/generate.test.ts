/** Sequences generated in Chromium are those that Node generates. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generate } from '../../src/generate/generate.js';
import type { GenerateOptions } from '../../src/generate/generate-options.js';
import { Model } from '../../src/runtime/node.js';
import { tokenModel } from '../generate/token-model.js';
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
});
