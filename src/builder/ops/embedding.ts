import type { Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import { entryByEntry, expectInput, type OpDefinition } from './op.js';
import { onlyX } from './op-inputs.js';

export const embeddingOp: OpDefinition<'embedding'> = {
  inputs: onlyX,
  infer({ x }, { embeddingDim }, name) {
    const ids = expectInput(x, name, { dtype: 'int32' });
    return { output: { dtype: 'float32', shape: [...ids.shape, embeddingDim] } };
  },

  parameters: (_inputs, { numEmbeddings, embeddingDim }) => [
    { name: 'weight', shape: [numEmbeddings, embeddingDim], init: { kind: 'normal', mean: 0, std: 1 } },
  ],

  along: entryByEntry,
};

/**
 * A table of vectors looked up by id.
 *
 * @param name the module's name; the parameter is `<name>.weight` `[numEmbeddings, embeddingDim]`
 * @param ids int32, any shape, entries from 0 to `numEmbeddings - 1`
 * @returns `[...ids.shape, embeddingDim]`
 */
export function embedding<const S extends Shape, const E extends number>(
  name: string,
  ids: Value<'int32', S>,
  options: { readonly numEmbeddings: number; readonly embeddingDim: E },
): SymbolicTensor<'float32', readonly [...S, E]> {
  const output = graphOf('embedding', ids).addOne('embedding', name, { x: ids }, { ...options });
  return output as SymbolicTensor<'float32', readonly [...S, E]>; // what the shape rule says at run time
}
