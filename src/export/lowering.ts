/** What the lowering of an op takes and returns; each file in `ops/` implements one or a few. */
import type { NetworkNode } from '../builder/graph-builder.js';
import type { OpName } from '../builder/ops/index.js';
import type { Ports } from '../builder/ops/op.js';
import type { OpInputs } from '../builder/ops/op-inputs.js';
import type { Parameter } from '../builder/parameters.js';
import type { TensorType } from '../builder/tensor.js';
import type { Emitter } from './emitter.js';

/** A value of the network in the ONNX graph. */
export interface Lowered {
  /** Its name in the ONNX graph. */
  readonly name: string;
  readonly type: TensorType;
  /** Where the graph also has one entry along an axis by itself, so that it need not be picked out. */
  readonly entry?: {
    readonly axis: number;
    readonly index: 0 | -1;
    readonly name: string;
    /** The lengths of the sequences whose entry it is; undefined where all are of one length. */
    readonly lengths: string | undefined;
  };
}

export interface LoweringContext<K extends OpName = OpName> {
  readonly emitter: Emitter;
  readonly inputs: OpInputs<Lowered>[K];
  /** The operator set that is written. */
  readonly opset: number;
  /** A parameter of this node by its own name: `weight_ih_l0`. */
  parameter(name: string): Parameter;
  /** The name in the graph of a parameter as it is, an initializer. */
  stored(name: string): string;
  /** Whether a node stores this parameter as it is. */
  isStored(name: string): boolean;
  /**
   * The name in the graph of what `make` makes of parameters of this node and of nothing else; made once for all nodes that have
   * these parameters.
   *
   * @param form what is made of them
   */
  once(form: string, names: readonly string[], make: () => string): string;
  /** A value that has a dimension of this name, and which axis that is. */
  holderOf(dim: string): { readonly name: string; readonly axis: number } | undefined;
}

/** What a lowering returns for a port: its name in the ONNX graph. */
export type LoweredPort = Omit<Lowered, 'type'>;

export type Lowering<K extends OpName> = (
  node: NetworkNode<K>,
  context: LoweringContext<K>,
) => Ports<LoweredPort>;
