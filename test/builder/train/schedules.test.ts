import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FitOptions, fit as train } from '../../../src/builder/train/fit.js';
import { mse } from '../../../src/builder/train/losses.js';
import { adam, sgd } from '../../../src/builder/train/optimizers.js';
import type { LearningRate } from '../../../src/builder/train/schedule-options.js';
import { optionsAt } from '../../../src/builder/train/schedule-rates.js';
import {
  cosine,
  exponentialDecay,
  oneCycle,
  reduceOnPlateau,
  stepDecay,
  warmUp,
} from '../../../src/builder/train/schedules.js';
import { decodeTrainingState, encodeTrainingState } from '../../../src/builder/train/training-state.js';
import { failureOf } from '../../data/failure.js';
import { rejectionOf } from '../../files/rejection.js';
import { bitsOf, line, points, weight } from './small.js';

const data = points([1, 2, 3, 4], [2, 4, 6, 8]);
const run = { loss: mse, backend: 'cpu', batchSize: 2, parameters: weight(0.1) } as const;
const at = (lr: LearningRate, epoch: number, step = epoch) =>
  optionsAt(adam({ lr }), { epoch, step, past: [] }).lr;

describe("a schedule's options", () => {
  it.each([
    [() => cosine({ from: 0.1 } as never), 'cosine: over is undefined; give an integer of at least 1.'],
    [() => cosine({ from: -1, over: 3 }), 'cosine: from is -1; give a number of at least 0.'],
    [
      () => cosine({ lr: 0.1, over: 3 } as never),
      "cosine has no option 'lr'; use from, the first learning rate.",
    ],
    [() => cosine({ from: 0.1, T_max: 3 } as never), "cosine has no option 'T_max'; use over."],
    [() => stepDecay({ from: 1, every: 0.5 }), 'stepDecay: every is 0.5; give an integer of at least 1.'],
    [
      () => stepDecay({ from: 1, every: 2, per: 'batch' as never }),
      "per is the text 'batch'; give 'epoch' or 'step'",
    ],
    [() => exponentialDecay({ from: 1 } as never), 'exponentialDecay: gamma is undefined'],
    [() => oneCycle({ max: 1, over: 9, pctStart: 2 }), 'pctStart is 2; give a number from 0 to 1.'],
    [
      () => oneCycle({ max: 1, over: 9, maxMomentum: 1 }),
      'maxMomentum is 1; give a number of at least 0 and below 1.',
    ],
    [() => reduceOnPlateau({ from: 1, factor: 1 }), 'reduceOnPlateau: factor is 1; give'],
    [() => warmUp({ over: 3, before: 'no' as never }), "warmUp: before is the text 'no'; give a number"],
    [
      () => warmUp({ over: 3, before: warmUp({ over: 3, before: 1 }) }),
      'warmUp: before got an object with kind, over, before, startFactor, per; expected a schedule without a warm-up',
    ],
    [
      () => warmUp({ over: 3, before: cosine({ from: 1, over: 9 }), per: 'step' }),
      "warmUp: per got the text 'step'; expected 'epoch', which what follows counts.",
    ],
    [
      () => adam({ lr: {} as never }),
      'The learning rate got an empty object; expected a number, or a schedule: ',
    ],
    [
      () => adam({ lr: { kind: 'cosine', from: 1, over: 3 } as never }),
      'The learning rate got an object with kind, from, over; expected one with to; make it with cosine(...).',
    ],
  ])('are refused when they make no sense: %s', (make, message) => {
    const failure = failureOf(make);
    expect(failure.code).toBe('E_INVALID_OPTION');
    expect(failure.message).toContain(message);
  });

  it('let Nesterov have the momentum of oneCycle', () => {
    const lr = oneCycle({ max: 0.1, over: 4 });
    expect(sgd({ lr, nesterov: true })).toMatchObject({ nesterov: true, momentum: 0 });
    const alone = oneCycle({ max: 0.1, over: 4, cycleMomentum: false });
    expect(failureOf(() => sgd({ lr: alone, nesterov: true })).message).toContain(
      'nesterov needs a momentum',
    );
  });
});

const unit = fc.constantFrom('epoch' as const, 'step' as const);
const rate = fc.double({ min: 1e-5, max: 10, noNaN: true });
const counts = fc.integer({ min: 1, max: 50 });
const plain = fc.oneof(
  fc.record({ from: rate, every: counts, per: unit }).map(stepDecay),
  fc
    .record({ from: rate, gamma: fc.double({ min: 0.5, max: 1, noNaN: true }), per: unit })
    .map(exponentialDecay),
  fc.record({ from: rate, over: counts, per: unit }).map(cosine),
  fc.record({ max: rate, over: fc.integer({ min: 60, max: 90 }), per: unit }).map(oneCycle),
);

describe('a warm-up', () => {
  it('rises without a jump to what follows, which is then as if it began there', () => {
    const share = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(plain, counts, share, fc.nat(50), (before, over, startFactor, later) => {
        const whole = warmUp({ over, before, startFactor });
        const first = at(before, 0);
        for (let t = 0; t < over; t++) {
          const expected = first * (startFactor + ((1 - startFactor) * t) / over);
          expect(Math.abs(at(whole, t) - expected)).toBeLessThanOrEqual(1e-12 * first);
        }
        expect(at(whole, over + later)).toBe(at(before, later));
      }),
    );
  });

  it('counts the steps or the epochs of what follows', () => {
    const steps = warmUp({ over: 10, before: 1, startFactor: 0.5, per: 'step' });
    expect([at(steps, 0, 5), at(steps, 5, 0), at(steps, 0, 10)]).toEqual([0.75, 0.5, 1]);
    const epochs = warmUp({ over: 10, before: 1, startFactor: 0.5 });
    expect([at(epochs, 0, 5), at(epochs, 5, 0)]).toEqual([0.5, 0.75]);
  });
});

describe('fit with a schedule', () => {
  it('says the learning rate of each step, and of the last step of each epoch', async () => {
    const steps: number[] = [];
    const lr = exponentialDecay({ from: 1e-3, gamma: 0.5, per: 'step' });
    const { history } = await train(line, data, {
      ...run,
      optimizer: adam({ lr }),
      epochs: 2,
      onStep: (step) => void steps.push(step.lr),
    });
    expect(steps).toEqual([1e-3, 5e-4, 2.5e-4, 1.25e-4]);
    expect(history.map((log) => log.lr)).toEqual([5e-4, 1.25e-4]);
  });

  it('lowers the rate where the validation loss stands still, or the training loss if that is asked for', async () => {
    const options = (on?: 'training') => ({
      ...run,
      optimizer: sgd({ lr: reduceOnPlateau({ from: 0.01, patience: 0, ...(on ? { on } : {}) }) }),
      epochs: 3,
    });
    // What is validated on asks for another line, so that its loss rises as the training loss falls.
    const validation = points([1, 2], [-2, -4]);
    const apart = await train(line, data, { ...options(), validation });
    expect(apart.history.map(({ lr }) => lr)).toEqual([0.01, 0.01, 0.001]);
    const falling = await train(line, data, { ...options('training'), validation });
    expect(falling.history.map(({ lr }) => lr)).toEqual([0.01, 0.01, 0.01]);
    const without = await train(line, data, options());
    expect(without.history.map(({ lr }) => lr)).toEqual([0.01, 0.01, 0.01]);
  });

  it('refuses to follow a validation loss that there is none of, and to go beyond one cycle', async () => {
    const lr = reduceOnPlateau({ from: 0.1, on: 'validation' });
    expect((await rejectionOf(train(line, data, { ...run, optimizer: adam({ lr }) }))).message).toBe(
      'The schedule reduceOnPlateau is to follow the validation loss, but the run has no validation data; give the option ' +
        "validation, or the schedule on: 'training'.",
    );
    const optimizer = adam({ lr: oneCycle({ max: 0.1, over: 3 }) });
    const beyond = await rejectionOf(train(line, data, { ...run, optimizer, epochs: 2 }));
    expect(beyond).toMatchObject({
      code: 'E_INVALID_OPTION',
      message: expect.stringContaining(
        'The schedule oneCycle is over 3 steps and training goes on; give it as many',
      ),
    });
  });

  it('begins a new schedule where the run is resumed, and goes on with that', async () => {
    const first = await train(line, data, { ...run, optimizer: adam({ lr: 0.01 }), epochs: 2 });
    const optimizer = adam({ lr: cosine({ from: 0.1, over: 4, per: 'step' }) });
    const resumed: Partial<FitOptions<'y'>> = { resume: first.state, optimizer, changes: ['optimizer'] };
    const whole = await train(line, data, { ...run, ...resumed, epochs: 4 });
    expect(whole.history.slice(2).map(({ lr }) => lr)).toEqual([1, 3].map((step) => at(optimizer.lr, step)));
    const half = await train(line, data, { ...run, ...resumed, epochs: 3 });
    const resume = decodeTrainingState(encodeTrainingState(half.state));
    // The same schedule, its options in another order.
    const same = adam({ lr: cosine({ per: 'step', over: 4, from: 0.1 }) });
    const rest = await train(line, data, { ...run, optimizer: same, resume, epochs: 4 });
    expect(rest.history).toEqual(whole.history);
    expect(bitsOf(rest.parameters)).toEqual(bitsOf(whole.parameters));
  });

  it('refuses another schedule in a resumed run, unless it is said to be meant', async () => {
    const optimizer = adam({ lr: cosine({ from: 0.1, over: 4 }) });
    const { state } = await train(line, data, { ...run, optimizer });
    const other = adam({ lr: cosine({ from: 0.1, over: 5 }) });
    const failure = await rejectionOf(
      train(line, data, { ...run, resume: state, optimizer: other, epochs: 2 }),
    );
    expect(failure.message).toContain(
      'The resumed run had optimizer adam({ lr: {"from":0.1,"kind":"cosine","over":4',
    );
  });
});
