/** Modules that are not trained. What PyTorch makes of them is in test/parity/frozen-training.test.ts. */
import { describe, expect, it } from 'vitest';
import { defineNetwork } from '../../../src/builder/network.js';
import { mul } from '../../../src/builder/ops/arithmetic.js';
import { parameter } from '../../../src/builder/ops/parameter.js';
import { initParameters } from '../../../src/builder/parameters.js';
import { float32 } from '../../../src/builder/tensor.js';
import { type FitOptions, fit as train } from '../../../src/builder/train/fit.js';
import { mse } from '../../../src/builder/train/losses.js';
import { adamW } from '../../../src/builder/train/optimizers.js';
import { decodeTrainingState, encodeTrainingState } from '../../../src/builder/train/training-state.js';
import { rejectionOf } from '../../files/rejection.js';
import { bitsOf, classifier, options, points, sequences } from './small.js';

const data = sequences(48);

async function rejection(run: Promise<unknown>): Promise<string> {
  const { code, message } = await rejectionOf(run);
  return `${code}: ${message}`;
}

describe('frozen modules', () => {
  it.each(['simd', 'cpu'])('go on frozen in a resumed run, bit for bit, on %s', async (backend) => {
    const run = { ...options, backend, optimizer: adamW({ lr: 0.02, weightDecay: 0.1 }), frozen: ['lstm'] };
    const whole = await train(classifier, data, { ...run, epochs: 3 });
    const half = await train(classifier, data, { ...run, epochs: 1 });
    const resume = decodeTrainingState(encodeTrainingState(half.state));
    const { frozen: _, ...rest } = run;
    const resumed = await train(classifier, data, { ...rest, epochs: 3, resume });
    expect(bitsOf(resumed.parameters)).toEqual(bitsOf(whole.parameters));
    expect(resumed.state.run?.frozen).toEqual(['lstm']);
    const start = bitsOf(initParameters(classifier, options.seed));
    const end = bitsOf(resumed.parameters);
    for (const name of Object.keys(start)) {
      if (name.startsWith('lstm.')) expect(end[name], name).toEqual(start[name]);
      else expect(end[name], name).not.toEqual(start[name]);
    }
  });

  it('may be one parameter', async () => {
    const { parameters } = await train(classifier, data, { ...options, frozen: ['fc.bias'] });
    const start = bitsOf(initParameters(classifier, options.seed));
    const end = bitsOf(parameters);
    expect(Object.keys(start).filter((name) => `${start[name]}` === `${end[name]}`)).toEqual(['fc.bias']);
  });

  it.each<[string, Partial<FitOptions<'logits'>>, RegExp]>([
    [
      'a name that there is not',
      { frozen: ['lsmt'] },
      /E_UNKNOWN_NAME: .*names 'lsmt', but no parameter .*; near it is lstm\. The network has lstm, fc\.$/,
    ],
    ['a part of a name', { frozen: ['lst'] }, /E_UNKNOWN_NAME: .*near it is lstm/],
    ['everything', { frozen: ['lstm', 'fc'] }, /E_INVALID_OPTION: All parameters of the network are frozen/],
    ['a text', { frozen: 'lstm' as never }, /E_INVALID_OPTION: The option frozen got the text 'lstm'/],
    ['no texts', { frozen: [1] as never }, /E_INVALID_OPTION: The option frozen got the number 1/],
  ])('refuses %s', async (_, more, message) => {
    expect(await rejection(train(classifier, data, { ...options, ...more }))).toMatch(message);
  });

  it('refuses others in a resumed run', async () => {
    const { state } = await train(classifier, data, { ...options, frozen: ['lstm'] });
    expect(
      await rejection(train(classifier, data, { ...options, epochs: 2, resume: state, frozen: ['fc'] })),
    ).toMatch(/had frozen \[lstm\] and is now given \[fc\]\. Leave frozen out/);
  });

  it('refuses a network of frozen parameters alone', async () => {
    const network = defineNetwork({ x: float32('batch', 1) }, ({ x }) => ({
      y: mul(x, parameter('w', [1], { frozen: true })),
    }));
    expect(await rejection(train(network, points([1, 2], [2, 4]), { loss: mse, backend: 'cpu' }))).toMatch(
      /All parameters of the network are frozen/,
    );
  });
});
