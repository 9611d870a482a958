import type { Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import { entryByEntry, expectInput, type OpDefinition } from './op.js';
import { onlyX } from './op-inputs.js';

export const dropoutOp: OpDefinition<'dropout'> = {
  inputs: onlyX,
  infer: ({ x }, _options, name) => ({ output: expectInput(x, name, { dtype: 'float32' }) }),
  along: entryByEntry,
};

/**
 * Dropout: active in training, the identity elsewhere (and in the exported graph).
 *
 * @param p probability that an entry is zeroed, 0 to 1
 */
export function dropout<S extends Shape>(x: Value<'float32', S>, p = 0.5): SymbolicTensor<'float32', S> {
  return graphOf('dropout', x).addOne('dropout', undefined, { x }, { p }) as SymbolicTensor<'float32', S>; // same type as x
}
