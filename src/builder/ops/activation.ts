/** Every activation that an LSTM can have, for any tensor, entry by entry. */
import { type Activation, activate } from '../backends/activations.js';
import type { Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import { entryByEntry, expectInput, type OpDefinition } from './op.js';
import { onlyX } from './op-inputs.js';

export const activationOp: OpDefinition<'activation'> = {
  inputs: onlyX,
  infer: ({ x }, _options, name) => ({ output: expectInput(x, name, { dtype: 'float32' }) }),
  along: entryByEntry,
  forward: ({ x }, options, { tf }) => ({ output: activate(tf, x, options) }),
};

/**
 * An activation by its name: `activation(x, { name: 'elu', alpha: 1 })`. `alpha` and `beta` default to ONNX's.
 *
 * @throws E_INVALID_OPTION for a name that is none
 */
export function activation<S extends Shape>(
  x: Value<'float32', S>,
  options: Activation,
): SymbolicTensor<'float32', S> {
  return graphOf('activation', x).addOne('activation', undefined, { x }, { ...options }) as SymbolicTensor<
    'float32',
    S
  >; // same type as x
}
