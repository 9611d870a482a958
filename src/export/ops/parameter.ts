/** Initializers. */
import type { Lowering } from '../lowering.js';

export const lowerParameter: Lowering<'parameter'> = ({ name }, { emitter, parameter }) => ({
  output: { name: emitter.initializer(name, { dtype: 'float32', ...parameter('') }) },
});

export const lowerConstant: Lowering<'constant'> = ({ name, options: { shape, values } }, { emitter }) => ({
  output: { name: emitter.initializer(name, { dtype: 'float32', shape, data: Float32Array.from(values) }) },
});
