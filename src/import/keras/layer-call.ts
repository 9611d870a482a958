/** One call of a Keras layer, as the functions that turn layers into ops get it. */
import type { Sharing } from '../../builder/ops/op.js';
import type { Value } from '../../builder/tensor.js';
import { LstmOnnxError } from '../../errors.js';
import { quoted } from '../quoted.js';
import type { Call, Layer } from './model-graph.js';
import type { LayerOutput, Mask, NetworkBuilder, UnusableMask } from './network-builder.js';

export interface LayerCall {
  readonly layer: Layer;
  readonly call: Call;
  /** The node's name, and what the names of further nodes start with. */
  readonly name: string;
  /** The node whose parameters it has: that of the layer's first call. */
  readonly module: string;
  readonly inputs: readonly LayerOutput[];
  /** Initial states of a recurrent layer. */
  readonly states: readonly Value[];
  readonly build: NetworkBuilder;
}

/** Whose parameters the node of a call has. */
export function sharingOf({ name, module }: LayerCall): Sharing {
  return module === name ? {} : { module };
}

export interface MaskedTensor {
  readonly value: Value;
  readonly mask: Mask | UnusableMask | undefined;
}

/** A layer's input, which must be a tensor. */
export function expectTensor({ layer, inputs }: LayerCall, index: number): MaskedTensor {
  const input = inputs[index];
  if (!input) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `Layer ${quoted(layer.name)} has no input ${index}. Save the model again.`,
    );
  }
  if (input.kind === 'mask') throw unsupportedLayer(layer, 'computes with a mask');
  return { value: input.value, mask: input.mask };
}

export function unsupportedLayer({ name, className }: Layer, problem: string): LstmOnnxError {
  return new LstmOnnxError(
    'E_UNSUPPORTED',
    `Layer ${quoted(name)} (${quoted(className)}) ${problem}. Rebuild the model without it, or convert it by hand.`,
  );
}
