/** What schedules of the learning rate are told, and what they are: plain data. */

/** What a schedule counts: epochs of the run, or steps of the optimizer. */
export type ScheduleUnit = 'epoch' | 'step';

export interface StepDecayOptions {
  /** The first learning rate. */
  readonly from: number;
  /** After how many epochs (or steps, see `per`) the rate is multiplied by `gamma`. */
  readonly every: number;
  /** @default 0.1 */
  readonly gamma?: number;
  /** @default 'epoch' */
  readonly per?: ScheduleUnit;
}

export interface ExponentialDecayOptions {
  /** The first learning rate. */
  readonly from: number;
  /** What the rate is multiplied by after each epoch (or step, see `per`). */
  readonly gamma: number;
  /** @default 'epoch' */
  readonly per?: ScheduleUnit;
}

export interface CosineOptions {
  /** The first learning rate. */
  readonly from: number;
  /** The last one, PyTorch's `eta_min`. @default 0 */
  readonly to?: number;
  /** After how many epochs (or steps, see `per`) the rate is `to`, PyTorch's `T_max`. Beyond them it rises again, as PyTorch's does. */
  readonly over: number;
  /** @default 'epoch' */
  readonly per?: ScheduleUnit;
}

export interface OneCycleOptions {
  /** The highest learning rate. */
  readonly max: number;
  /** How many steps (or epochs, see `per`) the cycle has: for a whole run `epochs * Math.ceil(samples / batchSize)`. A step beyond them is refused. */
  readonly over: number;
  /** @default 'step' */
  readonly per?: ScheduleUnit;
  /** The share of the cycle in which the rate rises. @default 0.3 */
  readonly pctStart?: number;
  /** @default 'cos' */
  readonly annealStrategy?: 'cos' | 'linear';
  /** Whether the momentum (Adam's first beta) falls as the rate rises, and back. @default true */
  readonly cycleMomentum?: boolean;
  /** The lowest momentum. @default 0.85 */
  readonly baseMomentum?: number;
  /** The highest momentum. @default 0.95 */
  readonly maxMomentum?: number;
  /** The first rate is `max / divFactor`. @default 25 */
  readonly divFactor?: number;
  /** The last rate is the first one divided by this. @default 10000 */
  readonly finalDivFactor?: number;
  /** Whether the rate falls to the first one as it rose, and only then to the last. @default false */
  readonly threePhase?: boolean;
}

export interface ReduceOnPlateauOptions {
  /** The first learning rate. */
  readonly from: number;
  /** What the rate is multiplied by. @default 0.1 */
  readonly factor?: number;
  /** Epochs without improvement that are let pass; the rate falls after the next one. @default 10 */
  readonly patience?: number;
  /** How much lower a loss must be to count as an improvement. @default 1e-4 */
  readonly threshold?: number;
  /** Whether the threshold is a share of the best loss, or a difference to it. @default 'rel' */
  readonly thresholdMode?: 'rel' | 'abs';
  /** Epochs after the rate fell in which nothing is counted. @default 0 */
  readonly cooldown?: number;
  /** @default 0 */
  readonly minLr?: number;
  /** A fall that is not larger than this is left out. @default 1e-8 */
  readonly eps?: number;
  /** Which loss. @default 'validation' where the run has validation data, else 'training' */
  readonly on?: 'validation' | 'training';
}

export interface WarmUpOptions<After> {
  /** In how many epochs (or steps, see `per`) the rate rises. What follows counts from there. */
  readonly over: number;
  /** What follows: a schedule, or a rate that stays. */
  readonly before: After;
  /** The rate begins as this share of the first rate of what follows. @default 1/3 */
  readonly startFactor?: number;
  /** @default that of what follows; 'epoch' before a number and before reduceOnPlateau, which may have either */
  readonly per?: ScheduleUnit;
}

/** A schedule that has no warm-up. */
export type PlainSchedule =
  | ({ readonly kind: 'stepDecay' } & Required<StepDecayOptions>)
  | ({ readonly kind: 'exponentialDecay' } & Required<ExponentialDecayOptions>)
  | ({ readonly kind: 'cosine' } & Required<CosineOptions>)
  | OneCycle
  | ReduceOnPlateau;

export type OneCycle = { readonly kind: 'oneCycle' } & Required<OneCycleOptions>;

export type ReduceOnPlateau = { readonly kind: 'reduceOnPlateau' } & Required<
  Omit<ReduceOnPlateauOptions, 'on'>
> &
  Pick<ReduceOnPlateauOptions, 'on'>;

export type WarmUp = { readonly kind: 'warmUp' } & Required<WarmUpOptions<PlainSchedule | number>>;

/** A schedule and all its options, as plain data. */
export type Schedule = PlainSchedule | WarmUp;

/** A learning rate that stays, or one by a schedule. */
export type LearningRate = number | Schedule;
