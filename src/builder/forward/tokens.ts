/** Ops over tokens on tfjs: embedding, and the count of a padded sequence's steps. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { LstmOnnxError } from '../../errors.js';
import { dim } from '../../nd-array.js';
import type { Tf } from '../backends/tf.js';
import type { DType } from '../tensor.js';
import type { Forward } from './forward-op.js';

/** Rows of `table` at `ids`. Its gradient is a scatter-add, a kernel that every tfjs backend has. */
export function rowsAt(tf: Tf, table: TfTensor, ids: TfTensor): TfTensor {
  const rows = tf.customGrad((...args) => {
    const [, save] = args as [TfTensor, (saved: TfTensor[]) => void]; // what customGrad calls it with
    save([ids]); // ids that were computed would be gone by then
    const gradFunc = (dy: TfTensor, [saved]: TfTensor[]): TfTensor => {
      const updates = tf.reshape(dy, [-1, dim(table.shape, 1)]);
      return tf.scatterND(tf.reshape(saved ?? ids, [-1, 1]), updates, table.shape as [number, number]);
    };
    return { value: tf.gather(table, ids), gradFunc };
  });
  return rows(table);
}

export const embedding: Forward<'embedding'> = ({ x: ids }, { numEmbeddings }, { tf }, parameter) => {
  const outside = ids.dataSync().find((id) => id < 0 || id >= numEmbeddings);
  if (outside !== undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `embedding: id ${outside} is outside the table; expected 0 to ${numEmbeddings - 1}.`,
    );
  }
  return { output: rowsAt(tf, parameter('weight'), ids) };
};

export const stepCount: Forward<'stepCount'> = ({ x }, { padding, batchFirst }, { tf }) => {
  const differs: TfTensor = tf.notEqual(x, tf.scalar(padding, x.dtype as DType)); // the shape rule takes no other
  const isStep = x.rank === 3 ? tf.any(differs, 2) : differs;
  const time = dim(x.shape, batchFirst ? 1 : 0);
  const numbers = tf.range(1, time + 1, 1, 'int32');
  const counted = tf.mul(tf.cast(isStep, 'int32'), batchFirst ? numbers : tf.expandDims(numbers, 1));
  return { output: tf.max(counted, batchFirst ? 1 : 0) };
};
