/** A network that is being made of Keras layers: names, parameters and what the user should know. */

import { hasOwnOp } from '../../builder/activations.js';
import { checkCall } from '../../builder/check-call.js';
import { GraphBuilder } from '../../builder/graph-builder.js';
import type { OpName, OpOptions } from '../../builder/ops/index.js';
import type { Sharing } from '../../builder/ops/op.js';
import type { OpInputs } from '../../builder/ops/op-inputs.js';
import { ParameterNames } from '../../builder/parameter-names.js';
import type { Parameter } from '../../builder/parameters.js';
import type { SymbolicTensor, TensorType, Value } from '../../builder/tensor.js';
import { mustHave } from '../../must-get.js';
import type { Dialect, OutputActivation } from './activations.js';
import { NameTable } from './name-table.js';
import type { WeightSource } from './weights.js';

/** Which steps of sequences are padding: those where all of `of` is `padding`. */
export interface Mask {
  readonly of: Value;
  readonly padding: number;
}

/** What a layer gives: a tensor, with the mask that Keras sends along, or a mask alone. */
export type LayerOutput =
  | {
      readonly kind: 'tensor';
      readonly value: Value;
      readonly mask?: Mask | UnusableMask;
      /** Whether Keras has zeros in the masked steps, or what it makes of zeros, and the value here has not. */
      readonly isUnzeroed?: boolean;
      /** What an output's name has after its layer's: `_h`, of a state. */
      readonly suffix?: string;
    }
  | { readonly kind: 'mask'; readonly mask: Mask };

/** A mask that a recurrent layer cannot take, and why. */
export interface UnusableMask {
  readonly problem: string;
}

export class NetworkBuilder {
  readonly graph = new GraphBuilder(checkCall, new ParameterNames());
  readonly parameters = new Map<string, Parameter>();
  /** For the user, in sentences. */
  readonly notes = new Set<string>();
  readonly dialect: Dialect;
  readonly weights: WeightSource;
  readonly #names = new NameTable();
  readonly #lengths = new Map<string, Value>();

  constructor(dialect: Dialect, weights: WeightSource) {
    this.dialect = dialect;
    this.weights = weights;
  }

  /** The name of a layer's node or of an input, made fit and unique. */
  claim(layerName: string): string {
    return this.#names.claim(layerName);
  }

  input(name: string, type: TensorType): SymbolicTensor {
    return this.graph.addInput(name, type);
  }

  /** Adds a node with the single port `output`. */
  add<K extends OpName>(
    op: K,
    name: string,
    inputs: OpInputs<Value>[K],
    options: OpOptions[K],
    sharing: Sharing = {},
  ): Value {
    const { output } = this.graph.add(op, name, inputs, options, sharing);
    return mustHave(output, `The output of ${op}`);
  }

  /** The steps of each sequence of a mask; computed once for all the layers that need them. */
  lengths({ of, padding }: Mask, name: string): Value {
    const key = `${padding} ${of.id}`;
    const known = this.#lengths.get(key);
    if (known) return known;
    const lengths = this.add('stepCount', `${name}.lengths`, { x: of }, { padding, batchFirst: true });
    this.#lengths.set(key, lengths);
    return lengths;
  }

  /** The activation of x as a node of the given name; x itself where the activation is linear. */
  activate(x: Value, activation: OutputActivation, name: string): Value {
    if (activation.name === 'softmax' || activation.name === 'logSoftmax') {
      return this.add(activation.name, name, { x }, { axis: -1 });
    }
    if (activation.name === 'linear') return x;
    return hasOwnOp(activation.name)
      ? this.add(activation.name, name, { x }, {})
      : this.add('activation', name, { x }, { ...activation, name: activation.name });
  }
}
