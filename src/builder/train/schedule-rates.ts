/** What schedules give at a step: the closed forms of torch.optim.lr_scheduler (PyTorch 2.13). */
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import type { EpochLog } from './logs.js';
import type { OptimizerConfig, StepOptions } from './optimizers.js';
import type {
  LearningRate,
  OneCycle,
  PlainSchedule,
  ReduceOnPlateau,
  ScheduleUnit,
} from './schedule-options.js';

/** Where a run is, counted from where its schedule began. */
export interface Moment {
  /** Epochs that are over. */
  readonly epoch: number;
  /** Steps that the optimizer took. */
  readonly step: number;
  /** What is known of the epochs that are over. */
  readonly past: readonly EpochLog[];
}

interface Rate {
  readonly lr: number;
  /** Left out by schedules that do not move it. */
  readonly momentum?: number | undefined;
}

/**
 * The options of an optimizer at a step: those of its configuration, with the learning rate, and the momentum, of a schedule.
 *
 * @throws E_INVALID_OPTION where the schedule has ended
 */
export function optionsAt(config: OptimizerConfig, moment: Moment): StepOptions {
  const { lr, momentum } = rateAt(config.lr, moment);
  // Written out: an object literal that spreads another gets a hidden class of its own, at every step.
  if (config.kind === 'sgd') {
    const { kind, dampening, nesterov, weightDecay } = config;
    return { kind, lr, momentum: momentum ?? config.momentum, dampening, nesterov, weightDecay };
  }
  const { kind, eps, weightDecay } = config;
  const [beta1, beta2] = config.betas;
  return { kind, lr, betas: [momentum ?? beta1, beta2], eps, weightDecay };
}

function rateAt(lr: LearningRate, moment: Moment): Rate {
  if (typeof lr === 'number') return { lr };
  if (lr.kind !== 'warmUp')
    return plainRateAt(lr, countOf(moment, 'per' in lr ? lr.per : 'epoch'), moment.past);
  const { over, startFactor, before } = lr;
  const at = countOf(moment, lr.per);
  const after = Math.max(at - over, 0);
  const rate = typeof before === 'number' ? { lr: before } : plainRateAt(before, after, moment.past);
  if (at >= over) return rate;
  const share = startFactor + ((1 - startFactor) * at) / over;
  return { lr: rate.lr * share, momentum: rate.momentum };
}

function countOf({ epoch, step }: Moment, per: ScheduleUnit): number {
  return per === 'epoch' ? epoch : step;
}

function plainRateAt(schedule: PlainSchedule, at: number, past: readonly EpochLog[]): Rate {
  switch (schedule.kind) {
    case 'stepDecay':
      return { lr: schedule.from * schedule.gamma ** Math.floor(at / schedule.every) };
    case 'exponentialDecay':
      return { lr: schedule.from * schedule.gamma ** at };
    case 'cosine': {
      const { from, to, over } = schedule;
      return { lr: to + ((from - to) * (1 + Math.cos((Math.PI * at) / over))) / 2 };
    }
    case 'oneCycle':
      return oneCycleAt(schedule, at);
    case 'reduceOnPlateau':
      return { lr: rateAfter(schedule, past) };
  }
}

interface Phase {
  /** The last step of the phase; a fraction, as PyTorch has it. */
  readonly end: number;
  readonly rates: readonly [number, number];
  readonly momentums: readonly [number, number];
}

function phasesOf(schedule: OneCycle): Phase[] {
  const { max, over, pctStart, divFactor, finalDivFactor, threePhase, baseMomentum, maxMomentum } = schedule;
  const first = max / divFactor;
  const last = first / finalDivFactor;
  const top = pctStart * over - 1;
  const rise: Phase = { end: top, rates: [first, max], momentums: [maxMomentum, baseMomentum] };
  const back: readonly [number, number] = [baseMomentum, maxMomentum];
  if (!threePhase) return [rise, { end: over - 1, rates: [max, last], momentums: back }];
  return [
    rise,
    { end: 2 * pctStart * over - 2, rates: [max, first], momentums: back },
    { end: over - 1, rates: [first, last], momentums: [maxMomentum, maxMomentum] },
  ];
}

function oneCycleAt(schedule: OneCycle, at: number): Rate {
  const { over, per, annealStrategy, cycleMomentum } = schedule;
  if (at >= over) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The schedule oneCycle is over ${counted(over, per)} and training goes on; give it as many as the run has, as in ` +
        `oneCycle({ over: ${per === 'step' ? 'epochs * Math.ceil(samples / batchSize)' : 'epochs'}, ... }).`,
    );
  }
  const phases = phasesOf(schedule);
  const found = phases.findIndex(({ end }) => at <= end);
  const index = found === -1 ? phases.length - 1 : found;
  const phase = phases[index] as Phase; // there are two or three
  const start = phases[index - 1]?.end ?? 0;
  const part = phase.end === start ? 1 : (at - start) / (phase.end - start);
  const between = ([from, to]: readonly [number, number]) =>
    annealStrategy === 'linear'
      ? from + (to - from) * part
      : to + ((from - to) / 2) * (1 + Math.cos(Math.PI * part));
  const lr = between(phase.rates);
  return cycleMomentum ? { lr, momentum: between(phase.momentums) } : { lr };
}

/** The rate after some epochs, gone through one after the other as `ReduceLROnPlateau.step` does. */
function rateAfter(schedule: ReduceOnPlateau, past: readonly EpochLog[]): number {
  const { factor, patience, threshold, thresholdMode, cooldown, minLr, eps, on } = schedule;
  let lr = schedule.from;
  let best = Number.POSITIVE_INFINITY;
  let bad = 0;
  let cooling = 0;
  for (const log of past) {
    const { loss } = (on === 'training' ? undefined : log.validation) ?? log;
    const enough = thresholdMode === 'rel' ? best * (1 - threshold) : best - threshold;
    if (loss < enough) {
      best = loss;
      bad = 0;
    } else bad++;
    if (cooling > 0) {
      cooling--;
      bad = 0;
    }
    if (bad <= patience) continue;
    cooling = cooldown;
    bad = 0;
    const lower = Math.max(lr * factor, minLr);
    if (lr - lower > eps) lr = lower;
  }
  return lr;
}
