/** Ops over tokens: embedding, and the count of a padded sequence's steps. */
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

export const stepCount: Prepare<'stepCount'> = ({ padding, batchFirst }) =>
  unary(({ shape, data }) => {
    const [first = 0, second = 0, width = 1] = shape;
    const [batch, time] = batchFirst ? [first, second] : [second, first];
    const result = new Int32Array(batch);
    for (let step = 0; step < time; step++) {
      for (let row = 0; row < batch; row++) {
        const from = (batchFirst ? row * time + step : step * batch + row) * width;
        if (data.subarray(from, from + width).some((entry) => entry !== padding)) result[row] = step + 1;
      }
    }
    return { dtype: 'int32', shape: [batch], data: result };
  });
