/** What an op is on the engine: prepared once for a model, then run any number of times. */
import type { Engine } from '../../builder/backends/simd/engine.js';
import type { Parameter } from '../../builder/parameters.js';
import { LstmOnnxError } from '../../errors.js';
import type { LstmTrace } from '../lstm-trace.js';
import type { Blocks, RunTensor } from './run-tensor.js';

/** What an op may keep while the model is loaded. */
export interface Preparation {
  readonly engine: Engine;
  /** Memory that is released with the model: packed weights. */
  readonly blocks: Blocks;
  /** A parameter by its name within the op. @throws E_MISSING_NAME */
  parameter(name: string): Parameter;
}

export type TracedLayer = Omit<LstmTrace, 'name'>;

/** One run of the network. */
export interface Run {
  readonly engine: Engine;
  /** Memory that is released at the end of the run. */
  readonly blocks: Blocks;
  /** Sizes of the named dimensions. */
  readonly dims: ReadonlyMap<string, number>;
  /** The ports of the op that something reads. */
  readonly wanted: ReadonlySet<string>;
  /** Is told what each direction of each LSTM layer computed, where that is wanted; layers count within the op. */
  readonly trace: ((layer: TracedLayer) => void) | undefined;
}

export type Compute = (inputs: readonly RunTensor[], run: Run) => Readonly<Record<string, RunTensor>>;

/** @throws E_UNSUPPORTED for options that the engine does not run */
export type Prepare<Options> = (options: Options, model: Preparation) => Compute;

/** The input at `index`; the network's shape rules have checked that it is there. */
export function inputAt(inputs: readonly RunTensor[], index: number): RunTensor {
  const input = inputs[index];
  if (!input) throw new LstmOnnxError('E_MISSING_NAME', `Input ${index} of the op is missing.`);
  return input;
}

/** An op of one input and one output. */
export function unary(compute: (x: RunTensor, run: Run) => RunTensor): Compute {
  return (inputs, run) => ({ output: compute(inputAt(inputs, 0), run) });
}
