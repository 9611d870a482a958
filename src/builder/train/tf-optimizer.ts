/** Optimizers by tfjs ops, each operation as torch.optim 2.13 does it. */
import type { Tensor as TfTensor, Variable } from '@tensorflow/tfjs';
import { LstmOnnxError } from '../../errors.js';
import type { Tf } from '../backends/tf.js';
import type { StateDict } from '../parameters.js';
import { clipGradientNorm } from './clip.js';
import {
  type Optimizer,
  type OptimizerConfig,
  type OptimizerState,
  type StepOptions,
  slotNames,
} from './optimizers.js';

/** Updates tf variables from their gradients by tfjs ops, on any backend. */
export class TfOptimizer implements Optimizer {
  readonly #tf: Tf;
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

  step(gradients: ReadonlyMap<string, TfTensor>, options: StepOptions, clipNorm?: number): void {
    this.#step++;
    const tf = this.#tf;
    tf.tidy(() => {
      const taken = clipNorm === undefined ? gradients : clipGradientNorm(tf, gradients, clipNorm);
      for (const [name, gradient] of taken) {
        const variable = entry(this.#variables, name);
        if (options.kind === 'sgd') this.#stepSgd(options, name, variable, gradient);
        else this.#stepAdam(options, name, variable, gradient);
      }
    });
  }

  #stepAdam(config: StepOptions & { kind: 'adam' | 'adamw' }, name: string, p: Variable, gradient: TfTensor) {
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

  #stepSgd(config: StepOptions & { kind: 'sgd' }, name: string, p: Variable, gradient: TfTensor) {
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

  get stepCount(): number {
    return this.#step;
  }

  get state(): OptimizerState {
    const slots = [...this.#slots].map(([slot, tensors]) => [slot, readVariables(tensors)] as const);
    return { step: this.#step, slots: new Map(slots) };
  }

  dispose(): void {
    for (const tensors of this.#slots.values()) for (const tensor of tensors.values()) tensor.dispose();
  }
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
