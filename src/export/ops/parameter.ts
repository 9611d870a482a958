/** Initializers. */
import type { Lowering } from '../lowering.js';

export const lowerParameter: Lowering<'parameter'> = (_node, { stored }) => ({
  output: { name: stored('') },
});

export const lowerConstant: Lowering<'constant'> = ({ name, options: { shape, values } }, { emitter }) => ({
  output: {
    name: emitter.initializer(name, { dtype: 'float32', shape, data: Float32Array.from(values, Number) }),
  },
});
