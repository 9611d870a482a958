/** What an op computes on tfjs. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from '../backends/tf.js';
import type { NetworkNode } from '../graph-builder.js';
import type { OpName, OpOptions } from '../ops/index.js';
import type { Ports } from '../ops/op.js';
import type { OpInputs } from '../ops/op-inputs.js';
import type { Generator } from '../random.js';

/** What a forward pass needs besides inputs and parameters. */
export interface ForwardContext {
  readonly tf: Tf;
  /** Whether dropout is active. */
  readonly training: boolean;
  /** Whether gradients will be computed. */
  readonly gradients: boolean;
  /** The ports of this op that are used; others may be left out. */
  readonly wanted: ReadonlySet<string>;
  /** Source of dropout masks. */
  readonly generator: Generator;
  /** Sizes of the named dimensions, from the feeds. */
  readonly dims: ReadonlyMap<string, number>;
  /** The op's node. */
  readonly node: NetworkNode;
  /** Gets the new numbers of parameters that no gradient moves, by their names in the state dict, for after the step. */
  readonly updates: Map<string, Float32Array> | undefined;
}

/** Outputs by port, from inputs that fit the op's shape rule. */
export type Forward<K extends OpName> = (
  inputs: OpInputs<TfTensor>[K],
  options: OpOptions[K],
  context: ForwardContext,
  parameter: (name: string) => TfTensor,
) => Ports<TfTensor>;
