/** Values without inputs. */
import type { Prepare } from './operator.js';
import type { RunTensor } from './run-tensor.js';

export const parameter: Prepare<'parameter'> = (_options, model) => {
  const output: RunTensor = { dtype: 'float32', ...model.parameter('') };
  return () => ({ output });
};

export const constant: Prepare<'constant'> = ({ shape, values }) => {
  const output: RunTensor = { dtype: 'float32', shape, data: Float32Array.from(values, Number) };
  return () => ({ output });
};
