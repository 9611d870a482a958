import { describe, expect, it } from 'vitest';
// Under another name: linters take fit( in a test file for a focused test.
import { type FitOptions, fit as train } from '../../../src/builder/train/fit.js';
import { mse } from '../../../src/builder/train/losses.js';
import { accuracy } from '../../../src/builder/train/metrics.js';
import { adam, sgd } from '../../../src/builder/train/optimizers.js';
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
  ];

  it.each(cases)('equals an uninterrupted one bit for bit: %s', async (_, more) => {
    const run = { ...options, metrics: [accuracy], ...more };
    const whole = await train(classifier, data, { ...run, epochs: 4 });
    const half = await train(classifier, data, { ...run, epochs: 2 });
    const resume = decodeTrainingState(encodeTrainingState(half.state));
    // The seed of the resumed run plays no part.
    const rest = await train(classifier, data, { ...run, epochs: 4, seed: 99, resume });
    expect([...half.history, ...rest.history]).toEqual(whole.history);
    expect(bitsOf(rest.parameters)).toEqual(bitsOf(whole.parameters));
    expect(encodeTrainingState(rest.state)).toEqual(encodeTrainingState(whole.state));
  });

  it('has nothing to do when its epochs are over', async () => {
    const { state, parameters } = await train(classifier, data, { ...options, epochs: 2 });
    const again = await train(classifier, data, { ...options, epochs: 2, resume: state });
    expect(again.history).toEqual([]);
    expect(again.parameters).toEqual(parameters);
    expect(again.state).toEqual(state);
  });

  it('refuses the state of another network or optimizer', async () => {
    const { state } = await train(classifier, data, options);
    const other = await rejectionOf(train(line, points([1], [1]), { loss: mse, epochs: 2, resume: state }));
    expect(other.code).toBe('E_SHAPE_MISMATCH');
    expect(other.message).toContain("'fc.weight' is [2, 6], expected [1, 1]");

    const momentum = { ...options, optimizer: sgd({ momentum: 0.9 }), epochs: 2, resume: state };
    expect(await rejectionOf(train(classifier, data, momentum))).toMatchObject({
      code: 'E_INVALID_OPTION',
      message:
        "The optimizer's state has the slots [exp_avg, exp_avg_sq], sgd needs [momentum_buffer]; " +
        'resume with the optimizer that the run had.',
    });

    const slots = new Map([...state.optimizer.slots, ['exp_avg', new Map()]]);
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
