/**
 * Optimizers with PyTorch's defaults (torch.optim 2.13): Adam (Kingma & Ba 2015), AdamW (Loshchilov &
 * Hutter 2019) and SGD with momentum.
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { inWords, isObject, wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import type { StateDict } from '../parameters.js';
import { formatShape, sameShape } from '../shape.js';
import { checkedOptions, type Rule, type Rules, rules } from './number-options.js';
import type { LearningRate } from './schedule-options.js';
import { checkSchedule, cyclesMomentum } from './schedules.js';

export interface AdamOptions {
  /** Learning rate, or a schedule of it, as in `cosine({ from: 0.01, over: 30 })`. @default 0.001 */
  readonly lr?: LearningRate;
  /** Decay of the running means of the gradient and of its square. @default [0.9, 0.999] */
  readonly betas?: readonly [number, number];
  /** Added to the denominator. @default 1e-8 */
  readonly eps?: number;
  /** Adam adds `weightDecay * parameter` to the gradient; AdamW shrinks the parameter. @default 0; AdamW 0.01 */
  readonly weightDecay?: number;
}

export interface SgdOptions {
  /** Learning rate, or a schedule of it, as in `cosine({ from: 0.01, over: 30 })`. @default 0.001 */
  readonly lr?: LearningRate;
  /** @default 0 */
  readonly momentum?: number;
  /** How much of a new gradient the momentum leaves out. @default 0 */
  readonly dampening?: number;
  /** Nesterov's momentum; needs momentum and no dampening. @default false */
  readonly nesterov?: boolean;
  /** @default 0 */
  readonly weightDecay?: number;
}

/** An optimizer and all its options, as plain data. */
export type OptimizerConfig =
  | ({ readonly kind: 'adam' | 'adamw' } & Required<AdamOptions>)
  | ({ readonly kind: 'sgd' } & Required<SgdOptions>);

/** The options of one step, whose learning rate is a number. */
export type StepOptions = OptimizerConfig & { readonly lr: number };

const adamDefaults: Required<AdamOptions> = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 };
const sgdDefaults: Required<SgdOptions> = {
  lr: 1e-3,
  momentum: 0,
  dampening: 0,
  nesterov: false,
  weightDecay: 0,
};

const learningRate: Rule = (value) => {
  if (!isObject(value)) return rules.amount(value);
  checkSchedule('The learning rate', value);
  return undefined;
};

const betas: Rule = (value) => {
  if (!Array.isArray(value)) return `${inWords(value)}; give two numbers, such as [0.9, 0.999]`;
  if (value.length === 2 && value.every((n) => rules.decay(n) === undefined)) return undefined;
  const got = value.map((n) => (typeof n === 'number' ? n : inWords(n))).join(', ');
  return `[${got}]; give two numbers of at least 0 and below 1, such as [0.9, 0.999]`;
};

const { amount, flag } = rules;

const adamRules: Rules<AdamOptions> = { lr: learningRate, betas, eps: amount, weightDecay: amount };

const sgdRules: Rules<SgdOptions> = {
  lr: learningRate,
  momentum: amount,
  dampening: amount,
  nesterov: flag,
  weightDecay: amount,
};

/** What other libraries call these options. */
const meant = {
  learningRate: 'lr',
  learning_rate: 'lr',
  beta1: 'betas: [beta1, beta2]',
  beta2: 'betas: [beta1, beta2]',
  epsilon: 'eps',
  decay: 'weightDecay',
  weight_decay: 'weightDecay',
};

/** `torch.optim.Adam`. @throws E_INVALID_OPTION */
export function adam(options: AdamOptions = {}): OptimizerConfig {
  return { kind: 'adam', ...checkedOptions('adam', options, adamRules, adamDefaults, meant) };
}

/** `torch.optim.AdamW`. @throws E_INVALID_OPTION */
export function adamW(options: AdamOptions = {}): OptimizerConfig {
  const defaults = { ...adamDefaults, weightDecay: 0.01 };
  return { kind: 'adamw', ...checkedOptions('adamW', options, adamRules, defaults, meant) };
}

/** `torch.optim.SGD`. @throws E_INVALID_OPTION */
export function sgd(options: SgdOptions = {}): OptimizerConfig {
  const config = checkedOptions('sgd', options, sgdRules, sgdDefaults, meant);
  const hasMomentum = config.momentum > 0 || cyclesMomentum(config.lr);
  if (config.nesterov && (!hasMomentum || config.dampening !== 0)) {
    throw new LstmOnnxError('E_INVALID_OPTION', 'sgd: nesterov needs a momentum above 0 and no dampening.');
  }
  return { kind: 'sgd', ...config };
}

/** @throws E_INVALID_OPTION unless it is what `adam()`, `adamW()` or `sgd()` gives */
export function checkOptimizerConfig(config: unknown): void {
  const kind = isObject(config) ? config.kind : undefined;
  if (kind === 'adam' || kind === 'adamw' || kind === 'sgd') {
    // Checked again, for numbers that someone wrote by hand.
    const { kind: _, ...options } = config as OptimizerConfig;
    const create = { adam, adamw: adamW, sgd }[kind];
    const whole = create(options as AdamOptions & SgdOptions); // of its own kind, or refused
    const given = new Map<string, unknown>(Object.entries(config as OptimizerConfig));
    const missing = Object.keys(whole).find((name) => given.get(name) === undefined);
    if (missing === undefined) return;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The option optimizer lacks ${missing}; make it with adam(), adamW() or sgd(), which fill in what is left out.`,
    );
  }
  const named = { adam, adamW, sgd, adamw: adamW };
  const meant = Object.entries(named).find(([name, create]) => config === name || config === create)?.[1]
    .name;
  throw wrongArgument(
    'The option optimizer',
    config,
    meant === undefined
      ? 'adam(), adamW() or sgd(), as in { optimizer: adam({ lr: 0.01 }) }'
      : `${meant}(), which is called`,
  );
}

/** An optimizer's state: how many steps it took, and a tensor for each parameter in each slot. */
export interface OptimizerState {
  readonly step: number;
  /** Adam's slots are `exp_avg` and `exp_avg_sq`, SGD's is `momentum_buffer`, as in PyTorch. */
  readonly slots: ReadonlyMap<string, StateDict>;
}

/** Updates parameters from their gradients. */
export interface Optimizer {
  /**
   * One step; parameters without a gradient stay as they are.
   *
   * @param options those of its kind; the learning rate and the momentum are of this step
   * @param clipNorm bound on the norm of all gradients together
   */
  step(gradients: ReadonlyMap<string, TfTensor>, options: StepOptions, clipNorm?: number): void;
  /** How many steps it took, those before it was resumed among them. */
  readonly stepCount: number;
  readonly state: OptimizerState;
  dispose(): void;
}

/**
 * Checks that a state is of such an optimizer over these parameters.
 *
 * @throws E_INVALID_OPTION for the state of another optimizer, E_SHAPE_MISMATCH for that of other parameters
 */
export function checkOptimizerState(
  config: OptimizerConfig,
  parameters: StateDict,
  state: OptimizerState,
): void {
  const expected = slotNames(config);
  const given = [...state.slots.keys()];
  if (given.toSorted().join() !== expected.toSorted().join()) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The optimizer's state has the slots [${given.join(', ')}], ${config.kind} needs [${expected.join(', ')}]; ` +
        'resume with the optimizer that the run had.',
    );
  }
  for (const [slot, kept] of state.slots) {
    for (const [name, { shape }] of parameters) {
      const got = kept.get(name)?.shape;
      if (got && sameShape(got, shape)) continue;
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `The optimizer's ${slot} of '${name}' is ${got ? formatShape(got) : 'missing'}, expected ${formatShape(shape)}.`,
      );
    }
  }
}

/** What the optimizer keeps for each parameter. */
export function slotNames(config: OptimizerConfig): string[] {
  if (config.kind !== 'sgd') return ['exp_avg', 'exp_avg_sq'];
  return config.momentum === 0 && !cyclesMomentum(config.lr) ? [] : ['momentum_buffer'];
}
