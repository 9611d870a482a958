/** Optimizers in WebAssembly: parameters, gradients and slots stay in the engine's memory. */

import type { Tensor as TfTensor, Variable } from '@tensorflow/tfjs';
import {
  type Optimizer,
  type OptimizerConfig,
  type OptimizerState,
  type StepOptions,
  slotNames,
} from '../../train/optimizers.js';
import type { SimdBackend } from './backend.js';
import { callsOf } from './calls.js';
import { trainingKernels } from './training-kernels.js';

interface Entry {
  readonly variable: Variable;
  /** In the order of {@link slotNames}. */
  readonly slots: readonly number[];
}

interface Move {
  /** The variable's own block. */
  readonly parameter: number;
  readonly gradient: number;
  readonly count: number;
  readonly slots: readonly number[];
}

const vectorFloats = 4;

export class SimdOptimizer implements Optimizer {
  readonly #backend: SimdBackend;
  readonly #config: OptimizerConfig;
  readonly #entries = new Map<string, Entry>();
  #step: number;

  constructor(
    backend: SimdBackend,
    config: OptimizerConfig,
    variables: ReadonlyMap<string, Variable>,
    state?: OptimizerState,
  ) {
    this.#backend = backend;
    this.#config = config;
    this.#step = state?.step ?? 0;
    backend.engine.allOrNothing(() => {
      for (const [name, variable] of variables) {
        const slots = slotNames(config).map((slot) =>
          this.#place(variable.size, state?.slots.get(slot)?.get(name)?.data),
        );
        this.#entries.set(name, { variable, slots });
      }
    });
  }

  step(gradients: ReadonlyMap<string, TfTensor>, options: StepOptions, clipNorm?: number): void {
    this.#backend.engine.allOrNothing(() => this.#move(gradients, options, clipNorm));
  }

  #move(gradients: ReadonlyMap<string, TfTensor>, options: StepOptions, clipNorm: number | undefined): void {
    this.#step++;
    const copies: number[] = [];
    const moves: Move[] = [];
    for (const [name, gradient] of gradients) {
      const entry = this.#entries.get(name);
      if (!entry) continue;
      moves.push({
        parameter: this.#parameterOf(entry.variable),
        gradient: this.#backend.place(gradient, copies),
        count: gradient.size,
        slots: entry.slots,
      });
    }
    const scale = clipNorm === undefined ? 1 : this.#clipFactor(moves, clipNorm);
    this.#update(moves, options, scale);
    for (const copy of copies) this.#backend.engine.release(copy);
  }

  /** The block of a variable: made on first use, and again when the variable was on another backend meanwhile. */
  #parameterOf(variable: Variable): number {
    const block = this.#backend.blockOf(variable);
    if (block !== undefined) return block;
    const at = this.#place(variable.size, this.#backend.numbers(variable));
    this.#backend.moveTo(variable, at);
    return at;
  }

  #clipFactor(moves: readonly Move[], clipNorm: number): number {
    const kernels = trainingKernels(this.#backend.engine);
    let sum = 0;
    for (const { count, gradient } of moves) sum += kernels.squaredNorm(count, gradient);
    return Math.min(clipNorm / (Math.sqrt(sum) + 1e-6), 1);
  }

  #update(moves: readonly Move[], config: StepOptions, scale: number): void {
    const { engine } = this.#backend;
    let numbers = 0;
    for (const { count } of moves) numbers += count;
    if (config.kind === 'sgd') {
      const { lr, momentum, dampening, nesterov, weightDecay } = config;
      // PyTorch's buffer starts as the first gradient, undamped.
      const added = this.#step === 1 ? 1 : 1 - dampening;
      const { call, finish } = callsOf(engine, 'sgdStep', numbers);
      for (const { count, parameter, gradient, slots } of moves) {
        const buffer = slots[0] ?? 0;
        call(count, parameter, gradient, buffer, scale, weightDecay, momentum, added, Number(nesterov), lr);
      }
      finish();
      return;
    }
    const { lr, eps, weightDecay, kind } = config;
    const [beta1, beta2] = config.betas;
    const shrink = kind === 'adamw' ? 1 - lr * weightDecay : 1;
    const decay = kind === 'adam' ? weightDecay : 0;
    const root = Math.sqrt(1 - beta2 ** this.#step);
    const stepSize = lr / (1 - beta1 ** this.#step);
    const [added1, added2] = [1 - beta1, 1 - beta2];
    const { call, finish } = callsOf(engine, 'adamStep', numbers);
    for (const { count, parameter: p, gradient: g, slots } of moves) {
      const [mean, square] = [slots[0] ?? 0, slots[1] ?? 0];
      call(count, p, g, mean, square, scale, shrink, decay, added1, beta2, added2, root, eps, stepSize);
    }
    finish();
  }

  get stepCount(): number {
    return this.#step;
  }

  get state(): OptimizerState {
    const { engine } = this.#backend;
    const slots = slotNames(this.#config).map((slot, i) => {
      const kept = [...this.#entries].map(([name, { variable, slots: at }]) => {
        return [name, { shape: variable.shape, data: engine.read(at[i] ?? 0, variable.size) }] as const;
      });
      return [slot, new Map(kept)] as const;
    });
    return { step: this.#step, slots: new Map(slots) };
  }

  dispose(): void {
    // The parameters' own blocks go with their variables.
    for (const { slots } of this.#entries.values()) for (const at of slots) this.#backend.engine.release(at);
    this.#entries.clear();
  }

  /** Room for so many numbers in whole vectors, filled with the given ones, or zeros. */
  #place(count: number, numbers?: Float32Array): number {
    const { engine } = this.#backend;
    const size = Math.ceil(count / vectorFloats) * vectorFloats;
    const at = engine.allocate(size * Float32Array.BYTES_PER_ELEMENT);
    const floats = engine.floats(at, size);
    floats.fill(0);
    if (numbers) floats.set(numbers);
    return at;
  }
}
