/** Rows of a table by id. */
import { LstmOnnxError } from '../../errors.js';
import { type Prepare, unary } from './operator.js';

/** As ONNX's Gather, which counts negative ids from the end of the table. */
export const embedding: Prepare<'embedding'> = ({ numEmbeddings, embeddingDim }, { parameter }) => {
  const table = parameter('weight').data;
  return unary(({ shape, data: ids }) => {
    const result = new Float32Array(ids.length * embeddingDim);
    for (const [i, id] of ids.entries()) {
      if (id < -numEmbeddings || id >= numEmbeddings) {
        throw new LstmOnnxError(
          'E_INVALID_OPTION',
          `embedding: id ${id} is outside the table; expected ${-numEmbeddings} to ${numEmbeddings - 1}.`,
        );
      }
      const from = (id < 0 ? id + numEmbeddings : id) * embeddingDim;
      result.set(table.subarray(from, from + embeddingDim), i * embeddingDim);
    }
    return { dtype: 'float32', shape: [...shape, embeddingDim], data: result };
  });
};
