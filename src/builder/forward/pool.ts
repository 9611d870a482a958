/** The largest entry and the mean of each window, on tfjs. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from '../backends/tf.js';
import { maxima, means, meansGradient, scattered } from '../convolution/pool.js';
import { gridOf, shapeOfWindows, type WindowGrid } from '../convolution/windows.js';
import type { Forward } from './forward-op.js';

/** Numbers of the result, and the gradient of x from that of the result. */
type Pooled = { values: Float32Array; gradient: (dy: Float32Array) => Float32Array };

function pooled(tf: Tf, x: TfTensor, grid: WindowGrid, pool: (x: Float32Array) => Pooled): TfTensor {
  const shape = shapeOfWindows(grid, grid.channels, x.rank - 2);
  const compute = tf.customGrad((...args) => {
    const [input] = args as [TfTensor]; // what customGrad calls it with
    const { values, gradient } = pool(input.dataSync<'float32'>());
    const gradFunc = (dy: TfTensor) => tf.tensor(gradient(dy.dataSync<'float32'>()), x.shape);
    return { value: tf.tensor(values, shape), gradFunc };
  });
  return compute(x);
}

export const maxPool: Forward<'maxPool'> = ({ x }, options, { tf }) => {
  const grid = gridOf(x.shape, options, 'maxPool');
  const output = pooled(tf, x, grid, (numbers) => {
    const { values, places } = maxima(numbers, grid);
    return { values, gradient: (dy) => scattered(dy, places, numbers.length) };
  });
  return { output };
};

export const avgPool: Forward<'avgPool'> = ({ x }, options, { tf }) => {
  const grid = gridOf(x.shape, options, 'avgPool');
  const { countIncludePad } = options;
  const output = pooled(tf, x, grid, (numbers) => ({
    values: means(numbers, grid, countIncludePad),
    gradient: (dy) => meansGradient(dy, grid, countIncludePad),
  }));
  return { output };
};
