/** The number of steps of padded sequences. */
import { type Prepare, unary } from './operator.js';

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
