/**
 * Optimizers with PyTorch's formulas and defaults (torch.optim 2.13): Adam (Kingma & Ba 2015), AdamW (Loshchilov &
 * Hutter 2019) and SGD with momentum.
 */
import type { Tensor as TfTensor, Variable } from '@tensorflow/tfjs';
import { LstmOnnxError } from '../../errors.js';
import type { Tf } from '../backends/tf.js';
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

/** Which optimizer, with all its numbers: plain data. */
export type OptimizerConfig =
  | ({ readonly kind: 'adam' | 'adamw' } & Required<AdamOptions>)
  | ({ readonly kind: 'sgd' } & Required<SgdOptions>);

/** `torch.optim.Adam`. @throws E_INVALID_OPTION */
export function adam(options: AdamOptions = {}): OptimizerConfig {
  return checked({ kind: 'adam', lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, ...options });
}

/** `torch.optim.AdamW`. @throws E_INVALID_OPTION */
export function adamW(options: AdamOptions = {}): OptimizerConfig {
  return checked({ kind: 'adamw', lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01, ...options });
}

/** `torch.optim.SGD`. @throws E_INVALID_OPTION */
export function sgd(options: SgdOptions = {}): OptimizerConfig {
  const config = { lr: 1e-3, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0, ...options };
  if (config.nesterov && (config.momentum <= 0 || config.dampening !== 0)) {
    throw new LstmOnnxError('E_INVALID_OPTION', 'sgd: nesterov needs a momentum above 0 and no dampening.');
  }
  return checked({ kind: 'sgd', ...config });
}

function checked(config: OptimizerConfig): OptimizerConfig {
  for (const [name, value] of Object.entries(config)) {
    const numbers = Array.isArray(value) ? value : [value];
    const limit = name === 'betas' ? 1 : Number.POSITIVE_INFINITY;
    if (numbers.some((n) => typeof n === 'number' && !(n >= 0 && n < limit))) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${config.kind}: ${name} is ${value}; give a number of at least 0${name === 'betas' ? ' and below 1' : ''}.`,
      );
    }
  }
  return config;
}

/** What an optimizer remembers: how many steps it took, and a tensor for each parameter in each slot. */
export interface OptimizerState {
  readonly step: number;
  /** Adam's slots are `exp_avg` and `exp_avg_sq`, SGD's is `momentum_buffer`, as in PyTorch. */
  readonly slots: ReadonlyMap<string, StateDict>;
}

/** Updates tf variables from their gradients, in place. */
export class Optimizer {
  readonly #tf: Tf;
  readonly #config: OptimizerConfig;
  readonly #variables: ReadonlyMap<string, Variable>;
  readonly #slots = new Map<string, Map<string, Variable>>();
  #step = 0;

  /**
   * @param variables the parameters by name
   * @param state where an earlier optimizer of the same kind stopped
   */
  constructor(
    tf: Tf,
    config: OptimizerConfig,
    variables: ReadonlyMap<string, Variable>,
    state?: OptimizerState,
  ) {
    this.#tf = tf;
    this.#config = config;
    this.#variables = variables;
    this.#step = state?.step ?? 0;
    for (const slot of slotNames(config)) {
      const kept = state?.slots.get(slot);
      const tensors = [...variables].map(([name, variable]) => {
        const entry = kept?.get(name);
        const start = entry ? tf.tensor(entry.data, [...entry.shape]) : tf.zerosLike(variable);
        const tensor = tf.variable(start, false);
        start.dispose();
        return [name, tensor] as const;
      });
      this.#slots.set(slot, new Map(tensors));
    }
  }

  /** One step; parameters without a gradient stay as they are. */
  step(gradients: ReadonlyMap<string, TfTensor>): void {
    this.#step++;
    this.#tf.tidy(() => {
      for (const [name, gradient] of gradients) {
        const variable = entry(this.#variables, name);
        if (this.#config.kind === 'sgd') this.#stepSgd(this.#config, name, variable, gradient);
        else this.#stepAdam(this.#config, name, variable, gradient);
      }
    });
  }

  #stepAdam(
    config: OptimizerConfig & { kind: 'adam' | 'adamw' },
    name: string,
    p: Variable,
    gradient: TfTensor,
  ) {
    const tf = this.#tf;
    const { lr, eps, weightDecay } = config;
    const [beta1, beta2] = config.betas;
    const mean = this.#slot('exp_avg', name);
    const square = this.#slot('exp_avg_sq', name);
    let g = gradient;
    if (weightDecay !== 0 && config.kind === 'adam') g = tf.add(g, tf.mul(p, weightDecay));
    if (weightDecay !== 0 && config.kind === 'adamw') p.assign(tf.mul(p, 1 - lr * weightDecay));
    mean.assign(tf.add(mean, tf.mul(tf.sub(g, mean), 1 - beta1)));
    square.assign(tf.add(tf.mul(square, beta2), tf.mul(tf.mul(g, 1 - beta2), g)));
    const correction1 = 1 - beta1 ** this.#step;
    const correction2 = Math.sqrt(1 - beta2 ** this.#step);
    const denominator = tf.add(tf.div(tf.sqrt(square), correction2), eps);
    p.assign(tf.sub(p, tf.mul(tf.div(mean, denominator), lr / correction1)));
  }

  #stepSgd(config: OptimizerConfig & { kind: 'sgd' }, name: string, p: Variable, gradient: TfTensor) {
    const tf = this.#tf;
    const { lr, momentum, dampening, nesterov, weightDecay } = config;
    let g = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(p, weightDecay));
    if (momentum !== 0) {
      const buffer = this.#slot('momentum_buffer', name);
      // PyTorch's buffer starts as the first gradient, undamped.
      const added = this.#step === 1 ? g : tf.mul(g, 1 - dampening);
      buffer.assign(tf.add(tf.mul(buffer, momentum), added));
      g = nesterov ? tf.add(g, tf.mul(buffer, momentum)) : buffer;
    }
    p.assign(tf.sub(p, tf.mul(g, lr)));
  }

  #slot(slot: string, name: string): Variable {
    return entry(entry(this.#slots, slot), name);
  }

  get state(): OptimizerState {
    const slots = [...this.#slots].map(([slot, tensors]) => [slot, readVariables(tensors)] as const);
    return { step: this.#step, slots: new Map(slots) };
  }

  dispose(): void {
    for (const tensors of this.#slots.values()) for (const tensor of tensors.values()) tensor.dispose();
  }
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

function slotNames(config: OptimizerConfig): string[] {
  if (config.kind !== 'sgd') return ['exp_avg', 'exp_avg_sq'];
  return config.momentum === 0 ? [] : ['momentum_buffer'];
}

function entry<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new LstmOnnxError('E_MISSING_NAME', `The optimizer knows no '${name}'.`);
  return value;
}

/** The numbers of variables, copied. */
export function readVariables(variables: ReadonlyMap<string, Variable>): StateDict {
  return new Map(
    [...variables].map(([name, variable]) => [
      name,
      { shape: variable.shape, data: Float32Array.from(variable.dataSync()) },
    ]),
  );
}
