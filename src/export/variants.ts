/** What an export can add to the inputs and outputs of a network. */
import type { Network } from '../builder/network.js';
import { withStates } from '../builder/recurrent/states.js';
import { withLengths } from './lengths.js';
import { withProbabilities } from './probabilities.js';

export interface VariantOptions {
  /** Adds the states of every recurrent layer as inputs `h0`, `c0` and outputs `hn`, `cn`. @default false */
  readonly states?: boolean;
  /** Adds an input `lengths`, int32 `[batch]`: the steps of each sequence. @default false */
  readonly lengths?: boolean;
  /** Adds an output `probabilities`, the softmax of the logits. @default false */
  readonly softmax?: boolean;
}

/**
 * The network with the requested inputs and outputs after those it has, and with lengths as the last input.
 *
 * @throws as `withStates`, `withLengths` and `withProbabilities`
 */
export function variantOf(
  network: Network,
  { states = false, lengths = false, softmax = false }: VariantOptions,
): Network {
  const classified = softmax ? withProbabilities(network) : network;
  const streaming = states ? withStates(classified) : classified;
  return lengths ? withLengths(streaming) : streaming;
}
