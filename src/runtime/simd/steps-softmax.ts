/** Softmax over the steps of each sequence, or over a whole axis. */
import { normalizeAxis } from '../../builder/shape.js';
import { sizeOf } from '../../nd-array.js';
import { softmax as wholeSoftmax } from './activations.js';
import { around } from './layout.js';
import type { Prepare } from './operator.js';
import type { RunTensor } from './run-tensor.js';

export const softmax: Prepare<'softmax'> = (options, model) => {
  const whole = wholeSoftmax(options, model);
  return (inputs, run) => {
    const { x, lengths } = inputs;
    if (!lengths) return whole(inputs, run);
    return { output: ofSteps(x, lengths, normalizeAxis(options.axis, x.shape, 'softmax')) };
  };
};

/** @param axis time, 0 or 1, the batch being the other; a sequence has one step at least */
function ofSteps({ shape, data }: RunTensor, lengths: RunTensor, axis: number): RunTensor {
  const { outer, size, inner } = around(shape, axis);
  const width = sizeOf(shape.slice(2));
  const result = new Float32Array(data.length);
  for (let series = 0; series < outer * inner; series++) {
    const [row, column] = [Math.floor(series / inner), series % inner];
    const sequence = axis === 1 ? row : Math.floor(column / width);
    const steps = Math.min(Math.max(lengths.data[sequence] ?? 0, 1), size);
    const place = (step: number) => (row * size + step) * inner + column;
    let top = Number.NEGATIVE_INFINITY;
    for (let step = 0; step < steps; step++) top = Math.max(top, data[place(step)] ?? 0);
    let sum = 0;
    for (let step = 0; step < steps; step++) sum += Math.exp((data[place(step)] ?? 0) - top);
    for (let step = 0; step < steps; step++) {
      result[place(step)] = Math.exp((data[place(step)] ?? 0) - top) / sum;
    }
  }
  return { dtype: 'float32', shape, data: result };
}
