/** `nn.Embedding`: rows of a table picked by index. https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { LstmOnnxError } from '../../errors.js';
import type { Tf } from '../backends/tf.js';
import type { Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import { entryByEntry, expectInput, type OpDefinition } from './op.js';
import { onlyX } from './op-inputs.js';

/** Rows of `table` at `ids`. Its gradient is a scatter-add, a kernel that every tfjs backend has. */
function lookUp(tf: Tf, table: TfTensor, ids: TfTensor): TfTensor {
  const rows = tf.customGrad(() => ({
    value: tf.gather(table, ids),
    gradFunc: (dy: TfTensor) => {
      const updates = tf.reshape(dy, [-1, table.shape[1] ?? 1]);
      return tf.scatterND(tf.reshape(ids, [-1, 1]), updates, table.shape);
    },
  }));
  return rows(table);
}

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

  forward({ x }, { numEmbeddings }, { tf }, parameter) {
    const ids = x;
    const outside = ids.dataSync().find((id) => id < 0 || id >= numEmbeddings);
    if (outside !== undefined) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `embedding: id ${outside} is outside the table; expected 0 to ${numEmbeddings - 1}.`,
      );
    }
    return { output: lookUp(tf, parameter('weight'), ids) };
  },
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
