/** An op on the engine: prepared once for a model, then run any number of times. */
import type { Engine } from '../../builder/backends/simd/engine.js';
import type { OpName, OpOptions } from '../../builder/ops/index.js';
import type { OpInputs } from '../../builder/ops/op-inputs.js';
import type { Parameter } from '../../builder/parameters.js';
import type { LayerSteps, RecurrentTrace } from '../recurrent-trace.js';
import type { Arena, RunTensor } from './run-tensor.js';

/** What an op gets when the model is loaded. */
export interface Preparation {
  readonly engine: Engine;
  /** Memory that is released with the model: packed weights. */
  readonly arena: Arena;
  /** A parameter by its name within the op. @throws E_MISSING_NAME */
  parameter(name: string): Parameter;
}

export interface TracedLayer extends Pick<RecurrentTrace, 'layer' | 'direction' | 'dims'> {
  readonly steps: LayerSteps;
}

/** One run of the network. */
export interface Run {
  readonly engine: Engine;
  /** Memory that is released at the end of the run. */
  readonly arena: Arena;
  /** Sizes of the named dimensions. */
  readonly dims: ReadonlyMap<string, number>;
  /** The ports of the op that are used. */
  readonly wanted: ReadonlySet<string>;
  /** Is told what each direction of each recurrent layer computed, where that is wanted; layers count within the op. */
  readonly trace: ((layer: TracedLayer) => void) | undefined;
}

export type Compute<K extends OpName> = (
  inputs: OpInputs<RunTensor>[K],
  run: Run,
) => Readonly<Record<string, RunTensor>>;

/** @throws E_UNSUPPORTED for options that the engine does not run */
export type Prepare<K extends OpName> = (options: OpOptions[K], model: Preparation) => Compute<K>;

/** An op of the input x and one output. */
export function unary(
  compute: (x: RunTensor, run: Run) => RunTensor,
): (inputs: { readonly x: RunTensor }, run: Run) => { output: RunTensor } {
  return ({ x }, run) => ({ output: compute(x, run) });
}
