/**
 * Optimizers with PyTorch's defaults (torch.optim 2.13): Adam (Kingma & Ba 2015), AdamW (Loshchilov &
 * Hutter 2019) and SGD with momentum.
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { inWords, isObject, wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames } from '../../option-names.js';
import type { StateDict } from '../parameters.js';
import { formatShape, sameShape } from '../shape.js';

export interface AdamOptions {
  /** Learning rate. @default 0.001 */
  readonly lr?: number;
  /** Decay of the running means of the gradient and of its square. @default [0.9, 0.999] */
  readonly betas?: readonly [number, number];
  /** Added to the denominator. @default 1e-8 */
  readonly eps?: number;
  /** Adam adds `weightDecay * parameter` to the gradient; AdamW shrinks the parameter. @default 0; AdamW 0.01 */
  readonly weightDecay?: number;
}

export interface SgdOptions {
  /** Learning rate. @default 0.001 */
  readonly lr?: number;
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

const adamDefaults: Required<AdamOptions> = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 };
const sgdDefaults: Required<SgdOptions> = {
  lr: 1e-3,
  momentum: 0,
  dampening: 0,
  nesterov: false,
  weightDecay: 0,
};

/** `torch.optim.Adam`. @throws E_INVALID_OPTION */
export function adam(options: AdamOptions = {}): OptimizerConfig {
  return { kind: 'adam', ...withDefaults('adam', adamDefaults, options) };
}

/** `torch.optim.AdamW`. @throws E_INVALID_OPTION */
export function adamW(options: AdamOptions = {}): OptimizerConfig {
  return { kind: 'adamw', ...withDefaults('adamW', { ...adamDefaults, weightDecay: 0.01 }, options) };
}

/** `torch.optim.SGD`. @throws E_INVALID_OPTION */
export function sgd(options: SgdOptions = {}): OptimizerConfig {
  const config = withDefaults('sgd', sgdDefaults, options);
  if (config.nesterov && (config.momentum <= 0 || config.dampening !== 0)) {
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
    const missing = Object.keys(whole).find((name) => !Object.hasOwn(config as OptimizerConfig, name));
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

/** The given options, checked, over the defaults. */
function withDefaults<T extends object>(kind: string, defaults: T, options: Partial<T>): T {
  const known = Object.fromEntries(Object.keys(defaults).map((name) => [name, true] as const));
  checkOptionNames(kind, options, known, meant);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const problem = problemOf(name, value);
    if (problem !== undefined) {
      throw new LstmOnnxError('E_INVALID_OPTION', `${kind}: ${name} is ${problem}.`);
    }
  }
  return { ...defaults, ...Object.fromEntries(given) };
}

/** What is wrong with an option's value, and what to give; undefined if it is right. */
function problemOf(name: string, value: unknown): string | undefined {
  const isNumber = (n: unknown, limit = Number.POSITIVE_INFINITY) =>
    typeof n === 'number' && n >= 0 && n < limit;
  if (name === 'nesterov') {
    return typeof value === 'boolean' ? undefined : `${inWords(value)}; give true or false`;
  }
  if (name === 'betas') {
    const fits = Array.isArray(value) && value.length === 2 && value.every((n) => isNumber(n, 1));
    const got = Array.isArray(value)
      ? `[${value.map((n) => (typeof n === 'number' ? n : inWords(n))).join(', ')}]`
      : inWords(value);
    return fits ? undefined : `${got}; give two numbers of at least 0 and below 1, such as [0.9, 0.999]`;
  }
  return isNumber(value)
    ? undefined
    : `${typeof value === 'number' ? value : inWords(value)}; give a number of at least 0`;
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
   * @param clipNorm bound on the norm of all gradients together
   */
  step(gradients: ReadonlyMap<string, TfTensor>, clipNorm?: number): void;
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
  return config.momentum === 0 ? [] : ['momentum_buffer'];
}
