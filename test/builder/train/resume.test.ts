import { describe, expect, it } from 'vitest';
// Under another name: linters take fit( in a test file for a focused test.
import type { StateDict } from '../../../src/builder/parameters.js';
import { type FitOptions, fit as train } from '../../../src/builder/train/fit.js';
import { mse } from '../../../src/builder/train/losses.js';
import { accuracy } from '../../../src/builder/train/metrics.js';
import { adam, adamW, sgd } from '../../../src/builder/train/optimizers.js';
import type { RunChange } from '../../../src/builder/train/run-options.js';
import { cosine, oneCycle, reduceOnPlateau, warmUp } from '../../../src/builder/train/schedules.js';
import { decodeTrainingState, encodeTrainingState } from '../../../src/builder/train/training-state.js';
import { rejectionOf } from '../../files/rejection.js';
import { bitsOf, classifier, line, options, points, sequences } from './small.js';

const data = sequences(64);

describe('a resumed run', () => {
  const cases: [string, Partial<FitOptions<'logits'>>][] = [
    ['adam', {}],
    ['adam with weight decay', { optimizer: adam({ lr: 0.02, weightDecay: 0.1 }) }],
    ['sgd with momentum', { optimizer: sgd({ lr: 0.1, momentum: 0.9 }) }],
    ['sgd without', { optimizer: sgd({ lr: 0.1 }) }],
    ['early stopping', { validation: 0.25, earlyStopping: { patience: 3 } }],
    ['no shuffling', { shuffle: false }],
    ['a cosine by epochs', { optimizer: adam({ lr: cosine({ from: 0.02, over: 4 }) }) }],
    ['one cycle by steps', { optimizer: adamW({ lr: oneCycle({ max: 0.05, over: 16 }) }) }],
    ['one cycle with sgd', { optimizer: sgd({ lr: oneCycle({ max: 0.1, over: 16 }) }) }],
    ['a warm-up by steps', { optimizer: sgd({ lr: warmUp({ over: 9, before: 0.1, per: 'step' }) }) }],
    [
      'a plateau',
      {
        optimizer: adam({ lr: reduceOnPlateau({ from: 0.02, patience: 0, threshold: 0.5 }) }),
        validation: 0.25,
      },
    ],
  ];

  it.each(cases)('equals an uninterrupted one bit for bit: %s', async (_, more) => {
    const run = { ...options, metrics: [accuracy], ...more };
    const whole = await train(classifier, data, { ...run, epochs: 4 });
    const half = await train(classifier, data, { ...run, epochs: 2 });
    const resume = decodeTrainingState(encodeTrainingState(half.state));
    const rest = await train(classifier, data, { ...run, epochs: 4, resume });
    expect(rest.history).toEqual(whole.history);
    expect(bitsOf(rest.parameters)).toEqual(bitsOf(whole.parameters));
    expect(encodeTrainingState(rest.state)).toEqual(encodeTrainingState(whole.state));
  });

  it('goes on with the options of the run where they are left out', async () => {
    const given = { optimizer: sgd({ lr: 0.1, momentum: 0.9 }), batchSize: 16, seed: 5, clipNorm: 0.5 };
    const run = { loss: options.loss, backend: 'cpu' as const, validation: 0.25 };
    const whole = await train(classifier, data, { ...run, ...given, shuffle: false, epochs: 2 });
    const half = await train(classifier, data, { ...run, ...given, shuffle: false, epochs: 1 });
    const resume = decodeTrainingState(encodeTrainingState(half.state));
    const rest = await train(classifier, data, { ...run, epochs: 2, resume });
    expect(bitsOf(rest.parameters)).toEqual(bitsOf(whole.parameters));
    expect(rest.state.run).toEqual(whole.state.run);
  });

  it.each<[string, Partial<FitOptions<'logits'>>, string]>([
    [
      'another learning rate',
      { optimizer: adam({ lr: 0.001 }) },
      'The resumed run had optimizer adam({ lr: 0.02, weightDecay: 0.1 }) and is now given adam({ lr: 0.001, weightDecay: 0 }). ' +
        "Leave optimizer out to go on with that of the run, or say that the change is meant: { changes: ['optimizer'] }.",
    ],
    [
      'another optimizer with the same slots',
      { optimizer: adamW({ lr: 0.02, weightDecay: 0.1 }) },
      'had optimizer adam() and is now given adamw().',
    ],
    ['another batch size', { batchSize: 8 }, 'had batchSize 16 and is now given 8. Leave batchSize out'],
    ['no shuffling', { shuffle: false }, 'had shuffle true and is now given false. Leave shuffle out'],
    ['another bound', { clipNorm: 1 }, 'had clipNorm 0.5 and is now given 1. Leave clipNorm out'],
    ['no bound', { clipNorm: Infinity }, 'had clipNorm 0.5 and is now given Infinity.'],
    ['fewer samples', { validation: 0.5 }, 'had samples 64 and is now given 32. Give the data of that run'],
  ])('refuses %s, unless it is said to be meant', async (_, other, message) => {
    const run = {
      loss: options.loss,
      backend: 'cpu' as const,
      optimizer: adam({ lr: 0.02, weightDecay: 0.1 }),
    };
    const { state } = await train(classifier, data, { ...run, batchSize: 16, clipNorm: 0.5 });
    const resumed = { loss: options.loss, backend: 'cpu' as const, epochs: 2, resume: state, ...other };
    const refused = await rejectionOf(train(classifier, data, resumed));
    expect(refused.code).toBe('E_INVALID_OPTION');
    expect(refused.message).toContain(message);
    const name = /changes: \['(\w+)'\]/.exec(refused.message)![1] as RunChange;
    const { history } = await train(classifier, data, { ...resumed, changes: [name] });
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  it('refuses another seed, which would have no effect, and changes that there are none of', async () => {
    const { state } = await train(classifier, data, { ...options, seed: 3 });
    const resumed = { loss: options.loss, backend: 'cpu' as const, epochs: 2, resume: state };
    expect(await rejectionOf(train(classifier, data, { ...resumed, seed: 4 }))).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: expect.stringMatching(/^The resumed run had seed 3 and is now given 4, .* Leave seed out/),
    });
    const same = await train(classifier, data, { ...resumed, seed: 2n ** 32n + 3n });
    expect(same.history).toHaveLength(2);
    const changes = ['lr'] as unknown as RunChange[];
    expect((await rejectionOf(train(classifier, data, { ...resumed, changes }))).message).toBe(
      "The option changes got the text 'lr'; expected a list of optimizer, batchSize, shuffle, clipNorm, samples; the learning rate is one of optimizer.",
    );
  });

  it('takes its options from the caller where the state is of a version that kept none', async () => {
    const { state } = await train(classifier, data, { ...options, seed: 3 });
    const { run: _, ...old } = state;
    const resume = decodeTrainingState(encodeTrainingState(old));
    expect(resume).not.toHaveProperty('run');
    const rest = await train(classifier, data, { ...options, batchSize: 8, epochs: 2, seed: 4, resume });
    expect(rest.state.run).toMatchObject({ batchSize: 8, samples: 64 });
    expect(rest.state.run?.seed).toBeUndefined();
    expect(() => encodeTrainingState(rest.state)).not.toThrow();
  });

  it('has nothing to do when its epochs are over', async () => {
    const { state, parameters } = await train(classifier, data, { ...options, epochs: 2 });
    const again = await train(classifier, data, { ...options, epochs: 2, resume: state });
    expect(again.history).toEqual(state.history);
    expect(again.parameters).toEqual(parameters);
    expect(again.state).toEqual(state);
  });

  it('refuses the state of another network or optimizer', async () => {
    const { state } = await train(classifier, data, options);
    const other = await rejectionOf(train(line, points([1], [1]), { loss: mse, epochs: 2, resume: state }));
    expect(other.code).toBe('E_SHAPE_MISMATCH');
    expect(other.message).toContain("'fc.weight' is [2, 6], expected [1, 1]");

    const changes = ['optimizer'] as const;
    const momentum = { ...options, optimizer: sgd({ momentum: 0.9 }), epochs: 2, resume: state, changes };
    expect(await rejectionOf(train(classifier, data, momentum))).toMatchObject({
      code: 'E_INVALID_OPTION',
      message:
        "The optimizer's state has the slots [exp_avg, exp_avg_sq], sgd needs [momentum_buffer]; " +
        'resume with the optimizer that the run had.',
    });

    const slots = new Map<string, StateDict>([...state.optimizer.slots, ['exp_avg', new Map()]]);
    const cut = { ...options, epochs: 2, resume: { ...state, optimizer: { ...state.optimizer, slots } } };
    expect(await rejectionOf(train(classifier, data, cut))).toMatchObject({
      code: 'E_SHAPE_MISMATCH',
      message: "The optimizer's exp_avg of 'lstm.weight_ih_l0' is missing, expected [24, 2].",
    });

    const best = { epoch: 1, value: 0, parameters: new Map() };
    const wrongBest = { ...options, epochs: 2, earlyStopping: {}, resume: { ...state, best } };
    expect((await rejectionOf(train(classifier, data, wrongBest))).code).toBe('E_SHAPE_MISMATCH');
  });
});
