/** Encoders and decoders compute and learn as PyTorch's do: in training, and step by step by their two model files. */
import { describe, expect, it } from 'vitest';
import { initParameters } from '../../src/builder/parameters.js';
import { Model } from '../../src/runtime/node.js';
import type { Feed, Feeds, Results } from '../../src/runtime/values.js';
import { encoderDecoder } from '../../src/sequences/encoder-decoder.js';
import type { EncoderDecoderOptions } from '../../src/sequences/encoder-decoder-options.js';
import { listFixtures, loadFixture } from '../fixtures.js';
import { backendNames, startNamed } from './backends.js';
import { compute } from './tfjs.js';
import '../matcher.js';

const STEPS = 4;

const cases = listFixtures('sequences').map((name) => {
  const fixture = loadFixture<EncoderDecoderOptions>(name);
  const model = encoderDecoder(fixture.case);
  return [name, { ...fixture, model, ways: model.training({ steps: STEPS }) }] as const;
});

describe.each(cases)('the encoder and decoder of %s', (_, { case: options, model, ways, ...fixture }) => {
  const { params, inputs, outputs, cotangents, grads, inputGrads } = fixture;

  it.each(backendNames)('have the logits and the gradients of PyTorch on %s', async (backend) => {
    const { tf } = await startNamed(backend);
    const computed = compute(tf, ways, { params, inputs, cotangents, inputGrads });
    expect(computed.outputs).toBeCloseToArray(outputs, { atol: 2e-6 });
    expect(computed.grads).toBeCloseToArray(grads, { rtol: 1e-5, atol: 5e-8 });
    expect(computed.inputGrads).toBeCloseToArray(inputGrads, { rtol: 1e-5 });
  });

  it('are the same where the targets may have any number of steps, and where each step comes after the other', async () => {
    const { tf } = await startNamed('cpu');
    const networks = [
      ...(options.inputFeeding ? [] : [model.training()]),
      // Without training no token is drawn: it reads the targets.
      model.training({ steps: STEPS, teacherForcing: 0.25 }),
    ];
    for (const network of networks) {
      const computed = compute(tf, network, { params, inputs, cotangents, inputGrads });
      expect(computed.outputs).toBeCloseToArray(outputs, { atol: 2e-6 });
    }
  });

  it('have the parameters of PyTorch, and no other', () => {
    expect([...initParameters(ways, 1).keys()].sort()).toEqual([...params.keys()].sort());
  });

  it.each(['cpu', 'wasm', 'simd'] as const)(
    'give step by step the logits of PyTorch on %s',
    async (provider) => {
      const files = model.toOnnx(params);
      await using encoder = await Model.load(files.encoder, { providers: [provider] });
      await using decoder = await Model.load(files.decoder, { providers: [provider] });
      const { previous, ...source } = Object.fromEntries(inputs);
      const encoded = await encoder.run(source as Feeds);
      const named = (names: readonly string[]) =>
        Object.fromEntries(
          names.flatMap((name): [string, Feed][] => {
            const value = encoded[name] ?? (source as Feeds)[name];
            return value ? [[name, value]] : [];
          }),
        );
      const stream = decoder.stream({ initial: named(['h0', 'c0']) });
      const others = decoder.inputs.map(({ name }) => name).filter((name) => !/^token$|0$/.test(name));
      const logits: Results[] = [];
      for (let step = 0; step < STEPS; step++) {
        const tokens = [0, 1, 2].map((row) => Number(previous!.data[row * STEPS + step]));
        const feeds = { token: { data: tokens, dims: [3] }, ...named(others) };
        logits.push(await stream.run(feeds));
      }
      const { data } = outputs.get('logits')!;
      for (const [step, result] of logits.entries()) {
        const expected = [0, 1, 2].flatMap((row) => [
          ...data.subarray((row * STEPS + step) * 7, (row * STEPS + step + 1) * 7),
        ]);
        expect(result.logits!.data as Float32Array).toBeCloseToArray(expected, { atol: 5e-6 });
        const weights = result.attention;
        if (!weights) continue;
        const time = weights.dims[1]!;
        const lengths = inputs.get('lengths')?.data ?? [time, time, time];
        for (const [place, weight] of (weights.data as Float32Array).entries()) {
          if (place % time >= Number(lengths[Math.floor(place / time)])) expect(weight).toBe(0);
        }
      }
    },
  );
});
