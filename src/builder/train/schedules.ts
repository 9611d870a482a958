/**
 * Schedules of the learning rate with the formulas of torch.optim.lr_scheduler (PyTorch 2.13), as plain data, so that JSON
 * and the training state keep them. What a schedule gives at a step is in `schedule-rates.ts`.
 */
import { isObject, wrongArgument } from '../../arguments.js';
import { checkedOptions, type Rules, rules } from './number-options.js';
import type {
  CosineOptions,
  ExponentialDecayOptions,
  LearningRate,
  OneCycleOptions,
  ReduceOnPlateauOptions,
  Schedule,
  StepDecayOptions,
  WarmUpOptions,
} from './schedule-options.js';

const { amount, count, share, unit } = rules;

/** What other libraries call these options. */
const meant = {
  lr: 'from, the first learning rate',
  stepSize: 'every',
  decayRate: 'gamma',
  TMax: 'over',
  T_max: 'over',
  etaMin: 'to',
  eta_min: 'to',
  epochs: "over, with per: 'epoch'",
  steps: "over, with per: 'step'",
  totalSteps: 'over',
  maxLr: 'max',
  totalIters: 'over',
};

/** `torch.optim.lr_scheduler.StepLR`: `from * gamma ** floor(t / every)`. @throws E_INVALID_OPTION */
export function stepDecay(options: StepDecayOptions): Schedule {
  const known = { from: amount, every: count, gamma: amount, per: unit } satisfies Rules<StepDecayOptions>;
  const defaults = { gamma: 0.1, per: 'epoch' } as const;
  return { kind: 'stepDecay', ...checkedOptions('stepDecay', options, known, defaults, meant) };
}

/** `torch.optim.lr_scheduler.ExponentialLR`: `from * gamma ** t`. @throws E_INVALID_OPTION */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const known = { from: amount, gamma: amount, per: unit } satisfies Rules<ExponentialDecayOptions>;
  const defaults = { per: 'epoch' } as const;
  return { kind: 'exponentialDecay', ...checkedOptions('exponentialDecay', options, known, defaults, meant) };
}

/**
 * `torch.optim.lr_scheduler.CosineAnnealingLR` (Loshchilov & Hutter 2017):
 * `to + (from - to) * (1 + cos(pi * t / over)) / 2`.
 *
 * @throws E_INVALID_OPTION
 */
export function cosine(options: CosineOptions): Schedule {
  const known = { from: amount, to: amount, over: count, per: unit } satisfies Rules<CosineOptions>;
  const defaults = { to: 0, per: 'epoch' } as const;
  return { kind: 'cosine', ...checkedOptions('cosine', options, known, defaults, meant) };
}

/**
 * `torch.optim.lr_scheduler.OneCycleLR` (Smith & Topin 2018): the rate rises from `max / divFactor` to `max`, and falls
 * to far below where it began. As PyTorch's it moves the momentum against the rate, unless `cycleMomentum` is false:
 * Adam's first beta, SGD's momentum; an SGD without momentum gets it for that.
 *
 * @throws E_INVALID_OPTION
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const known = {
    max: amount,
    over: count,
    per: unit,
    pctStart: share,
    annealStrategy: rules.oneOf('cos', 'linear'),
    cycleMomentum: rules.flag,
    baseMomentum: rules.decay,
    maxMomentum: rules.decay,
    divFactor: rules.positive,
    finalDivFactor: rules.positive,
    threePhase: rules.flag,
  } satisfies Rules<OneCycleOptions>;
  const defaults = {
    per: 'step',
    pctStart: 0.3,
    annealStrategy: 'cos',
    cycleMomentum: true,
    baseMomentum: 0.85,
    maxMomentum: 0.95,
    divFactor: 25,
    finalDivFactor: 1e4,
    threePhase: false,
  } as const;
  return { kind: 'oneCycle', ...checkedOptions('oneCycle', options, known, defaults, meant) };
}

/**
 * `torch.optim.lr_scheduler.ReduceLROnPlateau`: the rate falls when the loss of the epochs no longer does. It follows the
 * history of the run, which a training state keeps.
 *
 * @throws E_INVALID_OPTION
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions): Schedule {
  const known = {
    from: amount,
    factor: rules.decay,
    patience: rules.whole,
    threshold: amount,
    thresholdMode: rules.oneOf('rel', 'abs'),
    cooldown: rules.whole,
    minLr: amount,
    eps: amount,
    on: rules.oneOf('validation', 'training'),
  } satisfies Rules<ReduceOnPlateauOptions>;
  const defaults = {
    factor: 0.1,
    patience: 10,
    threshold: 1e-4,
    thresholdMode: 'rel',
    cooldown: 0,
    minLr: 0,
    eps: 1e-8,
  } as const;
  return {
    kind: 'reduceOnPlateau',
    ...checkedOptions('reduceOnPlateau', options, known, defaults, meant, ['on']),
  };
}

/**
 * A linear rise before a schedule or a constant rate: `torch.optim.lr_scheduler.LinearLR`, then what follows, by
 * `SequentialLR`: `first * (startFactor + (1 - startFactor) * t / over)`.
 *
 * @throws E_INVALID_OPTION, also where `per` is not the unit of what follows
 */
export function warmUp(options: WarmUpOptions<LearningRate>): Schedule {
  const known = {
    over: count,
    before: (value: unknown) => (isObject(value) ? undefined : amount(value)),
    startFactor: rules.positiveShare,
    per: unit,
  } satisfies Rules<WarmUpOptions<LearningRate>>;
  const defaults = { startFactor: 1 / 3 };
  const { over, before, startFactor, per } = checkedOptions('warmUp', options, known, defaults, meant, [
    'per',
  ]);
  if (typeof before !== 'number') checkSchedule('warmUp: before', before);
  if (typeof before !== 'number' && before.kind === 'warmUp') {
    throw wrongArgument('warmUp: before', before, 'a schedule without a warm-up, or a number');
  }
  const own = typeof before !== 'number' && 'per' in before ? before.per : undefined;
  if (own !== undefined && per !== undefined && own !== per) {
    throw wrongArgument('warmUp: per', per, `'${own}', which what follows counts`);
  }
  return { kind: 'warmUp', over, before, startFactor, per: own ?? per ?? 'epoch' };
}

const makers = { stepDecay, exponentialDecay, cosine, oneCycle, reduceOnPlateau, warmUp };

/**
 * Checks what a caller, or a file, gives as a schedule.
 *
 * @param where names it, for the message
 * @throws E_INVALID_OPTION unless it is what one of the functions here gives
 */
export function checkSchedule(where: string, schedule: unknown): asserts schedule is Schedule {
  const expected = `a number, or a schedule: ${Object.keys(makers).join(', ')}, as in cosine({ from: 0.01, over: 30 })`;
  const { kind, ...options } = isObject(schedule) ? schedule : {};
  if (typeof kind !== 'string' || !Object.hasOwn(makers, kind))
    throw wrongArgument(where, schedule, expected);
  const make = makers[kind as keyof typeof makers] as (given: object) => Schedule; // checked there
  const missing = Object.keys(make(options)).find((name) => options[name] === undefined && name !== 'kind');
  if (missing !== undefined)
    throw wrongArgument(where, schedule, `one with ${missing}; make it with ${kind}(...)`);
}

/** Whether it is what one of the functions here gives. */
export function isSchedule(value: unknown): value is Schedule {
  try {
    checkSchedule('', value);
    return true;
  } catch {
    return false;
  }
}

/** Whether the schedule moves the momentum, too. */
export function cyclesMomentum(lr: LearningRate): boolean {
  const main = typeof lr !== 'number' && lr.kind === 'warmUp' ? lr.before : lr;
  return typeof main !== 'number' && main.kind === 'oneCycle' && main.cycleMomentum;
}

/** The loss that a schedule is to follow, where it says one. */
export function followedLoss(lr: LearningRate): 'validation' | 'training' | undefined {
  const main = typeof lr !== 'number' && lr.kind === 'warmUp' ? lr.before : lr;
  return typeof main !== 'number' && main.kind === 'reduceOnPlateau' ? main.on : undefined;
}
