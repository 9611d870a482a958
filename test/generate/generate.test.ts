/** Sequences that a model generates: what each way of choosing finds, in batches, within limits. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineNetwork } from '../../src/builder/network.js';
import { tanh } from '../../src/builder/ops/activations.js';
import { add } from '../../src/builder/ops/arithmetic.js';
import { embedding } from '../../src/builder/ops/embedding.js';
import { linear } from '../../src/builder/ops/linear.js';
import { initParameters } from '../../src/builder/parameters.js';
import { float32, int32 } from '../../src/builder/tensor.js';
import { vocabulary } from '../../src/data/text/vocabulary.js';
import { exportOnnx } from '../../src/export/export.js';
import { generate, generateSteps } from '../../src/generate/generate.js';
import type { GenerateOptions } from '../../src/generate/generate-options.js';
import { Model } from '../../src/runtime/node.js';
import { failure } from '../runtime/models.js';
import { HIDDEN, tokenModel } from './token-model.js';
import '../matcher.js';

const END = 0;
const providers = ['cpu', 'wasm', 'simd'] as const;

/** The logarithms of the probabilities of every next token, behind each token of a sequence, by one run over the whole of it. */
async function logProbabilities(model: Model, sequence: readonly number[]): Promise<number[][]> {
  const zeros = { data: new Float32Array(2 * HIDDEN), dims: [2, 1, HIDDEN] };
  const states = model.inputs.flatMap(({ name }) => (name === 'tokens' ? [] : [[name, zeros] as const]));
  const { logits } = await model.run({
    tokens: { data: [...sequence], dims: [1, sequence.length] },
    ...Object.fromEntries(states),
  });
  const vocabulary = logits!.dims[2]!;
  return sequence.map((_, step) => {
    const row = [...(logits!.data as Float32Array).subarray(step * vocabulary, (step + 1) * vocabulary)];
    const total = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return row.map((logit) => logit - total);
  });
}

interface Scored {
  readonly tokens: readonly number[];
  readonly logProbability: number;
  readonly length: number;
}

/** Every sequence that there can be behind a prompt, with its probability. */
async function everySequence(
  model: Model,
  prompt: readonly number[],
  vocabulary: number,
  maxLength: number,
): Promise<Scored[]> {
  const found: Scored[] = [];
  const go = async (tokens: readonly number[], logProbability: number): Promise<void> => {
    const next = (await logProbabilities(model, [...prompt, ...tokens])).at(-1)!;
    for (let token = 0; token < vocabulary; token++) {
      const sum = logProbability + next[token]!;
      const longer = [...tokens, token];
      if (token === END) found.push({ tokens, logProbability: sum, length: longer.length });
      else if (longer.length === maxLength)
        found.push({ tokens: longer, logProbability: sum, length: maxLength });
      else await go(longer, sum);
    }
  };
  await go([], 0);
  return found;
}

describe('a beam search that keeps all sequences', () => {
  it.each(['lstm', 'gru'] as const)(
    'finds what an exhaustive search finds, of a %s',
    async (cell) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 1000 }),
          fc.integer({ min: 2, max: 3 }),
          fc.integer({ min: 1, max: 4 }),
          fc.constantFrom(-1, 0, 0.5, 1, 2),
          fc.integer({ min: 1, max: 5 }),
          async (seed, vocabulary, maxLength, lengthPenalty, nBest) => {
            await using model = await Model.load(tokenModel(cell, vocabulary, seed), { providers: ['simd'] });
            const prompt = [1, vocabulary - 1];
            const every = await everySequence(model, prompt, vocabulary, maxLength);
            const scored = every
              .map((found) => ({ ...found, score: found.logProbability / found.length ** lengthPenalty }))
              .toSorted((a, b) => b.score - a.score)
              .slice(0, nBest);
            const width = vocabulary ** maxLength + nBest;
            const [found] = await generate(model, {
              ...{ prompts: [prompt], end: END, maxLength },
              beam: { width, lengthPenalty, nBest },
            });
            expect(found!.map(({ score }) => score)).toBeCloseToArray(
              scored.map(({ score }) => score),
              { atol: 1e-5 },
            );
            for (const { tokens, logProbability } of found!) {
              const same = every.find((other) => other.tokens.join() === tokens.join());
              expect(logProbability).toBeCloseTo(same!.logProbability, 4);
            }
          },
        ),
        { numRuns: 25, seed: 7 },
      );
    },
    120_000,
  );
});

const PROMPTS = [[1], [2, 3, 4], [5, 1], [4, 4, 4, 4]];
const ways: Record<string, Partial<GenerateOptions>> = {
  greedy: {},
  sample: { sample: { temperature: 1.5, topK: 5, topP: 0.95, seed: 3 } },
  beam: { beam: { width: 3, nBest: 3, lengthPenalty: 0.7 } },
  'beam with a penalty': { beam: { width: 3, earlyEnd: true }, repetitionPenalty: 1.3 },
  allowed: { beam: { width: 2 }, allowed: [[1, 2, 3], [1, 2], [6], []] },
};

describe.each(Object.entries(ways))('generated by %s', (_, way) => {
  const file = tokenModel('lstm', 7, 11);

  it('a sequence is the same alone, in a batch of prompts of all lengths, and on every provider', async () => {
    const options = { end: END, maxLength: 12, ...way };
    const all = [];
    for (const provider of providers) {
      await using model = await Model.load(file, { providers: [provider] });
      all.push(await generate(model, { ...options, prompts: PROMPTS }));
    }
    const [expected] = all;
    expect(expected!.map((list) => list.length)).toEqual(PROMPTS.map(() => expected![0]!.length));
    for (const other of all) {
      expect(other.flat().map(({ tokens }) => tokens)).toEqual(expected!.flat().map(({ tokens }) => tokens));
      expect(other.flat().map(({ score }) => score)).toBeCloseToArray(
        expected!.flat().map(({ score }) => score),
        { atol: 1e-4 },
      );
    }
    await using model = await Model.load(file, { providers: ['cpu'] });
    // Only the first has the random numbers that it has alone.
    const alone = 'sample' in way ? PROMPTS.slice(0, 1) : PROMPTS;
    for (const [i, prompt] of alone.entries()) {
      const [own] = await generate(model, { ...options, prompts: [prompt] });
      expect(own!.map(({ tokens }) => tokens)).toEqual(expected![i]!.map(({ tokens }) => tokens));
    }
  });

  it('comes step by step, the last of which has the result', async () => {
    await using model = await Model.load(file, { providers: ['simd'] });
    const options = { prompts: PROMPTS, end: END, maxLength: 9, ...way };
    const steps = [];
    for await (const step of generateSteps(model, options)) steps.push(step);
    const results = await generate(model, options);
    expect(steps.at(-1)).toEqual(results.map(([best]) => best));
    expect(steps[0]!.every(({ tokens }) => tokens.length <= 1)).toBe(true);
    expect(steps.length).toBeGreaterThan(1);
    // Those that were kept unread are as they were, whatever came later.
    const read = [];
    for await (const step of generateSteps(model, options)) {
      read.push(step.map(({ tokens, score }) => ({ tokens: [...tokens], score })));
    }
    expect(steps.map((step) => step.map(({ tokens, score }) => ({ tokens, score })))).toEqual(read);
  });

  it('has a list of tokens for each step, the same whenever it is read', async () => {
    await using model = await Model.load(file, { providers: ['simd'] });
    for await (const [sequence] of generateSteps(model, { prompts: [[1]], end: END, maxLength: 6, ...way })) {
      expect(sequence!.tokens).toBe(sequence!.tokens);
      expect(JSON.parse(JSON.stringify(sequence))).toEqual(sequence);
    }
  });
});

describe('generate', () => {
  let model: Model;
  beforeAll(async () => {
    model = await Model.load(tokenModel('gru', 7, 5), { providers: ['simd'] });
  });
  afterAll(() => model.release());

  it('takes the most probable token at each step', async () => {
    const [[best] = []] = await generate(model, { prompts: [[3, 1]], maxLength: 10 });
    expect(best).toMatchObject({ finish: 'length' });
    expect(best!.tokens).toHaveLength(10);
    const scores = await logProbabilities(model, [3, 1, ...best!.tokens]);
    let sum = 0;
    for (const [i, token] of best!.tokens.entries()) {
      expect(scores[i + 1]![token]).toBe(Math.max(...scores[i + 1]!));
      sum += scores[i + 1]![token]!;
    }
    expect(best!.logProbability).toBeCloseTo(sum, 4);
  });

  it('goes on from long prompts of different lengths as from short ones', async () => {
    const long = Array.from({ length: 700 }, (_, i) => (i * i + 3) % 7);
    const prompts = [long, long.slice(0, 300), long.slice(0, 256)];
    const found = (await generate(model, { prompts, maxLength: 3 })).flat();
    for (const [i, { tokens, logProbability }] of found.entries()) {
      const scores = await logProbabilities(model, [...prompts[i]!, ...tokens]);
      const start = prompts[i]!.length - 1;
      const sum = tokens.reduce((total, token, at) => total + scores[start + at]![token]!, 0);
      expect(logProbability).toBeCloseTo(sum, 3);
    }
  });

  it('never gives what is forbidden, with the probabilities of the model', async () => {
    const options = { prompts: [[2]], forbidden: [END, 3, 5], maxLength: 6 };
    const ways = [
      ...Array.from({ length: 8 }, (_, seed) => ({ sample: { seed, temperature: 3 } })),
      ...[{}, { beam: { width: 8, nBest: 8 } }],
    ];
    const found = (await Promise.all(ways.map((way) => generate(model, { ...options, ...way })))).flat(2);
    expect(found).toHaveLength(ways.length + 7);
    const given = new Set(found.flatMap(({ tokens }) => tokens));
    expect([...given].sort()).toEqual([1, 2, 4, 6]);
    for (const { tokens, logProbability } of found) {
      const scores = await logProbabilities(model, [2, ...tokens]);
      const sum = tokens.reduce((total, token, i) => total + scores[i]![token]!, 0);
      expect(logProbability).toBeCloseTo(sum, 4);
    }
  });

  it('gives only what is allowed, the most probable of all where the beam is wide', async () => {
    const allowed = [[1, 2], [1, 3, 4], [5], [6, 6, 6]];
    const options = { prompts: [[2]], end: END, allowed, maxLength: 4 };
    const [found] = await generate(model, { ...options, beam: { width: 8, nBest: 8, lengthPenalty: 0 } });
    expect(found!.map(({ tokens }) => tokens.join()).sort()).toEqual(allowed.map(String).sort());
    for (const { tokens, logProbability, finish } of found!) {
      const scores = await logProbabilities(model, [2, ...tokens]);
      const sum = [...tokens, END].reduce((total, token, i) => total + scores[i]![token]!, 0);
      expect(logProbability).toBeCloseTo(sum, 4);
      expect(finish).toBe('end');
    }
    for (let seed = 0; seed < 20; seed++) {
      const [[drawn] = []] = await generate(model, { ...options, sample: { seed, temperature: 3 } });
      expect(allowed.map(String)).toContain(String(drawn!.tokens));
    }
  });

  it('draws other tokens by another seed, and the most probable ones by topK 1', async () => {
    const options = { prompts: [[1]], maxLength: 20 };
    const drawn = await Promise.all(
      [1, 2].map((seed) => generate(model, { ...options, sample: { seed, temperature: 2 } })),
    );
    expect(drawn[0]).not.toEqual(drawn[1]);
    const greedy = await generate(model, options);
    for (const sample of [{ topK: 1 }, { topP: 1e-9 }, { temperature: 1e-6 }]) {
      expect(await generate(model, { ...options, sample })).toEqual(greedy);
    }
  });

  it('stops by its signal, and when nobody asks for more', async () => {
    const stop = new AbortController();
    const options = { prompts: [[1]], maxLength: 50, signal: stop.signal };
    let steps = 0;
    const until = async () => {
      for await (const _ of generateSteps(model, options)) if (++steps === 3) stop.abort(new Error('enough'));
    };
    await expect(until()).rejects.toThrow('enough');
    expect(steps).toBe(3);
    await expect(generate(model, options)).rejects.toThrow('enough');
    for await (const [sequence] of generateSteps(model, { prompts: [[1]] })) {
      if (sequence!.tokens.length === 4) break;
    }
  });

  it('goes on from given states', async () => {
    const stream = model.stream();
    await stream.run({ tokens: { data: [3], dims: [1, 1] } });
    const from = await generate(model, { prompts: [[1]], initial: stream.state, maxLength: 6 });
    expect(from).toEqual(await generate(model, { prompts: [[3, 1]], maxLength: 6 }));
  });

  it('carries the states of a step that is defined by hand, named where they cannot be found', async () => {
    const step = defineNetwork(
      { token: int32('batch'), memory: float32('batch', 8) },
      ({ token, memory }) => {
        const x = embedding('embedding', token, { numEmbeddings: 5, embeddingDim: 8 });
        const next = tanh(add(linear('recurrent', memory, 8), x));
        return { logits: linear('fc', next, 5), next };
      },
    );
    await using own = await Model.load(exportOnnx(step, initParameters(step, 3)), { providers: ['cpu'] });
    const states = { memory: 'next' };
    const stream = own.stream({ states });
    let logits: number[] = [];
    const expected = [];
    for (const token of [2, 4]) {
      const results = await stream.run({ token: { data: [token], dims: [1] } });
      logits = [...(results.logits!.data as Float32Array)];
    }
    for (let i = 0; i < 5; i++) {
      expected.push(logits.indexOf(Math.max(...logits)));
      const results = await stream.run({ token: { data: expected.slice(-1), dims: [1] } });
      logits = [...(results.logits!.data as Float32Array)];
    }
    const options = { prompts: [[2, 4], [1]], input: 'token', maxLength: 5 };
    const [[found] = []] = await generate(own, { ...options, states });
    expect(found!.tokens).toEqual(expected);
    expect(await failure(() => generate(own, options))).toMatch(
      /^E_STATE_NOT_CARRIED: No input of this model is known to be state/,
    );
  });

  it('takes the start and the end of the vocabulary of its tokens', async () => {
    const letters = vocabulary(['abc'], { tokens: 'characters', start: true, end: true });
    const file = tokenModel('lstm', 7, 2, { vocabularies: { tokens: letters } });
    await using own = await Model.load(file, { providers: ['simd'] });
    const { start, end } = letters.special;
    const sampled = { sample: { seed: 1, temperature: 10 }, maxLength: 60 };
    const expected = await generate(own, { prompts: [[start!]], end: end!, ...sampled });
    expect(expected[0]![0]!.finish).toBe('end');
    expect(await generate(own, sampled)).toEqual(expected);
  });

  it('takes more prompts than a function takes arguments', async () => {
    await using quick = await Model.load(tokenModel('gru', 3, 1), { providers: ['simd'] });
    const prompts = Array.from({ length: 150_000 }, () => [1]);
    expect(await generate(quick, { prompts, maxLength: 1 })).toHaveLength(prompts.length);
  });

  it.each<[string, unknown, string, RegExp]>([
    ['no prompt', {}, 'E_MISSING_NAME', /no start token; give a list of prompts/],
    [
      'an empty prompt',
      { prompts: [[]] },
      'E_INVALID_OPTION',
      /prompts\[0\] got an empty array; expected one token/,
    ],
    [
      'a token beyond the vocabulary',
      { prompts: [[1], [1, 7]] },
      'E_INVALID_OPTION',
      /prompts\[1\] has at place 1 the token 7, .* of 7 tokens; give tokens from 0 to 6/,
    ],
    ['an end beyond it', { prompts: [[1]], end: 9 }, 'E_INVALID_OPTION', /end is the token 9/],
    [
      'an allowed output of other tokens',
      { prompts: [[1]], end: END, allowed: [[8]] },
      'E_INVALID_OPTION',
      /allowed\[0\] has at place 0 the token 8/,
    ],
    ['states that are no names', { prompts: [[1]], states: 'h' }, 'E_INVALID_OPTION', /the option states/],
    [
      'both ways',
      { prompts: [[1]], beam: { width: 1 }, sample: {} },
      'E_INVALID_OPTION',
      /both sample and beam/,
    ],
    ['a misplaced option', { prompts: [[1]], temperature: 2 }, 'E_INVALID_OPTION', /use sample, as in/],
    [
      'a temperature of 0',
      { prompts: [[1]], sample: { temperature: 0 } },
      'E_INVALID_OPTION',
      /temperature is 0/,
    ],
    [
      'too many results',
      { prompts: [[1]], beam: { width: 2, nBest: 3 } },
      'E_INVALID_OPTION',
      /larger width/,
    ],
    [
      'a length penalty that makes all scores alike',
      { prompts: [[1]], beam: { width: 2, lengthPenalty: 200 } },
      'E_INVALID_OPTION',
      /100 tokens to that power are Infinity/,
    ],
    [
      'allowed outputs without an end',
      { prompts: [[1]], allowed: [[1]] },
      'E_INVALID_OPTION',
      /the option end/,
    ],
    [
      'allowed outputs that are too long',
      { prompts: [[1]], end: END, allowed: [[1, 1]], maxLength: 2 },
      'E_INVALID_OPTION',
      /allowed\[0\] has 2 tokens/,
    ],
    [
      'allowed outputs beside forbidden tokens',
      { prompts: [[1]], end: END, allowed: [[1]], forbidden: [2] },
      'E_INVALID_OPTION',
      /both allowed and forbidden/,
    ],
    [
      'to forbid all tokens',
      { prompts: [[1]], forbidden: [0, 1, 2, 3, 4, 5, 6] },
      'E_INVALID_OPTION',
      /all 7 tokens are forbidden/,
    ],
    ['an input that there is not', { prompts: [[1]], input: 'x' }, 'E_UNKNOWN_NAME', /no input 'x'/],
  ])('refuses %s', async (_, options, code, message) => {
    const error = await failure(() => generate(model, options as GenerateOptions));
    expect(error).toMatch(message);
    expect(error.split(':')[0]).toBe(code);
  });
});
