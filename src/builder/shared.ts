/** Layers that share their parameters: a layer that is called several times, and a tensor with two names. */
import { wrongArgument } from '../arguments.js';
import { currentGraph } from './current-graph.js';

/**
 * A function of layers that may be called several times, as a module of PyTorch is: at each call its layers have the parameters of
 * the first, by their names. Gradients are summed; a file has each parameter once.
 *
 * ```ts
 * const encode = shared((x: Value<'float32', readonly ['batch', 28]>) => relu(linear('encoder', x, 16)));
 * const difference = sub(encode(left), encode(right));
 * ```
 *
 * @param layers what computes with layers; one that only a later call has is a new one
 * @returns the same function; call it in the function that defines a network
 * @throws when it is called: E_INVALID_OPTION outside of a definition; E_SHAPE_MISMATCH for a layer whose sizes are not those of
 *   its first call; E_DUPLICATE_NAME for two layers of one name in one call
 */
export function shared<F extends (...given: never[]) => unknown>(layers: F): F {
  if (typeof layers !== 'function') throw wrongArgument('shared', layers, 'a function that calls layers');
  const key = {};
  const call = (...given: never[]) =>
    currentGraph('A function of shared').parameters.share(key, () => layers(...given));
  return call as F; // what it is given and gives is what layers is given and gives
}

/**
 * Makes one parameter a second name of another, as `decoder.weight = encoder.weight` does in PyTorch: both layers compute with one
 * tensor, whose gradients are summed and which a file has once. Call it in the function that defines a network, after both layers.
 *
 * ```ts
 * const { output } = lstm('rnn', embedding('encoder', ids, { numEmbeddings: 1000, embeddingDim: 64 }), { hiddenSize: 64 });
 * const logits = linear('decoder', output, 1000);
 * tie('decoder.weight', 'encoder.weight');
 * ```
 *
 * @param name a name of the state dict, which from then on stands for the other tensor
 * @param to the tensor's own name, under which it is saved
 * @throws E_INVALID_OPTION outside of a definition, E_UNKNOWN_NAME for a parameter that no layer before has, E_SHAPE_MISMATCH
 *   for two of other shapes
 */
export function tie(name: string, to: string): void {
  const { parameters, nodes } = currentGraph('tie');
  parameters.tie(name, to, nodes);
}
