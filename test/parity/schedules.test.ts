import { describe, expect, it } from 'vitest';
import { adam, sgd } from '../../src/builder/train/optimizers.js';
import { optionsAt } from '../../src/builder/train/schedule-rates.js';
import { loadJson } from '../fixtures.js';
import { type ScheduleCase, scheduleOf } from './schedule-of.js';
import '../matcher.js';

interface Case {
  readonly schedule: ScheduleCase;
  /** The loss of each epoch, which reduceOnPlateau follows. */
  readonly losses?: readonly number[];
  /** By torch.optim.lr_scheduler with torch.optim.Adam. */
  readonly lrs: readonly number[];
  /** Adam's first beta, where the schedule moves it. */
  readonly momentums?: readonly number[];
}

const cases = Object.entries(loadJson<Record<string, Case>>('schedules'));

/** PyTorch multiplies the rates of before; these are closed forms, both in double precision. */
const RATE = { rtol: 1e-14 };

describe('a schedule', () => {
  it.each(cases)('gives the learning rates of PyTorch: %s', (_, { schedule, losses, lrs, momentums }) => {
    const config = adam({ lr: scheduleOf(schedule) });
    const steps = lrs.map((_lr, at) => {
      const past = (losses ?? []).slice(0, at).map((loss, i) => ({ epoch: i + 1, lr: 0, loss, metrics: {} }));
      return optionsAt(config, { epoch: at, step: at, past });
    });
    expect(steps.map(({ lr }) => lr)).toBeCloseToArray(lrs, RATE);
    const beta1 = steps.map((step) => (step.kind === 'sgd' ? Number.NaN : step.betas[0]));
    expect(beta1).toBeCloseToArray(momentums ?? lrs.map(() => 0.9), RATE);
    expect(lrs.length).toBeGreaterThan(30);
  });

  it.each(cases)('is the same for SGD, and from JSON: %s', (_, { schedule, lrs, momentums }) => {
    const config = sgd({ lr: JSON.parse(JSON.stringify(scheduleOf(schedule))), momentum: 0.5 });
    const { lr, ...others } = optionsAt(config, { epoch: 0, step: 0, past: [] });
    expect([lr]).toBeCloseToArray([lrs[0]!], RATE);
    expect(others).toMatchObject({ kind: 'sgd', momentum: momentums?.[0] ?? 0.5 });
  });
});
